package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// planFile is the name of the plans in the folder of settings.
const planFile = "watch.json"

// Plan is a folder that a workstation watches in line mode. It holds nothing secret.
type Plan struct {
	Folder      string `json:"folder"`
	Out         string `json:"out,omitempty"`
	Connection  string `json:"connection"` // id
	Profile     string `json:"profile"`    // id
	ProfileName string `json:"profile_name,omitempty"`
	Count       int    `json:"count,omitempty"`
	Minutes     int    `json:"minutes,omitempty"`
}

// Options are what is watched by the plan, with the defaults for what it does not say.
func (p Plan) Options() Options {
	return Options{Folder: p.Folder, Out: p.Out, Connection: p.Connection, Profile: p.Profile, Count: p.Count, Wait: time.Duration(p.Minutes) * time.Minute}
}

// Plans reads the plans in a folder of settings; no file is no plan.
func Plans(settings string) (all []Plan, err error) {
	path := filepath.Join(settings, planFile)
	data, err := os.ReadFile(path) // #nosec G304 -- in our folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("watched folders, %s: %w", path, err)
	}
	return all, nil
}

// SavePlans keeps the plans.
func SavePlans(settings string, all []Plan) error {
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := osfile.MkdirAll(settings, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(settings, planFile), append(data, '\n'), atomicfile.Options{Mode: 0o600, Replace: true})
}

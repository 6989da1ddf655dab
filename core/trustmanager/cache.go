package trustmanager

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// ProfileCache keeps what was last seen of profiles, for work without a network: one file a connection, without secrets.
type ProfileCache struct{ folder string }

// NewProfileCache returns the cache below a folder such as DefaultFolder.
func NewProfileCache(folder string) *ProfileCache {
	return &ProfileCache{filepath.Join(folder, "profiles")}
}

// CachedProfiles is what is kept of one connection.
type CachedProfiles struct {
	At        time.Time                 `json:"at"` // when the list was fetched
	Profiles  []Profile                 `json:"profiles"`
	Templates map[string]CachedTemplate `json:"templates,omitempty"` // by profile id
}

// CachedTemplate is a template as it was fetched.
type CachedTemplate struct {
	At  time.Time `json:"at"`
	CSV string    `json:"csv"`
}

// maxCache of one connection's file, in bytes.
const maxCache = 64 << 20

func (p *ProfileCache) path(connectionID string) string {
	return filepath.Join(p.folder, connectionID+".json")
}

// Get returns what is kept of a connection; a zero At where that is nothing. A file that cannot be read is nothing too: it
// is a copy, and the next Put replaces it.
func (p *ProfileCache) Get(connectionID string) (CachedProfiles, error) {
	data, err := readFile(p.path(connectionID), maxCache)
	if errors.Is(err, fs.ErrNotExist) {
		return CachedProfiles{}, nil
	}
	if err != nil {
		return CachedProfiles{}, err
	}
	var c CachedProfiles
	if json.Unmarshal(data, &c) != nil {
		return CachedProfiles{}, nil
	}
	return c, nil
}

// PutProfiles keeps a list that was just fetched. Templates of profiles that are gone go too.
func (p *ProfileCache) PutProfiles(connectionID string, profiles []Profile, at time.Time) error {
	return p.change(connectionID, func(c *CachedProfiles) {
		c.At, c.Profiles = at.UTC(), profiles
		there := map[string]bool{}
		for _, one := range profiles {
			there[one.ID] = true
		}
		for id := range c.Templates {
			if !there[id] {
				delete(c.Templates, id)
			}
		}
	})
}

// PutTemplate keeps a template that was just fetched.
func (p *ProfileCache) PutTemplate(connectionID, profileID string, csv []byte, at time.Time) error {
	return p.change(connectionID, func(c *CachedProfiles) {
		if c.Templates == nil {
			c.Templates = map[string]CachedTemplate{}
		}
		c.Templates[profileID] = CachedTemplate{at.UTC(), string(csv)}
	})
}

func (p *ProfileCache) change(connectionID string, edit func(*CachedProfiles)) error {
	if err := osfile.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}
	l, err := osfile.OpenFile(filepath.Join(p.folder, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := filelock.Wait(l); err != nil {
		return err
	}
	c, err := p.Get(connectionID)
	if err != nil {
		return err
	}
	edit(&c)
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(p.path(connectionID), data, atomicfile.Options{Mode: 0o600, Replace: true})
}

// Forget removes what is kept of a connection.
func (p *ProfileCache) Forget(connectionID string) error {
	err := os.Remove(p.path(connectionID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

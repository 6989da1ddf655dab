//go:build !windows

package line

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"enrollbench/core/osfile"
)

// players play a WAVE file; the first that is there is taken.
var players = [][]string{{"pw-play"}, {"paplay"}, {"aplay", "-q"}, {"afplay"}}

// play plays a WAVE file to its end.
func play(ctx context.Context, data []byte) (err error) {
	for _, p := range players {
		path, err := exec.LookPath(p[0])
		if err != nil {
			continue
		}
		f, err := osfile.CreateTemp("", "enrollbench-*.wav")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name()) //nolint:errcheck // a temporary
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		return exec.CommandContext(ctx, path, append(p[1:], f.Name())...).Run() // #nosec G204 -- one of the players, our own file
	}
	return nil
}

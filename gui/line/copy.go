package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
)

// copyInto copies files, and those in folders, into a watched folder, each whole or not at all, and says how many.
func copyInto(ctx context.Context, folder string, paths []string) (n int, err error) {
	var all []string
	for _, path := range paths {
		if err := files.Each(ctx, path, func(path string) error { all = append(all, path); return nil }); err != nil {
			return 0, err
		}
	}
	for _, path := range all {
		if err := copyOne(ctx, folder, path); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func copyOne(ctx context.Context, folder, path string) error {
	in, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return err
	}
	defer in.Close()
	base := filepath.Base(path)
	ext := filepath.Ext(base)
	to := filepath.Join(folder, base)
	for k := 2; ; k++ {
		out, err := atomicfile.Create(to, atomicfile.Options{Mode: 0o600})
		if errors.Is(err, fs.ErrExist) {
			to = filepath.Join(folder, fmt.Sprintf("%s~%d%s", strings.TrimSuffix(base, ext), k, ext))
			continue
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, progress.Reader(ctx, in, 0, nil)); err != nil {
			return errors.Join(err, out.Abort())
		}
		return out.Commit()
	}
}

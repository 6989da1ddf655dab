package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// wildcards puts the files in the place of patterns such as *.csr, which the shells of Windows hand over as they are typed. As
// there, * and ? stand in the last part of a path only, case does not count, and *.* matches every name.
func wildcards(args []string, system string) (out []string, err error) {
	if system != "windows" {
		return args, nil
	}
	for _, arg := range args {
		if !strings.ContainsAny(arg, "*?") || strings.HasPrefix(arg, `\\?\`) {
			out = append(out, arg)
			continue
		}
		dir, pattern := filepath.Split(arg)
		if pattern == "*.*" {
			pattern = "*"
		}
		pattern = strings.ReplaceAll(strings.ToLower(pattern), "[", "[[]") // Windows knows no classes
		entries, err := os.ReadDir(filepath.Clean(dir))
		if err != nil {
			return nil, err
		}
		before := len(out)
		for _, e := range entries {
			if match, err := filepath.Match(pattern, strings.ToLower(e.Name())); err == nil && match {
				out = append(out, dir+e.Name())
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("no file matches %q", arg)
		}
	}
	return out, nil
}

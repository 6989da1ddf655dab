package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/pflag"
)

// output is where a result goes, and whether what lies there may be replaced.
type output struct {
	path  string
	force bool
}

func declareOutput(flags *pflag.FlagSet, usage string) *output {
	o := new(output)
	flags.StringVarP(&o.path, "output", "o", "", usage)
	flags.BoolVar(&o.force, "force", false, "replace what an earlier run wrote there")
	return o
}

// explain adds the next step to the refusal to overwrite.
func (o output) explain(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w (--force replaces)", err)
	}
	return err
}

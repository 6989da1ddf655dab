package frame_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/osfile"
	"enrollbench/gui/frame"
)

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&csr.ChangedError{At: finding.Location{File: "a.csr"}, Reason: "x"}, "a.csr"},
		{fmt.Errorf("open: %w", fs.ErrPermission), "may not read or write"},
		{fmt.Errorf("save: %w", &osfile.ReservedError{Name: "nul.csv"}), `"nul.csv" is a name that Windows reserves`},
		{fmt.Errorf("open: %w", fs.ErrNotExist), "is missing"},
		{fmt.Errorf("x: %w", csr.ErrNothingReady), "No CSR"},
		{fmt.Errorf("x: %w", fs.ErrExist), "Choose another name"},
		{&frame.PanicError{Value: "x"}, "defect"},
		{errors.New("strange"), "copy the details"},
	} {
		p := frame.Explain("It failed", c.err)
		if !strings.Contains(p.Text, c.want) || p.Raw != c.err.Error() || p.Title != "It failed" {
			t.Errorf("%v: %+v, want a text with %q", c.err, p, c.want)
		}
	}
}

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// parseFlags sets the flags found in args, wherever they stand, and returns the other arguments. What follows -- is
// never a flag, a single - never is one. It exists because the standard package stops at the first argument that is
// none, and "csr check DIR --json" must work.
func parseFlags(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return append(rest, args...), nil
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
			continue
		}
		dashes := arg[:len(arg)-len(strings.TrimLeft(arg, "-"))]
		name, value, given := strings.Cut(arg[len(dashes):], "=")
		f := flags.Lookup(name)
		switch {
		case f == nil && (name == "h" || name == "help"):
			return nil, flag.ErrHelp
		case f == nil || len(dashes) > 2:
			return nil, usagef("unknown flag %q; a file of that name is given as ./%s", dashes+name, arg)
		case given:
		case isBool(f):
			value = "true"
		case len(args) == 0:
			return nil, usagef("%s needs a value", spell(f))
		default:
			value, args = args[0], args[1:]
		}
		if err := flags.Set(name, value); err != nil {
			return nil, usagef("%s %q: %s", spell(f), value, reason(err))
		}
	}
	return rest, nil
}

// reason keeps the part of a flag package's error that is not about Go.
func reason(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return err.Error()
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// spell writes a flag the way the help shows it: -o, --json.
func spell(f *flag.Flag) string {
	if len(f.Name) == 1 {
		return "-" + f.Name
	}
	return "--" + f.Name
}

// given says whether a flag was set on the command line.
func given(flags *flag.FlagSet, name string) bool {
	found := false
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// require fails unless all the named flags were given.
func require(flags *flag.FlagSet, names ...string) error {
	var missing []string
	for _, name := range names {
		if !given(flags, name) {
			missing = append(missing, spell(flags.Lookup(name)))
		}
	}
	switch n := len(missing); n {
	case 0:
		return nil
	case 1:
		return usagef("%s is needed", missing[0])
	default:
		return usagef("%s and %s are needed", strings.Join(missing[:n-1], ", "), missing[n-1])
	}
}

func describeFlags(w io.Writer, flags *flag.FlagSet) {
	any := false
	flags.VisitAll(func(f *flag.Flag) {
		if !any {
			fmt.Fprint(w, "\nFlags:\n")
			any = true
		}
		value, usage := flag.UnquoteUsage(f)
		left := spell(f)
		if value != "" {
			left += " " + value
		}
		if len(left) > 24 {
			fmt.Fprintf(w, "  %s\n  %24s  %s\n", left, "", usage)
		} else {
			fmt.Fprintf(w, "  %-24s  %s\n", left, usage)
		}
	})
}

// texts is a flag that may be given several times.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, ", ") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }

// choice is a flag that takes one of some words; its value is the index.
type choice struct {
	words []string
	index int
}

func (c *choice) String() string {
	if c.index < len(c.words) {
		return c.words[c.index]
	}
	return ""
}

func (c *choice) Set(s string) error {
	i := slices.Index(c.words, s)
	if i < 0 {
		return fmt.Errorf("it must be one of %s", strings.Join(c.words, ", "))
	}
	c.index = i
	return nil
}

// count is a flag for a whole number of 1 or more.
type count int64

func (n *count) String() string { return fmt.Sprint(int64(*n)) }

func (n *count) Set(s string) error {
	var v int64
	for _, r := range s {
		if r < '0' || r > '9' || v > (1<<62)/10 {
			return errors.New("it must be a whole number of 1 or more, in digits only")
		}
		v = v*10 + int64(r-'0')
	}
	if v == 0 {
		return errors.New("it must be a whole number of 1 or more")
	}
	*n = count(v)
	return nil
}

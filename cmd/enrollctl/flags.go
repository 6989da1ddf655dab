package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// twoDashes writes flags that were given with one dash, as -json, with two: pflag takes one dash for a row of single
// letters.
func twoDashes(tree *cobra.Command, args []string) []string {
	long := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { long[f.Name] = true })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(tree)
	var out []string
	for i, arg := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		switch {
		case arg == "--":
			return append(out, args[i:]...)
		case len(arg) == 3 && arg[0] == '-' && arg[2] == '=': // an empty value, where pflag reads "="
			out = append(out, arg[:2], "")
		case strings.HasPrefix(arg, "-") && len(name) > 1 && (long[name] || name == "help" || name == "version"):
			out = append(out, "-"+arg)
		default:
			out = append(out, arg)
		}
	}
	return out
}

// flagError puts what pflag says of a flag into words.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	var malformed *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames())
	case errors.As(err, &malformed):
		return unknownFlag(cmd, strings.TrimPrefix(malformed.GetSpecifiedFlag(), "--"), "")
	case errors.As(err, &valueless):
		return usagef("%s needs a value", spell(valueless.GetFlag()))
	case errors.As(err, &wrong):
		return usagef("%s %q: %s", spell(wrong.GetFlag()), wrong.GetValue(), reason(wrong.Unwrap()))
	}
	return err
}

// unknownFlag also says which flag may be meant: one that is spelled alike, or shares a word, as --ca-bundle and --extra-ca do.
func unknownFlag(cmd *cobra.Command, name, letters string) error {
	written := "--" + name
	if letters != "" {
		written = "-" + letters
	}
	alike := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		c := &cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}}
		if slices.ContainsFunc(strings.Split(f.Name, "-"), func(w string) bool { return slices.Contains(strings.Split(name, "-"), w) }) {
			c.SuggestFor = []string{name}
		}
		alike.AddCommand(c)
	})
	names := alike.SuggestionsFor(name)
	if len(names) == 0 || letters != "" {
		return usagef("unknown flag %q; a file of that name is given as ./%s", written, written)
	}
	for i := range names {
		names[i] = spell(cmd.Flags().Lookup(names[i]))
	}
	return usagef("unknown flag %q%s", written, didYouMean(names))
}

// reason keeps the part of an error that is not about Go, as of strconv.
func reason(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return err.Error()
}

// spell writes a flag the way the help shows it: -o, --json.
func spell(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}

// require fails unless all the named flags were given.
func require(flags *pflag.FlagSet, names ...string) error {
	var missing []string
	for _, name := range names {
		if !flags.Changed(name) {
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

// texts is a flag that may be given several times.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, ", ") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }
func (t *texts) Type() string       { return "TEXT" }

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

// Type is for pflag.
func (c *choice) Type() string { return "WORD" }

// Set takes one of the words.
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
func (n *count) Type() string   { return "N" }

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

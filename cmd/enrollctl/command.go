package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// command is a node of the tree: a group that has commands, or one that does something.
type command struct {
	name      string
	arguments string // what follows the flags in the usage line: "PATH..."
	required  string // flags that must be given, for the usage line: "--start MAC --count N"
	summary   string // one line
	detail    string // further paragraphs of the help
	commands  []*command
	setup     func(*flag.FlagSet) action // declares the flags and returns what runs once they are set
}

// action does a command's work; args are the arguments that are no flags.
type action func(ctx context.Context, s *session, args []string) error

// session is what a command talks to.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is one: show progress
	// hidden asks on the terminal for what must not be seen; nil where there is none.
	hidden func(ctx context.Context, prompt string) ([]byte, error)
	screen sync.Mutex // held by whoever writes on the terminal: the progress line waits while something is asked
}

// complain writes a message for people.
func (s *session) complain(format string, args ...any) {
	fmt.Fprintf(s.stderr, "enrollctl: %s\n", printable(fmt.Sprintf(format, args...)))
}

// run finds the command that args name, runs it, says on stderr what went wrong and returns the exit status.
func run(ctx context.Context, s *session, root *command, args []string) int {
	path, err := root.dispatch(ctx, s, args)
	var usage *usageError
	switch status := exitStatus(ctx, err); {
	case errors.As(err, &usage):
		s.complain("%s", usage)
		fmt.Fprintf(s.stderr, "For help: enrollctl help%s\n", strings.TrimPrefix(path, root.name))
		return status
	case status == exitInterrupted:
		s.complain("interrupted; nothing was written")
		return status
	case err != nil && !errors.Is(err, errFindings):
		s.complain("%v", err)
		return status
	default:
		return status
	}
}

// dispatch walks down to the command that args name and runs it. path is how that command is called.
func (root *command) dispatch(ctx context.Context, s *session, args []string) (path string, err error) {
	c, path := root, root.name
	help := false
	for c.setup == nil {
		if len(args) == 0 {
			if help {
				return path, c.help(s.stdout, path)
			}
			_ = c.help(s.stderr, path)
			return path, usagef("%s needs a command", path)
		}
		name := args[0]
		args = args[1:]
		switch {
		case name == "help" || name == "-h" || name == "--help" || name == "-help":
			help = true
			continue
		case name == "--version" && c == root:
			name = "version"
		}
		sub := c.find(name)
		if sub == nil {
			return path, usagef("%q is no command of %s: %s", name, path, strings.Join(c.names(), ", "))
		}
		c, path = sub, path+" "+sub.name
	}
	flags := flag.NewFlagSet(path, flag.ContinueOnError)
	act := c.setup(flags)
	if help {
		return path, c.help(s.stdout, path)
	}
	rest, err := parseFlags(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return path, c.help(s.stdout, path)
	}
	if err != nil {
		return path, err
	}
	return path, act(ctx, s, rest)
}

func (c *command) find(name string) *command {
	if i := slices.IndexFunc(c.commands, func(sub *command) bool { return sub.name == name }); i >= 0 {
		return c.commands[i]
	}
	return nil
}

func (c *command) names() (names []string) {
	for _, sub := range c.commands {
		names = append(names, sub.name)
	}
	return names
}

// help writes how c is used; path is how it is called.
func (c *command) help(w io.Writer, path string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", path, c.summary)
	if c.setup == nil {
		fmt.Fprintf(&b, "Usage: %s COMMAND ...\n\nCommands:\n", path)
		width := 9
		for _, sub := range c.commands {
			width = max(width, len(sub.name))
		}
		for _, sub := range c.commands {
			fmt.Fprintf(&b, "  %-*s %s\n", width, sub.name, sub.summary)
		}
		fmt.Fprintf(&b, "\n%s help COMMAND tells more.\n", path)
	} else {
		words := []string{path, "[flags]", c.required, c.arguments}
		words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
		fmt.Fprintf(&b, "Usage: %s\n", strings.Join(words, " "))
	}
	if c.detail != "" {
		fmt.Fprintf(&b, "\n%s\n", c.detail)
	}
	if c.setup != nil {
		flags := flag.NewFlagSet(path, flag.ContinueOnError)
		c.setup(flags)
		describeFlags(&b, flags)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

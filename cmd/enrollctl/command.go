package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"enrollbench/core/osfile"
)

// command is a node of the tree as data: a group that has commands, or one that does something. cobra runs it.
type command struct {
	name      string
	arguments string // what follows the flags in the usage line: "PATH..."
	required  string // flags that must be given, for the usage line: "--start MAC --count N"
	summary   string // one line
	detail    string // further paragraphs of the help
	hidden    bool   // not listed in the help
	commands  []*command
	setup     func(*pflag.FlagSet) action // declares the flags and returns what runs once they are set
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
	cobra.EnableCommandSorting = false // the tree has the order of the work
	tree := root.cobra(s)
	shown := &remembering{w: s.stdout}
	tree.SetOut(shown)
	tree.SetErr(s.stderr)
	tree.SetHelpTemplate(helpTemplate)
	tree.SetFlagErrorFunc(flagError)
	tree.SetHelpCommand(&cobra.Command{Use: "help COMMAND", Short: "tell more about a command", Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error { return explain(tree, args) }})
	tree.AddCommand(manual(tree))
	tree.Version = versionText()
	tree.SetVersionTemplate(versionLine())
	tree.SetArgs(twoDashes(tree, args))
	called, err := tree.ExecuteContextC(ctx)
	if err == nil {
		err = shown.err
	}
	var usage *usageError
	switch status := exitStatus(ctx, err); {
	case errors.As(err, &usage):
		s.complain("%s", usage)
		fmt.Fprintf(s.stderr, "For help: enrollctl help%s\n", strings.TrimPrefix(called.CommandPath(), root.name))
		return status
	case status == exitInterrupted:
		message := "interrupted; nothing was written"
		if stopped, ok := errors.AsType[*stoppedError](err); ok {
			message = stopped.message
		}
		s.complain("%s", message)
		return status
	case err != nil && !errors.Is(err, errFindings):
		s.complain("%s", osfile.Explain(err))
		record(called.CommandPath() + ": " + osfile.Explain(err))
		return status
	default:
		return status
	}
}

// remembering keeps the first error of a writer: cobra writes help and drops it.
type remembering struct {
	w   io.Writer
	err error
}

func (r *remembering) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// helpTemplate is how cobra shows a command.
const helpTemplate = `{{.CommandPath}}: {{.Short}}

Usage: {{if .HasSubCommands}}{{.CommandPath}} COMMAND ...{{else}}{{.UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
Commands:
{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}
{{.CommandPath}} help COMMAND tells more.
{{end}}{{with .Long}}
{{.}}
{{end}}{{if and .HasAvailableLocalFlags (not .HasSubCommands)}}
Flags:
{{.LocalFlags.FlagUsagesWrapped 110}}{{end}}`

// cobra makes the command that runs c, and those below it.
func (c *command) cobra(s *session) *cobra.Command {
	words := slices.DeleteFunc([]string{c.name, "[flags]", c.required, c.arguments}, func(w string) bool { return w == "" })
	made := &cobra.Command{Use: strings.Join(words, " "), Short: c.summary, Long: c.detail, Hidden: c.hidden, DisableFlagsInUseLine: true,
		SilenceErrors: true, SilenceUsage: true, Args: cobra.ArbitraryArgs, SuggestionsMinimumDistance: 2}
	if c.setup != nil {
		act := c.setup(made.Flags())
		made.Flags().VisitAll(func(f *pflag.Flag) {
			if one, ok := f.Value.(*choice); ok {
				_ = made.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(one.words, cobra.ShellCompDirectiveNoFileComp))
			}
		})
		made.RunE = func(cmd *cobra.Command, args []string) error {
			if strings.Contains(c.arguments, "PATH") || strings.Contains(c.arguments, "FILE") || strings.Contains(c.arguments, "IN") {
				var err error
				if args, err = wildcards(args, runtime.GOOS); err != nil {
					return err
				}
			}
			return act(cmd.Context(), s, args)
		}
		return made
	}
	for _, sub := range c.commands {
		made.AddCommand(sub.cobra(s))
	}
	made.FParseErrWhitelist.UnknownFlags = true // it is the command that is missing, whatever the flags are
	made.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			cmd.SetOut(s.stderr)
			_ = cmd.Help()
			return usagef("%s needs a command", cmd.CommandPath())
		}
		if args[0] == "help" {
			return explain(cmd, args[1:])
		}
		return unknownCommand(cmd, args[0])
	}
	return made
}

// explain shows the help of the command below cmd that names name.
func explain(cmd *cobra.Command, names []string) error {
	found, rest, err := cmd.Find(names)
	if err != nil || len(rest) > 0 {
		return unknownCommand(found, rest[0])
	}
	found.InitDefaultHelpFlag()
	return found.Help()
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return usagef("%q is not a command of %s: %s%s", name, cmd.CommandPath(), strings.Join(names, ", "), didYouMean(cmd.SuggestionsFor(name)))
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

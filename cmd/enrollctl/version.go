package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = ""

var versionCommand = &command{
	name:    "version",
	summary: "print the version and what it was built with",
	setup: func(*pflag.FlagSet) action {
		return func(_ context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("version takes no arguments; remove %q", args[0])
			}
			_, err := fmt.Fprint(s.stdout, versionLine())
			return err
		}
	},
}

func versionLine() string {
	return fmt.Sprintf("enrollctl %s (%s, %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// versionText is the version that the build set, or the revision it was built from.
func versionText() string {
	if version != "" {
		return version
	}
	text := "unreleased"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision" && len(setting.Value) >= 12:
				text += " " + setting.Value[:12]
			case setting.Key == "vcs.modified" && setting.Value == "true":
				text += " (modified)"
			}
		}
	}
	return text
}

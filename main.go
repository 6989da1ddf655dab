// Command enrollbench is the window of EnrollBench: it prepares certificate batches for DigiCert IoT Trust Manager.
// Files and folders named on the command line open where they belong, in the window that is open already if there is one. Scripts
// want enrollctl.
package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"enrollbench/core/diagnosis"
	"enrollbench/core/instance"
	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
	"enrollbench/gui"
	"enrollbench/resources"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = ""

// pages is what help shows.
//
//go:embed CHANGELOG.md docs/*.md docs/help
var pages embed.FS

// appID names the program's preferences.
const appID = "org.enrollbench.EnrollBench"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; its result is the exit status: 0 all well, 2 wrong usage, 3 it could not be done.
func run(args []string, stdout, stderr io.Writer) (status int) {
	flags := flag.NewFlagSet("enrollbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: enrollbench [-line] [-version] [-licenses] [files and folders: CSRs, tables, results, batches…]\n")
		flags.PrintDefaults()
	}
	showVersion := flags.Bool("version", false, "say which version this is")
	showLicenses := flags.Bool("licenses", false, "print the licenses of everything that is built in")
	line := flags.Bool("line", false, "begin in line mode: the operator's half of the window, on the whole screen")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if *showVersion {
		fmt.Fprintf(stdout, "enrollbench %s (%s, %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	}
	if *showLicenses {
		fmt.Fprint(stdout, resources.Notices())
		return 0
	}
	if !hasDisplay() {
		fmt.Fprintln(stderr, "enrollbench: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open; use enrollctl here")
		return 3
	}
	log.SetOutput(io.MultiWriter(diagnosis.NewLog(diagnosis.Folder(), "enrollbench"), stderr)) // in this order: a window of Windows has no stderr
	paths := absolute(flags.Args())
	first, err := only(paths)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "enrollbench: another window may be open: %v\n", err)
	case first == nil:
		return 0
	default:
		defer func() { _ = first.Close() }()
	}
	defer func() {
		if p := recover(); p != nil {
			if file := crashed(p, debug.Stack()); file != "" {
				tell("A defect ended EnrollBench. The details are in " + file + ". The next start offers to copy them.")
			}
			status = 3
		}
	}()
	if err := probeOpenGL(); err != nil {
		log.Printf("no OpenGL: %v", err)
		tell(noOpenGL)
		return 3
	}
	debug.SetGCPercent(50) // the window is open all day: half the room for garbage, for a few hundredths of the processor time
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "EnrollBench", Version: versionText(), Icon: resources.AppIcon()})
	window := gui.New(app.NewWithID(appID), gui.Options{OnPanic: crashed, Pages: pages})
	if *line {
		window.ShowLine()
	}
	if len(paths) > 0 {
		window.OpenPaths(paths)
	}
	if first != nil {
		go first.Serve(func(paths []string) {
			window.Tasks().Post(func() { window.HandOver(paths) })
		})
	}
	window.Run()
	return 0
}

// only makes this the one window on its screen that works with its folder of settings, or hands the paths over to that one: then it
// returns nil, and this start is done. The note of it lies in the account's cache, which no other computer shares.
func only(paths []string) (*instance.First, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(cache, "enrollbench")
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	screen := sha256.Sum256([]byte(trustmanager.DefaultFolder() + "\x00" + os.Getenv("DISPLAY") + "\x00" + os.Getenv("WAYLAND_DISPLAY")))
	return instance.Start(folder, "window-"+hex.EncodeToString(screen[:4]), paths)
}

// absolute gives names of files a meaning in every folder: the window that takes them may have been started elsewhere.
func absolute(paths []string) []string {
	all := make([]string, len(paths))
	for i, path := range paths {
		all[i] = path
		if full, err := filepath.Abs(path); err == nil && !strings.HasPrefix(path, "file:") {
			all[i] = full
		}
	}
	return all
}

// crashed writes a crash file, says where it is, and returns that; "" where it could not be written.
func crashed(value any, stack []byte) string {
	file, err := diagnosis.Crash(diagnosis.Folder(), versionText(), time.Now(), value, stack)
	if err != nil {
		log.Printf("a defect, and the crash file could not be written: %v\n%s", err, stack)
		return ""
	}
	log.Printf("a defect; the details are in %s", file)
	return file
}

// hasDisplay says whether a window can open at all. Linux and the BSDs name their display in the environment.
func hasDisplay() bool {
	switch runtime.GOOS {
	case "windows", "darwin", "android", "ios":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// versionText is the version that the build set, or the revision it was built from.
func versionText() string {
	if version != "" {
		return version
	}
	text := "unreleased"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				text += " " + s.Value[:12]
			}
		}
	}
	return text
}

package diagnosis

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
)

// Report says what a diagnosis is of.
type Report struct {
	Program, Version string
	Config           string // the folder of settings and records
	Now              time.Time
	More             []string // further lines, such as the size of the window
}

// lastErrors is how many bytes of a log are shown.
const lastErrors = 8 << 10

// Write prints the text: versions, the system, where data lies and who can read it, the connections without their keys, the
// latest crash, and the last errors.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("Program", "%s %s", r.Program, r.Version)
	line("Built with", "%s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line("System", "%s", system())
	line("Processors", "%d", runtime.NumCPU())
	line("Time", "%s", r.Now.Format(time.RFC3339))
	for _, name := range []string{"LC_ALL", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "FYNE_SCALE", "FYNE_THEME", "HTTPS_PROXY", "NO_PROXY"} {
		if value := os.Getenv(name); value != "" {
			line(name, "%s", value)
		}
	}
	for _, more := range r.More {
		b.WriteString(more + "\n")
	}
	b.WriteString("\n")
	line("Data", "%s", r.Config)
	if who, err := osfile.Others(r.Config); err != nil {
		line("", "%v", err)
	} else if len(who) > 0 {
		line("", "can be read by %s too", strings.Join(who, ", "))
	}
	r.connections(line)
	r.modules(line)
	folder := filepath.Join(r.Config, "log")
	if crashes := Crashes(folder); len(crashes) > 0 {
		latest := crashes[len(crashes)-1]
		text, err := os.ReadFile(latest) // #nosec G304 -- a file that this package wrote
		fmt.Fprintf(&b, "\nCrashes: %d. The latest, %s:\n", len(crashes), latest)
		if err != nil {
			text = []byte(err.Error())
		}
		b.WriteString(indented(string(text)))
	}
	for _, program := range []string{"enrollbench", "enrollctl"} {
		text, err := NewLog(folder, program).tail(lastErrors)
		if err != nil {
			text = []byte(err.Error())
		}
		if len(text) > 0 {
			fmt.Fprintf(&b, "\nLast errors of %s:\n%s", program, indented(string(text)))
		}
	}
	_, err := w.Write(Clean([]byte(b.String())))
	return err
}

// connections prints each without its key; the keys are in the keychain and are not asked for.
func (r Report) connections(line func(name, format string, args ...any)) {
	all, err := trustmanager.NewStore(r.Config).Load()
	if err != nil {
		line("Connections", "%v", err)
		return
	}
	line("Connections", "%d", len(all))
	for _, c := range all {
		line("", "%q, %s, %s, signs in with %v", c.Name, c.Kind, c.BaseURL, c.Authentication)
		for name, value := range map[string]string{"client certificate": c.ClientCertificate, "proxy": c.Proxy, "own root": c.ExtraCA} {
			if value != "" {
				line("", "  %s: %s", name, value)
			}
		}
	}
}

// modules prints what decides about behaviour beside the program's own version.
func (r Report) modules(line func(name, format string, args ...any)) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "fyne.io/fyne/v2", "modernc.org/sqlite", "github.com/ProtonMail/go-crypto", "github.com/zalando/go-keyring":
			line("", "%s %s", m.Path, m.Version)
		}
	}
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

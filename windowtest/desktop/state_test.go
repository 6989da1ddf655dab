//go:build unix

package desktop

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// The program may be in the middle of a line while the file is read: the last whole one counts.
func TestState(t *testing.T) {
	tests := []struct {
		name, file string
		want       string // the sentence; "" for an error
	}{
		{"one line", `{"sentence":"1 ready"}` + "\n", "1 ready"},
		{"the last of several", `{"sentence":"1 ready"}` + "\n" + `{"sentence":"2 ready"}` + "\n", "2 ready"},
		{"a line begun", `{"sentence":"1 ready"}` + "\n" + `{"sente`, "1 ready"},
		{"nothing yet", "", ""},
		{"only a line begun", `{"sentence":"1 re`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &Program{state: filepath.Join(t.TempDir(), "state")}
			if err := os.WriteFile(p.state, []byte(test.file), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := p.State()
			if (err != nil) != (test.want == "") || s.Sentence != test.want {
				t.Errorf("got %q, %v; want %q", s.Sentence, err, test.want)
			}
		})
	}
}

func TestEnvironmentIsTheDesktopsOwn(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	d := &Desktop{display: ":7", folder: "/f"}
	got := d.environment("A=1")
	want := []string{"DISPLAY=:7", "HOME=/f/home", "XDG_RUNTIME_DIR=/f/run", "LC_ALL=C.UTF-8", "LANG=C.UTF-8",
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "NO_AT_BRIDGE=1", "A=1"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

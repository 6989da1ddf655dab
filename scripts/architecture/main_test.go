package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name string
		from string
		to   string
		want string // part of the breach; "" for none
	}{
		{"base below format", "enrollbench/core/csr", "enrollbench/core/finding", ""},
		{"a room of its own", "enrollbench/core/csr", "enrollbench/core/csr/keycheck", ""},
		{"service over formats", "enrollbench/core/enrollment", "enrollbench/core/eui48", ""},
		{"services among themselves", "enrollbench/core/job", "enrollbench/core/ledger", ""},
		{"base among itself", "enrollbench/core/archive", "enrollbench/core/progress", ""},
		{"command line over core", "enrollbench/cmd/enrollctl", "enrollbench/core/csr", ""},
		{"window over core", "enrollbench/gui", "enrollbench/core/csr", ""},
		{"window's widgets", "enrollbench/gui", "enrollbench/gui/widgets/sheet", ""},
		{"window over a room", "enrollbench/gui", "enrollbench/gui/requests", ""},
		{"room over the frame", "enrollbench/gui/table", "enrollbench/gui/frame", ""},
		{"room over a widget", "enrollbench/gui/table", "enrollbench/gui/widgets/sheet", ""},
		{"frame over words", "enrollbench/gui/frame", "enrollbench/gui/words", ""},
		{"tests of rooms", "enrollbench/gui/frame/frametest", "enrollbench/windowtest/sample", ""},
		{"a state's color in the sheet", "enrollbench/gui/look", "enrollbench/gui/widgets/sheet", ""},
		{"a benchmark over the hidden screen", "enrollbench/bench", "enrollbench/windowtest/desktop", ""},
		{"main over the driver", "enrollbench", "fyne.io/fyne/v2/app", ""},
		{"window over Fyne", "enrollbench/gui", "fyne.io/fyne/v2/widget", ""},

		{"room over room", "enrollbench/gui/start", "enrollbench/gui/jobs", "rooms do not know of each other"},
		{"frame over room", "enrollbench/gui/frame", "enrollbench/gui/keys", "know no room"},
		{"widgets over room", "enrollbench/gui/widgets/sheet", "enrollbench/gui/table", "know no room"},
		{"room over the window", "enrollbench/gui/macs", "enrollbench/gui", "upwards"},
		{"a room over tests of rooms", "enrollbench/gui/macs", "enrollbench/gui/frame/frametest", "nothing imports tests"},
		{"words over look", "enrollbench/gui/words", "enrollbench/gui/look", "upwards"},
		{"files over frame", "enrollbench/gui/files", "enrollbench/gui/frame", "upwards"},
		{"no place in the window", "enrollbench/gui/lobby", "enrollbench/gui/words", "has no place"},
		{"format over format", "enrollbench/core/csr", "enrollbench/core/eui48", "formats do not import each other"},
		{"base over format", "enrollbench/core/archive", "enrollbench/core/csr", "upwards"},
		{"format over service", "enrollbench/core/csr", "enrollbench/core/job", "upwards"},
		{"core over window", "enrollbench/core/job", "enrollbench/gui", "upwards"},
		{"core over resources", "enrollbench/core/job", "enrollbench/resources", "upwards"},
		{"core over Fyne", "enrollbench/core/finding", "fyne.io/fyne/v2", "without the window"},
		{"command line over Fyne", "enrollbench/cmd/enrollctl", "fyne.io/fyne/v2/lang", "without the window"},
		{"command line over the window", "enrollbench/cmd/enrollctl", "enrollbench/gui", "without the window"},
		{"window over the driver", "enrollbench/gui", "fyne.io/fyne/v2/app", "only main may"},
		{"program over program", "enrollbench", "enrollbench/cmd/enrollctl", "programs do not"},
		{"core over a check", "enrollbench/core/csr", "enrollbench/windowtest", "nothing imports tests"},
		{"no place", "enrollbench/core/util", "fmt", "has no place"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := judge([]imports{{path: test.from, direct: []string{test.to}, all: []string{test.to}}})
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), test.want)) {
				t.Errorf("%s → %s: got %q, want %q", test.from, test.to, got, test.want)
			}
		})
	}
}

// What a package needs through others counts as well as what it names itself.
func TestJudgeIndirect(t *testing.T) {
	got := judge([]imports{{
		path:   "enrollbench/core/csr",
		direct: []string{"example.com/pretty"},
		all:    []string{"example.com/pretty", "fyne.io/fyne/v2/theme"},
	}})
	if len(got) != 1 || !strings.Contains(got[0], "core/csr needs fyne.io/fyne/v2/theme") {
		t.Errorf("a package of core that needs Fyne through another: %q", got)
	}
}

func TestThreads(t *testing.T) {
	const source = `package gui

import "fyne.io/fyne/v2"

func onSave() {
	go work()
	fyne.Do(func() { fyne.DoAndWait(show) })
	fyne.CurrentApp()
}
`
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "gui/save.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(threads(files, file), "\n")
	want := "gui/save.go:6: starts a goroutine: only gui/frame/task.go does that\n" +
		"gui/save.go:7: calls fyne.Do: only gui/frame/task.go does that\n" +
		"gui/save.go:7: calls fyne.DoAndWait: only gui/frame/task.go does that"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMakers(t *testing.T) {
	const source = `package x

func f() {
	os.WriteFile(a, b, 0o600)
	os.OpenFile(a, os.O_RDWR, 0)
	os.OpenFile(a, os.O_RDWR|os.O_CREATE, 0o600)
	osfile.Mkdir(a, 0o700)
	os.Open(a)
}
`
	for path, want := range map[string]int{"core/job/x.go": 2, "core/osfile/x.go": 0} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := made(files, file); len(got) != want {
			t.Errorf("%s: %q, want %d", path, got, want)
		}
	}
}

func TestNotifications(t *testing.T) {
	const source = "package frame\n\nfunc f(a fyne.App) {\n\ta.SendNotification(n)\n\tsend := a.ScheduleNotification\n}\n"
	tests := []struct{ path, source, want string }{
		{"gui/jobs/room.go", source, "gui/jobs/room.go:4: calls SendNotification: only gui/frame/notify_other.go does that\n" +
			"gui/jobs/room.go:5: calls ScheduleNotification: only gui/frame/notify_other.go does that"},
		{"gui/line/room.go", "package line\n\nvar a = container.NewThemeOverride(b, c)\n", "gui/line/room.go:3: a theme override loads every font again for each refresh and keeps them all: set the size of the one text"},
		{notifyFile, "//go:build !windows\n\n" + source, ""},
		{notifyFile, source, "gui/frame/notify_other.go: is built for Windows, where PowerShell would run a notification's text"},
		{notifyFile, "//go:build windows || linux\n\n" + source, "gui/frame/notify_other.go: is built for Windows, where PowerShell would run a notification's text"},
	}
	for _, test := range tests {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, test.path, test.source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(threads(files, file), "\n"); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.path, got, test.want)
		}
	}
}

// The rule holds for this checkout; go list and not a copy of it is asked.
func TestThisModule(t *testing.T) {
	t.Chdir("../..")
	packages, err := list("linux")
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 5 {
		t.Fatalf("go list names only %d packages", len(packages))
	}
	for _, breach := range judge(packages) {
		t.Error(breach)
	}
}

//go:build unix

package desktop

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Title is the title of the program's window.
const Title = "EnrollBench"

// Program is the program, running with its window open.
type Program struct {
	Up time.Duration // from its start to its window on the screen

	desktop *Desktop
	child   *child
	window  string // X's number of it
	state   string // the file that the program writes its state to
	closed  bool
}

// Launch starts a build of the program with a session bus of its own and waits for its window. theme is "light" or
// "dark"; args are the program's.
func (d *Desktop) Launch(binary, theme string, args ...string) (*Program, error) {
	p := &Program{desktop: d, state: filepath.Join(d.folder, fmt.Sprintf("state-%d.jsonl", len(d.running)))}
	cmd := exec.Command("dbus-run-session", append([]string{"--", binary}, args...)...) // #nosec G204 -- the build under test
	cmd.Env = d.environment("FYNE_THEME="+theme, StateVariable+"="+p.state)
	began := time.Now()
	if err := d.start(cmd, "enrollbench"); err != nil {
		return nil, err
	}
	p.child = d.running[len(d.running)-1]
	err := Wait("the window", func() (bool, error) {
		select {
		case <-p.child.exited:
			return false, fmt.Errorf("the program ended: %w: %s", p.child.err, p.child.said())
		default:
		}
		out, err := d.run("xdotool", "search", "--onlyvisible", "--name", "^"+Title+"$")
		if err != nil {
			return false, nil // none yet
		}
		p.window = strings.TrimSpace(out)
		return p.window != "" && !strings.Contains(p.window, "\n"), nil
	})
	if err != nil {
		p.child.end()
		return nil, err
	}
	p.Up = time.Since(began)
	if err := p.Resize(Width, Height); err != nil {
		p.child.end()
		return nil, err
	}
	if _, err := d.run("xdotool", "windowfocus", "--sync", p.window); err != nil {
		p.child.end()
		return nil, err
	}
	return p, nil
}

// process is the number of the program's process: the child of its session bus.
func (p *Program) process() (string, error) {
	parent := strconv.Itoa(p.child.cmd.Process.Pid)
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return "", err
	}
	for _, path := range all {
		stat, err := os.ReadFile(path) // #nosec G304 -- of the system
		if err != nil {
			continue // ended meanwhile
		}
		number, rest, _ := strings.Cut(string(stat), " (")
		name, rest, _ := strings.Cut(rest, ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == parent && strings.HasPrefix("enrollbench-checked", name) {
			return number, nil
		}
	}
	return "", errors.New("the program's process is not there")
}

// Memory is how much memory of the computer the program holds, in MB.
func (p *Program) Memory() (int, error) {
	n, err := p.process()
	if err != nil {
		return 0, err
	}
	status, err := os.ReadFile("/proc/" + n + "/status") // #nosec G304 -- of the system
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb := 0
	_, err = fmt.Sscan(rest, &kb)
	return kb / 1000, err
}

// Computing is how long the program has kept processors busy.
func (p *Program) Computing() (time.Duration, error) {
	n, err := p.process()
	if err != nil {
		return 0, err
	}
	stat, err := os.ReadFile("/proc/" + n + "/stat") // #nosec G304 -- of the system
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields, ticks := strings.Fields(rest), 0
	for _, f := range fields[11:13] { // of the program and of the system for it, in hundredths of a second
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// Home is the folder that the program takes for its user's own.
func (p *Program) Home() string { return filepath.Join(p.desktop.folder, "home") }

// Exited is closed once the program has ended.
func (p *Program) Exited() <-chan struct{} { return p.child.exited }

// Said returns what the program wrote to its standard output and error.
func (p *Program) Said() string { return p.child.said() }

// Key presses keys one after another, as xdotool names them: "ctrl+s", "Tab", "Return".
func (p *Program) Key(keys ...string) error {
	_, err := p.desktop.run("xdotool", append([]string{"key", "--clearmodifiers", "--delay", "20"}, keys...)...)
	return err
}

// Type types text. Characters that the keyboard does not have are left to the tests of drops.
func (p *Program) Type(text string) error {
	_, err := p.desktop.run("xdotool", "type", "--clearmodifiers", "--delay", "8", text)
	return err
}

// Click presses the first mouse button at a point of the window.
func (p *Program) Click(x, y int) error {
	_, err := p.desktop.run("xdotool", "mousemove", "--sync", "--window", p.window, strconv.Itoa(x), strconv.Itoa(y), "click", "1")
	return err
}

// RightClick presses the secondary mouse button at a point of the window.
func (p *Program) RightClick(x, y int) error {
	_, err := p.desktop.run("xdotool", "mousemove", "--sync", "--window", p.window, strconv.Itoa(x), strconv.Itoa(y), "click", "3")
	return err
}

// Resize asks for another size of the window, in pixels.
func (p *Program) Resize(width, height int) error {
	_, err := p.desktop.run("xdotool", "windowsize", "--sync", p.window, strconv.Itoa(width), strconv.Itoa(height))
	return err
}

// ResizeFor gives the window another size and waits until it is laid out for it, for a picture.
func (p *Program) ResizeFor(width, height int) error {
	if err := p.Resize(width, height); err != nil {
		return err
	}
	_, err := p.Expect("the new size", func(s State) bool { return s.Width == width })
	return err
}

// Rest moves the mouse where nothing reacts to it, for a picture.
func (p *Program) Rest() error {
	_, err := p.desktop.run("xdotool", "mousemove", strconv.Itoa(Width-1), strconv.Itoa(Height-1))
	return err
}

//go:embed xdnd.py
var xdnd string

// Drop drops files and folders on a point of the window, as a file manager does.
func (p *Program) Drop(x, y int, paths ...string) error {
	interpreter, err := python()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreter, "-c", xdnd, p.window, strconv.Itoa(x), strconv.Itoa(y)) // #nosec G204 -- our own script
	cmd.Env = p.desktop.environment()
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the drop: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// Picture writes a PNG of the window.
func (p *Program) Picture(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	_, err := p.desktop.run("import", "-window", p.window, "-strip", path)
	return err
}

// Settled writes a PNG of the window once two pictures in a row are the same, so that nothing is caught half drawn. Where
// something goes on moving, such as a blinking cursor, the last one stands.
func (p *Program) Settled(path string) error {
	var last []byte
	for range 20 {
		if err := p.Picture(path); err != nil {
			return err
		}
		now, err := os.ReadFile(path)
		if err != nil || bytes.Equal(now, last) {
			return err
		}
		last = now
	}
	return nil
}

// wrongThread begins what Fyne logs when something touches a widget outside the UI thread, in builds that check it.
const wrongThread = "Error in Fyne call thread"

// Close closes the window the way a user does, waits for the program's end, and fails where it ends with an error or has
// logged a call from a wrong thread.
func (p *Program) Close() error {
	if p.closed {
		return nil
	}
	if err := p.Key("alt+F4"); err != nil {
		p.closed = true
		p.child.end()
		return err
	}
	return p.Ended()
}

// Ended waits for the end of a program that was told to close, and fails where it ends with an error or has logged a call
// from a wrong thread.
func (p *Program) Ended() error {
	p.closed = true
	defer p.child.end()
	err := Wait("the end of the program", func() (bool, error) {
		select {
		case <-p.child.exited:
			return true, nil
		default:
			return false, nil
		}
	})
	if err != nil {
		return err
	}
	if p.child.err != nil {
		return fmt.Errorf("the program ended with %w: %s", p.child.err, p.Said())
	}
	if strings.Contains(p.Said(), wrongThread) {
		return errors.New("widgets were touched outside the UI thread: " + p.Said())
	}
	return nil
}

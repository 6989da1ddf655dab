//go:build unix

// Package desktop is a screen that nobody sees, with a window manager, on which the program's real window is started, driven
// by keyboard, mouse and drops, and looked at. The tests of the real window, the screenshots and the benchmark of the
// start share it.
//
// It needs Xvfb, openbox, xdotool, xprop, dbus-run-session, ImageMagick's import, and Python 3 with python3-xlib: Missing
// names what is not there.
package desktop

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Width and Height of the screen and of the window, in pixels. Windows have no frame.
const (
	Width  = 1280
	Height = 900
)

// Patience is how long anything is waited for before it counts as not happening. It is generous, for busy computers:
// nothing is ever waited for longer than it takes.
const Patience = 60 * time.Second

// tools are the programs without which there is no desktop.
var tools = []string{"Xvfb", "openbox", "xdotool", "xprop", "dbus-run-session", "import"}

// Missing names what has to be installed before a desktop can be started; nothing if all is there.
func Missing() (missing []string) {
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if _, err := python(); err != nil {
		missing = append(missing, "python3-xlib")
	}
	return missing
}

// python finds an interpreter that has Xlib: the distribution's, as a rule, and not one that was installed beside it.
func python() (string, error) {
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(p, "-c", "import Xlib").Run() == nil { // #nosec G204 -- one of two names
			return p, nil
		}
	}
	return "", fmt.Errorf("no python3 that has Xlib (package python3-xlib)")
}

// Desktop is a display of its own.
type Desktop struct {
	Locale string // of the programs that are started from now on, such as "de_DE.UTF-8"; "" is English

	display string   // ":7"
	folder  string   // everything that the programs on it write for themselves
	running []*child // in the order in which they were started
}

// windowManager has windows without frames in the upper left corner, so that a point in the window is the same on the
// screen. Its only key is the one that closes a window.
const windowManager = `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard><mouse/>
  <applications><application type="normal"><decor>no</decor><position force="yes"><x>0</x><y>0</y></position><focus>yes</focus></application></applications>
</openbox_config>
`

// Start starts a display with a number that is free, and a window manager on it. What programs write into their home lies
// below folder, which is the caller's to remove after Close.
func Start(folder string) (*Desktop, error) { return StartSized(folder, Width, Height) }

// StartSized does so with a screen of another size, in pixels.
func StartSized(folder string, width, height int) (*Desktop, error) {
	d := &Desktop{folder: folder}
	for _, sub := range []string{"home", "run"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o700); err != nil {
			return nil, err
		}
	}
	// The server writes its number when it is ready for connections.
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset")
	server.ExtraFiles = []*os.File{write}
	err = d.start(server, "Xvfb")
	write.Close()
	if err != nil {
		return nil, err
	}
	if err := read.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		d.Close()
		return nil, err
	}
	number := make([]byte, 16)
	n, err := read.Read(number)
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("the display did not start: %w: %s", err, d.running[0].said())
	}
	d.display = ":" + strings.TrimSpace(string(number[:n]))

	config := filepath.Join(folder, "openbox.xml")
	if err := os.WriteFile(config, []byte(windowManager), 0o600); err != nil {
		d.Close()
		return nil, err
	}
	if err := d.start(exec.Command("openbox", "--sm-disable", "--config-file", config), "openbox"); err != nil { // #nosec G204 -- a file just written
		d.Close()
		return nil, err
	}
	err = Wait("the window manager", func() (bool, error) {
		out, err := d.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
		return strings.Contains(out, "window id"), err
	})
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close ends every program on the desktop, and the desktop.
func (d *Desktop) Close() {
	for i := len(d.running) - 1; i >= 0; i-- {
		d.running[i].end()
	}
	d.running = nil
}

// environment is what programs see: this display, a home of their own and a character set in which any text can be typed;
// nothing of the desktop that the caller may be sitting at.
func (d *Desktop) environment(more ...string) []string {
	locale := cmp.Or(d.Locale, "C.UTF-8")
	env := []string{"DISPLAY=" + d.display, "HOME=" + filepath.Join(d.folder, "home"), "XDG_RUNTIME_DIR=" + filepath.Join(d.folder, "run"),
		"LC_ALL=" + locale, "LANG=" + locale, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "NO_AT_BRIDGE=1"}
	return append(env, more...)
}

// child is a process with its own group, so that whatever it starts ends with it.
type child struct {
	cmd    *exec.Cmd
	log    string
	exited chan struct{} // closed once it has ended; err then holds how
	err    error
}

func (d *Desktop) start(cmd *exec.Cmd, name string) error {
	c := &child{cmd: cmd, log: filepath.Join(d.folder, fmt.Sprintf("%s-%d.log", name, len(d.running))), exited: make(chan struct{})}
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.Env == nil {
		cmd.Env = d.environment()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		c.err = cmd.Wait()
		close(c.exited)
	}()
	d.running = append(d.running, c)
	return nil
}

// said returns what the process wrote.
func (c *child) said() string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b))
}

// end ends the process and all that it started, politely first.
func (c *child) end() {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = syscall.Kill(-c.cmd.Process.Pid, signal) // it may be gone already
		select {
		case <-c.exited:
			return
		case <-time.After(5 * time.Second):
		}
	}
}

// run runs a tool on the desktop to its end.
func (d *Desktop) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...) // #nosec G204 -- the tools of this package
	cmd.Env = d.environment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// Wait asks again and again whether something has happened, until it has or Patience ends. The error then says what was
// waited for and the last that went wrong with asking.
func Wait(what string, happened func() (bool, error)) error {
	var last error
	for end := time.Now().Add(Patience); ; {
		ok, err := happened()
		if ok {
			return nil
		}
		last = err
		if time.Now().After(end) {
			if last != nil {
				return fmt.Errorf("%s did not come within %v: %w", what, Patience, last)
			}
			return fmt.Errorf("%s did not come within %v", what, Patience)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

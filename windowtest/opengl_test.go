//go:build window

package windowtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"enrollbench/windowtest/desktop"
)

// A display without OpenGL, as a remote session or a computer without a driver has it: the program says so, and what to do,
// and ends. Left to itself Fyne waits for a window that never comes.
func TestWithoutOpenGL(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset", "-extension", "GLX")
	server.ExtraFiles = []*os.File{write}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	_ = read.SetReadDeadline(time.Now().Add(desktop.Patience))
	number := make([]byte, 16)
	n, err := read.Read(number)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), desktop.Patience)
	defer cancel()
	program := exec.CommandContext(ctx, window)
	home := t.TempDir()
	program.Env = []string{"DISPLAY=:" + strings.TrimSpace(string(number[:n])), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH")}
	said, err := program.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("it ended with %v", err)
	}
	for _, want := range []string{"no OpenGL 2.1", "Mesa", "enrollctl"} {
		if !strings.Contains(string(said), want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// probeOpenGL says why no window can be drawn here: Fyne needs OpenGL 2.1, and where it is missing Fyne waits for a window that
// never comes. What it opens is never shown, and closed again before Fyne begins. macOS always has it.
func probeOpenGL() (err error) {
	if runtime.GOOS == "darwin" {
		return nil
	}
	defer func() {
		if p := recover(); p != nil { // the binding panics at what it does not expect, such as a server without GLX
			err = fmt.Errorf("%v", p)
		}
	}()
	if err := glfw.Init(); err != nil {
		return err
	}
	defer glfw.Terminate()
	glfw.WindowHint(glfw.Visible, glfw.False)
	glfw.WindowHint(glfw.ContextVersionMajor, 2)
	glfw.WindowHint(glfw.ContextVersionMinor, 1)
	w, err := glfw.CreateWindow(16, 16, "EnrollBench", nil, nil)
	if w == nil && err == nil {
		err = errors.New("the system gives no reason")
	}
	if w != nil {
		w.Destroy()
	}
	return err
}

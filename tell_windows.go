package main

import (
	"log"

	"golang.org/x/sys/windows"
)

// noOpenGL is what to do without OpenGL.
const noOpenGL = "EnrollBench cannot draw its window: this computer offers no OpenGL 2.1. Install the driver of its graphics card. " +
	"In a virtual machine or a remote session, put Mesa's opengl32.dll beside enrollbench.exe. enrollctl.exe does the same work without a window."

// tell says something before or after there is a window: a program with windows has no stderr that anybody reads.
func tell(text string) {
	log.Print(text)
	body, err := windows.UTF16PtrFromString(text)
	title, err2 := windows.UTF16PtrFromString("EnrollBench")
	if err == nil && err2 == nil {
		_, _ = windows.MessageBox(0, body, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	}
}

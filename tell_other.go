//go:build !windows

package main

import (
	"context"
	"log"
	"time"

	"github.com/godbus/dbus/v5"
)

// noOpenGL is what to do without OpenGL.
const noOpenGL = "EnrollBench cannot draw its window: this display offers no OpenGL 2.1. Install the driver of the graphics card, or Mesa " +
	"(Debian and Ubuntu: libgl1-mesa-dri; Fedora: mesa-dri-drivers). enrollctl does the same work without a window."

// tell says something before or after there is a window: on stderr, and on the desktop for who started the program from a
// menu. The text is this program's own.
func tell(text string) {
	log.Print(text)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return // macOS, or no desktop
	}
	defer bus.Close()
	bus.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications").CallWithContext(ctx, "org.freedesktop.Notifications.Notify", 0,
		"EnrollBench", uint32(0), "", "EnrollBench", text, []string{}, map[string]dbus.Variant{}, int32(0))
}

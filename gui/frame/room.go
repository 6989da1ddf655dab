package frame

import (
	"fyne.io/fyne/v2"

	"enrollbench/core/job"
	"enrollbench/gui/widgets"
)

// Room is one part of the program on the rail, or a page in front of it. What only some can are interfaces of their own.
// Every method of all of them belongs to the UI thread.
type Room interface {
	Name() string
	Icon() string
	Content() fyne.CanvasObject
	Shown() // it came to the front
}

// What a room may also be.
type (
	Dropper   interface{ Drop(paths []string) } // takes files that were dropped on it
	Opener    interface{ Open() }               // Ctrl+O
	Saver     interface{ Save() }               // Ctrl+S
	Finder    interface{ Find() }               // Ctrl+F
	Paster    interface{ Paste(text string) }   // Ctrl+V while no field has the focus
	Undoer    interface{ Undo() }               // Ctrl+Z
	Rechecker interface{ Recheck() }            // F5
	Leader    interface{ NextProblem() }        // F8
	Escaper   interface{ Escape() }             // Escape while no dialog is open
	Starter   interface{ StartBatch() }         // Ctrl+J: what it holds is ordered
	Closer    interface{ Close() }              // the window closes: what the room left on the disk for itself goes

	// Editor is a room whose content is edited.
	Editor interface {
		Redo()            // Ctrl+Y
		Replace()         // Ctrl+H
		PreviousProblem() // Shift+F8
	}
	// Telling is a room that can say what its line at the bottom shows, whether it works, how many rows its list shows, and
	// which entry the keyboard is on. Tests of the real window read it.
	Telling interface {
		Telling() (bar *widgets.BottomBar, busy bool, rows int, current string)
	}
	// Working is a room that says whether anything runs in it that ends by itself.
	Working interface{ Busy() bool }
	// Judging is a room that shows a verdict.
	Judging interface{ Verdict() string }

	// DeskWatcher hears of the desk: it is being opened, is open, or did not open.
	DeskWatcher interface {
		DeskOpens()
		DeskOpened()
		DeskFailed(err error)
	}
	// ConnectionsWatcher hears of the connections whenever they were read; first is at the program's start.
	ConnectionsWatcher interface {
		ConnectionsRead(l ConnectionList, first bool)
	}
	// RecipientWatcher hears that another recipient was chosen.
	RecipientWatcher interface{ RecipientChanged() }
	// PracticeWatcher hears that the practice service is being started, or no longer is.
	PracticeWatcher interface{ PracticeChanged() }
)

// tell says something to every room and page that listens.
func tell[T any](a *Frame, say func(T)) {
	for _, list := range [][]Room{a.rooms, a.pages} {
		for _, r := range list {
			if t, ok := r.(T); ok {
				say(t)
			}
		}
	}
}

// Order is what a room hands over to be ordered. The start page adds connection, profile and recipient.
type Order struct {
	What   string    // in words: "500 certificates from the MAC range 00-1a-…, step 10"
	Batch  job.Batch // name, method, keys, files or range, findings
	Folder string    // of files that were written to be sent, "" for none: it goes unless the batch is prepared
}

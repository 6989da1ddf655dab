package frame

import (
	"fyne.io/fyne/v2"

	"enrollbench/core/job"
	"enrollbench/core/upload"
	"enrollbench/gui/files"
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
	Opener    interface{ Open() }             // Ctrl+O
	Saver     interface{ Save() }             // Ctrl+S
	Finder    interface{ Find() }             // Ctrl+F
	Paster    interface{ Paste(text string) } // Ctrl+V while no field has the focus
	Undoer    interface{ Undo() }             // Ctrl+Z
	Rechecker interface{ Recheck() }          // F5
	Leader    interface{ NextProblem() }      // F8
	Escaper   interface{ Escape() }           // Escape while no dialog is open
	Starter   interface{ StartBatch() }       // Ctrl+J: what it holds is ordered
	Yielder   interface{ Yield() }            // a page whose room takes what was dropped on the page
	Closer    interface{ Close() }            // the window closes: what the room left on the disk for itself goes

	// Helper is the page that explains the rooms.
	Helper interface {
		Room
		Help(of Room)
	}
	// Dropper is a room that takes files. Takes says what belongs there, and what else the room takes while it is in front:
	// Key and Vague among these only if they belong nowhere.
	Dropper interface {
		Takes() (home, also files.Use)
		Drop(paths []string)
	}
	// Editor is a room whose content is edited.
	Editor interface {
		Redo()            // Ctrl+Y
		Replace()         // Ctrl+H
		PreviousProblem() // Shift+F8
	}
	// Alone is a page that has the whole screen to itself once it is in front: nothing else leads away from it than LeaveAlone, and all
	// that is dropped is its own.
	Alone interface {
		Room
		Drop(paths []string)
		Left() // it is in front no more
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
	// LedgerWatcher hears that the station uses another ledger.
	LedgerWatcher interface{ LedgerChanged() }
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

	Sources   []string // paths of the files and folders that it was made from
	LeftOut   int      // how many entries are not in it
	LeftNames []string // the first of them
}

// ShownNames is how many of the files and entries of an order are named; the others are counted.
const ShownNames = 5

// LeaveOut says what the order leaves out: so many entries, which stand in a list beside the upload file.
func (o *Order) LeaveOut(n int, list string) (err error) {
	o.LeftOut = n
	if n > 0 {
		o.LeftNames, err = upload.LeftOutNames(list, ShownNames)
	}
	return err
}

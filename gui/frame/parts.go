package frame

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"enrollbench/core/finding"
	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// Parts of the frame. Each room puts its own interface together from those that it needs, and from where it leads to.
type (
	// Voice says things: in passing, in a dialog, about a failure, and that one thing comes after the other.
	Voice interface {
		Note(n widgets.Note)
		Ask(d *widgets.Dialog)
		Fail(what string, err error, next ...widgets.Answer)
		AskWhy(f finding.Finding)
		AskSecrets(rule *finding.Rule, names []string, next ...widgets.Answer)
		Busy()
	}
	// Bench is what every room works on.
	Bench interface {
		Tasks() *Tasks
		Preferences() fyne.Preferences
		Canvas() fyne.Canvas
		Clipboard() fyne.Clipboard
	}
	// Picker lets the user choose what is read.
	Picker interface {
		PickFiles(o files.Options, then func(paths []string))
		PickFolder(o files.Options, then func(path string))
		PickFile(title string, ends []string, kind string, then func(path string))
	}
	// Writer lets the user name what is written, and says that it was.
	Writer interface {
		PickTarget(o files.Options, then func(path string, agreed bool))
		SaveFile(o files.Options, write func(path string, replace bool))
		AskReplace(path, text string, replace func())
		Written(state look.State, text, path string)
		ShowInFolder(path string)
	}
	// Stage is what stands in front.
	Stage interface {
		Current() Room
		Bring(r Room)
		ShowAside(page Room)
		Back()
	}
	// Station is the desk with its connections.
	Station interface {
		Desk() *Desk
		NoDesk()
		Connections() ConnectionList
		ReadConnections(first bool)
		UseConnection(id string)
		ShowConnections()
		Practise(then func())
	}
	// KeyRing is where private keys are read from.
	KeyRing interface {
		ReadKey(ctx context.Context, path string) (*HeldKey, error)
		KeepPassphrase(ctx context.Context, h *HeldKey)
		RecentKeys() []string
		RememberKey(path string, names ...string)
		KeyFor(names []string) string
		PickRecipient(done func(path string))
	}
	// Recipients is whom results are sealed to, and how far that can be relied on.
	Recipients interface {
		Recipient() *recipient.Recipient
		RecipientState(r *recipient.Recipient) look.State
		Proven(r *recipient.Recipient) time.Time
	}
)

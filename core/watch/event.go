package watch

import (
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// State is where the folder, a batch or a file stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // for files
	Gathering State = "gathering" // Count of Of CSRs are there
	Sending   State = "sending"
	Sent      State = "sent"   // the service is at work
	Opened    State = "opened" // the result is exported
	Refused   State = "refused"
	NeedsYou  State = "needs you"
)

// urgency orders states: the first that any batch or file is in is the light of the folder.
var urgency = []State{NeedsYou, Refused, Sending, Gathering, Sent, Opened, Waiting}

// Event is one change, in words for people and for scripts.
type Event struct {
	Time   time.Time `json:"time"`
	State  State     `json:"state"`
	Folder string    `json:"folder"`
	Batch  string    `json:"batch,omitempty"` // its folder within taken, and its name among the jobs; "" for the folder itself
	File   string    `json:"file,omitempty"`  // that was refused or is waited for, by its name
	Count  int       `json:"count"`           // certificates or CSRs
	Of     int       `json:"of,omitempty"`    // that make a batch, while gathering; that were ordered
	// Message says what happened, Hint what to do now; without a full stop, as errors of core.
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Path    string `json:"path,omitempty"` // of what was refused or exported
}

// subject is what an event is about: a later one about the same takes its place.
func (e *Event) subject() string { return e.Batch + "/" + e.File }

// board is the last event of each batch and file.
type board struct {
	mu     sync.Mutex
	folder string
	events []Event // in the order of their last changes; the first one is the folder's own
}

// boardLength is how many batches and files are kept: what is finished goes first.
const boardLength = 50

func newBoard(folder string) board {
	return board{folder: folder, events: []Event{{Folder: folder}}}
}

// put notes an event and says whether it is news.
func (b *board) put(e Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.events, func(old Event) bool { return old.subject() == e.subject() })
	if i >= 0 {
		old := b.events[i]
		if old.Time = e.Time; old == e {
			return false
		}
		if i == 0 {
			b.events[0] = e
			return true
		}
		b.events = slices.Delete(b.events, i, i+1)
	}
	b.events = append(b.events, e)
	if len(b.events) > boardLength {
		i := slices.IndexFunc(b.events[1:], func(e Event) bool { return e.State == Opened })
		b.events = slices.Delete(b.events, max(i, 0)+1, max(i, 0)+2)
	}
	return true
}

// settle forgets what needed somebody and does so no more: the file is gone or whole, the batch is finished.
func (b *board) settle(w *Watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.events)
	b.events = slices.DeleteFunc(b.events, func(e Event) bool {
		if e.State != NeedsYou {
			return false
		}
		if e.File != "" {
			s := w.sights[e.File]
			return s == nil || !s.stuck
		}
		return e.Batch != "" && !slices.ContainsFunc(w.batches, func(b *batch) bool { return b.name == e.Batch })
	})
	if len(b.events) < before {
		b.events[0] = Event{Folder: b.folder} // how the folder stands now is news
	}
}

// light tells how the folder itself stands, unless it is in trouble, which look says.
func (b *board) light(w *Watcher) {
	if w.away > 0 {
		return
	}
	b.settle(w)
	if n := w.gathered(); n > 0 {
		w.tell(Event{State: Gathering, Count: n, Of: w.Count})
	} else {
		w.tell(Event{State: Waiting, Of: w.Count})
	}
}

// tell completes an event, notes it and passes it on if it is news.
func (w *Watcher) tell(e Event) {
	e.Time, e.Folder = w.Now().Truncate(time.Millisecond), w.Folder
	if w.board.put(e) && w.Tell != nil {
		w.Tell(e)
	}
}

// Events are the last event of the folder itself, and those of its latest batches and files, the newest last.
func (w *Watcher) Events() []Event {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	return slices.Clone(w.board.events)
}

// Acknowledge forgets what was refused or has ended: somebody has seen it. What still needs somebody stays.
func (w *Watcher) Acknowledge() {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	w.board.events = slices.DeleteFunc(w.board.events, func(e Event) bool {
		return e.subject() != "/" && (e.State == Refused || e.State == Opened)
	})
}

// Light is the most urgent of events: what the light of a folder shows.
func Light(events []Event) Event {
	for _, state := range urgency {
		for _, e := range slices.Backward(events) {
			if e.State == state {
				return e
			}
		}
	}
	return Event{State: Waiting}
}

// base is the name of the folder for batches.
func (w *Watcher) base() string { return filepath.Base(w.Folder) }

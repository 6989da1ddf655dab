// Package watch takes what machines drop into a folder (a hot folder): CSRs gather into a batch until there are enough of them or the
// first has waited long enough, and then are checked and sent as a person would send them; results are opened and exported.
//
// Open a folder, then call Run, or Step from time to time. Every change is told as an Event. Whoever runs it runs Jobs.Watch too, which
// asks the service, and calls Wake when a batch changes.
//
// # What is taken
//
// A file counts only when it is whole: it has content, no program has it open for writing (as far as the system tells), and its size
// and time have stayed the same for a while. Names of files under way (.part, .tmp, ~$ and the like) and hidden ones are left.
// The system's notices of changes make it fast. Looking anew every few seconds makes it right, because network shares give no notices.
//
// # Never twice
//
// What is taken is moved into the folder taken/BATCH first, and only files there are sent: the move is the commit. The batch is
// called BATCH in the database of jobs too, which knows whether it was prepared and sent. So after a crash each folder below taken is
// in one of three states: not prepared, and it is prepared now; prepared, and Jobs knows the rest; or finished. What may exist at the
// service is never sent again. What is refused moves to the folder refused, beside a text that says why and what to do. Nothing is
// deleted, and nothing is replaced.
package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"enrollbench/core/delivery"
	"enrollbench/core/filelock"
	"enrollbench/core/job"
	"enrollbench/core/osfile"
)

// Folders within the watched one.
const (
	takenFolder   = "taken"   // what was taken, a folder for each batch
	refusedFolder = "refused" // what was not, with the reasons
	resultsFolder = "results" // what results hold, where no other folder was named
	lockFile      = ".enrollbench.lock"
)

// Defaults of Options.
const (
	DefaultCount = 100
	DefaultWait  = 5 * time.Minute
	DefaultStill = 2 * time.Second
	DefaultPoll  = 5 * time.Second
)

// Options say what is watched and what becomes of it.
type Options struct {
	Folder     string // it must exist; subfolders are not looked into
	Out        string // the folder for certificates and keys, a folder for each batch; "": results, within Folder
	Connection string // id or name
	Profile    string // id or name
	Format     job.Format
	NoChain    bool

	Once  bool          // do not wait for more: what is there is a batch as soon as all of it is whole
	Count int           // CSRs that make a batch; 0: DefaultCount
	Wait  time.Duration // since the first, after which a batch is sent with less; 0: DefaultWait
	Still time.Duration // for which a file must not change; 0: DefaultStill
	Poll  time.Duration // from one look to the next; 0: DefaultPoll

	Export  delivery.ExportOptions // form and names of what is exported; its Dir is not used
	Anchors *delivery.Anchors      // whom to trust; practice trusts its own root too
	// Key is the private key for a sealed result, which names the keys that open it as wants; done wipes the key. nil: there is none.
	Key func(ctx context.Context, wants []string) (key delivery.Opener, done func(), err error)

	Tell func(Event)      // is called from the goroutine of Run or Step
	Now  func() time.Time // nil: the system's clock
}

// ErrWatched says that another program, or another watch of this one, has the folder.
var ErrWatched = errors.New("another program watches this folder; stop that program, or choose another folder")

// Watcher watches one folder. Run and Step are for one goroutine; Wake, Hurry, Events and Acknowledge may be called from any.
type Watcher struct {
	Options
	station *job.Station
	lock    *os.File
	wake    chan struct{}
	hurry   atomic.Bool
	board   board

	sights  map[string]*sight // of files in the folder, by name
	batches []*batch          // that are not finished
	resumed bool              // what an earlier run left was read
	away    int               // how often the folder could not be read, in a row
	moment  func()            // is called wherever a crash could do harm; tests end the program there
}

// Open prepares to watch a folder with an open station, whose jobs are open. Nothing is taken yet. The caller closes the Watcher.
// Errors: ErrWatched; those of the file system.
func Open(s *job.Station, o Options) (*Watcher, error) {
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(folder); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%q is not a folder", folder)
	}
	if o.Out == "" {
		o.Out = filepath.Join(folder, resultsFolder)
	}
	if o.Out, err = filepath.Abs(o.Out); err != nil {
		return nil, err
	}
	if o.Out == folder {
		return nil, fmt.Errorf("results cannot go to the watched folder itself, %q; choose another folder for them", folder)
	}
	o.Folder = folder
	o.Count, o.Wait, o.Still, o.Poll = or(o.Count, DefaultCount), or(o.Wait, DefaultWait), or(o.Still, DefaultStill), or(o.Poll, DefaultPoll)
	if o.Format == "" {
		o.Format = job.PEM
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	w := &Watcher{Options: o, station: s, wake: make(chan struct{}, 1), sights: map[string]*sight{}, board: newBoard(folder), moment: func() {}}
	if w.lock, err = osfile.OpenFile(filepath.Join(folder, lockFile), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if filelock.Try(w.lock) == filelock.Held { // where there are no locks, the ledger keeps two from ordering the same
		return nil, errors.Join(fmt.Errorf("%q: %w", folder, ErrWatched), w.lock.Close())
	}
	for _, name := range []string{takenFolder, refusedFolder} {
		if err := osfile.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	return w, osfile.MkdirAll(o.Out, 0o700)
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Close gives the folder up. Run must have ended.
func (w *Watcher) Close() error {
	filelock.Release(w.lock)
	return w.lock.Close()
}

// Wake has Run look at once: somebody changed a batch.
func (w *Watcher) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Hurry has Run send the CSRs that are there without waiting for more, and try again at once what went wrong.
func (w *Watcher) Hurry() {
	w.hurry.Store(true)
	w.Wake()
}

// Run watches until ctx ends, and returns its error then; with Once until nothing is left to do. An act that was begun is ended first: a start of a batch that is cut off
// would leave in doubt whether it was sent.
func (w *Watcher) Run(ctx context.Context) error {
	var events <-chan fsnotify.Event
	var failures <-chan error
	if notices, err := fsnotify.NewWatcher(); err == nil { // without, looking every few seconds has to do
		defer notices.Close()
		if notices.Add(w.Folder) == nil {
			events, failures = notices.Events, notices.Errors
		}
	}
	for {
		again := w.Step(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.Once && w.idle() {
			return nil
		}
		timer := time.NewTimer(again)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-timer.C:
				waiting = false
			case <-w.wake:
				waiting = false
			case e := <-events:
				waiting = left(filepath.Base(e.Name)) // our own lock and others' temporary files
			case <-failures: // events were lost
				waiting = false
			}
		}
		timer.Stop()
	}
}

// Step does all that is to be done now and returns after how long there may be more. What goes wrong is told as an event and tried
// again later; the end of ctx ends it between two acts.
func (w *Watcher) Step(ctx context.Context) (again time.Duration) {
	defer w.board.light(w)
	again = w.Poll
	if err := w.resume(ctx); err != nil {
		w.trouble(ctx, err)
		return again
	}
	if err := w.look(); err != nil {
		w.trouble(ctx, err)
		return again
	}
	w.away = 0
	w.judge(ctx)
	hurry := w.hurry.Swap(false)
	for ctx.Err() == nil && (w.due() || hurry && w.gathered() > 0) {
		if err := w.take(w.next()); err != nil {
			w.trouble(ctx, err)
			return again
		}
	}
	again = min(again, w.pending())
	var open []*batch
	for _, b := range w.batches {
		if ctx.Err() == nil && (hurry || !b.after.After(w.Now())) {
			w.advance(ctx, b)
		}
		if !b.done {
			open = append(open, b)
		}
		if wait := b.after.Sub(w.Now()); wait > 0 {
			again = min(again, wait)
		}
	}
	w.batches = open
	return max(again, 50*time.Millisecond)
}

// trouble tells that the folder itself cannot be used now.
func (w *Watcher) trouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.away++
	w.tell(Event{State: NeedsYou, Message: osfile.Explain(err), Hint: "check that the folder exists and that you may read and change it; the program tries again"})
}

// idle says whether nothing waits for a file, a time or the service: what there was is done, or needs somebody.
func (w *Watcher) idle() bool {
	for _, s := range w.sights {
		if !s.stuck {
			return false
		}
	}
	return !slices.ContainsFunc(w.batches, func(b *batch) bool { return !b.stuck })
}

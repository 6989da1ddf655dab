package job

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/filelock"
	"enrollbench/core/ledger"
	"enrollbench/core/osfile"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// Options of Open.
type Options struct {
	// Connect makes the client of a connection. It is called anew for each step, so that a token that was replaced is used
	// at once, and once for all that Watch asks until there is an error. A client that is an io.Closer is closed at the end.
	Connect func(ctx context.Context, connectionID string) (Service, error)
	// Connection finds a connection by its id, for the check whether its requests have a place for all that is ordered; nil goes
	// without until the start.
	Connection func(connectionID string) (trustmanager.Connection, error)
	// Ledger is that of practice, or of everything else: Station.Ledger. What a batch orders is claimed in it before it is sent.
	Ledger func(ctx context.Context, practice bool) (*ledger.Ledger, error)
	// Operator is who works here, for the ledger; nil is nobody by name.
	Operator func() string
	// Folder is where fetched results and imported upload files lie, one folder a batch; it is made, 0700.
	Folder string
	// Clock tells the time; nil is the system's.
	Clock Clock
}

// Jobs are all batches of one database. They are safe for concurrent use, also by several processes.
type Jobs struct {
	db         *store.DB
	connect    func(ctx context.Context, connectionID string) (Service, error)
	connection func(connectionID string) (trustmanager.Connection, error)
	folder     string
	ledger     func(ctx context.Context, practice bool) (*ledger.Ledger, error)
	who        func() string
	clock      Clock
	me         *claimant

	telling sync.Mutex // the ledger what it does not know yet
	silent  time.Time  // until then it is left alone

	mu      sync.Mutex
	waiting []chan struct{} // of those who want to hear of changes
}

// Open opens the jobs of a database. Nothing is asked or sent: call Resume then.
func Open(db *store.DB, o Options) (*Jobs, error) {
	if o.Connect == nil || o.Ledger == nil || o.Folder == "" {
		return nil, errors.New("jobs need a folder, a ledger and a way to connect")
	}
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return nil, err
	}
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if err := db.Migrate(context.Background(), "job", migrations); err != nil {
		return nil, err
	}
	// What a crash left of an import, unless it is under way elsewhere.
	if _, err := atomicfile.Sweep(folder, 24*time.Hour); err != nil {
		return nil, err
	}
	j := &Jobs{db: db, connect: o.Connect, connection: o.Connection, ledger: o.Ledger, who: o.Operator, folder: folder, clock: o.Clock}
	if j.clock == nil {
		j.clock = systemClock{}
	}
	if j.me, err = newClaimant(filepath.Join(folder, "claims"), filelock.Try); err != nil {
		return nil, err
	}
	return j, nil
}

// Close gives up what this program holds; the database is the caller's.
func (j *Jobs) Close() error { return j.me.close() }

// client makes the client of a connection; done is to be called when it is not needed any more.
func (j *Jobs) client(ctx context.Context, connectionID string) (s Service, done func(), err error) {
	s, err = j.connect(ctx, connectionID)
	if err != nil {
		return nil, func() {}, err
	}
	return s, func() { closeClient(s) }, nil
}

// closeClient wipes the secrets that a client holds.
func closeClient(s Service) {
	if c, ok := s.(io.Closer); ok {
		_ = c.Close() // what it could not do better, the end of the program does
	}
}

// Clock tells the time and waits, so that a test need not.
type Clock interface {
	Now() time.Time
	// After returns a channel that gets the time once d has passed.
	After(d time.Duration) <-chan time.Time
}

type systemClock struct{}

func (systemClock) Now() time.Time                         { return time.Now() }
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// now is the present to the millisecond, as the database keeps it.
func (j *Jobs) now() time.Time { return j.clock.Now().Truncate(time.Millisecond) }

// changed wakes those who wait for changes.
func (j *Jobs) changed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.waiting {
		select {
		case c <- struct{}{}:
		default: // it has been told already
		}
	}
}

// listen returns a channel that gets something after each change made here, and what ends it.
func (j *Jobs) listen() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(j.waiting, c)
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		for i, other := range j.waiting {
			if other == c {
				j.waiting = append(j.waiting[:i], j.waiting[i+1:]...)
				return
			}
		}
	}
}

// of is the folder of one batch.
func (j *Jobs) of(id string) string { return filepath.Join(j.folder, id) }

// removeFolder removes what lies in the folder of a batch. The id is one of ours: it holds no separators.
func (j *Jobs) removeFolder(id string) error {
	if !validID(id) {
		return nil
	}
	return os.RemoveAll(j.of(id))
}

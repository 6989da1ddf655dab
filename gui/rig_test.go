package gui

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/keychain"
	"enrollbench/gui/widgets"
)

// rig is the window in Fyne's test driver with a UI thread of its own: what workers post waits until the test, which is
// that thread, takes it.
type rig struct {
	*App
	t      *testing.T
	posted chan func()
	tick   chan time.Time
	timers []func() // of toasts
	choose *fakeChooser
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, posted: make(chan func(), 1<<12), tick: make(chan time.Time), choose: &fakeChooser{}}
	tasks := NewTasks()
	tasks.post = func(f func()) { r.posted <- f }
	tasks.ticks = func() (<-chan time.Time, func()) { return r.tick, func() {} }
	tasks.after = func(_ time.Duration, f func()) func() {
		r.timers = append(r.timers, f)
		return func() {}
	}
	app := test.NewTempApp(t)
	app.Preferences().SetBool(prefWelcomed, true)
	r.App = New(app, Options{Tasks: tasks, Chooser: r.choose, Config: t.TempDir(), Traces: t.TempDir(), Secrets: &fakeSecrets{}})
	r.idle()
	t.Cleanup(func() {
		closed := false
		tasks.Close(func() { closed = true })
		r.until(func() bool { return closed })
		r.CSR.Close()
		r.CSV.Close()
		r.Results.Close()
		if r.desk != nil {
			if err := r.desk.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return r
}

// patience is how long a test waits for work that never ends before it fails; no test depends on its length.
const patience = 60 * time.Second

// until is the UI thread until the condition holds.
func (r *rig) until(done func() bool) {
	r.t.Helper()
	for !done() {
		select {
		case f := <-r.posted:
			f()
		case <-time.After(patience):
			r.t.Fatal("waited in vain")
		}
	}
}

// idle waits until nothing runs.
func (r *rig) idle() {
	r.t.Helper()
	r.until(func() bool {
		return !r.CSV.remote.Busy() && !r.CSR.work.Busy() && !r.CSR.sift.Busy() && !r.CSR.peek.Busy() && !r.MAC.work.Busy() && !r.CSV.busy() && !r.asking.Busy() && !r.starting.Busy() &&
			!r.Results.busy() && !r.Keys.work.Busy() && !r.opening.Busy() && !r.practising.Busy() && !r.Jobs.busy() && !r.Settings.busy() && !r.Start.busy() && !r.Settings.contract.work.Busy() && len(r.posted) == 0
	})
}

// drop drops paths on the window, as the toolkit would.
func (r *rig) drop(paths ...string) {
	r.t.Helper()
	var uris []fyne.URI
	for _, p := range paths {
		uris = append(uris, storage.NewFileURI(p))
	}
	r.onDropped(fyne.NewPos(200, 200), uris)
	r.idle()
}

// dialog is the open dialog.
func (r *rig) dialog() *widgets.Dialog {
	r.t.Helper()
	if len(r.dialogs) == 0 {
		r.t.Fatal("no dialog is open")
	}
	return r.dialogs[len(r.dialogs)-1]
}

func (r *rig) noDialog() {
	r.t.Helper()
	if len(r.dialogs) > 0 {
		r.t.Fatalf("an unexpected dialog: %s / %s / %s", r.dialogs[0].Title, r.dialogs[0].Text, r.dialogs[0].Detail)
	}
}

// toastText is what the toast says, "" for nothing.
func (r *rig) toastText() string {
	if n := r.toast.Note(); n != nil {
		return n.Text
	}
	return ""
}

// files are the names in the list, in its order.
func (r *rig) files() []string {
	var out []string
	for _, i := range r.CSR.view.rows {
		out = append(out, filepath.Base(r.CSR.view.set.Entry(int(i)).At.File))
	}
	return out
}

// fakeChooser answers what the test wants chosen.
type fakeChooser struct {
	files  []string
	folder string
	save   string
	agreed bool
	asked  []ChooserOptions
}

func (c *fakeChooser) Files(_ context.Context, o ChooserOptions) ([]string, error) {
	c.asked = append(c.asked, o)
	return c.files, nil
}

func (c *fakeChooser) Folder(_ context.Context, o ChooserOptions) (string, error) {
	c.asked = append(c.asked, o)
	return c.folder, nil
}

func (c *fakeChooser) Save(_ context.Context, o ChooserOptions) (string, bool, error) {
	c.asked = append(c.asked, o)
	return c.save, c.agreed, nil
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// request is a CSR as PEM.
func request(t *testing.T, key *ecdsa.PrivateKey, name string) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: requestDER(t, key, name)})
}

func requestDER(t *testing.T, key *ecdsa.PrivateKey, name string) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: name, Country: []string{"DE"}}, DNSNames: []string{name + ".example.com"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func put(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// goodFolder is a folder with three good CSRs, with a name that wants care.
func goodFolder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "Los ü 日本 %41")
	for _, n := range []string{"a", "b", "c"} {
		put(t, filepath.Join(dir, n+".csr"), request(t, newKey(t), "dev-"+n))
	}
	return dir
}

// mixedFolder holds two good CSRs, two that share a key, a DER and a private key.
func mixedFolder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "mixed")
	put(t, filepath.Join(dir, "good-1.csr"), request(t, newKey(t), "dev-1"))
	put(t, filepath.Join(dir, "good-2.der"), requestDER(t, newKey(t), "dev-2"))
	twin := newKey(t)
	put(t, filepath.Join(dir, "twin-a.csr"), request(t, twin, "twin-a"))
	put(t, filepath.Join(dir, "twin-b.csr"), request(t, twin, "twin-b"))
	put(t, filepath.Join(dir, "left.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no key")}))
	return dir
}

// fakeSecrets is a keychain in memory; absent it is none at all.
type fakeSecrets struct {
	mu     sync.Mutex
	held   map[string][]byte
	memory map[string][]byte
	absent bool
}

func (s *fakeSecrets) Get(_ context.Context, account string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.memory[account]; ok {
		return bytes.Clone(b), nil
	}
	if s.absent {
		return nil, keychain.ErrUnavailable
	}
	if b, ok := s.held[account]; ok {
		return bytes.Clone(b), nil
	}
	return nil, keychain.ErrNotFound
}

func (s *fakeSecrets) Created(ctx context.Context, account string) (time.Time, error) {
	_, err := s.Get(ctx, account)
	return time.Now(), err
}

func (s *fakeSecrets) Set(_ context.Context, account string, secret []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.absent {
		return keychain.ErrUnavailable
	}
	if s.held == nil {
		s.held = map[string][]byte{}
	}
	s.held[account] = bytes.Clone(secret)
	return nil
}

func (s *fakeSecrets) Delete(_ context.Context, account string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.memory, account)
	if _, ok := s.held[account]; !ok {
		return keychain.ErrNotFound
	}
	delete(s.held, account)
	return nil
}

func (s *fakeSecrets) Remember(account string, secret []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory == nil {
		s.memory = map[string][]byte{}
	}
	s.memory[account] = bytes.Clone(secret)
}

func (s *fakeSecrets) Remembered(account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.memory[account]
	return ok
}

// allText is every text within an object, for tests.
func allText(o fyne.CanvasObject) string {
	var out []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.Text:
			out = append(out, o.Text())
		case *widget.Label:
			out = append(out, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case *container.Scroll:
			walk(o.Content)
		}
	}
	walk(o)
	return strings.Join(out, "\n")
}

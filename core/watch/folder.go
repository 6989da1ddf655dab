package watch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/osfile"
)

// patience is how long a file may grow, or stay empty, before somebody is told.
const patience = 10 * time.Minute

// sight is a file of the folder as it was seen last.
type sight struct {
	size    int64
	changed time.Time // the file's own time
	first   time.Time // when it was seen first
	since   time.Time // when it was first seen as it is now
	kind    kind
	count   int  // CSRs in it
	stuck   bool // it has been under way for longer than patience, or cannot be read
}

// kind is what a file of the folder is.
type kind int

const (
	unknown  kind = iota // not looked into yet
	requests             // CSRs
	result
)

// left says whether a name is that of a file which is under way, hidden, or the system's own.
func left(name string) bool {
	lower := strings.ToLower(name)
	for _, ending := range []string{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".opdownload", ".swp", ".lock", ".bak", "~"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || lower == "thumbs.db" || lower == "desktop.ini" || strings.HasPrefix(name, "$")
}

// look notes what lies in the folder now.
func (w *Watcher) look() error {
	entries, err := os.ReadDir(w.Folder)
	if err != nil {
		return err
	}
	now := w.Now()
	there := map[string]bool{}
	for _, e := range entries {
		if !e.Type().IsRegular() || left(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil { // it is gone
			continue
		}
		there[e.Name()] = true
		s := w.sights[e.Name()]
		if s == nil {
			s = &sight{first: now}
			w.sights[e.Name()] = s
		}
		if s.since.IsZero() || s.size != info.Size() || !s.changed.Equal(info.ModTime()) {
			s.size, s.changed, s.since, s.kind, s.count = info.Size(), info.ModTime(), now, unknown, 0
		}
	}
	for name := range w.sights {
		if !there[name] {
			delete(w.sights, name)
		}
	}
	return nil
}

// whole says whether a file is complete. Where the system tells that nobody writes it, the file's own time counts too: a file that
// was moved into place need not be waited for.
func (w *Watcher) whole(name string, s *sight) bool {
	if s.size == 0 {
		return false // who writes it may just have begun
	}
	writing, known := writing(filepath.Join(w.Folder, name))
	if writing {
		return false
	}
	since := s.since
	if known && s.changed.Before(since) {
		since = s.changed
	}
	return w.Now().Sub(since) >= w.Still
}

// judge looks into files that became whole: what is of no use is refused at once.
func (w *Watcher) judge(ctx context.Context) {
	for _, name := range w.names() {
		s := w.sights[name]
		if ctx.Err() != nil || s.kind != unknown {
			continue
		}
		path := filepath.Join(w.Folder, name)
		if !w.whole(name, s) {
			if s.stuck = w.Now().Sub(s.first) > patience; s.stuck {
				w.tell(Event{State: NeedsYou, File: name, Path: path, Message: fmt.Sprintf("%q has been empty or growing for more than %d minutes", name, int(patience.Minutes())),
					Hint: "check whether the machine still writes it; if not, delete the file"})
			}
			continue
		}
		set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{path}, nil)
		if err != nil {
			continue // of the context, or a file that is gone
		}
		s.kind, s.count, s.stuck = requests, set.Accepted(), false
		bad := errorsOf(set.Report())
		if s.count > 0 && len(bad) == 0 {
			continue
		}
		if given, err := delivery.Inspect(path); err == nil && given.Result && !hasRequest(set) {
			s.kind = result
			continue
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.kind, s.stuck = unknown, true // it may be locked: the next look tries again
			w.tell(Event{State: NeedsYou, File: name, Path: path, Message: osfile.Explain(err), Hint: "close it in the other program, or check that you may read it"})
			continue
		}
		reasons := slices.Concat(bad[path], bad[""])
		if len(reasons) == 0 {
			reasons = []reason{{csr.RuleNotACSR.Title, fmt.Sprintf("%q holds no CSR and is not a result", name), csr.RuleNotACSR.Hint}}
		}
		if err := w.refuse(path, reasons); err != nil {
			w.trouble(ctx, err)
		}
		delete(w.sights, name)
	}
}

// hasRequest says whether anything in a set is a CSR, good or bad.
func hasRequest(set *csr.Set) bool {
	for i := range set.Len() {
		if set.Entry(i).Kind == csr.Request {
			return true
		}
	}
	return false
}

func (w *Watcher) names() []string {
	names := make([]string, 0, len(w.sights))
	for name := range w.sights {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// gathered is how many CSRs are there.
func (w *Watcher) gathered() (n int) {
	for _, s := range w.sights {
		if s.kind == requests {
			n += s.count
		}
	}
	return n
}

// pending is how long to wait for what lies in the folder.
func (w *Watcher) pending() time.Duration {
	wait := w.Poll
	for _, s := range w.sights {
		switch {
		case s.kind == requests:
			wait = min(wait, s.since.Add(w.Wait).Sub(w.Now()))
		case !s.stuck:
			wait = min(wait, w.Still/2)
		}
	}
	return wait
}

// due says whether something is to be taken: a result, enough CSRs, or one that has waited long enough.
func (w *Watcher) due() bool {
	waited, settling := false, false
	for _, s := range w.sights {
		if s.kind == result {
			return true
		}
		waited = waited || s.kind == requests && (w.Once || w.Now().Sub(s.since) >= w.Wait)
		settling = settling || s.kind == unknown && !s.stuck
	}
	return waited && !(w.Once && settling) || w.gathered() >= w.Count
}

// next are the files that are taken together: one result, or CSRs until there are enough, the oldest first.
func (w *Watcher) next() []string {
	names := w.names()
	slices.SortStableFunc(names, func(a, b string) int { return w.sights[a].since.Compare(w.sights[b].since) })
	var chosen []string
	n := 0
	for _, name := range names {
		switch s := w.sights[name]; {
		case s.kind == result:
			return []string{name}
		case s.kind == requests && n < w.Count:
			chosen = append(chosen, name)
			n += s.count
		}
	}
	return chosen
}

// take moves files into a new folder below taken, which is a batch from then on.
func (w *Watcher) take(names []string) error {
	b := &batch{name: fmt.Sprintf("%s-%s-%s", w.base(), w.Now().Format("20060102-150405"), strings.ToLower(rand.Text()[:4]))}
	dir := w.taken(b.name)
	if err := osfile.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, name := range names {
		w.moment()
		if err := os.Rename(filepath.Join(w.Folder, name), filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			if osfile.InUse(err) || errors.Is(err, fs.ErrPermission) { // somebody reads it, on Windows: it goes with a later batch
				s := w.sights[name]
				s.kind, s.stuck, s.since = unknown, true, w.Now()
				continue
			}
			return err
		}
		delete(w.sights, name)
	}
	syncFolder(dir)
	syncFolder(w.Folder)
	if empty(dir) {
		return os.Remove(dir)
	}
	w.batches = append(w.batches, b)
	w.moment()
	return nil
}

func (w *Watcher) taken(name string) string { return filepath.Join(w.Folder, takenFolder, name) }

// syncFolder makes moves durable, where the file system can.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil { // #nosec G304 -- the watched folder
		_ = d.Sync()
		_ = d.Close()
	}
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// reason is why a file is refused.
type reason struct{ title, message, hint string }

// errorsOf are the errors of a report as reasons, by file. Those about nothing in particular ("no CSR was found") are left away where
// a file has its own.
func errorsOf(report *finding.Report) map[string][]reason {
	all := map[string][]reason{}
	for _, f := range report.All() {
		if f.Severity == finding.Error {
			all[f.File] = append(all[f.File], reasonOf(f))
		}
	}
	if len(all) > 1 {
		delete(all, "")
	}
	return all
}

func reasonOf(f finding.Finding) reason { return reason{titles[f.Rule], f.Message, f.Hint} }

// titles are those of the rules by which files are refused.
var titles = func() map[string]string {
	all := map[string]string{}
	for _, r := range slices.Concat(csr.Rules, job.Rules, delivery.Rules) {
		all[r.Name] = r.Title
	}
	return all
}()

// refuse moves a file to the folder refused. The text beside it is written first, so that a file never lies there without one.
func (w *Watcher) refuse(path string, reasons []reason) error {
	base := filepath.Base(path)
	ext := filepath.Ext(base)
	folder := filepath.Join(w.Folder, refusedFolder)
	to := filepath.Join(folder, base)
	for n := 2; ; n++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
		to = filepath.Join(folder, fmt.Sprintf("%s~%d%s", strings.TrimSuffix(base, ext), n, ext))
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n%s: it was refused, and nothing of it was sent.\n", base, w.Now().Format("2006-01-02 15:04:05 -0700"))
	for _, r := range reasons {
		text.WriteString("\n")
		if r.title != "" {
			fmt.Fprintf(&text, "%s\n", r.title)
		}
		fmt.Fprintf(&text, "  Why: %s\n", finding.Sentence(r.message))
		if r.hint != "" {
			fmt.Fprintf(&text, "  What to do: %s\n", finding.Sentence(r.hint))
		}
	}
	fmt.Fprintf(&text, "\nDrop the repaired file into the folder again:\n%s\n", w.Folder)
	if err := atomicfile.WriteFile(to+".txt", []byte(text.String()), atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		return err
	}
	w.moment()
	if err := os.Rename(path, to); err != nil {
		return err
	}
	syncFolder(folder)
	w.moment()
	w.tell(Event{State: Refused, File: filepath.Base(to), Path: to, Message: reasons[0].message, Hint: reasons[0].hint})
	return nil
}

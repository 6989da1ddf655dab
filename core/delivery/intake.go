package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/cms"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/openpgp"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
)

// Limits of an intake. A field that is 0 takes its value from DefaultLimits.
type Limits struct {
	Payload int64          // octets of plaintext of one sealed or base64-coated file
	Archive archive.Limits // of a ZIP
}

// DefaultLimits are ten times what a batch of 500,000 certificates with keys takes.
var DefaultLimits = Limits{
	Payload: 16 << 30,
	Archive: archive.Limits{Entries: 5_000_000, EntryBytes: 2 << 30, TotalBytes: 32 << 30, ArchiveBytes: 16 << 30, NameBytes: 1024},
}

// Bounds of what is given.
const (
	maxSources = 10_000
	maxFiles   = 2_000_000
	maxCoats   = 6 // base64 around OpenPGP around base64 around a ZIP
)

// File says what one given file was found to be.
type File struct {
	Path      string
	Form      string // outer to inner: "CMS around a ZIP"
	Integrity string // what is known of it, in words; "" where the file was not sealed
}

// around says what lies in what, from the outside to the inside: "CMS around base64 around ZIP".
func around(forms []string) (text string) {
	for i, form := range slices.Backward(forms) {
		if i == len(forms)-1 {
			text = form
		} else {
			text = fmt.Sprintf("%s around %s", form, text)
		}
	}
	return text
}

// intake opens what was given: it peels the coats off and ends at sources.
type intake struct {
	sources  sources
	files    []File
	opener   Opener
	spoolDir string
	traces   string
	limits   Limits
	findings finding.Report

	inner       int   // results that lay within ZIPs
	total, done int64 // octets of the given files
	report      progress.Func
}

// add takes a file, or a folder with its files.
func (in *intake) add(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return in.addFile(ctx, path, path)
	}
	plain := &filesSource{root: path}
	seen := 0
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if p != path && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() { // links may lead anywhere
			return nil
		}
		if seen++; seen > maxFiles {
			return fmt.Errorf("%q holds more than %d files", path, maxFiles)
		}
		return in.addFound(ctx, plain, p)
	})
	if err != nil {
		return err
	}
	if len(plain.names) > 0 {
		return in.keep(plain)
	}
	return nil
}

// addFound takes a file of a folder: a result of its own, or one of the many that somebody unpacked.
func (in *intake) addFound(ctx context.Context, plain *filesSource, path string) error {
	head, size, err := headOf(path)
	if err != nil {
		return err
	}
	f := form.Detect(head)
	if f.Kind == form.ZIP || f.Kind == form.JSON || isSealed(f) || inCoat(f) && size > maxUnit {
		return in.addFile(ctx, path, path)
	}
	rel, err := filepath.Rel(plain.root, path)
	if err != nil {
		return err
	}
	plain.names = append(plain.names, filepath.ToSlash(rel))
	plain.bytes += size
	in.done += size
	return nil
}

func headOf(path string) ([]byte, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	head := make([]byte, min(info.Size(), form.HeadBytes))
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	return head[:n], info.Size(), nil
}

func (in *intake) addFile(ctx context.Context, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a file", name)
	}
	if err != nil {
		_ = f.Close()
		return err
	}
	l := &layers{intake: in, name: name}
	if err := l.peel(ctx, f, info.Size(), f); err != nil {
		return err
	}
	in.done += info.Size()
	in.files = append(in.files, File{Path: name, Form: around(l.forms), Integrity: l.integrity()})
	return nil
}

func (in *intake) keep(s source) error {
	if len(in.sources) >= maxSources {
		return errors.Join(fmt.Errorf("more than %d files are separate results", maxSources), s.Close())
	}
	in.sources = append(in.sources, s)
	return nil
}

// layers are the coats of one file.
type layers struct {
	*intake
	name       string
	forms      []string
	sealed     bool // a layer was encryption
	proven     bool // a layer was authenticated: what lies within it is as it was sealed
	structured bool // what lies within has a structure that says it is undamaged
}

// peel takes one layer off. It closes c where it fails or the layer is no longer needed.
func (l *layers) peel(ctx context.Context, r io.ReaderAt, size int64, c io.Closer) error {
	s, err := l.layer(ctx, r, size, c)
	if err != nil {
		_ = c.Close()
		return err
	}
	if s == nil {
		return c.Close() // its content lies in another layer now
	}
	return l.keep(s)
}

func (l *layers) layer(ctx context.Context, r io.ReaderAt, size int64, c io.Closer) (source, error) {
	head := make([]byte, min(size, form.HeadBytes))
	if err := readFull(r, head); err != nil {
		return nil, err
	}
	f := form.Detect(head)
	switch {
	case f.Kind == form.Empty:
		return nil, &EmptyError{l.name}
	case f.Kind == form.TooDeep:
		return nil, fmt.Errorf("%q: %w", l.name, errTooDeep)
	case isSealed(f):
		return nil, l.unseal(ctx, r, size)
	case inCoat(f):
		return nil, l.unwrap(ctx, r, size)
	case f.Kind == form.ZIP:
		l.forms = append(l.forms, "ZIP")
		s, err := openZIP(l.name, r, size, l.limits.Archive, c)
		if err == nil && l.sealed && !l.proven {
			err = damagedIf(s.zip.CheckRedundant(ctx))
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", l.name, err)
		}
		for _, what := range s.zip.Notices() {
			l.findings.Add(RuleUntidy.Finding(finding.Location{File: l.name}, what, ""))
		}
		l.structured = true
		return s, l.nested(ctx, s)
	case f.Kind == form.JSON || f.Kind == form.JWK:
		if said := refusal(head, size); said != "" {
			return nil, fmt.Errorf("%q is an answer of the service and not a result: %s", l.name, said)
		}
		l.forms = append(l.forms, "JSON")
		if mark := int64(form.Mark(head)); mark > 0 {
			r, size = io.NewSectionReader(r, mark, size-mark), size-mark
		}
		if l.sealed && !l.proven {
			if err := checkJSON(io.NewSectionReader(r, 0, size)); err != nil {
				return nil, fmt.Errorf("%q: %w", l.name, err)
			}
		}
		l.structured = true
		return &jsonSource{name: l.name, r: r, bytes: size, closer: c}, nil
	case isPlain(f):
		l.forms = append(l.forms, "certificates and keys")
		if l.sealed && !l.proven {
			l.findings.Add(RuleNotProven.Finding(finding.Location{File: l.name}, "the message has no protection against changes, and neither has its content", ""))
		}
		return &plainSource{name: l.name, r: r, bytes: size, closer: c}, nil
	}
	return nil, &FormError{Path: l.name, Form: f, Opened: l.sealed}
}

// unwrap takes the coats off: base64, UTF-16, the headers of a mail.
func (l *layers) unwrap(ctx context.Context, r io.ReaderAt, size int64) error {
	in, f, err := form.Unwrap(l.progress(ctx, io.NewSectionReader(r, 0, size)))
	if err != nil {
		return err
	}
	for _, coat := range f.Coats {
		l.forms = append(l.forms, coat.String())
	}
	return l.into(ctx, in)
}

func (l *layers) unseal(ctx context.Context, r io.ReaderAt, size int64) error {
	l.forms = append(l.forms, "encryption")
	if l.opener == nil {
		return fmt.Errorf("%q: %w", l.name, ErrNeedKey)
	}
	in, err := l.opener.Open(l.progress(ctx, io.NewSectionReader(r, 0, size)))
	if err != nil {
		return fmt.Errorf("%q: %w", l.name, err)
	}
	l.sealed = true
	l.proven = l.proven || in.Authenticated()
	if o, ok := in.(*recipient.Opened); ok && o.Renewed {
		l.findings.Add(RuleRenewed.Finding(finding.Location{File: l.name}, "it was sealed to "+strings.Join(o.Recipients, ", "), ""))
	}
	return asText(in, l.into(ctx, in))
}

// asText adds to damage of what was sealed that it had been treated as text before it was sealed.
func asText(in Opened, err error) error {
	broken := (*archive.Error)(nil)
	if o, ok := in.(*recipient.Opened); ok && (errors.Is(err, ErrDamaged) || errors.As(err, &broken)) && o.AsText() {
		return fmt.Errorf("%w: %w: ask for it to be sealed again in binary mode (openssl smime -encrypt -binary)", err, recipient.ErrAsText)
	}
	return err
}

// into writes a layer's content to a spool and peels on.
func (l *layers) into(ctx context.Context, r io.Reader) error {
	if len(l.forms) > maxCoats {
		return fmt.Errorf("%q: %w", l.name, errTooDeep)
	}
	s, err := newSpool(l.spoolDir, l.traces, l.limits.Payload)
	if err != nil {
		return err
	}
	if _, err = io.CopyBuffer(s, onlyReader{r}, make([]byte, 256<<10)); err == nil {
		err = s.finish()
	}
	if err != nil {
		_ = s.Close()
		return fmt.Errorf("%q: %w", l.name, err)
	}
	return l.peel(ctx, s, s.size, s)
}

// ErrDamaged: what came out of a message without a seal contradicts itself.
var ErrDamaged = errors.New("the content is damaged: wrong key, or the message was changed or cut short")

// Damaged says whether an error means that a result was changed, cut short, or made to do harm: nothing of it is used, and another
// copy may be good.
func Damaged(err error) bool {
	damage, limit := (*archive.Error)(nil), (*archive.LimitError)(nil)
	empty := (*EmptyError)(nil)
	if errors.Is(err, recipient.ErrNoMatchingKey) { // a wrong RSA key shows only in the content
		return false
	}
	return errors.Is(err, cms.ErrDecrypt) || errors.Is(err, cms.ErrFormat) || errors.Is(err, openpgp.ErrIntegrity) || errors.Is(err, openpgp.ErrUnprotected) ||
		errors.Is(err, ErrDamaged) || errors.As(err, &damage) || errors.As(err, &limit) || errors.As(err, &empty)
}

func damagedIf(err error) error {
	if errors.Is(err, archive.ErrRedundant) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// onlyReader hides WriteTo, so that the buffer is used.
type onlyReader struct{ io.Reader }

// progress counts the outermost layer: the octets of the given file.
func (l *layers) progress(ctx context.Context, r io.Reader) io.Reader {
	if len(l.forms) > 1 {
		return progress.Reader(ctx, r, 0, nil)
	}
	return progress.Reader(ctx, r, 0, func(done, _ int64) { l.report.Report(l.done+done, l.total) })
}

func (l *layers) integrity() string {
	switch {
	case !l.sealed:
		return ""
	case l.proven:
		return "authenticated"
	case l.structured:
		return "undamaged"
	}
	return "not proven"
}

// ErrNeedKey: the result is sealed and no key was given.
var ErrNeedKey = errors.New("it is sealed: choose the private key that it was sealed to")

// sizes adds up the octets of what is given, for the progress; folders are walked.
func sizes(paths []string) int64 {
	var n int64
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					n += info.Size()
				}
			}
			return nil
		})
	}
	return n
}

// sorted keeps the order of the given files from deciding what is a duplicate of what.
func sorted(paths []string) []string { return slices.Sorted(slices.Values(paths)) }

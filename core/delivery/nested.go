package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/form"
)

// Bounds of results within ZIPs: whoever packs a result by hand packs one, or the parts of one.
const (
	maxNestedEntries = 64 // of a ZIP whose entries are looked at for it
	maxNested        = 64 // of all that was given
)

// nested finds the entries of a ZIP that are results by themselves and peels each: a ZIP, and what is sealed where no certificate or key lies
// beside it, for then it may be the key of one device, which is kept where it does not open.
func (l *layers) nested(ctx context.Context, s *zipSource) error {
	if s.zip.Len() > maxNestedEntries {
		return nil
	}
	found := map[int]form.Kind{}
	plain := false
	for i := range s.zip.Len() {
		e, err := s.zip.Entry(i)
		if err != nil {
			return err
		}
		if e.IsDir || strings.HasPrefix(e.Name, "__MACOSX/") {
			continue
		}
		head, err := entryHead(s.zip, i)
		if err != nil {
			return fmt.Errorf("%q: %q in it: %w", l.name, e.Name, err)
		}
		switch f := form.Detect(head); {
		case f.Kind == form.ZIP, isSealed(f):
			found[i] = f.Kind
		default:
			plain = plain || isPlain(f) || f.Kind == form.JSON
		}
	}
	for _, i := range slices.Sorted(maps.Keys(found)) {
		if found[i] != form.ZIP && plain {
			continue
		}
		if err := l.within(ctx, s, i); err != nil {
			return err
		}
	}
	return nil
}

// within peels one entry.
func (l *layers) within(ctx context.Context, s *zipSource, i int) error {
	e, err := s.zip.Entry(i)
	if err != nil {
		return err
	}
	if l.inner++; l.inner > maxNested {
		return fmt.Errorf("%q contains more than %d ZIPs and sealed files; unpack it and give them", l.name, maxNested)
	}
	if s.inner == nil {
		s.inner = map[int]bool{}
	}
	s.inner[i] = true
	r, err := s.zip.Open(i)
	if err != nil {
		return err
	}
	defer r.Close()
	in := *l
	in.name, in.forms = l.name+": "+e.Name, slices.Clone(l.forms)
	if err := in.into(ctx, r); err != nil {
		return err
	}
	l.sealed, l.proven = l.sealed || in.sealed, l.proven || in.proven && s.zip.Len() == 1
	return nil
}

// entryHead is the beginning of an entry.
func entryHead(z *archive.Reader, i int) ([]byte, error) {
	r, err := z.Open(i)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, form.HeadBytes)
	n := 0
	for n < len(head) {
		k, err := r.Read(head[n:])
		if n += k; err != nil {
			break // its end; or damage, which is told where the entry is read as a whole
		}
	}
	return head[:n], nil
}

// refusal is what the service says in a JSON answer that is an error: {"error": {...}} or {"errors": [...]}; "" where it is none.
func refusal(head []byte, size int64) string {
	if int64(len(head)) < size {
		return ""
	}
	type one struct{ Code, Message string }
	var answer struct {
		Error  one
		Errors []one
	}
	if json.Unmarshal(head[form.Mark(head):], &answer) != nil {
		return ""
	}
	var said []string
	for _, e := range append([]one{answer.Error}, answer.Errors...) {
		if words := strings.Trim(e.Code+": "+e.Message, ": "); words != "" {
			said = append(said, form.Quote(words))
		}
	}
	return strings.Join(said, ", ")
}

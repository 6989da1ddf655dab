package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"enrollbench/core/work"
)

// Names of members in a JSON result. The contract states none of them, so all that are likely are taken.
var (
	listMembers        = []string{"certificates", "records"}
	certificateMembers = []string{"certificate", "pem", "certificate_pem", "cert"}
	chainMembers       = []string{"chain", "certificate_chain", "ca_certificates", "issuing_ca_certificate", "intermediate_certificates"}
	keyMembers         = []string{"private_key", "encrypted_private_key", "key"}
)

// maxObject bounds one object of a JSON result: a chain and a key of ML-DSA take 40 kB.
const maxObject = 4 << 20

// maxNesting is how deep a certificate may stand below its object: in a list, in an object of its own.
const maxNesting = 2

// jsonSource is a JSON result: an array of objects, an object that holds one, or a single object. Units are the
// objects, found again by offset and size.
type jsonSource struct {
	name   string
	r      io.ReaderAt
	bytes  int64
	closer io.Closer
}

func (s *jsonSource) path() string          { return s.name }
func (s *jsonSource) weight() int64         { return s.bytes }
func (s *jsonSource) Close() error          { return s.closer.Close() }
func (s *jsonSource) position(at ref) int64 { return at.unit }

func (s *jsonSource) member(at ref) string { return fmt.Sprintf("object at octet %d", at.unit) }

func (s *jsonSource) parts(at ref) ([]part, error) {
	raw := make([]byte, at.size)
	if err := readFull(io.NewSectionReader(s.r, at.unit, int64(at.size)), raw); err != nil {
		return nil, err
	}
	return objectParts(raw, 0)
}

type rawObject struct {
	at  ref
	raw []byte
}

func (s *jsonSource) walk(ctx context.Context, workers int, visit visitor) error {
	return work.Ordered(ctx, workers, func(w int) int { return w },
		func(ctx context.Context, send func(func(w int) (struct{}, error)) error) error {
			return s.scan(ctx, func(o rawObject) error {
				return send(func(w int) (none struct{}, err error) {
					if ctx.Err() != nil {
						return none, context.Cause(ctx)
					}
					parts, err := objectParts(o.raw, 0)
					if err == nil {
						err = visit(w, o.at, parts)
					}
					if err != nil {
						err = fmt.Errorf("object at octet %d: %w", o.at.unit, err)
					}
					return none, err
				})
			})
		},
		func(struct{}) error { return nil })
}

// frugal is a reader that refuses to go on when a single value takes too much.
type frugal struct {
	r          io.Reader
	read, base int64 // octets so far, and where the value began
}

func (f *frugal) Read(b []byte) (int, error) {
	room := maxObject - (f.read - f.base) // a read begins only where the value at hand goes on
	if room <= 0 {
		return 0, fmt.Errorf("one value from octet %d on takes more than %d octets", f.base, int64(maxObject))
	}
	n, err := f.r.Read(b[:min(int64(len(b)), room)])
	f.read += int64(n)
	return n, err
}

// jsonScan is one pass over a JSON result in bounded memory.
type jsonScan struct {
	in   *frugal
	dec  *json.Decoder
	emit func(rawObject) error
}

func (s *jsonSource) scan(ctx context.Context, emit func(rawObject) error) error {
	in := &frugal{r: io.NewSectionReader(s.r, 0, s.bytes)}
	j := &jsonScan{in: in, dec: json.NewDecoder(in), emit: emit}
	if err := j.whole(s); err != nil {
		return fmt.Errorf("not a JSON result: %w", err)
	}
	return context.Cause(ctx)
}

// mark tells the frugal reader that the decoder begins a new value.
func (j *jsonScan) mark() { j.in.base = j.dec.InputOffset() }

func (j *jsonScan) whole(s *jsonSource) error {
	first, err := j.dec.Token()
	if err != nil {
		return short(err)
	}
	switch first {
	case json.Delim('['):
		err = j.list()
	case json.Delim('{'):
		err = j.object(s)
	default:
		return fmt.Errorf("it is a single value, %v", first)
	}
	if err != nil {
		return err
	}
	j.mark()
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("something follows its end at octet %d", j.dec.InputOffset())
	}
	return nil
}

func (j *jsonScan) list() error {
	for j.dec.More() {
		j.mark()
		var raw json.RawMessage
		if err := j.dec.Decode(&raw); err != nil {
			return short(err)
		}
		end := j.dec.InputOffset()
		at := ref{unit: end - int64(len(raw)), size: int32(len(raw))} // #nosec G115 -- maxObject bounds it
		if err := j.emit(rawObject{at, raw}); err != nil {
			return err
		}
	}
	_, err := j.dec.Token() // the bracket
	return short(err)
}

// object looks for the list among the members; an object without one that has a certificate is the only one.
func (j *jsonScan) object(s *jsonSource) error {
	start := j.dec.InputOffset() - 1
	seen := map[string]bool{}
	list, single := false, false
	for j.dec.More() {
		j.mark()
		key, err := j.dec.Token()
		if err != nil {
			return short(err)
		}
		name, _ := key.(string)
		if seen[name] {
			return fmt.Errorf("the member %q stands there twice", name)
		}
		if len(seen) > 1000 {
			return errors.New("it has more than 1000 members outside a list")
		}
		seen[name] = true
		single = single || slices.Contains(certificateMembers, name) || slices.Contains(keyMembers, name)
		if slices.Contains(listMembers, name) {
			if opening, err := j.dec.Token(); err != nil {
				return short(err)
			} else if opening == json.Delim('[') {
				list = true
				if err := j.list(); err != nil {
					return err
				}
				continue
			} else if opening == json.Delim('{') {
				return fmt.Errorf("the member %q is an object, not a list", name)
			}
			continue
		}
		var skipped json.RawMessage
		if err := j.dec.Decode(&skipped); err != nil {
			return short(err)
		}
	}
	if _, err := j.dec.Token(); err != nil {
		return short(err)
	}
	end := j.dec.InputOffset()
	switch {
	case list:
		return nil
	case !single:
		return fmt.Errorf("it has none of the members %q", slices.Concat(listMembers, certificateMembers))
	case end-start > maxObject:
		return fmt.Errorf("it takes more than %d octets", int64(maxObject))
	}
	raw := make([]byte, end-start)
	if err := readFull(io.NewSectionReader(s.r, start, end-start), raw); err != nil {
		return err
	}
	return j.emit(rawObject{ref{unit: start, size: int32(len(raw))}, raw}) // #nosec G115 -- maxObject bounds it
}

func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// objectParts takes one object of a JSON result apart. A bare text is taken as the certificate itself. A private key in
// a form that is not recognised is kept as it came, never dropped.
func objectParts(raw []byte, depth int) ([]part, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("certificates stand more than %d levels deep", maxNesting)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	first, err := dec.Token()
	if err != nil {
		return nil, short(err)
	}
	switch first := first.(type) {
	case string:
		return meant(split([]byte(first))), nil
	case json.Delim:
		if first != '{' {
			return nil, errors.New("a list stands where an object with a certificate belongs")
		}
	default:
		return nil, fmt.Errorf("%v stands where an object with a certificate belongs", first)
	}
	var parts []part
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, short(err)
		}
		name, _ := key.(string)
		if seen[name] {
			return nil, fmt.Errorf("the member %q stands there twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, short(err)
		}
		more, err := memberParts(name, value, depth)
		if err != nil {
			return nil, fmt.Errorf("member %q: %w", name, err)
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

func memberParts(name string, value json.RawMessage, depth int) ([]part, error) {
	isKey := slices.Contains(keyMembers, name)
	switch {
	case isKey:
	case slices.Contains(certificateMembers, name), slices.Contains(chainMembers, name):
	default:
		return nil, nil
	}
	if string(value) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		switch {
		case isKey: // an object of an unknown form: kept
			return []part{{kind: sealedPart, form: "JSON", given: bytes.Clone(value)}}, nil
		case value[0] == '[':
			var texts []json.RawMessage
			if err := json.Unmarshal(value, &texts); err != nil {
				return nil, err
			}
			var parts []part
			for _, t := range texts {
				more, err := objectParts(t, depth+1)
				if err != nil {
					return nil, err
				}
				parts = append(parts, more...)
			}
			return parts, nil
		}
		return objectParts(value, depth+1)
	}
	if text == "" {
		return nil, nil
	}
	parts := split([]byte(text))
	if !isKey {
		return meant(parts), nil
	}
	for i := range parts {
		if parts[i].kind == foreignPart || parts[i].kind == damagedPart {
			return []part{{kind: sealedPart, form: "unknown form", given: []byte(text)}}, nil
		}
	}
	return parts, nil
}

// meant: where a certificate belongs, what is none is damaged.
func meant(parts []part) []part {
	for i := range parts {
		if parts[i].kind == foreignPart {
			parts[i].kind, parts[i].err = damagedPart, errors.New("it stands where a certificate belongs and is none")
		}
	}
	return parts
}

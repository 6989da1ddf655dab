package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"enrollbench/core/certificate"
	"enrollbench/core/form"
	"enrollbench/core/work"
)

// Names of members in a JSON result that say what must be in them. The contract states none, so what is a certificate or
// a key is taken from any other member too.
var (
	certificateMembers = []string{"certificate", "pem", "certificate_pem", "cert", "chain", "certificate_chain", "ca_certificates", "issuing_ca_certificate", "intermediate_certificates"}
	keyMembers         = []string{"private_key", "encrypted_private_key", "key"}
)

const (
	maxObject    = 4 << 20 // one value of a JSON result; a chain and a key of ML-DSA take 40 kB
	maxJSONDepth = 512     // arrays and objects in each other
)

// jsonSource is a JSON result. Its units are the elements of lists, found again by offset and size: of the array that it
// is, or of each array that stands in its objects. A small document that is one record by itself is one unit.
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
func (s *jsonSource) member(at ref) string  { return fmt.Sprintf("object at byte %d", at.unit) }

func (s *jsonSource) parts(at ref) ([]part, error) {
	raw := make([]byte, at.size)
	if err := readFull(io.NewSectionReader(s.r, at.unit, int64(at.size)), raw); err != nil {
		return nil, err
	}
	return unitParts(raw)
}

type rawUnit struct {
	at  ref
	raw []byte
}

func (s *jsonSource) walk(ctx context.Context, workers int, visit visitor) error {
	return work.Ordered(ctx, workers, func(w int) int { return w },
		func(ctx context.Context, send func(func(w int) (struct{}, error)) error) error {
			return s.scan(func(u rawUnit) error {
				return send(func(w int) (none struct{}, err error) {
					if ctx.Err() != nil {
						return none, context.Cause(ctx)
					}
					parts, err := unitParts(u.raw)
					if err == nil && len(parts) > 0 {
						err = visit(w, u.at, parts)
					}
					if err != nil {
						err = fmt.Errorf("object at byte %d: %w", u.at.unit, err)
					}
					return none, err
				})
			})
		},
		func(struct{}) error { return nil })
}

// jsonReader reads one JSON document (RFC 8259) by tokens, in bounded memory.
type jsonReader struct {
	dec  *json.Decoder
	in   io.Reader
	base int64 // where the value at hand began
	read int64

	// enter, if it is set, hears where an object or list begins; what it returns hears where that ends.
	enter func(name string, from int64) (leave func(to int64))
}

func newJSONReader(in io.Reader) *jsonReader {
	j := &jsonReader{in: in}
	j.dec = json.NewDecoder(j)
	return j
}

// Read feeds the decoder, and refuses to go on where a single value takes too much.
func (j *jsonReader) Read(b []byte) (int, error) {
	room := maxObject - (j.read - j.base) // a read begins only where the value at hand goes on
	if room <= 0 {
		return 0, fmt.Errorf("one value from byte %d on takes more than %d bytes", j.base, int64(maxObject))
	}
	n, err := j.in.Read(b[:min(int64(len(b)), room)])
	j.read += int64(n)
	return n, err
}

func (j *jsonReader) token() (json.Token, error) {
	j.base = j.dec.InputOffset()
	t, err := j.dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return t, err
}

// end makes sure that nothing follows the document.
func (j *jsonReader) end() error {
	j.base = j.dec.InputOffset()
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("something follows its end at byte %d", j.dec.InputOffset())
	}
	return nil
}

// visit reads one value. Texts go to text with the member's name, that of the list for elements. An array goes to list,
// unless that is nil: then its elements are visited, too. What is no text says nothing.
func (j *jsonReader) visit(name string, depth int, text func(name, value string) error, list func() error) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("it is more than %d levels deep", maxJSONDepth)
	}
	t, err := j.token()
	if err != nil {
		return err
	}
	bracket, nested := t.(json.Delim)
	switch value, isText := t.(string); {
	case !nested && depth == 0:
		return errors.New("it is a single value, not a list or an object")
	case isText:
		return text(name, value)
	case nested:
		if bracket == '[' && list != nil {
			return list()
		}
		if j.enter != nil {
			leave := j.enter(name, j.dec.InputOffset()-1)
			defer func() { leave(j.dec.InputOffset()) }()
		}
		for j.dec.More() {
			if bracket == '{' {
				key, err := j.token()
				if err != nil {
					return err
				}
				name, _ = key.(string)
			}
			if err := j.visit(name, depth+1, text, list); err != nil {
				return err
			}
		}
		_, err = j.token() // the bracket
		return err
	}
	return nil
}

// checkJSON reads a stream to its end and says whether it is JSON arrays or objects, mostly one, and nothing else. It is stricter
// than encoding/json in one thing: text must be UTF-8, because sixteen bytes garbled by a damaged cipher block hardly
// ever are.
func checkJSON(r io.Reader) error {
	j := newJSONReader(transform.NewReader(r, encoding.UTF8Validator))
	err := j.visit("", 0, func(string, string) error { return nil }, nil)
	for err == nil && j.dec.More() {
		err = j.visit("", 0, func(string, string) error { return nil }, nil)
	}
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return fmt.Errorf("%w: the JSON is broken near byte %d: %w", ErrDamaged, j.dec.InputOffset(), err)
	}
	return nil
}

// scan hands out the units in the order of the file.
func (s *jsonSource) scan(emit func(rawUnit) error) error {
	if s.bytes <= maxObject {
		raw := make([]byte, s.bytes)
		if err := readFull(s.r, raw); err != nil {
			return err
		}
		if isRecord(raw) {
			return emit(rawUnit{ref{size: int32(len(raw))}, raw}) // #nosec G115 -- maxObject bounds it
		}
	}
	if lines, err := s.isLines(); err != nil || lines {
		if err == nil {
			err = s.lines(emit)
		}
		return err
	}
	j := newJSONReader(io.NewSectionReader(s.r, 0, s.bytes))
	unit := func(from, to int64, raw []byte) error {
		return emit(rawUnit{ref{unit: from, size: int32(to - from)}, raw}) // #nosec G115 -- maxObject bounds it
	}
	err := j.visit("", 0,
		func(_, value string) error { // a text outside of every list: a chain for all, perhaps
			raw, err := json.Marshal(value)
			if err != nil {
				return err
			}
			return unit(j.base, j.dec.InputOffset(), raw)
		},
		func() error {
			for j.dec.More() {
				j.base = j.dec.InputOffset()
				var raw json.RawMessage
				if err := j.dec.Decode(&raw); err != nil {
					return err
				}
				if err := unit(j.dec.InputOffset()-int64(len(raw)), j.dec.InputOffset(), raw); err != nil {
					return err
				}
			}
			_, err := j.token()
			return err
		})
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return fmt.Errorf("not a JSON result: %w", err)
	}
	return nil
}

// isLines tells whether the document is objects one after the other, one a line (JSON Lines, NDJSON), by its first line.
func (s *jsonSource) isLines() (bool, error) {
	head := make([]byte, min(s.bytes, maxObject))
	if err := readFull(s.r, head); err != nil {
		return false, err
	}
	first, rest, found := bytes.Cut(head, []byte("\n"))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return found && len(rest) > 0 && rest[0] == '{' && json.Valid(first), nil
}

// lines hands out each object of such a document as a unit.
func (s *jsonSource) lines(emit func(rawUnit) error) error {
	j := newJSONReader(io.NewSectionReader(s.r, 0, s.bytes))
	for j.dec.More() {
		j.base = j.dec.InputOffset()
		var raw json.RawMessage
		if err := j.dec.Decode(&raw); err != nil {
			return fmt.Errorf("not a JSON result: %w", err)
		}
		if err := emit(rawUnit{ref{unit: j.dec.InputOffset() - int64(len(raw)), size: int32(len(raw))}, raw}); err != nil { // #nosec G115 -- maxObject bounds it
			return err
		}
	}
	return nil
}

// isRecord: the document is one object that holds a certificate of a device, or a key, outside of its lists.
func isRecord(raw []byte) bool {
	found := false
	j := newJSONReader(bytes.NewReader(raw))
	err := j.visit("", 0, func(name, value string) error {
		for _, p := range textParts(name, value) {
			switch p.kind {
			case keyPart, sealedPart:
				found = true
			case certificatePart:
				c, _, err := certificate.Parse(p.der)
				found = found || err == nil && !isAuthority(c)
			}
		}
		return nil
	}, func() error { return j.skip() })
	return err == nil && found && j.end() == nil
}

// skip leaves the array that was entered.
func (j *jsonReader) skip() error {
	for depth := 1; depth > 0; {
		t, err := j.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
	return nil
}

// unitParts takes one unit apart: an object, a list, or a bare text.
func unitParts(raw []byte) ([]part, error) {
	var parts []part
	raw = bytes.TrimLeft(raw, " \t\r\n:") // a text outside of lists is found with what stands before it
	j := newJSONReader(bytes.NewReader(raw))
	j.enter = func(name string, from int64) func(int64) {
		before := len(parts)
		return func(to int64) { // an object in which nothing was found, where a key belongs
			if len(parts) == before && raw[from] == '{' && slices.Contains(keyMembers, name) {
				parts = append(parts, part{kind: sealedPart, form: "JSON", given: bytes.Clone(raw[from:min(to, int64(len(raw)))])})
			}
		}
	}
	err := j.visit("", 1, func(name, value string) error {
		parts = append(parts, textParts(name, value)...)
		return nil
	}, nil)
	return parts, err
}

// textParts takes the text of one member apart. Where a certificate belongs, what is none is damaged; where a private
// key belongs, what is not recognised is kept as it came. From other members comes what is certainly one of the two.
func textParts(name, text string) []part {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	switch data := []byte(text); {
	case slices.Contains(keyMembers, name):
		parts := split(data)
		if slices.ContainsFunc(parts, func(p part) bool { return p.kind == foreignPart || p.kind == damagedPart }) {
			return []part{{kind: sealedPart, form: "unknown form", given: data}}
		}
		return parts
	case slices.Contains(certificateMembers, name):
		parts := split(data)
		for i := range parts {
			if parts[i].kind == foreignPart {
				parts[i].kind, parts[i].err = damagedPart, errors.New("the member should hold a certificate, and it does not")
			}
		}
		return parts
	case bytes.Contains(data, pemBegin):
		return slices.DeleteFunc(split(data), func(p part) bool { return p.kind == foreignPart })
	}
	return derText([]byte(text))
}

// minDER is less than any certificate or private key takes, in base64.
const minDER = 60

// derText takes base64 for what it is by its structure: identifiers and hashes are base64 as well.
func derText(text []byte) []part {
	if len(text) < minDER {
		return nil
	}
	inner, ok := decodeBase64(text)
	if !ok {
		return nil
	}
	f := form.Detect(inner[:min(len(inner), form.HeadBytes)])
	if f.Kind != form.Certificate && f.Kind != form.SignedData && !f.Sealed() && !f.Private() {
		return nil
	}
	parts := split(text)
	for i := range parts {
		if parts[i].kind == foreignPart {
			parts[i].kind, parts[i].err = damagedPart, fmt.Errorf("it begins like %s, but cannot be read as one", f)
		}
	}
	return parts
}

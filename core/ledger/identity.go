package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"enrollbench/core/eui48"
)

// Kind is what an identity is.
type Kind uint8

// The numbers stand in the database.
const (
	// CommonName of a certificate's subject. One that is a MAC address, in any notation, becomes a MAC.
	CommonName Kind = 1
	// UniqueIdentifier is the column unique_identifier, or the attribute of that name.
	UniqueIdentifier Kind = 2
	// PublicKey is the SHA-256 of a SubjectPublicKeyInfo, in hexadecimal.
	PublicKey Kind = 3
	// MAC is an EUI-48.
	MAC Kind = 4
)

// String names the kind for people.
func (k Kind) String() string {
	switch k {
	case CommonName:
		return "common name"
	case UniqueIdentifier:
		return "unique identifier"
	case PublicKey:
		return "public key"
	case MAC:
		return "MAC address"
	}
	return "identity"
}

// Identity is one thing that must not be issued twice.
type Identity struct {
	Kind  Kind
	Value string
	Row   int // of the document, as a spreadsheet shows it; 0 where there is none
}

// maxValue is the longest value that is kept as it is, in bytes. A longer one is kept as its beginning and its SHA-256.
const maxValue = 255

// Canonical is the identity in the form in which it is compared: MACs as core/eui48 writes them, names in Unicode's
// compatibility form, without case, with single spaces (RFC 4518 §2, as X.520 compares a common name), hashes in lower case.
// An error says that the value is none of its kind.
func (id Identity) Canonical() (Identity, error) {
	key, address, err := id.key()
	switch {
	case err != nil:
		return id, err
	case key == nil:
		return Identity{MAC, address.String(), id.Row}, nil
	case id.Kind == PublicKey:
		return Identity{PublicKey, hex.EncodeToString(key), id.Row}, nil
	}
	return Identity{id.Kind, string(key), id.Row}, nil
}

var errEmpty = errors.New("an identity is empty")

// key is what stands in the database: the octets of a name, or an address where they are nil.
func (id Identity) key() ([]byte, eui48.Address, error) {
	value := strings.TrimSpace(id.Value)
	if value == "" {
		return nil, 0, errEmpty
	}
	switch id.Kind {
	case MAC:
		a, _, err := eui48.Parse(value)
		return nil, a, err
	case CommonName:
		if a, _, err := eui48.Parse(value); err == nil {
			return nil, a, nil
		}
	case UniqueIdentifier:
		if a, _, err := eui48.Parse(value); err == nil {
			value = a.String()
		}
	case PublicKey:
		sum, err := hex.DecodeString(strings.ReplaceAll(value, ":", ""))
		if err == nil && len(sum) != sha256.Size {
			err = fmt.Errorf("%d bytes", len(sum))
		}
		if err != nil {
			return nil, 0, fmt.Errorf("public key %q is not a SHA-256 in hexadecimal: %w", value, err)
		}
		return sum, 0, nil
	default:
		return nil, 0, fmt.Errorf("kind %d of an identity is not known", id.Kind)
	}
	return fold(value), 0, nil
}

func fold(s string) []byte {
	s = strings.ToValidUTF8(s, "\uFFFD") // octets that are no character keep those beside them from being normalized
	for i := range len(s) {
		if s[i] >= 0x80 {
			s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
			break
		}
	}
	key := []byte(strings.ToLower(strings.Join(strings.Fields(s), " ")))
	if len(key) > maxValue {
		sum := sha256.Sum256(key)
		begin := strings.ToValidUTF8(string(key[:maxValue-2*sha256.Size]), "") // no half of a character
		key = []byte(begin + hex.EncodeToString(sum[:]))
	}
	return key
}

// held is what a batch holds, in the form of the tables.
type held struct {
	names []heldName
	macs  []heldRange
	count int64 // identities
}

type heldName struct {
	kind  Kind
	value string
	row   int
}

// heldRange is a series of addresses on successive rows from row on; 0 where they have none.
type heldRange struct {
	eui48.Range
	row int
}

func (r heldRange) rowAt(i uint64) int {
	if r.row == 0 {
		return 0
	}
	return r.row + int(i) // #nosec G115 -- an index in a batch
}

// level is the smallest power of two that covers the range.
func (r heldRange) level() int { return bits.Len64(uint64(r.Last() - r.Start)) }

// part is the range from index first on.
func (r heldRange) part(first, count uint64) heldRange {
	p := heldRange{r.Part(first, count), r.rowAt(first)}
	if p.Count == 1 {
		p.Step = 1
	}
	return p
}

// hold brings identities into the form of the tables. Addresses that follow each other on successive rows become ranges.
func hold(ranges []eui48.Range, identities iter.Seq[Identity]) (*held, error) {
	h := new(held)
	for _, r := range ranges {
		whole := heldRange{Range: r}
		switch {
		case r.Count == 0:
			continue
		case r.Step > maxStep:
			for i := range r.Count {
				h.macs = append(h.macs, whole.part(i, 1))
			}
		default:
			h.macs = append(h.macs, whole.part(0, r.Count))
		}
		h.count += int64(r.Count) // #nosec G115 -- below 2^48
	}
	if identities == nil {
		return h, nil
	}
	var run runs
	for id := range identities {
		key, address, err := id.key()
		if err != nil {
			if id.Row > 0 {
				return nil, fmt.Errorf("row %d: %w", id.Row, err)
			}
			return nil, err
		}
		h.count++
		if key == nil {
			h.macs = run.add(h.macs, address, id.Row)
		} else {
			h.names = append(h.names, heldName{id.Kind, string(key), id.Row})
		}
	}
	h.macs = run.end(h.macs)
	return h, nil
}

const (
	runStep = 1 << 16 // the widest step of a run: addresses that happen to follow each other far apart are none
	runLen  = 8       // the shortest run that is kept as a range: its level is one more for every later lookup
)

// runs finds series among single addresses.
type runs struct{ now heldRange }

func (r *runs) add(to []heldRange, a eui48.Address, row int) []heldRange {
	if n := r.now.Count; n > 0 && a > r.now.Last() && row == r.now.rowAt(n) {
		if step := uint64(a - r.now.Last()); n == 1 && step <= runStep || n > 1 && step == r.now.Step {
			r.now.Step = step
			r.now.Count++
			return to
		}
	}
	to = r.end(to)
	r.now = heldRange{eui48.Range{Start: a, Count: 1, Step: 1}, row}
	return to
}

func (r *runs) end(to []heldRange) []heldRange {
	if r.now.Count >= runLen {
		to = append(to, r.now)
	} else {
		for i := range r.now.Count {
			to = append(to, r.now.part(i, 1))
		}
	}
	r.now = heldRange{}
	return to
}

// digest tells whether two batches hold the same.
func (h *held) digest() []byte {
	sum := sha256.New()
	for _, r := range h.macs {
		fmt.Fprintf(sum, "%d %d %d %d\n", r.Start, r.Count, r.Step, r.row)
	}
	for _, n := range h.names {
		fmt.Fprintf(sum, "%d %q %d\n", n.kind, n.value, n.row)
	}
	return sum.Sum(nil)
}

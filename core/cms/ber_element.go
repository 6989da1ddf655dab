package cms

import (
	"bytes"
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// small reads the element e whole and returns it as DER: definite, shortest lengths, OCTET STRINGs in one piece. At most
// max bytes. What is small in CMS (recipients, algorithms, attributes) is read so and parsed from memory.
func (b *berReader) small(e element, max int) ([]byte, error) {
	return b.appendDER(nil, e, max)
}

func (b *berReader) appendDER(dst []byte, e element, max int) ([]byte, error) {
	content, err := b.contentDER(e, max)
	if err != nil {
		return nil, err
	}
	id := e.id
	if id == idOctetString|idConstructed {
		id = idOctetString
	}
	return append(appendHeader(dst, id, int64(len(content))), content...), nil
}

// contentDER is the content of e, normalized.
func (b *berReader) contentDER(e element, max int) ([]byte, error) {
	if e.length > int64(max) {
		return nil, b.failf(e.offset, "an element of %d bytes where at most %d are read", e.length, max)
	}
	if b.offset()+e.length > b.budget {
		return nil, b.failf(e.offset, "more than %d bytes of recipients and attributes", maxHeader)
	}
	if !e.constructed() {
		content := make([]byte, e.length)
		for n := 0; n < len(content); {
			m, err := b.read(content[n:])
			if err != nil {
				return nil, err
			}
			n += m
		}
		return content, nil
	}
	if err := b.enter(e); err != nil {
		return nil, err
	}
	var content []byte
	for {
		more, err := b.more()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		child, err := b.next()
		if err != nil {
			return nil, err
		}
		if e.id == idOctetString|idConstructed { // segments, X.690 §8.7.3
			if child.id&^idConstructed != idOctetString {
				return nil, b.failf(child.offset, "a segment of an octet string has identifier %#02x", child.id)
			}
			segment, err := b.contentDER(child, max-len(content))
			if err != nil {
				return nil, err
			}
			content = append(content, segment...)
			continue
		}
		if content, err = b.appendDER(content, child, max-len(content)); err != nil {
			return nil, err
		}
		if len(content) > max {
			return nil, b.failf(e.offset, "an element above %d bytes", max)
		}
	}
	return content, b.leave()
}

// octets delivers the content of an OCTET STRING, primitive or in segments, as one stream (X.690 §8.7). It implements no
// io.Reader because it gives more: a full buffer, and whether the end was reached.
type octets struct {
	b       *berReader
	left    int64 // in the present segment
	outside int   // open elements around the string
	done    bool
}

// octets starts to read the string whose header is e.
func (b *berReader) octets(e element) (*octets, error) {
	o := &octets{b: b, outside: len(b.frames)}
	if e.constructed() {
		return o, b.enter(e)
	}
	o.left = e.length
	return o, nil
}

// read fills p, except at the end of the string; last tells that nothing follows.
func (o *octets) read(p []byte) (n int, last bool, err error) {
	for {
		if err := o.advance(); err != nil {
			return n, false, err
		}
		if o.done || n == len(p) {
			return n, o.done, nil
		}
		m, err := o.b.read(p[n:min(int64(len(p)), int64(n)+o.left)])
		if err != nil {
			return n, false, err
		}
		n += m
		o.left -= int64(m)
	}
}

// advance moves to the next segment that is not empty, or to the end.
func (o *octets) advance() error {
	for o.left == 0 && !o.done {
		if len(o.b.frames) == o.outside {
			o.done = true
			break
		}
		more, err := o.b.more()
		if err != nil {
			return err
		}
		if !more {
			if err := o.b.leave(); err != nil {
				return err
			}
			continue
		}
		e, err := o.b.next()
		if err != nil {
			return err
		}
		switch e.id {
		case idOctetString:
			o.left = e.length
		case idOctetString | idConstructed:
			if err := o.b.enter(e); err != nil {
				return err
			}
		default:
			return o.b.failf(e.offset, "a segment of the content has identifier %#02x", e.id)
		}
	}
	return nil
}

// algorithm is an AlgorithmIdentifier (RFC 5280 §4.1.1.2).
type algorithm struct {
	oid    asn1.ObjectIdentifier
	params cryptobyte.String // one whole element; empty when absent
	raw    []byte            // all of it, as DER
}

// readAlgorithm takes an AlgorithmIdentifier from s.
func readAlgorithm(s *cryptobyte.String, a *algorithm) bool {
	var whole cryptobyte.String
	if !s.ReadASN1Element(&whole, idSequence) {
		return false
	}
	a.raw = whole
	var inner cryptobyte.String
	if !whole.ReadASN1(&inner, idSequence) || !inner.ReadASN1ObjectIdentifier(&a.oid) {
		return false
	}
	a.params = inner
	if len(inner) == 0 {
		return true
	}
	var element cryptobyte.String
	return inner.ReadAnyASN1Element(&element, nil) && inner.Empty()
}

// plain tells that an algorithm has no parameters: absent, or NULL as many write it.
func (a algorithm) plain() bool {
	return len(a.params) == 0 || bytes.Equal(a.params, []byte{idNull, 0})
}

// sortSet puts the elements of a SET OF in DER's order (X.690 §11.6).
func sortSet(elements [][]byte) { slices.SortFunc(elements, bytes.Compare) }

package ber

import "bytes"

// DER returns the first element of data as DER, and what follows it. Octet strings within are one piece each; what they
// hold is left as it is. At most max bytes. The error is an *Error.
func DER(data []byte, max int) (der, rest []byte, err error) {
	b := NewReader(bytes.NewReader(data), int64(len(data)), nil)
	e, err := b.Next()
	if err != nil {
		return nil, nil, err
	}
	if der, err = b.Whole(e, max); err != nil {
		return nil, nil, err
	}
	return der, data[b.Offset():], nil
}

// AppendHeader appends identifier and length octets in DER's form.
func AppendHeader(dst []byte, id byte, length int64) []byte {
	dst = append(dst, id)
	if length < 0x80 {
		return append(dst, byte(length)) // #nosec G115 -- below 128
	}
	n := 1
	for v := length; v > 0xff; v >>= 8 {
		n++
	}
	dst = append(dst, 0x80|byte(n))
	for n--; n >= 0; n-- {
		dst = append(dst, byte(length>>(8*n))) // #nosec G115 -- cut into octets
	}
	return dst
}

// Whole reads the element e and returns it as DER: definite, shortest lengths, OCTET STRINGs in one piece. At most
// max bytes.
func (b *Reader) Whole(e Element, max int) ([]byte, error) {
	return b.appendDER(nil, e, max)
}

func (b *Reader) appendDER(dst []byte, e Element, max int) ([]byte, error) {
	content, err := b.contentDER(e, max)
	if err != nil {
		return nil, err
	}
	id := e.ID
	if id == OctetString|Constructed {
		id = OctetString
	}
	return append(AppendHeader(dst, id, int64(len(content))), content...), nil
}

// contentDER is the content of e, normalized.
func (b *Reader) contentDER(e Element, max int) ([]byte, error) {
	if e.Length > int64(max) {
		return nil, b.Failf(e.Offset, "an element of %d bytes where at most %d are read", e.Length, max)
	}
	if b.Offset()+e.Length > b.Budget {
		return nil, b.Failf(e.Offset, "more than %d bytes besides the content", b.Budget)
	}
	if !e.Constructed() {
		content := make([]byte, e.Length)
		for n := 0; n < len(content); {
			m, err := b.Read(content[n:])
			if err != nil {
				return nil, err
			}
			n += m
		}
		return content, nil
	}
	if err := b.Enter(e); err != nil {
		return nil, err
	}
	var content []byte
	for {
		more, err := b.More()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		child, err := b.Next()
		if err != nil {
			return nil, err
		}
		if e.ID == OctetString|Constructed { // segments, X.690 §8.7.3
			if child.ID&^Constructed != OctetString {
				return nil, b.Failf(child.Offset, "a segment of an octet string has identifier %#02x", child.ID)
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
			return nil, b.Failf(e.Offset, "an element above %d bytes", max)
		}
	}
	return content, b.Leave()
}

// Octets delivers the content of an OCTET STRING, primitive or in segments, as one stream (X.690 §8.7). It implements no
// io.Reader because it gives more: a full buffer, and whether the end was reached.
type Octets struct {
	b       *Reader
	left    int64 // in the present segment
	outside int   // open elements around the string
	done    bool
}

// Octets starts to read the string whose header is e.
func (b *Reader) Octets(e Element) (*Octets, error) {
	o := &Octets{b: b, outside: len(b.frames)}
	if e.Constructed() {
		return o, b.Enter(e)
	}
	o.left = e.Length
	return o, nil
}

// Read fills p, except at the end of the string; last tells that nothing follows.
func (o *Octets) Read(p []byte) (n int, last bool, err error) {
	for {
		if err := o.advance(); err != nil {
			return n, false, err
		}
		if o.done || n == len(p) {
			return n, o.done, nil
		}
		m, err := o.b.Read(p[n:min(int64(len(p)), int64(n)+o.left)])
		if err != nil {
			return n, false, err
		}
		n += m
		o.left -= int64(m)
	}
}

// advance moves to the next segment that is not empty, or to the end.
func (o *Octets) advance() error {
	for o.left == 0 && !o.done {
		if len(o.b.frames) == o.outside {
			o.done = true
			break
		}
		more, err := o.b.More()
		if err != nil {
			return err
		}
		if !more {
			if err := o.b.Leave(); err != nil {
				return err
			}
			continue
		}
		e, err := o.b.Next()
		if err != nil {
			return err
		}
		switch e.ID {
		case OctetString:
			o.left = e.Length
		case OctetString | Constructed:
			if err := o.b.Enter(e); err != nil {
				return err
			}
		default:
			return o.b.Failf(e.Offset, "a segment of the content has identifier %#02x", e.ID)
		}
	}
	return nil
}

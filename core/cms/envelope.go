package cms

import (
	"encoding/asn1"
	"io"

	"golang.org/x/crypto/cryptobyte"

	"enrollbench/core/ber"
)

// envelope is a message whose header was read: EnvelopedData (RFC 5652 §6.1) or AuthEnvelopedData (RFC 5083 §2.1).
type envelope struct {
	ber        *ber.Reader
	auth       bool
	recipients []RecipientInfo
	algorithm  contentAlgorithm
	inner      string // content type
	content    *ber.Octets
	begun      bool // the header was accepted: what fails now is damage
}

// Bounds of what is read besides the content.
const (
	maxRecipient = 64 << 10 // of one RecipientInfo, attribute set or algorithm, bytes as DER
	maxHeader    = 1 << 20  // of everything before the content and of everything behind it, bytes
)

// readEnvelope reads up to the first byte of the encrypted content.
func readEnvelope(r io.Reader) (*envelope, error) {
	e := &envelope{}
	e.ber = ber.NewReader(r, maxHeader, func(offset int64, reason string) error {
		return &FormatError{Offset: offset, Reason: reason, content: e.begun}
	})
	if err := e.readHeader(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *envelope) readHeader() error {
	b := e.ber
	if _, err := b.Peek(); err != nil {
		return err
	}
	if err := b.Open(ber.Sequence, "ContentInfo"); err != nil {
		return err
	}
	outer, err := e.oid("the content type")
	if err != nil {
		return err
	}
	switch {
	case outer.Equal(oidEnvelopedData):
	case outer.Equal(oidAuthEnvelopedData):
		e.auth = true
	default:
		return &UnsupportedError{What: "content type", Name: contentTypeName(outer)}
	}
	if err := b.Open(ber.ContextConstructed, "the content of ContentInfo"); err != nil {
		return err
	}
	if err := b.Open(ber.Sequence, "EnvelopedData"); err != nil {
		return err
	}
	version, err := b.Expect(ber.Integer, "the version")
	if err != nil {
		return err
	}
	if _, err := b.Whole(version, 8); err != nil {
		return err
	}
	if err := e.readRecipients(); err != nil {
		return err
	}
	return e.readContentInfo()
}

// readRecipients reads OriginatorInfo, which is not needed, and the set of recipients.
func (e *envelope) readRecipients() error {
	b := e.ber
	set, err := b.Next()
	if err != nil {
		return err
	}
	if set.ID == ber.ContextConstructed {
		if _, err := b.Whole(set, maxHeader); err != nil {
			return err
		}
		if set, err = b.Next(); err != nil {
			return err
		}
	}
	if set.ID != ber.Set {
		return b.Failf(set.Offset, "the set of recipients has identifier %#02x", set.ID)
	}
	if err := b.Enter(set); err != nil {
		return err
	}
	for {
		more, err := b.More()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		start, err := b.Next()
		if err != nil {
			return err
		}
		der, err := b.Whole(start, maxRecipient)
		if err != nil {
			return err
		}
		infos, err := parseRecipient(der)
		if err != nil {
			return b.Failf(start.Offset, "%v", err)
		}
		e.recipients = append(e.recipients, infos...)
	}
	return b.Leave()
}

// readContentInfo reads EncryptedContentInfo up to the content.
func (e *envelope) readContentInfo() error {
	b := e.ber
	if err := b.Open(ber.Sequence, "EncryptedContentInfo"); err != nil {
		return err
	}
	inner, err := e.oid("the type of the encrypted content")
	if err != nil {
		return err
	}
	e.inner = contentTypeName(inner)
	start, err := b.Expect(ber.Sequence, "the algorithm of the content")
	if err != nil {
		return err
	}
	der, err := b.Whole(start, maxRecipient)
	if err != nil {
		return err
	}
	var a algorithm
	s := cryptobyte.String(der)
	if !readAlgorithm(&s, &a) {
		return b.Failf(start.Offset, "the algorithm of the content is malformed")
	}
	if e.algorithm, err = parseContentAlgorithm(a); err != nil {
		return b.Failf(start.Offset, "%v", err)
	}
	more, err := b.More()
	if err != nil {
		return err
	}
	if !more {
		return &UnsupportedError{What: "a message", Name: "without its content (detached)"}
	}
	content, err := b.Next()
	if err != nil {
		return err
	}
	if content.ID&^ber.Constructed != ber.Context {
		return b.Failf(content.Offset, "the content has identifier %#02x", content.ID)
	}
	e.content, err = b.Octets(content)
	e.begun = true
	return err
}

// finish reads what follows the content, to the end of the stream. attributes is the DER of the authenticated attributes
// as they enter the tag, nil if there are none.
func (e *envelope) finish() (attributes, tag []byte, err error) {
	b := e.ber
	b.Budget = b.Offset() + maxHeader
	if err := b.Leave(); err != nil { // EncryptedContentInfo
		return nil, nil, err
	}
	if e.auth {
		if attributes, err = e.optional(ber.ContextConstructed | 1); err != nil {
			return nil, nil, err
		}
		if attributes != nil {
			if attributes, err = attributeSet(attributes); err != nil {
				return nil, nil, b.Failf(b.Offset(), "%v", err)
			}
		}
		if tag, err = e.mac(); err != nil {
			return nil, nil, err
		}
		_, err = e.optional(ber.ContextConstructed | 2)
	} else {
		_, err = e.optional(ber.ContextConstructed | 1)
	}
	if err != nil {
		return nil, nil, err
	}
	for range 3 { // EnvelopedData, [0], ContentInfo
		if err := b.Leave(); err != nil {
			return nil, nil, err
		}
	}
	return attributes, tag, b.End()
}

// optional reads an element that may be there and returns its DER.
func (e *envelope) optional(id byte) ([]byte, error) {
	more, err := e.ber.More()
	if err != nil || !more {
		return nil, err
	}
	if next, err := e.ber.Peek(); err != nil || next != id {
		return nil, err
	}
	start, err := e.ber.Next()
	if err != nil {
		return nil, err
	}
	return e.ber.Whole(start, maxRecipient)
}

// mac reads the authentication tag.
func (e *envelope) mac() ([]byte, error) {
	start, err := e.ber.Next()
	if err != nil {
		return nil, err
	}
	if start.ID&^ber.Constructed != ber.OctetString {
		return nil, e.ber.Failf(start.Offset, "the authentication tag has identifier %#02x", start.ID)
	}
	der, err := e.ber.Whole(start, 64)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(der)
	var tag cryptobyte.String
	if !s.ReadASN1(&tag, ber.OctetString) || len(tag) != e.algorithm.tag {
		return nil, e.ber.Failf(start.Offset, "the authentication tag does not have the %d bytes announced", e.algorithm.tag)
	}
	return tag, nil
}

// oid reads an object identifier.
func (e *envelope) oid(what string) (asn1.ObjectIdentifier, error) {
	start, err := e.ber.Expect(ber.OID, what)
	if err != nil {
		return nil, err
	}
	der, err := e.ber.Whole(start, 64)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(der)
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil, e.ber.Failf(start.Offset, "%s is malformed", what)
	}
	return oid, nil
}

// contentTypeName is a content type in words.
func contentTypeName(oid asn1.ObjectIdentifier) string {
	if name, ok := contentTypes[oid.String()]; ok {
		return name
	}
	return oid.String()
}

// attributeSet turns [1] IMPLICIT SET OF into the DER of a SET OF, which is what the tag covers (RFC 5083 §2.2).
func attributeSet(der []byte) ([]byte, error) {
	s := cryptobyte.String(der)
	var content cryptobyte.String
	if !s.ReadASN1(&content, ber.ContextConstructed|1) {
		return nil, errAttributes
	}
	var elements [][]byte
	for !content.Empty() {
		var element cryptobyte.String
		if !content.ReadAnyASN1Element(&element, nil) {
			return nil, errAttributes
		}
		elements = append(elements, element)
	}
	sortSet(elements)
	var set []byte
	for _, element := range elements {
		set = append(set, element...)
	}
	return append(ber.AppendHeader(nil, ber.Set, int64(len(set))), set...), nil
}

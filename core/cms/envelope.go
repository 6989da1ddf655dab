package cms

import (
	"encoding/asn1"
	"io"

	"golang.org/x/crypto/cryptobyte"
)

// envelope is a message whose header was read: EnvelopedData (RFC 5652 §6.1) or AuthEnvelopedData (RFC 5083 §2.1).
type envelope struct {
	ber        *berReader
	auth       bool
	recipients []RecipientInfo
	algorithm  contentAlgorithm
	inner      string // content type
	content    *octets
}

// readEnvelope reads up to the first byte of the encrypted content.
func readEnvelope(r io.Reader) (*envelope, error) {
	e := &envelope{ber: newBERReader(r)}
	if err := e.readHeader(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *envelope) readHeader() error {
	b := e.ber
	if err := b.buffered(1); err != nil {
		return err
	}
	if err := b.open(idSequence, "ContentInfo"); err != nil {
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
	if err := b.open(idContextCons, "the content of ContentInfo"); err != nil {
		return err
	}
	if err := b.open(idSequence, "EnvelopedData"); err != nil {
		return err
	}
	version, err := b.expect(idInteger, "the version")
	if err != nil {
		return err
	}
	if _, err := b.small(version, 8); err != nil {
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
	set, err := b.next()
	if err != nil {
		return err
	}
	if set.id == idContextCons {
		if _, err := b.small(set, maxHeader); err != nil {
			return err
		}
		if set, err = b.next(); err != nil {
			return err
		}
	}
	if set.id != idSet {
		return b.failf(set.offset, "the set of recipients has identifier %#02x", set.id)
	}
	if err := b.enter(set); err != nil {
		return err
	}
	for {
		more, err := b.more()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		start, err := b.next()
		if err != nil {
			return err
		}
		der, err := b.small(start, maxRecipient)
		if err != nil {
			return err
		}
		infos, err := parseRecipient(der)
		if err != nil {
			return b.failf(start.offset, "%v", err)
		}
		e.recipients = append(e.recipients, infos...)
	}
	return b.leave()
}

// readContentInfo reads EncryptedContentInfo up to the content.
func (e *envelope) readContentInfo() error {
	b := e.ber
	if err := b.open(idSequence, "EncryptedContentInfo"); err != nil {
		return err
	}
	inner, err := e.oid("the type of the encrypted content")
	if err != nil {
		return err
	}
	e.inner = contentTypeName(inner)
	start, err := b.expect(idSequence, "the algorithm of the content")
	if err != nil {
		return err
	}
	der, err := b.small(start, maxRecipient)
	if err != nil {
		return err
	}
	var a algorithm
	s := cryptobyte.String(der)
	if !readAlgorithm(&s, &a) {
		return b.failf(start.offset, "the algorithm of the content is malformed")
	}
	if e.algorithm, err = parseContentAlgorithm(a); err != nil {
		return b.failf(start.offset, "%v", err)
	}
	more, err := b.more()
	if err != nil {
		return err
	}
	if !more {
		return &UnsupportedError{What: "a message", Name: "without its content (detached)"}
	}
	content, err := b.next()
	if err != nil {
		return err
	}
	if content.id&^idConstructed != idContext {
		return b.failf(content.offset, "the content has identifier %#02x", content.id)
	}
	e.content, err = b.octets(content)
	b.content = true
	return err
}

// finish reads what follows the content, to the end of the stream. attributes is the DER of the authenticated attributes
// as they enter the tag, nil if there are none.
func (e *envelope) finish() (attributes, tag []byte, err error) {
	b := e.ber
	b.budget = b.offset() + maxHeader
	if err := b.leave(); err != nil { // EncryptedContentInfo
		return nil, nil, err
	}
	if e.auth {
		if attributes, err = e.optional(idContextCons | 1); err != nil {
			return nil, nil, err
		}
		if attributes != nil {
			if attributes, err = attributeSet(attributes); err != nil {
				return nil, nil, b.failf(b.offset(), "%v", err)
			}
		}
		if tag, err = e.mac(); err != nil {
			return nil, nil, err
		}
		_, err = e.optional(idContextCons | 2)
	} else {
		_, err = e.optional(idContextCons | 1)
	}
	if err != nil {
		return nil, nil, err
	}
	for range 3 { // EnvelopedData, [0], ContentInfo
		if err := b.leave(); err != nil {
			return nil, nil, err
		}
	}
	return attributes, tag, b.end()
}

// optional reads an element that may be there and returns its DER.
func (e *envelope) optional(id byte) ([]byte, error) {
	more, err := e.ber.more()
	if err != nil || !more {
		return nil, err
	}
	if err := e.ber.buffered(1); err != nil {
		return nil, err
	}
	if e.ber.buf[e.ber.pos] != id {
		return nil, nil
	}
	start, err := e.ber.next()
	if err != nil {
		return nil, err
	}
	return e.ber.small(start, maxRecipient)
}

// mac reads the authentication tag.
func (e *envelope) mac() ([]byte, error) {
	start, err := e.ber.next()
	if err != nil {
		return nil, err
	}
	if start.id&^idConstructed != idOctetString {
		return nil, e.ber.failf(start.offset, "the authentication tag has identifier %#02x", start.id)
	}
	der, err := e.ber.small(start, 64)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(der)
	var tag cryptobyte.String
	if !s.ReadASN1(&tag, idOctetString) || len(tag) != e.algorithm.tag {
		return nil, e.ber.failf(start.offset, "the authentication tag has not the %d bytes announced", e.algorithm.tag)
	}
	return tag, nil
}

// oid reads an object identifier.
func (e *envelope) oid(what string) (asn1.ObjectIdentifier, error) {
	start, err := e.ber.expect(idOID, what)
	if err != nil {
		return nil, err
	}
	der, err := e.ber.small(start, 64)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(der)
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil, e.ber.failf(start.offset, "%s is malformed", what)
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
	if !s.ReadASN1(&content, idContextCons|1) {
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
	return append(appendHeader(nil, idSet, int64(len(set))), set...), nil
}

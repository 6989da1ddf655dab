package cms

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
)

// headerSize is the number of bytes appendHeader appends.
func headerSize(length int64) int64 {
	return int64(len(ber.AppendHeader(make([]byte, 0, 10), 0, length)))
}

// wrapped is the size of an element with length bytes of content.
func wrapped(length int64) int64 { return headerSize(length) + length }

// layout is what surrounds the encrypted content of a message that is written.
type layout struct {
	outer      asn1.ObjectIdentifier // id-envelopedData or id-ct-authEnvelopedData
	version    int
	recipients [][]byte // RecipientInfo elements
	algorithm  []byte   // of the content, AlgorithmIdentifier
	tag        int      // bytes of the authentication tag behind the content; 0 for none
}

// before returns everything up to the content and the size of what follows it. length is that of the encrypted content; -1
// for the indefinite form, where segments follow.
func (l layout) before(length int64) ([]byte, error) {
	sortSet(l.recipients)
	version, err := build(func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(l.version)) })
	if err != nil {
		return nil, err
	}
	outer, err := build(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(l.outer) })
	if err != nil {
		return nil, err
	}
	set := bytes.Join(l.recipients, nil)
	if len(set) > maxHeader/2 {
		return nil, fmt.Errorf("%d recipients are too many for one message: use several messages", len(l.recipients))
	}
	head := append(version, ber.AppendHeader(nil, ber.Set, int64(len(set)))...)
	head = append(head, set...)
	inner, err := build(func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidData)
		b.AddBytes(l.algorithm)
	})
	if err != nil {
		return nil, err
	}

	var out []byte
	if length < 0 {
		indefinite := func(id byte) { out = append(out, id, 0x80) }
		indefinite(ber.Sequence)
		out = append(out, outer...)
		indefinite(ber.ContextConstructed)
		indefinite(ber.Sequence)
		out = append(out, head...)
		indefinite(ber.Sequence)
		out = append(out, inner...)
		indefinite(ber.ContextConstructed)
		return out, nil
	}
	// From the inside out: each length holds those within it.
	encrypted := int64(len(inner)) + wrapped(length)
	enveloped := int64(len(head)) + wrapped(encrypted)
	if l.tag > 0 {
		enveloped += wrapped(int64(l.tag))
	}
	explicit := wrapped(enveloped)
	out = ber.AppendHeader(out, ber.Sequence, int64(len(outer))+wrapped(explicit))
	out = append(out, outer...)
	out = ber.AppendHeader(out, ber.ContextConstructed, explicit)
	out = ber.AppendHeader(out, ber.Sequence, enveloped)
	out = append(out, head...)
	out = ber.AppendHeader(out, ber.Sequence, encrypted)
	out = append(out, inner...)
	return ber.AppendHeader(out, ber.Context, length), nil
}

// after returns what follows the content.
func (l layout) after(length int64, tag []byte) []byte {
	var out []byte
	eoc := func(n int) {
		for range n {
			out = append(out, 0, 0)
		}
	}
	if length < 0 {
		eoc(2) // the content, EncryptedContentInfo
	}
	if l.tag > 0 {
		out = append(ber.AppendHeader(out, ber.OctetString, int64(len(tag))), tag...)
	}
	if length < 0 {
		eoc(3) // EnvelopedData, [0], ContentInfo
	}
	return out
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
	if !s.ReadASN1Element(&whole, ber.Sequence) {
		return false
	}
	a.raw = whole
	var inner cryptobyte.String
	if !whole.ReadASN1(&inner, ber.Sequence) || !inner.ReadASN1ObjectIdentifier(&a.oid) {
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
	return len(a.params) == 0 || bytes.Equal(a.params, []byte{ber.Null, 0})
}

// sortSet puts the elements of a SET OF in DER's order (X.690 §11.6).
func sortSet(elements [][]byte) { slices.SortFunc(elements, bytes.Compare) }

// build runs a cryptobyte builder.
func build(f func(b *cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	f(&b)
	return b.Bytes()
}

// algorithmDER encodes an AlgorithmIdentifier; params adds the parameters and may be nil for none.
func algorithmDER(oid asn1.ObjectIdentifier, params func(b *cryptobyte.Builder)) ([]byte, error) {
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			if params != nil {
				params(b)
			}
		})
	})
}

// addNull adds the NULL that RSA algorithms carry as their parameters.
func addNull(b *cryptobyte.Builder) { b.AddASN1(cbasn1.NULL, func(*cryptobyte.Builder) {}) }

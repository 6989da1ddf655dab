package openpgp

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Packet types (RFC 9580 §5).
const (
	tagPKESK        = 1
	tagSignature    = 2
	tagSKESK        = 3
	tagOnePass      = 4
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagPublicSubkey = 14
	tagCompressed   = 8
	tagSED          = 9
	tagMarker       = 10
	tagLiteral      = 11
	tagSEIPD        = 18
	tagOCB          = 20 // GnuPG's own AEAD packet, never standardised
	tagPadding      = 21
)

// peekTag returns the type of the next packet without reading it. A byte that starts no packet is type 0, which is
// reserved.
func peekTag(r *bufio.Reader) (byte, error) {
	b, err := r.Peek(1)
	if err != nil {
		return 0, err
	}
	switch {
	case b[0]&0x80 == 0:
		return 0, nil
	case b[0]&0x40 != 0:
		return b[0] & 0x3f, nil
	}
	return b[0] >> 2 & 0x0f, nil
}

// readSmall reads a packet of known length as a whole, header and body, if it has at most limit bytes. Partial and
// indeterminate lengths are only for data (RFC 9580 §4.2.1.4).
func readSmall(r *bufio.Reader, limit int) (whole, body []byte, err error) {
	head := make([]byte, 1, 6)
	if head[0], err = r.ReadByte(); err != nil {
		return nil, nil, unexpected(err)
	}
	more := func(n int) ([]byte, error) {
		at := len(head)
		head = head[:at+n]
		_, err := io.ReadFull(r, head[at:])
		return head[at:], unexpected(err)
	}
	var length uint32
	if head[0]&0x40 != 0 {
		b, err := more(1)
		if err != nil {
			return nil, nil, err
		}
		switch first := b[0]; {
		case first < 192:
			length = uint32(first)
		case first < 224:
			if b, err = more(1); err != nil {
				return nil, nil, err
			}
			length = uint32(first-192)<<8 + uint32(b[0]) + 192
		case first < 255:
			return nil, nil, ErrIntegrity
		default:
			if b, err = more(4); err != nil {
				return nil, nil, err
			}
			length = binary.BigEndian.Uint32(b)
		}
	} else {
		kind := head[0] & 3
		if kind == 3 {
			return nil, nil, ErrIntegrity
		}
		b, err := more(1 << kind)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range b {
			length = length<<8 | uint32(x)
		}
	}
	if int64(length) > int64(limit) {
		return nil, nil, &LimitError{What: "bytes before the encrypted data", Max: MaxHeaderBytes}
	}
	whole = make([]byte, len(head)+int(length))
	copy(whole, head)
	if _, err := io.ReadFull(r, whole[len(head):]); err != nil {
		return nil, nil, unexpected(err)
	}
	return whole, whole[len(head):], nil
}

// unreadable names what an encrypted packet is sealed with where the library does not read it (RFC 9580 §5.13; GnuPG's
// packet 20: draft-koch-openpgp-2015-rfc4880bis §5.16). What it cannot tell is left to the library.
func unreadable(r *bufio.Reader, tag byte) error {
	head, _ := r.Peek(maxPacketHeader + 4)
	size := 0
	switch {
	case len(head) < 2:
		return nil
	case head[0]&0x40 == 0:
		size = 1 + []int{1, 2, 4, 0}[head[0]&3]
	case head[1] < 192, head[1] >= 224 && head[1] < 255: // of a part
		size = 2
	case head[1] < 224:
		size = 3
	default:
		size = maxPacketHeader
	}
	if len(head) < size+4 {
		return nil
	}
	version, cipher, chunk := head[size], packet.CipherFunction(head[size+1]), head[size+3]
	if tag == tagSEIPD && version != 2 || tag == tagOCB && version != 1 {
		return nil
	}
	name, known := ciphers[cipher]
	switch {
	case known && !cipher.IsSupported():
	case chunk > 16 && chunk <= 56:
		name = fmt.Sprintf("chunks of 2^%d bytes (4 MiB are read)", int(chunk)+6)
	default:
		return nil
	}
	return &UnsupportedError{Name: name}
}

// maxPacketHeader is a tag and a length of five octets (RFC 9580 §4.2.1).
const maxPacketHeader = 6

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

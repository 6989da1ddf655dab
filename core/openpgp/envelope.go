package openpgp

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// An envelope is a public-key encrypted session key packet (RFC 9580 §5.1).

// recipientID reads to whom an envelope is addressed (RFC 9580 §5.1), of whatever algorithm.
func recipientID(body []byte) string {
	switch {
	case len(body) >= 9 && body[0] == 3:
		if id := binary.BigEndian.Uint64(body[1:]); id != 0 {
			return keyID(id)
		}
		return Hidden
	case len(body) >= 2 && body[0] == 6:
		if n := int(body[1]); n > 1 && len(body) >= 2+n {
			fingerprint := body[3 : 2+n]
			if body[2] == 4 && len(fingerprint) == 20 {
				return fmt.Sprintf("%X", fingerprint[12:])
			}
			if len(fingerprint) >= 8 {
				return fmt.Sprintf("%X", fingerprint[:8])
			}
		}
		return Hidden
	}
	return "of an unknown version"
}

// canonical tells whether an envelope is encoded as RFC 9580 has it. The library takes numbers whose bit count is wrong,
// and RFC 7748 has bits of a point that count for nothing: bytes that could be changed and the message would still open.
func canonical(body []byte) bool {
	at := 9 // version and key ID
	if len(body) > 2 && body[0] == 6 {
		at = 2 + int(body[1])
		if named := body[1] == 21 && body[2] == 4 || body[1] == 33 && body[2] == 6; body[1] != 0 && !named {
			return false
		}
	}
	if len(body) <= at {
		return false
	}
	algorithm, rest := packet.PublicKeyAlgorithm(body[at]), body[at+1:]
	switch algorithm {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly:
		_, rest, ok := mpi(rest)
		return ok && len(rest) == 0
	case packet.PubKeyAlgoElGamal:
		_, rest, first := mpi(rest)
		_, rest, second := mpi(rest)
		return first && second && len(rest) == 0
	case packet.PubKeyAlgoECDH:
		point, rest, ok := mpi(rest)
		if !ok || len(point) == 0 || len(rest) == 0 || int(rest[0]) != len(rest)-1 {
			return false
		}
		if len(point) == 33 { // Curve25519: NIST and brainpool points have an odd length of 65 at least
			return point[0] == 0x40 && point[32]&0x80 == 0
		}
		return true
	case packet.PubKeyAlgoX25519:
		return len(rest) > 32 && rest[31]&0x80 == 0 && int(rest[32]) == len(rest)-33
	}
	return true
}

// mpi reads a multiprecision integer whose bit count is exact (RFC 9580 §3.2).
func mpi(b []byte) (number, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	count := int(binary.BigEndian.Uint16(b))
	size := (count + 7) / 8
	if b = b[2:]; size == 0 || len(b) < size {
		return nil, nil, false
	}
	return b[:size], b[size:], bits.Len8(b[0])+8*(size-1) == count
}

func wanted(p *packet.PrivateKey, envelopes []*packet.EncryptedKey) bool {
	for _, e := range envelopes {
		if fits(p, e) {
			return true
		}
	}
	return false
}

// fits: the envelope names the key, or hides its recipient and is of the key's algorithm.
func fits(p *packet.PrivateKey, e *packet.EncryptedKey) bool {
	return e.Algo == p.PubKeyAlgo && (e.KeyId == 0 || e.KeyId == p.KeyId)
}

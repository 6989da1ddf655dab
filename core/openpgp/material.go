package openpgp

import (
	"bufio"
	"bytes"
	"crypto/sha1" // #nosec G505 -- fingerprints of version 4 are SHA-1 (RFC 9580 §5.5.4.2)
	"encoding/binary"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
)

// A file of keys is looked through before the library reads it: how much work its numbers and passphrases ask for is
// limited before any of it is done.

// material adds up what a file of keys asks for.
type material struct {
	hashed, filled uint64   // bytes that passphrases are hashed to, and that Argon2 fills
	onCard         []string // key IDs whose secret part is on a smart card
	elsewhere      []string // key IDs whose secret part was left out of the file
}

// read goes through the packets and returns them for the library, which does not read the references to smart cards that
// GnuPG writes: they become references to a secret part that is kept elsewhere.
func (m *material) read(data []byte) ([]byte, error) {
	in := bufio.NewReader(bytes.NewReader(data))
	out := make([]byte, 0, len(data))
	for {
		tag, err := peekTag(in)
		if err == io.EOF {
			return out, nil
		}
		whole, body, err := readSmall(in, len(data))
		if err != nil {
			return nil, fmt.Errorf("%w: its packets are damaged", ErrNotAKey)
		}
		switch tag {
		case tagPublicKey, tagPublicSubkey, tagSecretKey, tagSecretSubkey:
			secret, err := publicPart(body)
			if err == nil && (tag == tagSecretKey || tag == tagSecretSubkey) {
				var stub []byte
				if stub, err = m.secretPart(body, secret); stub != nil {
					whole = append(binary.BigEndian.AppendUint32([]byte{0xc0 | tag, 0xff}, uint32(len(stub))), stub...) // #nosec G115 -- a part of body
				}
			}
			if err != nil {
				return nil, err
			}
		}
		out = append(out, whole...)
	}
}

// publicPart checks the sizes of the numbers of a public key (RFC 9580 §5.5.2) and returns what follows it: nil for a
// version or an algorithm that is not known here, which the library will not read.
func publicPart(body []byte) (rest []byte, err error) {
	if len(body) < 6 || body[0] != 4 && body[0] != 6 {
		return nil, nil
	}
	algorithm, rest := packet.PublicKeyAlgorithm(body[5]), body[6:]
	whole := -1
	if body[0] == 6 {
		if len(rest) < 4 {
			return nil, nil
		}
		whole = int(binary.BigEndian.Uint32(rest))
		if rest = rest[4:]; whole > len(rest) {
			return nil, nil
		}
	}
	start := rest
	field := func() { // a length and that many bytes: the name of a curve, and of its key derivation
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			rest = nil
			return
		}
		rest = rest[1+int(rest[0]):]
	}
	number := func() {
		if len(rest) < 2 {
			rest = nil
			return
		}
		bits := int(binary.BigEndian.Uint16(rest))
		if bits > MaxModulusBits && err == nil {
			err = &LimitError{What: "bits in a number of a key", Max: MaxModulusBits}
		}
		size := 2 + (bits+7)/8
		if len(rest) < size {
			rest = nil
			return
		}
		rest = rest[size:]
	}
	numbers := 0
	switch algorithm {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly, packet.PubKeyAlgoRSASignOnly:
		numbers = 2
	case packet.PubKeyAlgoDSA:
		numbers = 4
	case packet.PubKeyAlgoElGamal:
		numbers = 3
	case packet.PubKeyAlgoECDSA, packet.PubKeyAlgoEdDSA, packet.PubKeyAlgoECDH:
		field()
		numbers = 1
	default:
		if whole < 0 {
			return nil, nil
		}
	}
	for range numbers {
		number()
	}
	if algorithm == packet.PubKeyAlgoECDH {
		field()
	}
	if whole >= 0 {
		rest = start[whole:]
	}
	return rest, err
}

// secretPart reads how the secret numbers are protected (RFC 9580 §5.5.3, §3.7.1). secret is the end of body. For a key on
// a smart card it returns the body of one that is kept elsewhere.
func (m *material) secretPart(body, secret []byte) (stub []byte, err error) {
	usage, rest, ok := next(secret)
	if ok && body[0] == 6 && usage != 0 {
		_, rest, ok = next(rest) // the length of the fields that follow
	}
	if usage >= 253 && ok {
		_, rest, ok = next(rest) // the cipher
		if usage == 253 && ok {
			_, rest, ok = next(rest) // the AEAD mode
		}
		if ok && body[0] == 6 {
			_, rest, ok = next(rest) // the length of the S2K
		}
	}
	if !ok || usage < 253 || len(rest) == 0 {
		return nil, nil
	}
	if len(rest) >= 6 && s2k.Mode(rest[0]) == s2k.GnuS2K && bytes.Equal(rest[2:6], []byte("GNU\x01")) && body[0] == 4 {
		m.elsewhere = append(m.elsewhere, keyID(binary.BigEndian.Uint64(fingerprint4(body[:len(body)-len(secret)])[12:])))
		return nil, nil
	}
	if card := []byte("GNU\x02"); body[0] == 4 && s2k.Mode(rest[0]) == s2k.GnuS2K && len(rest) >= 6 && bytes.Equal(rest[2:6], card) {
		m.onCard = append(m.onCard, keyID(binary.BigEndian.Uint64(fingerprint4(body[:len(body)-len(secret)])[12:])))
		stub = append(stub, body[:len(body)-len(rest)]...)
		return append(append(stub, rest[:5]...), 1), nil // without the serial number of the card
	}
	if !packet.PublicKeyAlgorithm(body[5]).CanEncrypt() {
		return nil, nil // nobody is asked for its passphrase
	}
	switch s2k.Mode(rest[0]) {
	case s2k.IteratedSaltedS2K:
		if len(rest) > 10 {
			m.hashed += (16 + uint64(rest[10]&15)) << (rest[10]>>4 + 6)
		}
	case s2k.Argon2S2K:
		if len(rest) < 20 {
			return nil, nil
		}
		passes, exponent := uint64(rest[17]), rest[19]
		if exponent > 31 || 1024<<exponent > MaxArgon2Memory {
			return nil, &LimitError{What: "bytes of memory for the passphrase of a secret key", Max: MaxArgon2Memory}
		}
		m.filled += passes * 1024 << exponent
	}
	switch {
	case m.hashed > maxHashed:
		return nil, &LimitError{What: "bytes to hash for the passphrases of a file", Max: maxHashed}
	case m.filled > maxFilled:
		return nil, &LimitError{What: "bytes of memory to fill for the passphrases of a file", Max: maxFilled}
	}
	return nil, nil
}

// fingerprint4 is the fingerprint of a public key packet of version 4.
func fingerprint4(body []byte) []byte {
	h := sha1.New()                                              // #nosec G401 -- see the import
	h.Write([]byte{0x99, byte(len(body) >> 8), byte(len(body))}) // #nosec G115 -- a length of two octets (RFC 9580 §5.5.4.2)
	h.Write(body)
	return h.Sum(nil)
}

func next(b []byte) (byte, []byte, bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	return b[0], b[1:], true
}

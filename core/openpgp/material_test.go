package openpgp

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/eax"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// framed is a packet of the new format with a length of five octets.
func framed(tag byte, body ...[]byte) []byte {
	whole := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32([]byte{0xc0 | tag, 0xff}, uint32(len(whole))), whole...)
}

// bitsOf is a multiprecision integer of that many bits.
func bitsOf(n int) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(n))
	b = append(b, bytes.Repeat([]byte{0xff}, (n+7)/8)...)
	b[2] >>= (8 - n%8) % 8
	return b
}

// Numbers that would take minutes to compute with are refused by their size, before anything is verified.
func TestNumbersAreLimited(t *testing.T) {
	head := func(algorithm byte) []byte { return []byte{4, 0, 0, 0, 1, algorithm} }
	for name, body := range map[string][]byte{
		"RSA modulus":      bytes.Join([][]byte{head(1), bitsOf(65_535), bitsOf(17)}, nil),
		"RSA exponent":     bytes.Join([][]byte{head(1), bitsOf(2048), bitsOf(65_535)}, nil),
		"DSA prime":        bytes.Join([][]byte{head(17), bitsOf(20_000), bitsOf(256), bitsOf(2047), bitsOf(2047)}, nil),
		"DSA generator":    bytes.Join([][]byte{head(17), bitsOf(2048), bitsOf(256), bitsOf(20_000), bitsOf(2047)}, nil),
		"ElGamal":          bytes.Join([][]byte{head(16), bitsOf(MaxModulusBits + 1), bitsOf(3), bitsOf(2047)}, nil),
		"RSA of version 6": bytes.Join([][]byte{{6, 0, 0, 0, 1, 1, 0, 0, 0x20, 0x07}, bitsOf(65_535), bitsOf(17)}, nil),
	} {
		for _, tag := range []byte{tagPublicKey, tagPublicSubkey, tagSecretKey, tagSecretSubkey} {
			data := append(secretBytes(t, entity(t, nil)), framed(tag, body)...)
			var limit *LimitError
			if _, err := ReadKeys(data); !errors.As(err, &limit) || limit.Max != MaxModulusBits {
				t.Errorf("%s, packet %d: %v", name, tag, err)
			}
		}
	}
	if rest, err := publicPart(bytes.Join([][]byte{head(1), bitsOf(MaxModulusBits), bitsOf(17), {9}}, nil)); err != nil || !bytes.Equal(rest, []byte{9}) {
		t.Errorf("what is allowed: %x, %v", rest, err)
	}
}

// Signatures that a key's owner has made are verified: their number is limited. Others' are not and may be many.
func TestSignaturesAreLimited(t *testing.T) {
	e := entity(t, nil)
	data := secretBytes(t, e)
	in := bufio.NewReader(bytes.NewReader(data))
	var out []byte
	for {
		tag, err := peekTag(in)
		if err == io.EOF {
			break
		}
		whole, _, err := readSmall(in, len(data))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, whole...)
		if tag == tagSignature {
			for range maxSignatures / 2 {
				out = append(out, whole...)
			}
		}
	}
	var limit *LimitError
	if _, err := ReadKeys(out); !errors.As(err, &limit) || limit.Max != maxSignatures {
		t.Errorf("two signatures, %d times: %v", maxSignatures/2+1, err)
	}
}

// What passphrases are hashed to is added up over the keys of a file that can decrypt, before anybody is asked for one.
func TestPassphraseWorkIsAddedUp(t *testing.T) {
	public := bytes.Join([][]byte{{4, 0, 0, 0, 1, 1}, bitsOf(2048), bitsOf(17)}, nil)
	iterated := func(count byte) []byte { return append(append([]byte{254, 9, 3, 8}, make([]byte, 8)...), count) }
	argon2 := func(passes, exponent byte) []byte {
		return append(append([]byte{253, 9, 2, 4}, make([]byte, 16)...), passes, 1, exponent)
	}
	for name, c := range map[string]struct {
		secret []byte
		times  int
		good   bool
	}{
		"GnuPG's most, 32 times": {iterated(255), 32, true}, // 65,011,712 bytes each
		"GnuPG's most, 34 times": {iterated(255), 34, false},
		"small":                  {iterated(96), 1000, true},
		"Argon2, 2 GiB":          {argon2(1, 21), 2, true},
		"Argon2, three":          {argon2(1, 21), 3, false},
		"Argon2, passes":         {argon2(255, 16), 1, false},
		"Argon2, 4 GiB":          {argon2(1, 22), 1, false},
		"Argon2, beyond":         {argon2(1, 255), 1, false},
	} {
		var m material
		var err error
		for range c.times {
			body := append(bytes.Clone(public), c.secret...)
			if _, err = m.secretPart(body, body[len(public):]); err != nil {
				break
			}
		}
		var limit *LimitError
		if c.good != (err == nil) || !c.good && !errors.As(err, &limit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A message may not cost a private key operation for each of the thousands of envelopes that fit before it.
func TestAttemptsAreLimited(t *testing.T) {
	e := entity(t, nil)
	message := wrap(t, e, []byte("\xcb\x0bb\x00\x00\x00\x00\x00hello"))
	envelope, body, err := readSmall(bufio.NewReader(bytes.NewReader(message)), len(message))
	if err != nil {
		t.Fatal(err)
	}
	hidden := bytes.Clone(body)
	clear(hidden[1:9])            // for a hidden recipient
	hidden[len(hidden)-1] ^= 0xff // and for another one
	for n, good := range map[int]bool{maxAttempts - 1: true, maxAttempts: false} {
		all := append(bytes.Repeat(framed(tagPKESK, hidden), n), message...)
		_, _, err := open(all, secretRing(t, e), nil)
		var limit *LimitError
		if good && err != nil || !good && !errors.As(err, &limit) {
			t.Errorf("%d envelopes of %d bytes: %v", n, len(envelope), err)
		}
	}
}

// onCard turns the secret parts of a key into the references that GnuPG writes for keys on a smart card.
func onCard(t *testing.T, data []byte, which ...byte) []byte {
	t.Helper()
	in := bufio.NewReader(bytes.NewReader(data))
	var out []byte
	for {
		tag, err := peekTag(in)
		if err == io.EOF {
			return out
		}
		whole, body, err := readSmall(in, len(data))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(which, tag) >= 0 {
			secret, _ := publicPart(body)
			stub := append([]byte{0xff, 0, 101, 0, 'G', 'N', 'U', 2, 16}, make([]byte, 16)...)
			whole = framed(tag, body[:len(body)-len(secret)], stub)
		}
		out = append(out, whole...)
	}
}

func TestKeysOnACardAreNamed(t *testing.T) {
	e := entity(t, nil)
	data := secretBytes(t, e)
	plain := []byte("hello")
	message := seal(t, plain, EncryptOptions{}, secretRing(t, e).Keys()[0])
	subkey := keyID(e.Subkeys[0].PublicKey.KeyId)
	for name, which := range map[string][]byte{"all": {tagSecretKey, tagSecretSubkey}, "the subkey": {tagSecretSubkey}} {
		keys, err := ReadKeys(onCard(t, data, which...))
		if err != nil || len(keys.Keys()) != 1 || keys.Keys()[0].Fingerprint != secretRing(t, e).Keys()[0].Fingerprint {
			t.Fatalf("%s: %v, %v", name, keys, err)
		}
		if keys.HasSecret() != (name != "all") || len(keys.OnCard) != len(which) || keys.OnCard[len(which)-1] != subkey {
			t.Errorf("%s: secret %v, on a card %v; the subkey is %s", name, keys.HasSecret(), keys.OnCard, subkey)
		}
		if _, _, err := open(message, keys, nil); !errors.Is(err, ErrNoMatchingKey) || !strings.Contains(err.Error(), "smart card") {
			t.Errorf("%s: %v", name, err)
		}
	}
	left := bytes.ReplaceAll(onCard(t, data, tagSecretSubkey), []byte("GNU\x02"), []byte("GNU\x01"))
	left = bytes.Replace(left, append([]byte("GNU\x01\x10"), make([]byte, 16)...), []byte("GNU\x01"), 1)
	at := bytes.LastIndex(left, []byte{0xc0 | tagSecretSubkey, 0xff})
	left[at+5] -= 17 // the length of the packet
	if keys, err := ReadKeys(left); err != nil || len(keys.Elsewhere) != 1 || keys.Elsewhere[0] != subkey {
		t.Errorf("left out: %v, %v", keys, err)
	} else if _, _, err := open(message, keys, nil); !errors.Is(err, ErrNoMatchingKey) || !strings.Contains(err.Error(), "left out of the file") {
		t.Errorf("left out: %v", err)
	}
	keys, err := ReadKeys(onCard(t, data, tagSecretKey)) // the primary key elsewhere is no obstacle
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := open(message, keys, nil); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
}

// sealedAEAD builds a message with GnuPG's packet 20 and EAX (draft-koch-openpgp-2015-rfc4880bis §5.16), one chunk.
func sealedAEAD(t *testing.T, keys *KeyRing, cipher, mode, chunk byte, inside []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	session := bytes.Repeat([]byte{7}, 32)
	key, err := keys.Keys()[0].entity.EncryptionKeyWithError(time.Now(), config())
	if err != nil {
		t.Fatal(err)
	}
	if err := packet.SerializeEncryptedKeyAEAD(&b, key.PublicKey, packet.CipherAES256, false, session, config()); err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		t.Fatal(err)
	}
	a, err := eax.NewEAX(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, 16)
	head := []byte{0xd4, 1, cipher, mode, chunk}
	first := binary.BigEndian.AppendUint64(bytes.Clone(head), 0)
	last := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(bytes.Clone(head), 1), uint64(len(inside)))
	body := a.Seal(append(bytes.Clone(head[1:]), nonce...), nonce, inside, first)
	nonce[15] ^= 1
	b.Write(framed(tagOCB, a.Seal(body, nonce, nil, last)))
	return b.Bytes()
}

// GnuPG's packet of before RFC 9580: EAX is read; what is not read is named and not called damaged.
func TestPacket20(t *testing.T) {
	keys := secretRing(t, entity(t, nil))
	literal := []byte("\xcb\x0bb\x00\x00\x00\x00\x00hello")
	if got, m, err := open(sealedAEAD(t, keys, 9, 1, 10, literal), keys, nil); err != nil || string(got) != "hello" || !m.AEAD {
		t.Errorf("EAX: %q, %v", got, err)
	}
	for name, message := range map[string][]byte{
		"Twofish":              sealedAEAD(t, keys, 10, 2, 16, literal),
		"Camellia-256":         sealedAEAD(t, keys, 13, 2, 16, literal),
		"chunks of 2^23 bytes": sealedAEAD(t, keys, 9, 2, 17, literal),
		"chunks of 2^62 bytes": sealedAEAD(t, keys, 9, 2, 56, literal),
	} {
		if _, _, err := open(message, keys, nil); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "AES-256") {
			t.Errorf("%s: %v", name, err)
		}
	}
	modern := seal(t, literal, EncryptOptions{}, secretRing(t, entity(t, aead)).Keys()[0])
	at := bytes.Index(modern, []byte{2, 9, 2}) // version, cipher and mode of SEIPDv2
	for i, change := range map[int]string{1: "Twofish", 3: "chunks of 2^23"} {
		bad := bytes.Clone(modern)
		bad[at+i] = []byte{0, 10, 0, 17}[i]
		if _, err := Inspect(bytes.NewReader(bad)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), change) {
			t.Errorf("SEIPD, %s: %v", change, err)
		}
	}
}

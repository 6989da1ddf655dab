package openpgp

import (
	"bytes"
	stdrsa "crypto/rsa"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/big"

	"github.com/ProtonMail/go-crypto/openpgp/ecdh"
	"github.com/ProtonMail/go-crypto/openpgp/ecdsa"
	"github.com/ProtonMail/go-crypto/openpgp/ed25519"
	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	"github.com/ProtonMail/go-crypto/openpgp/elgamal"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/ProtonMail/go-crypto/openpgp/x25519"
	"github.com/ProtonMail/go-crypto/openpgp/x448"

	"enrollbench/core/form"
	"enrollbench/core/privatekey"
)

// KeyRing is the keys of a file. Secret keys that a passphrase has unlocked stay so until Wipe; unlocking is not safe for
// concurrent use, reading is.
type KeyRing struct {
	keys []*Key
	// Skipped counts the keys of the file that this package cannot read, because of their version or algorithm.
	Skipped int
	// OnCard are the IDs of keys whose secret part is on a smart card or token: the file only points to it.
	OnCard []string
	// Elsewhere are the IDs of keys whose secret part was left out of the file, as gpg --export-secret-subkeys does.
	Elsewhere []string

	signatures int // that the keys' owners have made
}

// Keys returns the keys in the file's order.
func (k *KeyRing) Keys() []*Key { return k.keys }

// HasSecret tells whether any key has a secret part.
func (k *KeyRing) HasSecret() bool {
	for _, key := range k.keys {
		if key.Secret {
			return true
		}
	}
	return false
}

// ReadKeys reads public and secret keys, binary or armored, one block or several. A key that stands there twice, public
// and secret, is returned once, secret. The error matches ErrNotAKey when there is no key at all; a *LimitError when
// there are too many, or they ask for too much work.
func ReadKeys(data []byte) (*KeyRing, error) {
	if len(data) > MaxKeyBytes {
		return nil, &LimitError{What: "bytes of keys", Max: MaxKeyBytes}
	}
	ring := &KeyRing{}
	var err error
	if len(data) > 0 && data[0]&0x80 != 0 && !bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		err = ring.read(data)
	} else {
		err = ring.readArmored(data)
	}
	if err != nil {
		return nil, err
	}
	if len(ring.keys) == 0 {
		if ring.Skipped > 0 {
			return nil, fmt.Errorf("%w that could be read: version or algorithm is not supported", ErrNotAKey)
		}
		return nil, ErrNotAKey
	}
	return ring, nil
}

func (k *KeyRing) readArmored(text []byte) error {
	for at := 0; ; {
		block, ok, _ := form.NextBlock(text, at)
		if !ok {
			return nil
		}
		at = block.End
		if kind := form.OfLabel(block.Label); kind != form.PGPPublicKey && kind != form.PGPSecretKey {
			continue
		}
		body, err := block.Armor()
		if err == nil {
			err = k.read(body)
		} else {
			err = fmt.Errorf("%w: the block %q is damaged: %w", ErrNotAKey, block.Label, err)
		}
		clear(body)
		if err != nil {
			return err
		}
	}
}

// read adds the keys of one binary ring.
func (k *KeyRing) read(data []byte) error {
	var m material
	readable, err := m.read(data)
	if err != nil {
		return err
	}
	defer clear(readable)
	k.OnCard, k.Elsewhere = append(k.OnCard, m.onCard...), append(k.Elsewhere, m.elsewhere...)
	packets := packet.NewReader(bytes.NewReader(readable))
	for {
		e, err := pgp.ReadEntity(packets)
		var unsupported pgperrors.UnsupportedError
		var structural pgperrors.StructuralError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &unsupported), errors.As(err, &structural):
			if skipped, err := skipKey(packets); err != nil {
				return fmt.Errorf("%w: its packets are damaged", ErrNotAKey)
			} else if skipped {
				k.Skipped++
			}
		case err != nil:
			return fmt.Errorf("%w: its packets are damaged", ErrNotAKey)
		default:
			if err := k.add(e); err != nil {
				return err
			}
		}
	}
}

// skipKey reads on to the next primary key. any tells whether there was anything to skip, or the file just ended.
func skipKey(packets *packet.Reader) (any bool, err error) {
	any = true
	for {
		p, err := packets.Next()
		var unsupported pgperrors.UnsupportedError
		switch {
		case err == io.EOF:
			return any, nil
		case errors.As(err, &unsupported):
			continue
		case err != nil:
			return any, err
		}
		switch p := p.(type) {
		case *packet.PublicKey:
			if !p.IsSubkey {
				packets.Unread(p)
				return any, nil
			}
		case *packet.PrivateKey:
			if !p.IsSubkey {
				packets.Unread(p)
				return any, nil
			}
		}
	}
}

func (k *KeyRing) add(e *pgp.Entity) error {
	own := ownSignatures(e)
	if k.signatures += own; own > maxSignatures || k.signatures > maxFileSignatures {
		return &LimitError{What: "signatures of a key by itself", Max: maxSignatures}
	}
	key := newKey(e)
	for i, have := range k.keys {
		if have.Fingerprint == key.Fingerprint {
			if key.Secret && !have.Secret {
				k.keys[i] = key
			}
			return nil
		}
	}
	if len(k.keys) == MaxKeys {
		return &LimitError{What: "keys in a file", Max: MaxKeys}
	}
	k.keys = append(k.keys, key)
	return nil
}

// ownSignatures counts the signatures of a key that will be verified: the owner's. Others' may be thousands.
func ownSignatures(e *pgp.Entity) int {
	n := len(e.Revocations) + len(e.DirectSignatures)
	for _, id := range e.Identities {
		n += len(id.SelfCertifications) + len(id.Revocations)
	}
	for _, s := range e.Subkeys {
		n += len(s.Bindings) + len(s.Revocations)
	}
	return n
}

// privateKeys yields the secret parts that are there: a primary key kept elsewhere is a dummy and none.
func privateKeys(e *pgp.Entity) iter.Seq[*packet.PrivateKey] {
	return func(yield func(*packet.PrivateKey) bool) {
		if p := e.PrivateKey; p != nil && !p.Dummy() && !yield(p) {
			return
		}
		for i := range e.Subkeys {
			if p := e.Subkeys[i].PrivateKey; p != nil && !p.Dummy() && !yield(p) {
				return
			}
		}
	}
}

// Unlock asks for passphrases until a secret part that can decrypt is unlocked, at most three wrong ones; where one is
// already, nobody is asked. Decrypt does without it: it asks when a message needs a locked key.
func (k *KeyRing) Unlock(ask Passphrase) error {
	var locked []*packet.PrivateKey
	for _, key := range k.keys {
		for p := range privateKeys(key.entity) {
			switch {
			case !p.PubKeyAlgo.CanEncrypt():
			case !p.Encrypted:
				return nil
			default:
				locked = append(locked, p)
			}
		}
	}
	return unlock(locked, ask, func([]*packet.PrivateKey) bool { return true })
}

// unlock asks for passphrases and tries each on all of the locked keys, until none is left or enough says so when it is
// shown the ones just unlocked. Only a passphrase that unlocks nothing counts as wrong.
func unlock(locked []*packet.PrivateKey, ask Passphrase, enough func(unlocked []*packet.PrivateKey) bool) error {
	if len(locked) == 0 {
		return nil
	}
	if ask == nil {
		return fmt.Errorf("%w (OpenPGP)", ErrNeedPassphrase)
	}
	for attempt, wrong := 1, 0; len(locked) > 0; attempt++ {
		if wrong == privatekey.MaxAttempts {
			return fmt.Errorf("%w, %d times: no more attempts", ErrWrongPassphrase, privatekey.MaxAttempts)
		}
		passphrase, err := ask(attempt)
		if err != nil {
			clear(passphrase)
			return err
		}
		var unlocked, still []*packet.PrivateKey
		for _, p := range locked {
			if p.Decrypt(passphrase) == nil && !p.Encrypted {
				unlocked = append(unlocked, p)
			} else {
				still = append(still, p)
			}
		}
		clear(passphrase)
		if len(unlocked) == 0 {
			wrong++
		}
		locked = still
		if len(unlocked) > 0 && enough(unlocked) {
			return nil
		}
	}
	return nil
}

// Wipe overwrites the secret numbers where they can be reached; the ring's secret keys are unusable afterwards.
func (k *KeyRing) Wipe() {
	for _, key := range k.keys {
		for p := range privateKeys(key.entity) {
			wipe(p.PrivateKey)
			p.PrivateKey = nil
		}
		key.entity.PrivateKey = nil
		for i := range key.entity.Subkeys {
			key.entity.Subkeys[i].PrivateKey = nil
		}
	}
}

func wipe(private any) {
	switch p := private.(type) {
	case *stdrsa.PrivateKey:
		(&privatekey.Key{Private: p}).Wipe()
	case *ecdh.PrivateKey:
		clear(p.D)
	case *eddsa.PrivateKey:
		clear(p.D)
	case *ed25519.PrivateKey:
		clear(p.Key)
	case *x25519.PrivateKey:
		clear(p.Secret)
	case *x448.PrivateKey:
		clear(p.Secret)
	case *ecdsa.PrivateKey:
		wipeInt(p.D)
	case *elgamal.PrivateKey:
		wipeInt(p.X)
	}
}

func wipeInt(n *big.Int) {
	if n != nil {
		clear(n.Bits())
		n.SetInt64(0)
	}
}

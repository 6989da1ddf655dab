package openpgp

import (
	"bytes"
	"crypto"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// MakeOptions say what key is made.
type MakeOptions struct {
	Name, Email string        // the user ID: "Line 4 <line4@example.com>"; Email may be empty, and none may hold ( ) < >
	Bits        int           // of the RSA key and of its subkey
	Lifetime    time.Duration // from now
	Passphrase  []byte        // empty: the key is not protected
}

// passphraseOctets is how much is hashed for a passphrase (RFC 9580 §3.7.1.3): the most that its coding has, as gpg does on a fast
// computer.
const passphraseOctets = 65_011_712

// Make makes an RSA key to sign with and a subkey to encrypt to, as version 4, which every program reads. private is the armored
// secret key (RFC 9580 §10.2).
func Make(o MakeOptions) (private []byte, err error) {
	c := config()
	c.Algorithm, c.RSABits, c.DefaultHash = packet.PubKeyAlgoRSA, o.Bits, crypto.SHA256
	c.KeyLifetimeSecs = uint32(o.Lifetime / time.Second) // #nosec G115 -- some years
	c.S2KConfig = &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, Hash: crypto.SHA256, S2KCount: passphraseOctets}
	e, err := pgp.NewEntity(o.Name, "", o.Email, c)
	if err != nil {
		return nil, fmt.Errorf("the OpenPGP key was not made: %w", err)
	}
	defer func() {
		for p := range privateKeys(e) {
			wipe(p.PrivateKey)
		}
	}()
	if len(o.Passphrase) > 0 {
		if err := e.EncryptPrivateKeys(o.Passphrase, c); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	w, err := armor.EncodeWithChecksumOption(&b, pgp.PrivateKeyType, nil, true)
	if err != nil {
		return nil, err
	}
	if err := e.SerializePrivateWithoutSigning(w, nil); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

package openpgp

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Key is one OpenPGP key: its primary key, user IDs and subkeys. What is shown of it is what its own signatures prove.
type Key struct {
	Fingerprint string    // upper-case hexadecimal without blanks; Display groups it
	KeyID       string    // of the primary key, 16 digits
	UserIDs     []string  // the primary one first; control characters are taken out
	Algorithm   string    // of the primary key: "RSA 3072", "Ed25519", "NIST P-256", "brainpoolP256r1", "DSA 1024"
	Created     time.Time // of the primary key
	Expires     time.Time // of the primary key; zero: never
	Revoked     bool
	Secret      bool // a secret key stood in the file
	// AdvertisesSEIPDv2: the key says that its owner reads AEAD messages of RFC 9580. GnuPG 2.2's do not.
	AdvertisesSEIPDv2 bool

	entity *pgp.Entity
	// verifying guards what the library notes on each signature when it is first asked about it, so that a Key is safe for
	// concurrent use. Encrypt relies on EncryptionSubkey having asked about all that it will ask about.
	verifying sync.Mutex
}

// Kind is a family of public-key algorithms.
type Kind uint8

// The kinds.
const (
	KindOther Kind = iota
	KindRSA
	KindDSA
	KindElGamal
	KindEC         // NIST and brainpool curves
	KindCurve25519 // and Curve448
)

// Subkey is one key of a Key: the primary or a subkey.
type Subkey struct {
	Fingerprint, KeyID string
	Algorithm          string
	Kind               Kind
	Bits               int // of the modulus or field
	Created, Expires   time.Time
	Revoked            bool
	Primary            bool
	CanEncrypt         bool // by its algorithm
	MayEncrypt         bool // by its key flags too
	Secret             bool
	// WhyNot says in words why it will not be used to encrypt at the time that was asked about; empty where it may be.
	WhyNot string
}

// String names the key without its secret part, for every fmt verb there is.
func (k *Key) String() string {
	name := "without user ID"
	if len(k.UserIDs) > 0 {
		name = fmt.Sprintf("%q", k.UserIDs[0])
	}
	return fmt.Sprintf("OpenPGP key %s, %s", Display(k.KeyID), name)
}

// Format answers every verb with String: %+v would otherwise walk into the key.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.String()) }

// Display groups a fingerprint or key ID by four digits, as GnuPG shows it.
func Display(fingerprint string) string {
	var b strings.Builder
	for i, r := range fingerprint {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func keyID(id uint64) string { return fmt.Sprintf("%016X", id) }

// newKey describes an entity. Times do not count here: an expired key is described too.
func newKey(e *pgp.Entity) *Key {
	p := e.PrimaryKey
	name, _, _ := algorithm(p)
	k := &Key{
		Fingerprint: fmt.Sprintf("%X", p.Fingerprint),
		KeyID:       keyID(p.KeyId),
		Algorithm:   name,
		Created:     p.CreationTime.UTC(),
		Revoked:     e.Revoked(time.Now()),
		entity:      e,
	}
	if sig, err := e.PrimarySelfSignature(time.Time{}, config()); err == nil {
		k.Expires = expiry(p, sig)
		k.AdvertisesSEIPDv2 = sig.SEIPDv2
	}
	if direct, err := e.LatestValidDirectSignature(time.Time{}, config()); err == nil {
		if t := expiry(p, direct); !t.IsZero() && (k.Expires.IsZero() || t.Before(k.Expires)) {
			k.Expires = t
		}
	}
	for range privateKeys(e) {
		k.Secret = true
	}
	_, primary := e.PrimaryIdentity(time.Time{}, config())
	for _, id := range e.Identities {
		if id != primary {
			k.UserIDs = append(k.UserIDs, printable(id.Name))
		}
	}
	slices.Sort(k.UserIDs)
	if primary != nil {
		k.UserIDs = slices.Insert(k.UserIDs, 0, printable(primary.Name))
	}
	return k
}

// printable takes out what could hide or reverse the text around it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// expiry is the time at which a key ends by one of its signatures: its own lifetime or the signature's, the earlier one.
func expiry(p *packet.PublicKey, sig *packet.Signature) (t time.Time) {
	if s := sig.KeyLifetimeSecs; s != nil && *s != 0 {
		t = p.CreationTime.Add(time.Duration(*s) * time.Second)
	}
	if s := sig.SigLifetimeSecs; s != nil && *s != 0 {
		if end := sig.CreationTime.Add(time.Duration(*s) * time.Second); t.IsZero() || end.Before(t) {
			t = end
		}
	}
	return t.UTC()
}

// curves names curves as people know them.
var curves = map[packet.Curve]string{
	packet.Curve25519: "Curve25519", packet.Curve448: "Curve448",
	packet.CurveNistP256: "NIST P-256", packet.CurveNistP384: "NIST P-384", packet.CurveNistP521: "NIST P-521",
	packet.CurveSecP256k1: "secp256k1", packet.CurveBrainpoolP256: "brainpoolP256r1",
	packet.CurveBrainpoolP384: "brainpoolP384r1", packet.CurveBrainpoolP512: "brainpoolP512r1",
}

// algorithm names a public key.
func algorithm(p *packet.PublicKey) (name string, kind Kind, bits int) {
	if n, err := p.BitLength(); err == nil {
		bits = int(n)
	}
	switch p.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly, packet.PubKeyAlgoRSASignOnly:
		return fmt.Sprintf("RSA %d", bits), KindRSA, bits
	case packet.PubKeyAlgoDSA:
		return fmt.Sprintf("DSA %d", bits), KindDSA, bits
	case packet.PubKeyAlgoElGamal:
		return fmt.Sprintf("ElGamal %d", bits), KindElGamal, bits
	case packet.PubKeyAlgoX25519:
		return "Curve25519", KindCurve25519, 255
	case packet.PubKeyAlgoX448:
		return "Curve448", KindCurve25519, 448
	case packet.PubKeyAlgoEd25519:
		return "Ed25519", KindCurve25519, 255
	case packet.PubKeyAlgoEd448:
		return "Ed448", KindCurve25519, 448
	}
	curve, err := p.Curve()
	if err != nil {
		return fmt.Sprintf("algorithm %d", p.PubKeyAlgo), KindOther, bits
	}
	if p.PubKeyAlgo == packet.PubKeyAlgoEdDSA && curve == packet.Curve25519 {
		return "Ed25519", KindCurve25519, 255
	}
	name, ok := curves[curve]
	if !ok {
		name = string(curve)
	}
	if curve == packet.Curve25519 || curve == packet.Curve448 {
		return name, KindCurve25519, bits
	}
	return name, KindEC, bits
}

// Subkeys describes the primary key and every subkey, in the file's order, with the reason why each will not be used to
// encrypt at the time now.
func (k *Key) Subkeys(now time.Time) []Subkey {
	k.verifying.Lock()
	defer k.verifying.Unlock()
	return k.subkeys(now)
}

func (k *Key) subkeys(now time.Time) []Subkey {
	e := k.entity
	primary, primaryErr := e.PrimarySelfSignature(time.Time{}, config())
	all := []Subkey{k.subkey(e.PrimaryKey, primary, k.Revoked, k.secretPart(e.PrivateKey), now)}
	all[0].Primary, all[0].Expires = true, k.Expires
	all[0].WhyNot = all[0].why(now)
	if primaryErr != nil {
		all[0].WhyNot = "it has no valid signature of its own"
	}
	for i := range e.Subkeys {
		s := &e.Subkeys[i]
		binding, err := s.LatestValidBindingSignature(time.Time{}, config())
		revoked := err == nil && s.Revoked(binding, now)
		d := k.subkey(s.PublicKey, binding, revoked, k.secretPart(s.PrivateKey), now)
		switch {
		case err != nil:
			d.WhyNot = "it is not bound to the key by a valid signature"
		case k.Revoked:
			d.WhyNot = "the whole key is revoked"
		case !k.Expires.IsZero() && now.After(k.Expires):
			d.WhyNot = "the whole key expired on " + k.Expires.Format(time.DateOnly)
		}
		all = append(all, d)
	}
	return all
}

func (k *Key) subkey(p *packet.PublicKey, sig *packet.Signature, revoked, secret bool, now time.Time) Subkey {
	s := Subkey{Fingerprint: fmt.Sprintf("%X", p.Fingerprint), KeyID: keyID(p.KeyId), Created: p.CreationTime.UTC(),
		Revoked: revoked, Secret: secret, CanEncrypt: p.PubKeyAlgo.CanEncrypt()}
	s.Algorithm, s.Kind, s.Bits = algorithm(p)
	if sig != nil {
		s.Expires = expiry(p, sig)
		s.MayEncrypt = s.CanEncrypt && (!sig.FlagsValid || sig.FlagEncryptCommunications || sig.FlagEncryptStorage)
	}
	s.WhyNot = s.why(now)
	return s
}

// Weak says why nothing should be sealed to the key because of its algorithm; empty where there is no such reason.
func (s Subkey) Weak() string {
	switch {
	case s.Kind == KindRSA && s.Bits < 2048:
		return s.Algorithm + " is too short"
	case s.Kind == KindElGamal:
		return s.Algorithm + " is out of use"
	case s.Kind == KindDSA:
		return s.Algorithm + " can only sign"
	}
	return ""
}

func (s Subkey) why(now time.Time) string {
	switch {
	case !s.CanEncrypt:
		return s.Algorithm + " can only sign"
	case !s.MayEncrypt:
		return "it is not marked for encryption"
	case s.Revoked:
		return "it is revoked"
	case now.Before(s.Created):
		return "it is valid only from " + s.Created.Format(time.DateOnly)
	case !s.Expires.IsZero() && now.After(s.Expires):
		return "it expired on " + s.Expires.Format(time.DateOnly)
	}
	return s.Weak()
}

func (k *Key) secretPart(p *packet.PrivateKey) bool { return p != nil && !p.Dummy() }

// EncryptionSubkey is the key that Encrypt will use at the time now: the newest subkey that may encrypt, or the primary
// key if it may. The error matches ErrNoEncryptionKey and says why there is none.
func (k *Key) EncryptionSubkey(now time.Time) (Subkey, error) {
	k.verifying.Lock()
	defer k.verifying.Unlock()
	chosen, err := k.entity.EncryptionKeyWithError(now, config())
	all := k.subkeys(now)
	if err != nil {
		return Subkey{}, &noEncryptionKey{key: k, subkeys: all}
	}
	fingerprint := fmt.Sprintf("%X", chosen.PublicKey.Fingerprint)
	for _, s := range all {
		if s.Fingerprint == fingerprint {
			s.WhyNot = ""
			return s, nil
		}
	}
	return Subkey{}, &noEncryptionKey{key: k, subkeys: all}
}

type noEncryptionKey struct {
	key     *Key
	subkeys []Subkey
}

func (e *noEncryptionKey) Is(target error) bool { return target == ErrNoEncryptionKey }

func (e *noEncryptionKey) Error() string {
	var why []string
	for _, s := range e.subkeys {
		if reason := s.WhyNot; reason != "" {
			which := "subkey"
			if s.Primary {
				which = "primary key"
			}
			why = append(why, fmt.Sprintf("%s %s: %s", which, Display(s.KeyID), reason))
		}
	}
	return fmt.Sprintf("nothing can be sealed to OpenPGP key %s (%s)", Display(e.key.KeyID), strings.Join(why, "; "))
}

// PublicArmored encodes the public half anew: the primary key, its user IDs, subkeys and their signatures. The secret
// half is not in reach of what writes it.
//
// Errors: ErrUnsupported where what would be written could not be read again.
func (k *Key) PublicArmored() ([]byte, error) {
	public, err := k.PublicBinary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	// Readers of before RFC 9580 want the checksum, Bouncy Castle among them; with keys of version 6 it must not be (§6.1).
	w, err := armor.EncodeWithChecksumOption(&b, pgp.PublicKeyType, nil, k.entity.PrimaryKey.Version < 6)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(public); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// PublicBinary is PublicArmored without its coat.
func (k *Key) PublicBinary() ([]byte, error) {
	var b bytes.Buffer
	if err := k.writePublic(&b); err != nil {
		return nil, err
	}
	// The library reads some signatures of old and odd programs that it writes wrongly.
	if back, err := ReadKeys(b.Bytes()); err != nil || len(back.Keys()) != 1 || back.Keys()[0].Fingerprint != k.Fingerprint {
		return nil, fmt.Errorf("the public half of OpenPGP key %s: %w: signatures of an unusual form; write it with gpg --export --armor, and choose that file", Display(k.KeyID), ErrUnsupported)
	}
	return b.Bytes(), nil
}

// writePublic serializes the entity with its user IDs in a fixed order: the library keeps them in a map, and equal input
// should give equal output.
func (k *Key) writePublic(w interface{ Write([]byte) (int, error) }) error {
	k.verifying.Lock()
	defer k.verifying.Unlock()
	e := k.entity
	if err := e.PrimaryKey.Serialize(w); err != nil {
		return err
	}
	for _, s := range append(slices.Clone(e.Revocations), e.DirectSignatures...) {
		if err := s.Packet.Serialize(w); err != nil {
			return err
		}
	}
	_, primary := e.PrimaryIdentity(time.Time{}, config())
	ids := make([]*pgp.Identity, 0, len(e.Identities))
	for _, id := range e.Identities {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b *pgp.Identity) int {
		switch {
		case a == b:
			return 0
		case a == primary:
			return -1
		case b == primary:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, id := range ids {
		if err := id.Serialize(w); err != nil {
			return err
		}
	}
	for i := range e.Subkeys {
		if err := e.Subkeys[i].Serialize(w, false); err != nil {
			return err
		}
	}
	return nil
}

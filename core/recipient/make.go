package recipient

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/attribute"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// MakeOptions say what key pair is made.
type MakeOptions struct {
	Kind       Kind
	Name       string // who opens the results: "Line 4"; at most 64 characters
	Email      string // may be empty
	Passphrase []byte // that protects the private key; empty: nothing does, which is for practice alone
}

// What is made: RSA, which every service seals to and every tool opens (NIST SP 800-57 Part 1 Rev. 5 §5.6.1.1 has 3072 bits for
// the time after 2030), for two years.
const (
	madeBits  = 3072
	madeYears = 2
	madeEarly = time.Hour // before now: the service's clock may be behind

	keystoreIterations = 100_000 // there is one such key, and its passphrase is typed
)

// Pair is a key pair that was just made: what the service gets, and what opens its results.
type Pair struct {
	Recipient *Recipient
	Public    []byte // the certificate in PEM, or the armored public key
	Private   []byte // a PKCS#12, or the armored secret key; without a passphrase a PKCS#8 in PEM
	Proof     Proof  // that what is sealed to Recipient opens with Private

	endings [2]string // of the two files
}

// Make makes a key pair and proves it: the private key is read back from what will be its file, and opens what was sealed to the
// recipient. It touches no disk. The error says which value does not fit.
func Make(ctx context.Context, o MakeOptions) (*Pair, error) {
	o.Name, o.Email = strings.TrimSpace(o.Name), strings.TrimSpace(o.Email)
	if o.Name == "" {
		return nil, errors.New("the key needs a name: enter who opens the results, such as Line 4")
	}
	if o.Name != printable(o.Name) || strings.ContainsAny(o.Name, "()<>") {
		return nil, fmt.Errorf("the name %q holds a control character or one of ( ) < >: leave it out", o.Name)
	}
	if err := attribute.Length("commonName", o.Name); err != nil {
		return nil, err
	}
	if o.Email != "" {
		if err := attribute.Email(o.Email); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := new(Pair)
	fill := p.certificate
	if o.Kind == OpenPGP {
		fill = p.openPGP
	}
	err := fill(o)
	if err == nil {
		err = p.prove(ctx, o.Passphrase)
	}
	if err != nil {
		p.Wipe()
		return nil, err
	}
	return p, nil
}

// certificate makes an RSA key with a certificate that it signed itself: the service seals to it and asks nobody about it.
func (p *Pair) certificate(o MakeOptions) error {
	key, err := rsa.GenerateKey(rand.Reader, madeBits)
	if err != nil {
		return err
	}
	defer (&privatekey.Key{Private: key}).Wipe()
	var serial [16]byte
	if _, err := rand.Read(serial[:]); err != nil {
		return err
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and of one length (RFC 5280 §4.1.2.2)
	id := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	now := time.Now().UTC().Truncate(time.Second)
	template := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial[:]), Subject: pkix.Name{CommonName: o.Name},
		NotBefore: now.Add(-madeEarly), NotAfter: now.AddDate(madeYears, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment,
		BasicConstraintsValid: true, SubjectKeyId: id[:20]} // RFC 7093 §2
	if o.Email != "" {
		template.EmailAddresses = []string{o.Email}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	p.Recipient, p.endings = FromCertificate(c), [2]string{".pem", ".p12"}
	if p.Public, err = p.Recipient.Text(); err != nil {
		return err
	}
	if len(o.Passphrase) > 0 {
		p.Private, err = privatekey.Keystore(key, c, nil, o.Name, o.Passphrase, keystoreIterations)
		return err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	defer clear(plain)
	p.endings[1] = ".key"
	p.Private = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain})
	return nil
}

func (p *Pair) openPGP(o MakeOptions) error {
	now := time.Now()
	private, err := openpgp.Make(openpgp.MakeOptions{Name: o.Name, Email: o.Email, Bits: madeBits, Lifetime: now.AddDate(madeYears, 0, 0).Sub(now), Passphrase: o.Passphrase})
	if err != nil {
		return err
	}
	p.Private, p.endings = private, [2]string{".asc", ".secret.asc"}
	ring, err := openpgp.ReadKeys(private)
	if err != nil {
		return err
	}
	defer ring.Wipe()
	if p.Recipient, err = FromKey(ring.Keys()[0]); err != nil {
		return err
	}
	p.Public, err = p.Recipient.Text()
	return err
}

// prove opens with Private, as the file will hold it, what is sealed to the recipient that Public is read as.
func (p *Pair) prove(ctx context.Context, passphrase []byte) error {
	all, _, err := Parse(p.Public)
	if err != nil {
		return err
	}
	opener, err := LoadOpener(p.Private, nil, func(int) ([]byte, error) { return bytes.Clone(passphrase), nil })
	if err != nil {
		return err
	}
	defer opener.Wipe()
	p.Proof, err = Rehearse(ctx, all[0], opener)
	return err
}

// Paths are the files of a pair that is kept under a name: NAME.pem and NAME.p12, or NAME.asc and NAME.secret.asc. A name that
// already has one of these endings loses it.
func (p *Pair) Paths(name string) (public, private string) {
	for _, e := range []string{p.endings[1], p.endings[0]} {
		if bare, ok := strings.CutSuffix(name, e); ok && filepath.Base(name) != e {
			name = bare
			break
		}
	}
	return name + p.endings[0], name + p.endings[1]
}

// Save writes both files, or none, readable by their owner alone. An existing file is refused unless replace (fs.ErrExist): what was
// sealed to a key that is overwritten never opens again.
func (p *Pair) Save(name string, replace bool) (public, private string, err error) {
	public, private = p.Paths(name)
	set := atomicfile.NewSet(filepath.Dir(private), atomicfile.Options{Mode: 0o600, Replace: replace})
	defer set.Abort()
	for path, data := range map[string][]byte{public: p.Public, private: p.Private} {
		f, err := set.Create(filepath.Base(path))
		if err != nil {
			return "", "", err
		}
		if _, err := f.Write(data); err != nil {
			return "", "", err
		}
		if err := f.Close(); err != nil {
			return "", "", err
		}
	}
	return public, private, set.Commit()
}

// Wipe overwrites the private key.
func (p *Pair) Wipe() {
	if p != nil {
		clear(p.Private)
	}
}

// String names the pair without its private key, for every fmt verb there is.
func (p *Pair) String() string {
	if p.Recipient == nil {
		return "key pair"
	}
	return "key pair of " + p.Recipient.Title()
}

// Format answers every verb with String.
func (p *Pair) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

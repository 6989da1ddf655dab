// Package sample makes results of jobs to show the window with and to test it: certificates with their private keys, as
// the service delivers them, sealed to a recipient whose key lies beside them. All keys are made on the spot.
package sample

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/recipient"
)

// Passphrase protects the recipient's key in ProtectedKey.
const Passphrase = "tulip field at noon" // #nosec G101 -- of a key that is made for a test

// Result is what Write made. All are paths; nothing of it is a secret.
type Result struct {
	Certificate  string // of the recipient
	Key          string
	ProtectedKey string
	OtherKey     string // of somebody else
	Both         string // certificate and private key in one file
	Root         string // the issuer's root
	Order        string // upload CSV
	Complete     string // sealed: everything that was ordered
	Short        string // sealed: the last two are missing
	Practice     string // sealed: of the practice service
	Damaged      string // Complete with one octet changed
	Plain        string // the content of Complete, not sealed
	Words        string // sealed: a text, whose integrity nothing proves
}

// Write makes a batch of n in a folder.
func Write(dir string, n int) (*Result, error) {
	m := &maker{dir: dir}
	r := &Result{}
	line := m.rsa(3072)
	cert := m.leaf(pkix.Name{CommonName: "line4", Organization: []string{"Example Works"}}, line, nil, nil)
	keyPEM := m.keyPEM(line)
	//lint:ignore SA1019 what old production keys are kept in
	block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(line), []byte(Passphrase), x509.PEMCipherAES256)
	m.note(err)
	protected := pem.EncodeToMemory(block)
	other := m.keyPEM(m.rsa(2048))
	r.Certificate = m.put("line4.pem", certificatePEM(cert))
	r.Key = m.put("line4.key", keyPEM)
	r.ProtectedKey = m.put("line4-protected.key", protected)
	r.OtherKey = m.put("line5.key", other)
	r.Both = m.put("line4-with-key.pem", append(certificatePEM(cert), keyPEM...))

	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("thermostat-%04d", i+1)
	}
	r.Order = m.put("order.csv", []byte("subject.common_name\n"+strings.Join(names, "\n")+"\n"))
	root, issuing := m.authorities("Example")
	r.Root = m.put("root.pem", certificatePEM(root.cert))
	whole := m.batch(names, issuing, root)
	r.Plain = m.put("complete.zip", whole)
	r.Complete = m.seal("complete.zip.p7m", cert, whole)
	r.Short = m.seal("short.zip.p7m", cert, m.batch(names[:n-2], issuing, root))
	practiceRoot, practice := m.authorities("PRACTICE")
	r.Practice = m.seal("practice.zip.p7m", cert, m.batch(names, practice, practiceRoot))
	r.Words = m.seal("note.p7m", cert, []byte("These keys come on Monday.\n"))
	if m.err != nil {
		return nil, m.err
	}
	sealed, err := os.ReadFile(r.Complete) // #nosec G304 -- written above
	if err != nil {
		return nil, err
	}
	sealed[len(sealed)/2] ^= 1
	r.Damaged = m.put("damaged.zip.p7m", sealed)
	return r, m.err
}

// maker keeps the first error.
type maker struct {
	dir    string
	serial int64
	err    error
}

func (m *maker) note(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *maker) put(name string, content []byte) string {
	path := filepath.Join(m.dir, name)
	if m.err == nil {
		m.err = os.WriteFile(path, content, 0o600) // #nosec G703 -- where the test or the pictures want it
	}
	return path
}

func (m *maker) rsa(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	m.note(err)
	return key
}

func (m *maker) p256() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	m.note(err)
	return key
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// authorities makes a root and the CA below it.
func (m *maker) authorities(name string) (root, issuing *authority) {
	root = &authority{key: m.p256()}
	root.cert = m.certificate(&x509.Certificate{Subject: pkix.Name{CommonName: name + " Root", Organization: []string{"Example Trust"}},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, root.key, root.key)
	issuing = &authority{key: m.p256()}
	issuing.cert = m.certificate(&x509.Certificate{Subject: pkix.Name{CommonName: name + " Thermostat Issuing CA", Organization: []string{"Example Trust"}},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, root.cert, issuing.key, root.key)
	return root, issuing
}

func (m *maker) leaf(name pkix.Name, key crypto.Signer, parent *x509.Certificate, by crypto.Signer) *x509.Certificate {
	if by == nil {
		by = key
	}
	return m.certificate(&x509.Certificate{Subject: name, KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature}, parent, key, by)
}

func (m *maker) certificate(t, parent *x509.Certificate, key, by crypto.Signer) *x509.Certificate {
	if m.err != nil {
		return nil
	}
	m.serial++
	t.SerialNumber = new(big.Int).SetBytes(append([]byte{0x5f, 0x2a, 0x91, 0x0c}, big.NewInt(1<<32+m.serial).Bytes()...))
	t.NotBefore, t.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(2, 0, 0)
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), by)
	m.note(err)
	c, err := x509.ParseCertificate(der)
	m.note(err)
	return c
}

// batch is the ZIP that the service makes.
func (m *maker) batch(names []string, issuing, root *authority) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, content []byte) {
		w, err := z.Create(name)
		m.note(err)
		if err == nil {
			_, err = w.Write(content)
			m.note(err)
		}
	}
	for _, name := range names {
		if m.err != nil {
			return nil
		}
		key := m.p256()
		c := m.leaf(pkix.Name{CommonName: name, Organization: []string{"Example Works"}}, key, issuing.cert, issuing.key)
		text := m.keyPEM(key)
		add(name+"/certificate.pem", certificatePEM(c))
		add(name+"/private.key", text)
	}
	add("chain.pem", append(certificatePEM(issuing.cert), certificatePEM(root.cert)...))
	m.note(z.Close())
	return out.Bytes()
}

func (m *maker) seal(name string, to *x509.Certificate, content []byte) string {
	if m.err != nil {
		return ""
	}
	var out bytes.Buffer
	w, err := recipient.FromCertificate(to).Seal(&out, recipient.SealOptions{Size: int64(len(content))})
	m.note(err)
	if err == nil {
		_, err = w.Write(content)
		m.note(err)
		m.note(w.Close())
	}
	return m.put(name, out.Bytes())
}

func (m *maker) keyPEM(key crypto.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	m.note(err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func certificatePEM(c *x509.Certificate) []byte {
	if c == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

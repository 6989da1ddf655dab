package practice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"enrollbench/core/atomicfile"
)

// Names of the authorities' files, without the endings .pem and .key.
const (
	rootName    = "root"
	issuingName = "issuing"
	tlsName     = "tls"
)

// anchorFile holds root and issuing CA together, for programs that verify.
const anchorFile = "anchors.pem"

// ca is one certification authority with its key.
type ca struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func (c *ca) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.certificate.Raw})
}

// authority is all that the service signs with: a root and an issuing CA for devices, and a CA for its own TLS, which
// stands apart so that trusting a connection never means trusting a device.
type authority struct {
	folder             string
	root, issuing, tls *ca
}

func (a *authority) file(name string) string { return filepath.Join(a.folder, name) }

// openAuthority reads the authorities of a folder or, at the first start, makes them: all of them or none.
func openAuthority(folder string) (*authority, error) {
	if _, err := atomicfile.Recover(folder); err != nil {
		return nil, err
	}
	a := &authority{folder: filepath.Join(folder, "authority")}
	switch _, err := os.Stat(a.folder); {
	case errors.Is(err, fs.ErrNotExist):
		if err := a.create(time.Now()); err != nil {
			return nil, fmt.Errorf("cannot make the practice authorities: %w", err)
		}
	case err != nil:
		return nil, err
	}
	for name, into := range map[string]**ca{rootName: &a.root, issuingName: &a.issuing, tlsName: &a.tls} {
		c, err := a.load(name)
		if err != nil {
			return nil, fmt.Errorf("%w; remove the folder %q, and the next start makes new authorities", err, a.folder)
		}
		*into = c
	}
	if err := a.issuing.certificate.CheckSignatureFrom(a.root.certificate); err != nil {
		return nil, fmt.Errorf("the issuing CA in %q does not come from the root beside it: %w", a.folder, err)
	}
	return a, nil
}

func (a *authority) load(name string) (*ca, error) {
	der, err := readPEM(a.file(name+".pem"), "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	c := new(ca)
	if c.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("%q: %w", a.file(name+".pem"), err)
	}
	if der, err = readPEM(a.file(name+".key"), "PRIVATE KEY"); err != nil {
		return nil, err
	}
	defer clear(der)
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", a.file(name+".key"), err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || !ec.PublicKey.Equal(c.certificate.PublicKey) {
		return nil, fmt.Errorf("%q is not the key of the certificate beside it", a.file(name+".key"))
	}
	c.key = ec
	return c, nil
}

func readPEM(path, label string) ([]byte, error) {
	text, err := os.ReadFile(path) // #nosec G304 -- the service's own folder
	if err != nil {
		return nil, err
	}
	defer clear(text)
	block, _ := pem.Decode(text)
	if block == nil || block.Type != label {
		return nil, fmt.Errorf("%q holds no %s", path, label)
	}
	return block.Bytes, nil
}

// create makes the authorities. Their names end in a random part, so that those of two folders can be told apart.
func (a *authority) create(now time.Time) error {
	var mark [4]byte
	if _, err := rand.Read(mark[:]); err != nil {
		return err
	}
	name := func(title string) pkix.Name {
		return pkix.Name{CommonName: "EnrollBench PRACTICE " + title + " " + hex.EncodeToString(mark[:]), Organization: []string{"PRACTICE - never for devices in the field"}}
	}
	rootTemplate := &x509.Certificate{Subject: name("Root CA"), MaxPathLen: 1, NotAfter: now.AddDate(25, 0, 0)}
	root, err := newCA(rootTemplate, nil, now)
	if err != nil {
		return err
	}
	issuing, err := newCA(&x509.Certificate{Subject: name("Issuing CA"), MaxPathLenZero: true, NotAfter: now.AddDate(24, 0, 0)}, root, now)
	if err != nil {
		return err
	}
	server, err := newCA(&x509.Certificate{
		Subject: name("TLS CA"), MaxPathLenZero: true, NotAfter: now.AddDate(25, 0, 0),
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}, nil, now)
	if err != nil {
		return err
	}
	tree, err := atomicfile.NewTree(a.folder, atomicfile.Options{Mode: 0o600})
	if err != nil {
		return err
	}
	defer tree.Abort()
	for name, c := range map[string]*ca{rootName: root, issuingName: issuing, tlsName: server} {
		der, err := x509.MarshalPKCS8PrivateKey(c.key)
		if err != nil {
			return err
		}
		key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		err = errors.Join(tree.WriteFile(name+".key", key), tree.WriteFile(name+".pem", c.pem()))
		clear(der)
		clear(key)
		if err != nil {
			return err
		}
	}
	if err := tree.WriteFile(anchorFile, append(root.pem(), issuing.pem()...)); err != nil {
		return err
	}
	return tree.Commit()
}

func newCA(template *x509.Certificate, parent *ca, now time.Time) (*ca, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template.SerialNumber = newSerial()
	template.NotBefore = now.Add(-clockTolerance)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	c := &ca{key: key}
	issuer, signer := template, key
	if parent != nil {
		issuer, signer = parent.certificate, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	c.certificate, err = x509.ParseCertificate(der)
	return c, err
}

// clockTolerance is how far clocks of other computers may be behind ours.
const clockTolerance = time.Hour

func newSerial() *big.Int { return new(big.Int).SetBytes(serialBytes()) }

// serialBytes are 16 random octets of a positive integer without leading zeros (RFC 5280 §4.1.2.2).
func serialBytes() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, says its documentation: it ends the program instead
	b[0] = b[0]&0x3f | 0x40
	return b
}

// serverCertificate makes the service's own certificate anew at each start; its key is never written.
func (a *authority) serverCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: newSerial(),
		Subject:      pkix.Name{CommonName: "EnrollBench PRACTICE service"},
		NotBefore:    now.Add(-clockTolerance), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.tls.certificate, key.Public(), a.tls.key)
	return tls.Certificate{Certificate: [][]byte{der, a.tls.certificate.Raw}, PrivateKey: key}, err
}

// chain is what follows a leaf: the issuing CA, then the root.
func (a *authority) chain() []*x509.Certificate {
	return []*x509.Certificate{a.issuing.certificate, a.root.certificate}
}

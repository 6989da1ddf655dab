package frame

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"enrollbench/core/atomicfile"
	"enrollbench/core/delivery"
	"enrollbench/core/osfile"
)

// trustStore keeps the issuers that somebody pinned after comparing their fingerprint, as PEM in the program's own folder.
type TrustStore struct{ path string }

const trustName = "pinned-issuers.pem"

func newTrustStore(folder string) TrustStore { return TrustStore{filepath.Join(folder, trustName)} }

// Path is the file that they stand in.
func (s TrustStore) Path() string { return s.path }

// list returns the pinned certificates.
func (s TrustStore) List() ([]*x509.Certificate, error) {
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for len(data) > 0 {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// anchors are the pinned certificates and those of a file, if one is named.
func (s TrustStore) Anchors(file string) (*delivery.Anchors, error) {
	a := &delivery.Anchors{}
	if file != "" {
		data, err := os.ReadFile(file) // #nosec G304 -- the user's own choice
		if err != nil {
			return nil, err
		}
		if a, err = delivery.ParseAnchors(data); err != nil {
			return nil, err
		}
	}
	pinned, err := s.List()
	for _, c := range pinned {
		a.Add(c)
	}
	return a, err
}

// pin adds a certificate.
func (s TrustStore) Pin(c *x509.Certificate) error {
	pinned, err := s.List()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(pinned, c.Equal) {
		return nil
	}
	return s.write(append(pinned, c))
}

// unpin removes a certificate.
func (s TrustStore) Unpin(c *x509.Certificate) error {
	pinned, err := s.List()
	if err != nil {
		return err
	}
	return s.write(slices.DeleteFunc(pinned, c.Equal))
}

func (s TrustStore) write(certificates []*x509.Certificate) error {
	a := &delivery.Anchors{}
	for _, c := range certificates {
		a.Add(c)
	}
	if err := osfile.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(s.path, a.PEM(), atomicfile.Options{Mode: 0o600, Replace: true})
}

// rootSum is the fingerprint that is compared before pinning.
func RootSum(c *x509.Certificate) [32]byte { return sha256.Sum256(c.Raw) }

//go:build unix

package main

import (
	"archive/zip"
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"enrollbench/core/cms"
)

// sealed are the files that the sections about sealing share, all in one folder.
type sealed struct{ folder string }

func (s sealed) path(name string) string { return filepath.Join(s.folder, name) }
func (s sealed) key() string             { return s.path("recipient.key") }
func (s sealed) certificate() string     { return s.path("recipient.pem") }
func (s sealed) payload() string         { return s.path("payload.zip") }
func (s sealed) done() string            { return s.path("done") }

// generateSealed makes a recipient (RSA 3072) and a payload. Its arguments are the folder and the payload's bytes.
func generateSealed(args []string) error {
	in := sealed{args[0]}
	size, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(in.folder, 0o700); err != nil {
		return err
	}
	if err := makeRecipient(in.key(), in.certificate()); err != nil {
		return err
	}
	if err := writePayload(in.payload(), size); err != nil {
		return err
	}
	return os.WriteFile(in.done(), nil, 0o600)
}

func makeRecipient(keyFile, certificateFile string) error {
	key, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return err
	}
	der, err := certify(&x509.Certificate{Subject: pkix.Name{CommonName: "bench recipient"}, KeyUsage: x509.KeyUsageKeyEncipherment},
		nil, key.Public(), key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(certificateFile, pemOf("CERTIFICATE", der), 0o600); err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(keyFile, pemOf("PRIVATE KEY", private), 0o600)
}

// writePayload writes a ZIP of about size bytes, its entries as small and as compressible as certificates are.
func writePayload(path string, size int64) error {
	const text, packed = 1000, 918 // bytes of an entry, and what it takes in the ZIP with its two headers
	return writeFile(path, func(w *bufio.Writer) error {
		z := zip.NewWriter(w)
		var raw [text * 3 / 4]byte
		for i := range size / packed {
			if _, err := rand.Read(raw[:]); err != nil {
				return err
			}
			entry, err := z.Create(name(int(i)) + ".pem")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(entry, base64.StdEncoding.EncodeToString(raw[:])); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// batch is a result of the service with all that belongs to it, in one folder.
type batch struct{ sealed }

func (b batch) result() string { return b.path("result.p7m") }
func (b batch) order() string  { return b.path("order.csv") }
func (b batch) root() string   { return b.path("root.pem") }

// generateBatch makes the result of an order of P-256 certificates whose keys the service made, sealed as a CMS message
// around a ZIP, and the order. Its arguments are the folder and how many.
func generateBatch(args []string) error {
	out := batch{sealed{args[0]}}
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out.folder, 0o700); err != nil {
		return err
	}
	if err := makeRecipient(out.key(), out.certificate()); err != nil {
		return err
	}
	devices, root, err := issue(count)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out.root(), pemOf("CERTIFICATE", root), 0o600); err != nil {
		return err
	}
	if err := writeFile(out.order(), func(w *bufio.Writer) error {
		fmt.Fprintln(w, `"subject.common_name"`)
		for i := range count {
			fmt.Fprintf(w, "%q\n", name(i))
		}
		return nil
	}); err != nil {
		return err
	}
	if err := sealBatch(out, devices); err != nil {
		return err
	}
	return os.WriteFile(out.done(), nil, 0o600)
}

// device is a certificate with its key, both PEM.
type device struct{ certificate, key []byte }

// issue makes a root and certificates below it, each with a key of its own.
func issue(count int) (devices []device, rootDER []byte, err error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	root := &x509.Certificate{Subject: pkix.Name{Organization: []string{"Example Works"}, CommonName: "Bench Root"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	if rootDER, err = certify(root, nil, rootKey.Public(), rootKey); err != nil {
		return nil, nil, err
	}
	if root, err = x509.ParseCertificate(rootDER); err != nil {
		return nil, nil, err
	}
	devices = make([]device, count)
	var all errgroup.Group
	for first := range runtime.NumCPU() {
		all.Go(func() error {
			for i := first; i < count; i += runtime.NumCPU() {
				key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				if err != nil {
					return err
				}
				der, err := certify(&x509.Certificate{SerialNumber: big.NewInt(int64(i) + 1<<32),
					Subject: pkix.Name{CommonName: name(i)}, KeyUsage: x509.KeyUsageDigitalSignature}, root, key.Public(), rootKey)
				if err != nil {
					return err
				}
				private, err := x509.MarshalPKCS8PrivateKey(key)
				if err != nil {
					return err
				}
				devices[i] = device{pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", private)}
			}
			return nil
		})
	}
	return devices, rootDER, all.Wait()
}

// certify signs a certificate that is valid for ten years from yesterday; without a parent it signs itself.
func certify(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) ([]byte, error) {
	if template.SerialNumber == nil {
		template.SerialNumber = big.NewInt(time.Now().UnixNano())
	}
	template.NotBefore = time.Now().AddDate(0, 0, -1)
	template.NotAfter = template.NotBefore.AddDate(10, 0, 0)
	if parent == nil {
		parent = template
	}
	return x509.CreateCertificate(rand.Reader, template, parent, public, signer)
}

// sealBatch writes the devices as the service does: <cn>.pem and <cn>.key in a ZIP, and that sealed to the recipient.
func sealBatch(out batch, devices []device) error {
	recipient, err := readCertificate(out.certificate())
	if err != nil {
		return err
	}
	return writeFile(out.result(), func(w *bufio.Writer) error {
		message, err := cms.Encrypt(w, []*x509.Certificate{recipient}, cms.EncryptOptions{Size: -1})
		if err != nil {
			return err
		}
		z := zip.NewWriter(message)
		for i, d := range devices {
			for _, file := range []struct {
				name string
				data []byte
			}{{name(i) + ".pem", d.certificate}, {name(i) + ".key", d.key}} {
				entry, err := z.Create(file.name)
				if err != nil {
					return err
				}
				if _, err := entry.Write(file.data); err != nil {
					return err
				}
			}
		}
		if err := z.Close(); err != nil {
			return err
		}
		return message.Close()
	})
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

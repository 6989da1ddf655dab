//go:build unix

package main

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"enrollbench/core/cms"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// cmsEncrypt seals a file in the CMS layer alone. Its arguments are the certificate, the file and the message to write.
func cmsEncrypt(args []string) error {
	certificate, err := readCertificate(args[0])
	if err != nil {
		return err
	}
	return through(args[1], args[2], func(in *os.File, out io.Writer) error {
		info, err := in.Stat()
		if err != nil {
			return err
		}
		w, err := cms.Encrypt(out, []*x509.Certificate{certificate}, cms.EncryptOptions{Size: info.Size()})
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, in); err != nil {
			return err
		}
		return w.Close()
	})
}

// cmsDecrypt opens a message in the CMS layer alone. Its arguments are key, certificate, message and the file to write.
func cmsDecrypt(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	key, err := privatekey.Read(data, nil)
	if err != nil {
		return err
	}
	certificate, err := readCertificate(args[1])
	if err != nil {
		return err
	}
	return through(args[2], args[3], func(in *os.File, out io.Writer) error {
		message, err := cms.Decrypt(in, []cms.Key{{Private: key.Private, Certificate: certificate}})
		if err != nil {
			return err
		}
		_, err = io.Copy(out, message)
		return err
	})
}

// pgpDecrypt opens an OpenPGP message in that layer alone. Its arguments are the secret key, the message and the file to
// write.
func pgpDecrypt(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	ring, err := openpgp.ReadKeys(data)
	if err != nil {
		return err
	}
	return through(args[1], args[2], func(in *os.File, out io.Writer) error {
		message, err := openpgp.Decrypt(in, ring, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, message)
		return err
	})
}

// through opens one file and writes another one.
func through(from, to string, do func(in *os.File, out io.Writer) error) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeFile(to, func(w *bufio.Writer) error { return do(in, w) })
}

func readCertificate(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New(path + " holds no certificate")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return certificate, nil
}

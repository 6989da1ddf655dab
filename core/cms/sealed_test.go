package cms

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatOpenSSLSeals opens what openssl writes, in its forms.
func TestWhatOpenSSLSeals(t *testing.T) {
	plain := payload(300_001) // openssl -stream writes many segments, and more than one batch
	rsa := newPair(t, "rsa")
	in := write(t, "plain", plain)
	type test struct {
		name string
		args []string
		coat string
	}
	var tests []test
	for _, tool := range []string{"smime", "cms"} {
		for _, c := range []string{"-aes128", "-aes192", "-aes256", "-des3"} {
			tests = append(tests, test{tool + c, []string{tool, "-encrypt", "-binary", c, "-outform", "DER"}, "none"})
		}
		for _, stream := range []string{"", "-stream"} {
			for _, form := range []string{"DER", "PEM", "SMIME"} {
				coat := map[string]string{"DER": "none", "PEM": "PEM", "SMIME": "S/MIME"}[form]
				args := []string{tool, "-encrypt", "-binary", "-aes256", "-outform", form}
				if stream != "" {
					args = append(args, stream)
				}
				tests = append(tests, test{tool + stream + form, args, coat})
			}
		}
	}
	tests = append(tests, test{"keyid", []string{"cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-keyid"}, "none"},
		test{"gcm128", []string{"cms", "-encrypt", "-binary", "-aes-128-gcm", "-outform", "DER"}, "none"},
		test{"gcm192", []string{"cms", "-encrypt", "-binary", "-aes-192-gcm", "-outform", "PEM"}, "PEM"},
		test{"gcm256", []string{"cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER"}, "none"},
		test{"mail", []string{"smime", "-encrypt", "-binary", "-aes256", "-from", "ca@example.com", "-to", "me@example.com",
			"-subject", "a: b"}, "S/MIME"})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			openssl(t, rsa.dir, append(test.args, "-in", in, "-out", out, rsa.certFile())...)
			message, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			m := mustOpen(t, message, plain, rsa.key())
			mustOpen(t, message, plain, newPair(t, "rsa2").key(), rsa.bare())
			if gcm := strings.HasPrefix(test.name, "gcm"); m.Authenticated() != gcm {
				t.Errorf("authenticated %v", m.Authenticated())
			}
			_, coat, err := Unwrap(bytes.NewReader(message))
			if err != nil || coat.String() != test.coat {
				t.Errorf("coat %q, error %v; want %q", coat, err, test.coat)
			}
		})
	}
}

// TestKeysOpenSSLSealsTo goes through the ways of protecting the content key.
func TestKeysOpenSSLSealsTo(t *testing.T) {
	plain := payload(5000)
	in := write(t, "plain", plain)
	for _, test := range []struct {
		key       string
		cipher    string
		keyopt    []string
		algorithm string
	}{
		{"rsa3", "-aes256", nil, "RSA PKCS#1 v1.5"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep"}, "RSA-OAEP SHA-1, MGF1 SHA-1"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_md:sha256"}, "RSA-OAEP SHA-256, MGF1 SHA-256"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha1"}, "RSA-OAEP SHA-256, MGF1 SHA-1"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"}, "RSA-OAEP SHA-256, MGF1 SHA-256"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_md:sha1", "rsa_mgf1_md:sha512"}, "RSA-OAEP SHA-1, MGF1 SHA-512"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_md:sha3-256"}, "RSA-OAEP SHA3-256, MGF1 SHA3-256"},
		{"rsa", "-aes256", []string{"rsa_padding_mode:oaep", "rsa_oaep_label:0102ff"}, "RSA-OAEP SHA-1, MGF1 SHA-1"},
		{"p256", "-aes128", nil, "ECDH, X9.63 KDF SHA-1, AES-128 key wrap"},
		{"p256", "-aes256", nil, "ECDH, X9.63 KDF SHA-1, AES-256 key wrap"},
		{"p384", "-aes192", []string{"ecdh_kdf_md:sha256"}, "ECDH, X9.63 KDF SHA-256, AES-192 key wrap"},
		{"p384", "-aes-256-gcm", []string{"ecdh_kdf_md:sha384"}, "ECDH, X9.63 KDF SHA-384, AES-256 key wrap"},
		{"p521", "-aes256", []string{"ecdh_kdf_md:sha512"}, "ECDH, X9.63 KDF SHA-512, AES-256 key wrap"},
		{"p521", "-aes256", []string{"ecdh_kdf_md:sha224", "ecdh_cofactor_mode:1"}, "ECDH, X9.63 KDF SHA-224, AES-256 key wrap"},
		{"p256", "-aes256", []string{"ecdh_kdf_md:sha256", "ecdh_cofactor_mode:1"}, "ECDH, X9.63 KDF SHA-256, AES-256 key wrap"},
	} {
		t.Run(fmt.Sprint(test.key, test.cipher, test.keyopt), func(t *testing.T) {
			p := newPair(t, test.key)
			for _, keyid := range []bool{false, true} {
				out := filepath.Join(t.TempDir(), "out")
				args := []string{"cms", "-encrypt", "-binary", test.cipher, "-in", in, "-out", out, "-outform", "DER"}
				if keyid {
					args = append(args, "-keyid")
				}
				args = append(args, "-recip", p.certFile())
				for _, opt := range test.keyopt {
					args = append(args, "-keyopt", opt)
				}
				openssl(t, p.dir, args...)
				message, err := os.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				m := mustOpen(t, message, plain, p.key())
				mustOpen(t, message, plain, p.bare())
				if got := m.Recipients[0].Algorithm; got != test.algorithm {
					t.Errorf("algorithm %q, want %q", got, test.algorithm)
				}
				if id := m.Recipients[0].RecipientID; (id.KeyID != nil) != keyid || !id.Matches(p.certificate) {
					t.Errorf("keyid %v: recipient is %s", keyid, id)
				}
			}
		})
	}
}

func TestSeveralRecipients(t *testing.T) {
	plain := payload(2000)
	in := write(t, "plain", plain)
	all := []pair{newPair(t, "rsa"), newPair(t, "rsa2"), newPair(t, "p256"), newPair(t, "p256b"), newPair(t, "p521")}
	out := filepath.Join(t.TempDir(), "out")
	args := []string{"cms", "-encrypt", "-binary", "-aes256", "-in", in, "-out", out, "-outform", "DER",
		"-secretkey", "000102030405060708090a0b0c0d0e0f", "-secretkeyid", "0a0b", "-pwri_password", "open sesame"}
	var to []*x509.Certificate
	for _, p := range all {
		args = append(args, p.certFile())
		to = append(to, p.certificate)
	}
	openssl(t, all[0].dir, args...)
	theirs, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	ours := sealed(t, plain, int64(len(plain)), AES256CBC, to...)
	ourFile := write(t, "ours", ours)
	for _, p := range all {
		t.Run(p.name, func(t *testing.T) {
			mustOpen(t, theirs, plain, p.key())
			mustOpen(t, theirs, plain, p.bare())
			mustOpen(t, ours, plain, p.key())
			mustOpen(t, ours, plain, p.bare())
			got := openssl(t, p.dir, "cms", "-decrypt", "-binary", "-inform", "DER", "-in", ourFile, "-inkey", p.keyFile(), "-recip", p.certFile())
			if !bytes.Equal(got, plain) {
				t.Error("openssl reads something else")
			}
		})
	}

	info, err := Inspect(bytes.NewReader(theirs))
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, r := range info.Recipients {
		words = append(words, r.String())
	}
	list := strings.Join(words, "\n")
	for _, want := range []string{"a passphrase", "a shared symmetric key 0A:0B", `issued by "CN=test p521,O=Línea 3"`} {
		if !strings.Contains(list, want) {
			t.Errorf("Inspect does not name %s in\n%s", want, list)
		}
	}
	if len(info.Recipients) != len(all)+2 || info.Authenticated || info.Algorithm != "AES-256-CBC" || info.ContentType != "Data" {
		t.Errorf("Inspect: %+v", info)
	}
}

// TestX25519: OpenSSL 3.0 has no CMS with X25519.
func TestX25519(t *testing.T) {
	p := newPair(t, "x25519")
	plain := payload(500)
	for _, c := range []Cipher{AES128CBC, AES192GCM, AES256GCM} {
		message := sealed(t, plain, -1, c, p.to())
		mustOpen(t, message, plain, p.key())
		m := mustOpen(t, message, plain, p.bare())
		if !strings.Contains(m.Recipients[0].Algorithm, "HKDF") {
			t.Errorf("algorithm %q", m.Recipients[0].Algorithm)
		}
	}
}

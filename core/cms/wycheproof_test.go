package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"enrollbench/core/ber"
)

// vectors is a file of Project Wycheproof, as far as these tests read it.
type vectors struct {
	NumberOfTests int
	TestGroups    []struct {
		PrivateKeyPkcs8 hexBytes
		Sha, MgfSha     string
		Tests           []vector
	}
}

type vector struct {
	TcID                                         int
	Comment                                      string
	Flags                                        []string
	Msg, Ct, Label, Key, Public, Private, Shared hexBytes
	Result                                       string
}

func (v vector) String() string { return fmt.Sprintf("test %d (%s, %v)", v.TcID, v.Comment, v.Flags) }

type hexBytes []byte

func (h *hexBytes) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	b, err := hex.DecodeString(text)
	*h = b
	return err
}

// tally counts what vectors were run, and names those that do not apply.
type tally struct {
	run          int
	inapplicable []string
}

// eachVector runs f on every vector of a file. f returns why a vector does not apply, or "".
func eachVector(t *testing.T, name string, f func(t *testing.T, group int, v vectors, test vector) string) {
	t.Run(name, func(t *testing.T) {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wycheproof", name+"_test.json"))
		if err != nil {
			t.Fatal(err)
		}
		var v vectors
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		var count tally
		for i, group := range v.TestGroups {
			for _, test := range group.Tests {
				count.run++
				if why := f(t, i, v, test); why != "" {
					count.inapplicable = append(count.inapplicable, fmt.Sprintf("%s: %s", test, why))
				}
			}
		}
		if count.run != v.NumberOfTests {
			t.Errorf("%d vectors were run, the file says %d", count.run, v.NumberOfTests)
		}
		t.Logf("%d vectors, %d of them do not apply\n%s", count.run, len(count.inapplicable), strings.Join(count.inapplicable, "\n"))
	})
}

func (v vectors) rsaKey(t *testing.T, group int) *rsa.PrivateKey {
	t.Helper()
	key, err := x509.ParsePKCS8PrivateKey(v.TestGroups[group].PrivateKeyPkcs8)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// TestWycheproofPKCS1: the content key comes out where the padding is right, and the random key stays where it is not. An
// error appears only where everybody can see the reason.
func TestWycheproofPKCS1(t *testing.T) {
	for _, file := range []string{"rsa_pkcs1_2048", "rsa_pkcs1_3072"} {
		eachVector(t, file, func(t *testing.T, group int, v vectors, test vector) string {
			key := v.rsaKey(t, group)
			if test.Result == "valid" && len(test.Msg) > 0 {
				cek := make([]byte, len(test.Msg))
				if err := openPKCS1(key, test.Ct, cek); err != nil || !bytes.Equal(cek, test.Msg) {
					t.Errorf("%s: %x, error %v", test, cek, err)
				}
			}
			for _, size := range []int{16, 24, 32} { // as a content key
				random := payload(size)
				cek := slices.Clone(random)
				err := openPKCS1(key, test.Ct, cek)
				switch {
				case test.Result == "valid" && len(test.Msg) == size:
					if err != nil || !bytes.Equal(cek, test.Msg) {
						t.Errorf("%s: %x, error %v", test, cek, err)
					}
				case !bytes.Equal(cek, random):
					t.Errorf("%s: the random key of %d bytes was replaced", test, size)
				case err != nil && !slices.Contains(test.Flags, "InvalidCiphertextFormat"):
					t.Errorf("%s: error %v tells that the padding is wrong", test, err)
				}
			}
			if test.Result == "valid" && len(test.Msg) == 0 {
				return "an empty message; a content key is never empty"
			}
			return ""
		})
	}
}

func TestWycheproofOAEP(t *testing.T) {
	hashes := map[string]crypto.Hash{"SHA-1": crypto.SHA1, "SHA-256": crypto.SHA256}
	for _, file := range []string{"rsa_oaep_2048_sha1_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha256"} {
		eachVector(t, file, func(t *testing.T, group int, v vectors, test vector) string {
			g := v.TestGroups[group]
			o := &oaep{hash: hashes[g.Sha], mgf: hashes[g.MgfSha], label: test.Label}
			got, err := o.open(v.rsaKey(t, group), test.Ct)
			if (err == nil) != (test.Result == "valid") || !bytes.Equal(got, test.Msg) && err == nil {
				t.Errorf("%s: %s: %x, error %v", test, test.Result, got, err)
			}
			return ""
		})
	}
}

func TestWycheproofKeyWrap(t *testing.T) {
	eachVector(t, "aes_wrap", func(t *testing.T, _ int, _ vectors, test vector) string {
		got, err := unwrapKey(test.Key, test.Ct)
		short := slices.Contains(test.Flags, "ShortKey") // RFC 3394 wants two blocks: 64 bits are refused
		if valid := test.Result == "valid"; (err == nil) != valid || valid && !bytes.Equal(got, test.Msg) {
			t.Errorf("unwrap: %s: %s: %x, error %v", test, test.Result, got, err)
		}
		wrapped, err := wrapKey(test.Key, test.Msg)
		switch {
		case test.Result == "valid" && !bytes.Equal(wrapped, test.Ct):
			t.Errorf("wrap: %s: %x, error %v", test, wrapped, err)
		case err == nil && (short || len(test.Msg)%8 != 0):
			t.Errorf("wrap: %s: accepted", test)
		}
		return ""
	})
}

// TestWycheproofECDH gives the public keys to the reader of originator keys, which have the same two fields.
func TestWycheproofECDH(t *testing.T) {
	eachVector(t, "ecdh_secp256r1", func(t *testing.T, _ int, _ vectors, test vector) string {
		scalar := bytes.TrimLeft(test.Private, "\x00")
		key, err := ecdh.P256().NewPrivateKey(append(make([]byte, 32-len(scalar)), scalar...))
		if err != nil {
			t.Fatalf("%s: %v", test, err)
		}
		got, err := originatorSecret(test.Public, key)
		if err == nil && !bytes.Equal(got, test.Shared) || err != nil && test.Result == "valid" || err == nil && test.Result == "invalid" {
			t.Errorf("%s: %s: %x, error %v", test, test.Result, got, err)
		}
		return ""
	})
}

// originatorSecret agrees with a SubjectPublicKeyInfo, read as the OriginatorPublicKey that it is but for its tag.
func originatorSecret(spki []byte, key *ecdh.PrivateKey) ([]byte, error) {
	if len(spki) == 0 || spki[0] != ber.Sequence {
		return nil, errRecipient
	}
	implicit := append([]byte{ber.ContextConstructed | 1}, spki[1:]...)
	a := &agreement{}
	if !a.readOriginator(cryptobyte.String(implicit)) {
		return nil, errRecipient
	}
	return a.secret(key)
}

func TestWycheproofX25519(t *testing.T) {
	eachVector(t, "x25519", func(t *testing.T, _ int, _ vectors, test vector) string {
		key, err := ecdh.X25519().NewPrivateKey(test.Private)
		if err != nil {
			t.Fatalf("%s: %v", test, err)
		}
		a := &agreement{keyAlgorithm: algorithm{oid: oidX25519}, key: test.Public}
		got, err := a.secret(key)
		zero := slices.Contains(test.Flags, "ZeroSharedSecret") // must be refused, RFC 8418 §3 by way of RFC 7748 §6.1
		if zero != (err != nil) || err == nil && !bytes.Equal(got, test.Shared) {
			t.Errorf("%s: %s: %x, error %v", test, test.Result, got, err)
		}
		return ""
	})
}

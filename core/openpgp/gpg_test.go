package openpgp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const secret = "korrekt Pferd 7"

// gnupg is the real gpg in a home of its own that goes away with the test.
type gnupg struct{ home string }

func newGnuPG(t *testing.T) *gnupg {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("no gpg here")
	}
	// A socket's path has about a hundred characters at most, and t.TempDir is longer than that for some tests.
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	g := &gnupg{home: home}
	// A usual protection takes a third of a second to try; the tests try many.
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte("s2k-count 65536\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		kill := exec.Command("gpgconf", "--kill", "gpg-agent")
		kill.Env = append(os.Environ(), "GNUPGHOME="+home)
		_ = kill.Run()
		_ = os.RemoveAll(home)
	})
	return g
}

// run runs gpg and returns what it wrote. A refusal is returned, not fatal.
func (g *gnupg) try(input []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	base := []string{"--homedir", g.home, "--batch", "--yes", "--no-tty", "--quiet", "--no-auto-key-locate", "--trust-model", "always", "--pinentry-mode", "loopback"}
	cmd := exec.CommandContext(ctx, "gpg", append(base, args...)...)
	cmd.Stdin = bytes.NewReader(input)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("gpg %s: %w\n%s", strings.Join(args, " "), err, problems.Bytes())
	}
	return out.Bytes(), nil
}

func (g *gnupg) run(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	out, err := g.try(input, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// parameters of gpg's unattended key generation.
var keyKinds = map[string]string{
	"RSA":             "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSubkey-Type: RSA\nSubkey-Length: 2048\nSubkey-Usage: encrypt\n",
	"Curve25519":      "Key-Type: EDDSA\nKey-Curve: Ed25519\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: Curve25519\nSubkey-Usage: encrypt\n",
	"NIST P-256":      "Key-Type: ECDSA\nKey-Curve: nistp256\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: nistp256\nSubkey-Usage: encrypt\n",
	"NIST P-384":      "Key-Type: ECDSA\nKey-Curve: nistp384\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: nistp384\nSubkey-Usage: encrypt\n",
	"NIST P-521":      "Key-Type: ECDSA\nKey-Curve: nistp521\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: nistp521\nSubkey-Usage: encrypt\n",
	"brainpoolP256r1": "Key-Type: ECDSA\nKey-Curve: brainpoolP256r1\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: brainpoolP256r1\nSubkey-Usage: encrypt\n",
	"brainpoolP512r1": "Key-Type: ECDSA\nKey-Curve: brainpoolP512r1\nKey-Usage: sign\nSubkey-Type: ECDH\nSubkey-Curve: brainpoolP512r1\nSubkey-Usage: encrypt\n",
}

// generate makes a key and returns its public and secret export. An empty passphrase leaves it unprotected.
func (g *gnupg) generate(t *testing.T, kind, who, passphrase string) (public, private []byte) {
	t.Helper()
	protection := "%no-protection\n"
	if passphrase != "" {
		protection = "Passphrase: " + passphrase + "\n"
	}
	g.run(t, []byte(keyKinds[kind]+"Name-Real: "+who+"\nName-Email: "+who+"@example.com\nExpire-Date: 2y\n"+protection+"%commit\n"), "--gen-key")
	return g.run(t, nil, "--export", who), g.run(t, nil, "--passphrase", passphrase, "--export-secret-keys", who)
}

func ring(t *testing.T, data []byte) *KeyRing {
	t.Helper()
	r, err := ReadKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t testing.TB, plain []byte, o EncryptOptions, to ...*Key) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := Encrypt(&b, to, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(message []byte, keys *KeyRing, ask Passphrase) ([]byte, *Message, error) {
	m, err := Decrypt(bytes.NewReader(message), keys, ask)
	if err != nil {
		return nil, nil, err
	}
	plain, err := io.ReadAll(m)
	return plain, m, err
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

func answer(passphrases ...string) Passphrase {
	return func(attempt int) ([]byte, error) { return []byte(passphrases[min(attempt, len(passphrases))-1]), nil }
}

// locked tells whether any secret part needs a passphrase.
func locked(k *KeyRing) bool {
	for _, key := range k.keys {
		for p := range privateKeys(key.entity) {
			if p.Encrypted {
				return true
			}
		}
	}
	return false
}

func TestBothWaysWithGnuPG(t *testing.T) {
	plain := random(70_000)
	file := filepath.Join(t.TempDir(), "in.zip")
	if err := os.WriteFile(file, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	for kind := range keyKinds {
		for _, passphrase := range []string{"", secret} {
			if passphrase != "" && kind != "RSA" && kind != "Curve25519" && kind != "brainpoolP256r1" {
				continue // one of each family is enough
			}
			t.Run(kind+" "+map[string]string{"": "open", secret: "protected"}[passphrase], func(t *testing.T) {
				g := newGnuPG(t) // of its own: gpg exits with 2 where a hidden recipient made it try another key first
				who := strings.NewReplacer(" ", "", "-", "").Replace(kind) + map[string]string{"": "open", secret: "protected"}[passphrase]
				public, private := g.generate(t, kind, who, passphrase)
				to, own := ring(t, public), ring(t, private)
				key := to.Keys()[0]
				if key.Secret || !own.Keys()[0].Secret || locked(own) != (passphrase != "") || key.AdvertisesSEIPDv2 {
					t.Errorf("read as %+v", key)
				}
				if s, err := key.EncryptionSubkey(time.Now()); err != nil || !strings.HasPrefix(s.Algorithm, kind) || s.Primary {
					t.Errorf("seals to %+v, %v", s, err)
				}
				ask := answer("wrong", passphrase)

				// ours to gpg
				for _, o := range []EncryptOptions{{}, {Armor: true}} {
					got, err := g.try(seal(t, plain, o, key), "--passphrase", passphrase, "--decrypt")
					if err != nil || !bytes.Equal(got, plain) {
						t.Errorf("%+v: gpg reads %d bytes, %v", o, len(got), err)
					}
				}
				// gpg's to us
				for _, args := range [][]string{{}, {"--armor"}, {"--hidden-recipient"}, {"--throw-keyids"}, {"--compress-algo", "zlib"}, {"--compress-algo", "bzip2"}, {"--cipher-algo", "AES192", "-z", "0"}, {"--cipher-algo", "3DES"}} {
					to := "--recipient"
					if len(args) == 1 && args[0] == "--hidden-recipient" {
						to, args = args[0], nil
					}
					message := g.run(t, nil, append(append([]string{"--output", "-", to, who}, args...), "--encrypt", file)...)
					got, m, err := open(message, ring(t, private), ask)
					if err != nil || !bytes.Equal(got, plain) {
						t.Errorf("%v %v: we read %d bytes, %v, %+v", to, args, len(got), err, m)
					}
				}
				camellia := g.run(t, nil, "--output", "-", "--recipient", who, "--cipher-algo", "CAMELLIA256", "--encrypt", file)
				if _, _, err := open(camellia, ring(t, private), ask); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "Camellia-256") {
					t.Errorf("a cipher that nobody else has: %v", err)
				}
				_, _, err := open(seal(t, plain, EncryptOptions{}, key), ring(t, private), answer("wrong"))
				if passphrase != "" && !errors.Is(err, ErrWrongPassphrase) {
					t.Errorf("three wrong passphrases: %v", err)
				}
				if _, _, err := open(seal(t, plain, EncryptOptions{}, key), ring(t, private), nil); passphrase != "" && !errors.Is(err, ErrNeedPassphrase) {
					t.Errorf("nobody to ask: %v", err)
				}
				// A ring stays unlocked: 500 messages ask once.
				if err := own.Unlock(ask); err != nil || locked(own) && passphrase == "" {
					t.Error(err)
				}
				if _, _, err := open(seal(t, plain, EncryptOptions{}, key), own, nil); err != nil {
					t.Error(err)
				}
				own.Wipe()
				var no *NoMatchingKeyError
				if _, _, err := open(seal(t, plain, EncryptOptions{}, key), own, nil); !errors.As(err, &no) {
					t.Errorf("opened with wiped keys: %v", err)
				}
			})
		}
	}
}

func TestSeveralRecipientsAndTheWrongKey(t *testing.T) {
	g := newGnuPG(t)
	aPublic, aPrivate := g.generate(t, "RSA", "anna", "")
	bPublic, bPrivate := g.generate(t, "Curve25519", "berta", "")
	cPublic, cPrivate := g.generate(t, "NIST P-256", "clara", "")
	a, b := ring(t, aPublic).Keys()[0], ring(t, bPublic).Keys()[0]
	plain := []byte("PK\x03\x04 and so on")
	both := seal(t, plain, EncryptOptions{}, a, b)
	for name, private := range map[string][]byte{"anna": aPrivate, "berta": bPrivate, "all": bytes.Join([][]byte{cPrivate, aPrivate, bPrivate}, nil)} {
		if got, m, err := open(both, ring(t, private), nil); err != nil || !bytes.Equal(got, plain) || len(m.Recipients) != 2 || m.Cipher != "AES-256" {
			t.Errorf("%s: %q, %+v, %v", name, got, m, err)
		}
	}
	_, _, err := open(both, ring(t, cPrivate), nil)
	var no *NoMatchingKeyError
	sa, _ := a.EncryptionSubkey(time.Now())
	sc, _ := ring(t, cPublic).Keys()[0].EncryptionSubkey(time.Now())
	if !errors.As(err, &no) || !errors.Is(err, ErrNoMatchingKey) || len(no.Wanted) != 2 || no.Wanted[0] != sa.KeyID || len(no.Have) != 1 || no.Have[0] != sc.KeyID ||
		!strings.Contains(err.Error(), Display(sa.KeyID)) || !strings.Contains(err.Error(), Display(sc.KeyID)) {
		t.Errorf("the wrong key: %v", err)
	}
	hidden := g.run(t, plain, "--throw-keyids", "--recipient", "anna", "--recipient", "berta", "--encrypt")
	if _, _, err := open(hidden, ring(t, cPrivate), nil); !errors.As(err, &no) || !strings.Contains(err.Error(), "2 hidden recipients") {
		t.Errorf("the wrong key for hidden recipients: %v", err)
	}
	if _, _, err := open(both, ring(t, aPublic), nil); !errors.As(err, &no) || !strings.Contains(err.Error(), "without a secret key") {
		t.Errorf("a public key: %v", err)
	}
	if ids, err := Inspect(bytes.NewReader(both)); err != nil || len(ids) != 2 {
		t.Errorf("%v, %v", ids, err)
	}
	// Several blocks of armor in one file, text around them.
	text := append([]byte("our keys\n\n"), g.run(t, nil, "--armor", "--export", "anna")...)
	text = append(append(text, "\nand\n"...), g.run(t, nil, "--armor", "--export", "berta", "clara")...)
	if r, err := ReadKeys(text); err != nil || len(r.Keys()) != 3 {
		t.Errorf("%v, %v", r, err)
	}
	if r, err := ReadKeys(append(bytes.Clone(aPublic), aPrivate...)); err != nil || len(r.Keys()) != 1 || !r.Keys()[0].Secret {
		t.Errorf("public and secret of the same key: %v, %v", r, err)
	}
}

func TestWhatIsNoMessage(t *testing.T) {
	g := newGnuPG(t)
	public, private := g.generate(t, "RSA", "anna", "")
	keys := ring(t, private)
	plain := []byte("the plaintext")
	for name, c := range map[string]struct {
		message []byte
		want    error
	}{
		"empty":           {nil, ErrNotEncrypted},
		"text":            {[]byte("hello\n"), ErrNotEncrypted},
		"a key":           {public, ErrNotEncrypted},
		"an armored key":  {g.run(t, nil, "--armor", "--export", "anna"), ErrNotEncrypted},
		"signed only":     {g.run(t, plain, "--sign", "--local-user", "anna"), ErrNotEncrypted},
		"stored":          {g.run(t, plain, "--store"), ErrNotEncrypted},
		"passphrase only": {g.run(t, plain, "--passphrase", "x", "--symmetric"), ErrPassphraseOnly},
	} {
		if got, _, err := open(c.message, keys, nil); !errors.Is(err, c.want) || len(got) > 0 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// gpg 2.2 no longer writes messages without MDC, whatever it is told; the packet's type makes one.
	message := seal(t, plain, EncryptOptions{}, ring(t, public).Keys()[0])
	envelope, _, err := readSmall(bufio.NewReader(bytes.NewReader(message)), MaxHeaderBytes)
	if err != nil || message[len(envelope)] != 0xc0|tagSEIPD {
		t.Fatalf("the message is not framed as expected: %v", err)
	}
	message[len(envelope)] = 0xc0 | tagSED
	if _, _, err := open(message, keys, nil); !errors.Is(err, ErrUnprotected) {
		t.Errorf("without integrity protection: %v", err)
	}
}

func TestSignedInsideIsRead(t *testing.T) {
	g := newGnuPG(t)
	_, private := g.generate(t, "RSA", "anna", "")
	message := g.run(t, []byte("the plaintext"), "--sign", "--local-user", "anna", "--recipient", "anna", "--encrypt")
	if got, _, err := open(message, ring(t, private), nil); err != nil || string(got) != "the plaintext" {
		t.Errorf("%q, %v", got, err)
	}
}

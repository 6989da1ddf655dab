package delivery

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"enrollbench/core/recipient"
)

// The test binary runs itself again as the program that is killed: the variable holds what it does and the folder in
// which everything lies.
const crashVariable = "ENROLLBENCH_DELIVERY_CRASH"

func TestMain(m *testing.M) {
	if what := os.Getenv(crashVariable); what != "" {
		if err := victim(what, os.Getenv(crashVariable+"_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// victim says when it begins, so that it is killed while it works, then does one thing again and again.
func victim(what, dir string) error {
	at := func(name string) string { return filepath.Join(dir, name) }
	key, err := os.ReadFile(at("line.key"))
	if err != nil {
		return err
	}
	certificate, err := os.ReadFile(at("line.pem"))
	if err != nil {
		return err
	}
	o, err := recipient.LoadOpener(key, certificate, nil)
	if err != nil {
		return err
	}
	to, _, err := recipient.Parse(certificate)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		if what == "unseal" {
			_, err := Unseal(ctx, at("result.p7m"), at("work/plain.zip"), UnsealOptions{Opener: WithKey(o), Traces: at("traces"), Replace: true}, nil)
			if err != nil {
				return err
			}
			continue
		}
		d, err := Open(ctx, OpenRequest{Paths: []string{at("result.p7m")}, Opener: WithKey(o), SpoolDir: at("work"), Traces: at("traces"), Now: now}, nil)
		if err != nil {
			return err
		}
		switch what {
		case "export":
			err = d.Export(ctx, ExportOptions{Dir: at("work/out"), Replace: true}, nil)
		case "handover":
			err = d.Handover(ctx, HandoverOptions{Out: at("work/theirs.p7m"), Seal: SealTo(to, recipient.SealOptions{}), Replace: true}, nil)
		case "repack":
			err = d.Handover(ctx, HandoverOptions{Out: at("work/theirs.p7m"), Seal: SealTo(to, recipient.SealOptions{}), Repack: &ExportOptions{}, Replace: true}, nil)
		}
		if err = errors.Join(err, d.Close()); err != nil {
			return err
		}
	}
}

// Killed at any moment, the program leaves no private key on the disk that nobody asked for: none at all while it opens
// and hands over; none outside a complete result once Sweep ran, while it decrypts and exports.
func TestKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	p := newPlant(t, 60)
	l := mustLine(t, rsaLine)
	// Stored, not deflated, so that the keys lie in the plaintext as they are.
	files := map[string][]byte{}
	var secrets [][]byte
	for _, d := range p.devices {
		files[d.name+".der"], files[d.name+".key"] = d.cert, d.keyDER(t)
		secrets = append(secrets, must(d.key.(*ecdsa.PrivateKey).Bytes()))
	}
	sealed := l.seal(t, storedZIP(t, files), false)
	const kills = 6
	for _, what := range []string{"open", "handover", "repack", "export", "unseal"} {
		t.Run(what, func(t *testing.T) {
			interrupted := 0
			for range kills {
				dir := t.TempDir()
				for name, data := range map[string][]byte{"line.key": l.key, "line.pem": l.certificate, "result.p7m": sealed} {
					if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.Mkdir(filepath.Join(dir, "work"), 0o700); err != nil {
					t.Fatal(err)
				}
				kill(t, what, dir)
				asked := what == "export" || what == "unseal"
				if found := search(t, dir, secrets); !asked && len(found) > 0 {
					t.Fatalf("private keys lie in %v", found)
				} else if len(found) > 0 {
					interrupted++
				}
				if _, err := Sweep(filepath.Join(dir, "traces")); err != nil {
					t.Fatal(err)
				}
				for _, path := range search(t, dir, secrets) {
					rel, _ := filepath.Rel(dir, path)
					if !asked || rel != "work/plain.zip" && filepath.Dir(rel) != "work/out" {
						t.Fatalf("after Sweep a private key lies in %s", rel)
					}
				}
				if what == "export" {
					complete(t, filepath.Join(dir, "work", "out"), len(p.devices))
				}
				if list := readTree(t, filepath.Join(dir, "traces")); len(list) > 0 {
					t.Errorf("%d notes are left", len(list))
				}
			}
			t.Logf("%d of %d kills left plaintext, in a result or for Sweep", interrupted, kills)
		})
	}
}

// complete: an export is there as a whole or not at all.
func complete(t *testing.T, dir string, devices int) {
	t.Helper()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return
	}
	if files := readTree(t, dir); len(files) != 2*devices+2 {
		t.Errorf("the export has %d files", len(files))
	}
}

// kill runs the victim and kills it a random moment after it began.
func kill(t *testing.T, what, dir string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "traces"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashVariable+"="+what, crashVariable+"_DIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Fatalf("the victim did not begin: %v\n%s", err, stderr.String())
	}
	time.Sleep(time.Duration(rand.IntN(80_000)) * time.Microsecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() == 3 {
		t.Fatalf("the victim ended by itself: %v\n%s", err, stderr.String())
	}
}

// search finds files that hold a private key's octets, as they are or in base64.
func search(t *testing.T, dir string, secrets [][]byte) []string {
	t.Helper()
	var found []string
	for name, data := range readTree(t, dir) {
		for _, s := range secrets {
			if bytes.Contains(data, s) || containsBase64(data, s) {
				found = append(found, filepath.Join(dir, filepath.FromSlash(name)))
				break
			}
		}
	}
	return found
}

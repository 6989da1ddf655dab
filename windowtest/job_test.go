//go:build window

package windowtest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"enrollbench/windowtest/desktop"
)

// The first start, as somebody without an account goes through it: practise, drop requests, start, fetch, all green.
func TestPractiseWithRequests(t *testing.T) {
	folder := t.TempDir()
	requests := goodRequests(t, folder, 3)
	s := openFirst(t)
	s.press("Practise now")
	s.expect("the connection", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy && s.Dialog == "" })
	s.dropped(requests)
	s.ready("3 ready")
	s.key("ctrl+j")
	s.expect("the page that says what is started", func(s desktop.State) bool {
		return s.Tab == "Start batch job" && !s.Busy && s.Enabled && s.Action == "Start 3 certificates" &&
			s.Current == "3 certificates, keys made by the devices"
	})
	s.key("ctrl+s")
	s.expect("the end of the job", func(s desktop.State) bool {
		return s.Tab == "Jobs" && !s.Busy && s.Action == "Fetch and open" && strings.HasSuffix(s.Current, ": to be fetched")
	})
	s.key("ctrl+s")
	s.expect("green", func(s desktop.State) bool {
		return s.Tab == "Open results" && !s.Busy && s.Verdict == "ready: 3 of 3 delivered, matched, verified" && s.Rows == 3
	})
	s.key("ctrl+4")
	s.expect("the record", func(s desktop.State) bool { return s.Tab == "Jobs" && strings.HasSuffix(s.Current, ": opened") })
	nothingSecret(t, s)
}

// A newcomer has a green result after four presses: practise, order, start, fetch and open. How long that took is logged and
// judged by nobody: it depends on the computer.
func TestFourPressesToGreen(t *testing.T) {
	s := openFirst(t)
	began, presses := time.Now(), 0
	press := func(button string) {
		t.Helper()
		s.press(button)
		presses++
	}
	main := func() {
		t.Helper()
		s.key("ctrl+s")
		presses++
	}
	press("Practise now")
	s.ready("12 ready")
	press("Start batch job…")
	s.expect("the page that says what is started", func(s desktop.State) bool {
		return s.Tab == "Start batch job" && !s.Busy && s.Enabled && s.Action == "Start 12 certificates"
	})
	main()
	s.expect("the end of the job", func(s desktop.State) bool { return s.Tab == "Jobs" && !s.Busy && s.Action == "Fetch and open" })
	main()
	s.expect("green", func(s desktop.State) bool {
		return s.Tab == "Open results" && !s.Busy && s.Verdict == "ready: 12 of 12 delivered, matched, verified"
	})
	t.Logf("green after %d presses and %.1f s, with the keys that lead to the buttons", presses, time.Since(began).Seconds())
	if presses != 4 {
		t.Errorf("%d presses", presses)
	}
}

// A MAC range whose keys the service makes, sealed to an OpenPGP key that gpg made.
func TestPractiseWithMACAndPGP(t *testing.T) {
	public, secret := pgpKey(t)
	s := openFirst(t)
	s.press("Practise now")
	s.expect("the connection", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy })
	s.sealTo(public, secret)
	s.typeRange("00:1a:c2:7b:00:00", "5", "10")
	s.ready("5 addresses ready")
	s.key("ctrl+j")
	s.expect("the page that says what is started", func(s desktop.State) bool {
		return s.Tab == "Start batch job" && !s.Busy && s.Enabled && s.Action == "Start 5 certificates" && strings.Contains(s.Current, "(proven today)")
	})
	s.key("ctrl+s")
	s.expect("the end of the job", func(s desktop.State) bool { return s.Tab == "Jobs" && !s.Busy && s.Action == "Fetch and open" })
	s.key("ctrl+s")
	s.expect("green", func(s desktop.State) bool {
		return s.Tab == "Open results" && !s.Busy && s.Verdict == "ready: 5 of 5 delivered, matched, verified"
	})
	nothingSecret(t, s)
}

// sealTo chooses a recipient and proves that what is sealed to it opens.
func (s *shown) sealTo(public, secret string) {
	s.Helper()
	s.key("ctrl+k")
	s.expect("the panel", func(s desktop.State) bool { return s.Tab == "Encryption key" })
	s.dropped(public)
	const path = "Entry Path of the private key"
	state := s.expect("the recipient", func(s desktop.State) bool { return !s.Busy && strings.HasSuffix(s.Sentence, "not proven") })
	if state.Focus != path {
		if err := s.Click(1089, 289); err != nil {
			s.Fatal(err)
		}
		s.expect("the focus on the path", func(s desktop.State) bool { return s.Focus == path })
	}
	s.typed(secret)
	s.key("Return")
	s.expect("the proof", func(s desktop.State) bool { return strings.HasSuffix(s.Sentence, "proven today") })
}

// A start whose answer was lost is found in the service's list and never sent again; and where there is no list it stays
// what it is: may exist.
func TestLostAnswer(t *testing.T) {
	requests := goodRequests(t, t.TempDir(), 2)
	s := openFirst(t)
	s.press("Practise now")
	s.expect("the connection", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy })
	s.key("ctrl+7")
	s.expect("the connections", func(s desktop.State) bool { return s.Tab == "Settings" && s.Current == "Practice" && !s.Busy })
	s.press("Make it happen") // the first of the list: the answer to the next start is lost
	s.expect("the fault", func(s desktop.State) bool { return !s.Busy })
	s.key("ctrl+1")
	s.dropped(requests)
	s.ready("2 ready")
	s.key("ctrl+j")
	s.expect("the page", func(s desktop.State) bool { return s.Tab == "Start batch job" && !s.Busy && s.Enabled })
	s.key("ctrl+s")
	s.expect("the job, found", func(s desktop.State) bool {
		return s.Tab == "Jobs" && !s.Busy && s.Rows == 1 && s.Dialog == "" && s.Action == "Fetch and open"
	})
}

// goodRequests is a folder with requests of openssl.
func goodRequests(t *testing.T, folder string, n int) string {
	t.Helper()
	dir := filepath.Join(folder, "line ü 4")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name := "thermostat-" + string(rune('1'+i))
		cmd := exec.Command("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
			"-subj", "/C=DE/O=Example/CN="+name, "-keyout", filepath.Join(folder, name+".key"), "-out", filepath.Join(dir, name+".csr"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl: %v: %s", err, out)
		}
	}
	return dir
}

// pgpKey makes a key pair with gpg in a home of its own.
func pgpKey(t *testing.T) (public, secret string) {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	gpg := func(args ...string) []byte {
		cmd := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("gpg %v: %v: %s", args, err, stderr.Bytes())
		}
		return out
	}
	gpg("--quick-generate-key", "line4 <line4@plant.example>", "rsa3072", "default", "never")
	fingerprint := ""
	for _, line := range strings.Split(string(gpg("--with-colons", "--list-keys")), "\n") {
		if rest, ok := strings.CutPrefix(line, "fpr:::::::::"); ok && fingerprint == "" {
			fingerprint = strings.TrimSuffix(rest, ":")
		}
	}
	gpg("--quick-add-key", fingerprint, "rsa3072", "encr", "never")
	dir := t.TempDir()
	public, secret = filepath.Join(dir, "line4.asc"), filepath.Join(dir, "line4-secret.asc")
	for path, what := range map[string]string{public: "--export", secret: "--export-secret-keys"} {
		if err := os.WriteFile(path, gpg("--armor", what, fingerprint), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("gpgconf", "--homedir", home, "--kill", "all").CombinedOutput(); err != nil {
		t.Logf("gpgconf: %v: %s", err, out)
	}
	return public, secret
}

// tokens are what the practice service's look like: a test of enrollctl holds that.
var tokens = regexp.MustCompile(`practice_[A-Za-z0-9_-]{40,}`)

var privateKey = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----`)

// nothingSecret looks for private keys and tokens in everything that the program has written in its home.
func nothingSecret(t *testing.T, s *shown) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(s.Home(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		// The keys of the practice service's own authorities, and the key that the user had made for practice, are the only ones that
		// lie on the disk. (Lists name the words in their reasons.)
		made := strings.Contains(path, filepath.Join("practice", "authority")) || strings.HasPrefix(filepath.Base(path), "practice-key")
		if privateKey.Match(data) && !made {
			t.Errorf("%s holds a private key", path)
		}
		if tokens.Match(data) {
			t.Errorf("%s holds a token", path)
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
}

package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// damage writes a changed copy: damage flip|cut|append|empty IN OUT. Flipped is a bit in the middle, which is content.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: damage flip|cut|append|empty IN OUT")
	}
	data := []byte(ts.ReadFile(args[1]))
	switch args[0] {
	case "flip":
		data[len(data)/2] ^= 0x10
	case "cut":
		data = data[:len(data)-20]
	case "append":
		data = append(data, 'x')
	case "empty":
		data = nil
	default:
		ts.Fatalf("damage knows no %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
}

// zipFiles makes a ZIP: zipfiles OUT NAME=FILE...; a FILE alone is called by its base name.
func zipFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: zipfiles OUT NAME=FILE...")
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, arg := range args[1:] {
		name, file, ok := strings.Cut(arg, "=")
		if !ok {
			name, file = filepath.Base(arg), arg
		}
		w, err := z.Create(name)
		ts.Check(err)
		_, err = w.Write([]byte(ts.ReadFile(file)))
		ts.Check(err)
	}
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o600))
}

// base64Of writes a file in a coat of base64: base64of IN OUT
func base64Of(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: base64of IN OUT")
	}
	text := base64.StdEncoding.EncodeToString([]byte(ts.ReadFile(args[0])))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text+"\n"), 0o600))
}

// gpgHome makes a throw-away home for gpg, with a path short enough for its agent's socket, and puts its options first.
func gpgHome(ts *testscript.TestScript, neg bool, args []string) {
	home, err := os.MkdirTemp("", "gpg-")
	ts.Check(err)
	ts.Setenv("GNUPGHOME", home)
	const options = "batch\nyes\nno-auto-key-locate\nno-auto-key-retrieve\ntrust-model always\npinentry-mode loopback\n"
	ts.Check(os.WriteFile(filepath.Join(home, "gpg.conf"), []byte(options), 0o600))
	ts.Defer(func() {
		kill := exec.Command("gpgconf", "--homedir", home, "--kill", "all")
		_ = kill.Run()
		_ = os.RemoveAll(home)
	})
}

// leaks wants no 24 octets of a private key, neither of its DER nor of its base64, in any of the files:
// ! leaks KEY FILE...
func leaks(ts *testscript.TestScript, neg bool, args []string) {
	if !neg || len(args) < 2 {
		ts.Fatalf("usage: ! leaks KEY FILE...")
	}
	text := []byte(ts.ReadFile(args[0]))
	block, _ := pem.Decode(text)
	if block == nil {
		ts.Fatalf("%s holds no PEM", args[0])
	}
	const piece = 24
	// What stands before is the same in every key of its kind: version and algorithm.
	secret := map[string]bool{}
	for i := len(block.Bytes) / 2; i+piece <= len(block.Bytes); i++ {
		secret[string(block.Bytes[i:i+piece])] = true
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); len(line) >= piece && !strings.HasPrefix(line, "-----") && !strings.HasPrefix(line, "MI") {
			for i := 0; i+piece <= len(line); i++ {
				secret[line[i:i+piece]] = true
			}
		}
	}
	for _, file := range args[1:] {
		data := ts.ReadFile(file)
		for i := 0; i+piece <= len(data); i++ {
			if secret[data[i:i+piece]] {
				ts.Fatalf("%s holds a piece of the private key, at %d", file, i)
			}
		}
	}
}

// perm wants the permissions of files: perm 600 FILE...
func perm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: perm 600 FILE...")
	}
	for _, file := range args[1:] {
		info, err := os.Stat(ts.MkAbs(file))
		ts.Check(err)
		if got := strings.TrimLeft(octal(info.Mode().Perm()), "0"); got != args[0] {
			ts.Fatalf("%s has the permissions %s, want %s", file, got, args[0])
		}
	}
}

func octal(m os.FileMode) string {
	const digits = "01234567"
	return string([]byte{digits[m>>6&7], digits[m>>3&7], digits[m&7]})
}

// What pemWriter writes is what encoding/pem reads and writes, whatever the size of the pieces.
func TestPEMWriter(t *testing.T) {
	for size := range 200 {
		data := bytes.Repeat([]byte{0xa5, byte(size)}, size)[:size]
		var got bytes.Buffer
		w := newPEMWriter(&got, "CMS")
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 1+size%7)
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: data}); !bytes.Equal(got.Bytes(), want) {
			t.Fatalf("%d bytes: got\n%s\nwant\n%s", size, got.Bytes(), want)
		}
	}
}

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/privatekey"
)

// typed is a session at whose terminal somebody types the given passphrases, one after the other.
func typed(answers ...string) (*session, *[]string) {
	var prompts []string
	s := &session{stdin: strings.NewReader("")}
	s.hidden = func(_ context.Context, prompt string) ([]byte, error) {
		prompts = append(prompts, prompt)
		if len(answers) == 0 {
			return nil, errors.New("nobody types")
		}
		answer := answers[0]
		answers = answers[1:]
		return []byte(answer), nil
	}
	return s, &prompts
}

func TestPassphraseFile(t *testing.T) {
	long := strings.Repeat("x", maxPassphraseBytes+1)
	for _, test := range []struct{ name, content, want, problem string }{
		{"a line", "secret\n", "secret", ""},
		{"no end of line", "secret", "secret", ""},
		{"written on Windows", "secret\r\n", "secret", ""},
		{"blanks belong to it", " sec ret \n", " sec ret ", ""},
		{"the first line counts", "secret\nsomething else\n", "secret", ""},
		{"no text at all", "\xff\x00\x80\n", "\xff\x00\x80", ""},
		{"written by PowerShell", "\xff\xfes\x00\xe4\x00c\x00\r\x00\n\x00", "säc", ""},
		{"UTF-16 without a mark", "s\x00e\x00c\x00r\x00e\x00t\x00\r\x00\n\x00", "secret", ""},
		{"UTF-16 big-endian", "\xfe\xff\x00s\x00e\x00\n", "se", ""},
		{"a byte order mark", "\xef\xbb\xbfsecret\r\n", "secret", ""},
		{"a mark alone", "\xef\xbb\xbf", "", ""},
		{"what looks like base64", "c2VjcmV0c2VjcmV0c2VjcmV0\n", "c2VjcmV0c2VjcmV0c2VjcmV0", ""},
		{"empty", "", "", ""},
		{"no passphrase", long, "", "that is not a passphrase"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "passphrase")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{path, "-"} {
				source := passphraseSource{flag: "passphrase-file", file: file}
				got, err := source.asker(t.Context(), &session{stdin: strings.NewReader(test.content)}, "it")(1)
				if test.problem != "" {
					if err == nil || !strings.Contains(err.Error(), test.problem) {
						t.Errorf("%s: error %v, want %q", file, err, test.problem)
					}
				} else if err != nil || string(got) != test.want {
					t.Errorf("%s: %q, %v; want %q", file, got, err, test.want)
				}
			}
		})
	}
}

// A passphrase from a file is tried once: the same one again would be as wrong.
func TestPassphraseFileOnce(t *testing.T) {
	source := passphraseSource{flag: "passphrase-file", file: "-"}
	ask := source.asker(t.Context(), &session{stdin: strings.NewReader("wrong\n")}, "it")
	if _, err := ask(1); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(2); !errors.Is(err, privatekey.ErrWrongPassphrase) || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("the second attempt: %v", err)
	}
}

func TestPassphraseTyped(t *testing.T) {
	source := passphraseSource{flag: "passphrase-file"}
	s, prompts := typed("one", "two")
	ask := source.asker(t.Context(), s, "my.key")
	for attempt, want := range []string{"one", "two"} {
		if got, err := ask(attempt + 1); err != nil || string(got) != want {
			t.Errorf("attempt %d: %q, %v", attempt+1, got, err)
		}
	}
	if want := []string{"Passphrase of my.key: ", "That was not it. Passphrase of my.key: "}; !slices.Equal(*prompts, want) {
		t.Errorf("asked %q, want %q", *prompts, want)
	}
	nobody := &session{}
	if _, err := source.asker(t.Context(), nobody, "my.key")(1); !errors.Is(err, privatekey.ErrNeedPassphrase) || !strings.Contains(err.Error(), "--passphrase-file") {
		t.Errorf("without a terminal: %v", err)
	}
}

func TestPassphraseChosen(t *testing.T) {
	for _, test := range []struct {
		name    string
		typed   []string
		problem string
	}{
		{"twice the same", []string{"new", "new"}, ""},
		{"a slip", []string{"new", "nwe"}, "differ"},
		{"nothing", []string{"", ""}, "empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			source := passphraseSource{flag: "pkcs12-passphrase-file"}
			s, _ := typed(test.typed...)
			got, err := source.chosen(t.Context(), s, "it")
			if test.problem == "" && (err != nil || string(got) != test.typed[0]) {
				t.Errorf("got %q, %v", got, err)
			}
			if test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("got %q, %v; want %q", got, err, test.problem)
			}
		})
	}
	empty := passphraseSource{flag: "pkcs12-passphrase-file", file: "-"}
	if _, err := empty.chosen(t.Context(), &session{stdin: strings.NewReader("\n")}, "it"); err == nil {
		t.Error("an empty passphrase from a file was taken")
	}
}

// TestOddPassphrase: a wrong passphrase out of a file comes with what such files often have besides, and with nothing of the secret.
func TestOddPassphrase(t *testing.T) {
	for line, want := range map[string]string{
		"": "is empty", "geheim ": "ends with a space", "\tgeheim": "begins or ends with a space", `"geheim"`: "in quotation marks", "'geheim'": "in quotation marks", "geh\xFCtet": "not UTF-8",
		"geheim": "", "gehütet": "", `"`: "", `"geheim`: "",
	} {
		if got := oddPassphrase([]byte(line)); (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "geh") {
			t.Errorf("%q: %q", line, got)
		}
	}
}

//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ensureSealed makes the recipient and the payload once.
func (b *bencher) ensureSealed() (sealed, error) {
	in := sealed{filepath.Join(b.folder, fmt.Sprintf("sealed-%d", size.Payload))}
	return in, b.ensure(in.done(), "generate-sealed", in.folder, fmt.Sprint(size.Payload))
}

// cms compares sealing and opening of 200 MB in the CMS layer, and opening with the check of the ZIP, with openssl smime
// and unzip -t.
func (b *bencher) cms() error {
	in, err := b.ensureSealed()
	if err != nil {
		return err
	}
	message, plain := filepath.Join(b.out, "payload.p7m"), filepath.Join(b.out, "opened.zip")
	theirs, theirPlain := filepath.Join(b.out, "openssl.p7m"), filepath.Join(b.out, "openssl.zip")
	removeAll := func() {
		for _, path := range []string{message, plain, theirs, theirPlain} {
			_ = os.Remove(path)
		}
	}
	defer removeAll()
	var (
		encrypt = &contest{name: "core/cms, encrypt", do: func() (usage, error) {
			return run(b.self, "cms-encrypt", in.certificate(), in.payload(), message)
		}}
		decrypt = &contest{name: "core/cms, decrypt", do: func() (usage, error) {
			return run(b.self, "cms-decrypt", in.key(), in.certificate(), message, plain)
		}}
		checked = &contest{name: "enrollctl decrypt, the ZIP checked", do: func() (usage, error) {
			return run("build/enrollctl", "decrypt", "--force", "--key", in.key(), "--certificate", in.certificate(), "-o", plain, message)
		}}
		opensslEncrypt = &contest{tool: "openssl", name: "openssl smime -encrypt", do: func() (usage, error) {
			return run("openssl", "smime", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", in.payload(), "-out", theirs, in.certificate())
		}}
		opensslDecrypt = &contest{tool: "openssl", name: "openssl smime -decrypt", do: func() (usage, error) {
			return run("openssl", "smime", "-decrypt", "-binary", "-inform", "DER", "-in", theirs, "-out", theirPlain,
				"-inkey", in.key(), in.certificate())
		}}
		unzip = &contest{tool: "unzip", name: "unzip -t", do: func() (usage, error) { return run("unzip", "-tqq", in.payload()) }}
	)
	if err := b.hold(encrypt, decrypt, checked, opensslEncrypt, opensslDecrypt, unzip); err != nil {
		return err
	}
	mb, goals := float64(size.Payload)/1e6, []goal{{clockRatio, 2}, {memory, 32}}
	b.report(fmt.Sprintf("CMS, AES-256-CBC to RSA 3072, %.0f MB from file to file", mb),
		figure{encrypt, opensslEncrypt, mb, "MB", goals}, figure{decrypt, opensslDecrypt, mb, "MB", goals},
		figure{checked, after("core/cms, decrypt; unzip -t", decrypt, unzip), mb, "MB", []goal{{cpuRatio, 0.83}}})
	return nil
}

// pgp compares opening of a message that gpg made with gpg.
func (b *bencher) pgp() error {
	if (&contest{tool: "gpg"}).missing() {
		b.report("OpenPGP: SKIPPED: gpg is missing")
		return nil
	}
	in, err := b.ensureSealed()
	if err != nil {
		return err
	}
	// The home's path must be short: gpg's agent listens on a socket in it.
	home, err := os.MkdirTemp("", "bench-gpg-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	defer func() { _, _ = run("gpgconf", "--homedir", home, "--kill", "all") }()
	gpg := func(args ...string) (usage, error) {
		return run("gpg", append([]string{"--homedir", home, "--batch", "--quiet", "--yes", "--trust-model", "always",
			"--no-auto-key-locate", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)...)
	}
	key, message := filepath.Join(home, "secret.pgp"), filepath.Join(b.out, "payload.pgp")
	plain, theirPlain := filepath.Join(b.out, "pgp.zip"), filepath.Join(b.out, "gpg.zip")
	defer func() {
		for _, path := range []string{message, plain, theirPlain} {
			_ = os.Remove(path)
		}
	}()
	for _, step := range [][]string{
		{"--quick-generate-key", "bench@example.com", "rsa3072", "cert,sign,encr", "never"},
		{"--export-secret-keys", "--output", key},
		{"--encrypt", "--recipient", "bench@example.com", "--compress-algo", "none", "--output", message, in.payload()},
	} {
		if _, err := gpg(step...); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(step, " "), err)
		}
	}
	here := &contest{name: "core/openpgp, decrypt", do: func() (usage, error) { return run(b.self, "pgp-decrypt", key, message, plain) }}
	there := &contest{name: "gpg --decrypt", do: func() (usage, error) { return gpg("--output", theirPlain, "--decrypt", message) }}
	if err := b.hold(here, there); err != nil {
		return err
	}
	mb := float64(size.Payload) / 1e6
	b.report(fmt.Sprintf("OpenPGP, AES-256 with MDC to RSA 3072, %.0f MB from file to file", mb),
		figure{here, there, mb, "MB", []goal{{clockRatio, 0.33}, {memory, 32}}})
	return nil
}

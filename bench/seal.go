//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// payloadBytes is the size of what is sealed and opened: the largest upload there is.
const payloadBytes = 200_000_000

// ensureSealed makes the recipient and the payload once.
func (b *bencher) ensureSealed() (sealed, error) {
	in := sealed{filepath.Join(b.folder, "sealed")}
	if _, err := os.Stat(in.done()); err == nil {
		return in, nil
	}
	fmt.Printf("making a recipient and a payload of %s bytes once, in %s\n", thousands(payloadBytes), in.folder)
	_, err := run(b.self, "generate-sealed", in.folder, fmt.Sprint(payloadBytes))
	return in, err
}

// contest is one thing that is measured in each round: what it does, and what was best. Clock and CPU are each the least
// of all rounds, for a computer that does other things disturbs the clock of most of them.
type contest struct {
	name string
	do   func() (usage, error)
	best usage
}

// hold measures the contestants in rounds, one of each a round.
func (b *bencher) hold(all []*contest) error {
	for range b.rounds {
		for _, c := range all {
			u, err := c.do()
			if err != nil {
				return err
			}
			wall := u.Wall
			if c.best.Wall > 0 {
				wall = min(wall, c.best.Wall)
			}
			c.best = better(c.best, u)
			c.best.Wall = wall
		}
	}
	return nil
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
		opensslEncrypt = &contest{name: "openssl smime -encrypt", do: func() (usage, error) {
			return run("openssl", "smime", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", in.payload(), "-out", theirs, in.certificate())
		}}
		opensslDecrypt = &contest{name: "openssl smime -decrypt", do: func() (usage, error) {
			return run("openssl", "smime", "-decrypt", "-binary", "-inform", "DER", "-in", theirs, "-out", theirPlain,
				"-inkey", in.key(), in.certificate())
		}}
		unzip = &contest{name: "unzip -t", do: func() (usage, error) { return run("unzip", "-tqq", in.payload()) }}
	)
	all := []*contest{encrypt, decrypt, checked}
	_, noOpenSSL := exec.LookPath("openssl")
	if noOpenSSL == nil {
		all = append(all, opensslEncrypt, opensslDecrypt)
	}
	_, noUnzip := exec.LookPath("unzip")
	if noUnzip == nil {
		all = append(all, unzip)
	}
	if err := b.hold(all); err != nil {
		return err
	}
	fmt.Printf("\nCMS, AES-256-CBC to RSA 3072, %s bytes from file to file\n", thousands(payloadBytes))
	w := heading()
	against := func(c, other *contest) string {
		if noOpenSSL != nil {
			return "\tSKIPPED: openssl is missing\t≥ 2.0"
		}
		return faster(other, c) + "\t≥ 2.0"
	}
	row(w, encrypt, against(encrypt, opensslEncrypt), "< 32")
	row(w, decrypt, against(decrypt, opensslDecrypt), "< 32")
	if noOpenSSL == nil {
		row(w, opensslEncrypt, "\t\t", "")
		row(w, opensslDecrypt, "\t\t", "")
	}
	row(w, checked, "\t\t", "")
	if noUnzip != nil {
		fmt.Fprintln(w, "unzip -t\tSKIPPED: unzip is missing\t\t\t\t\t\t")
		return w.Flush()
	}
	row(w, unzip, "\t\t", "")
	if err := w.Flush(); err != nil {
		return err
	}
	sum := decrypt.best.Wall + unzip.best.Wall
	sumCPU := decrypt.best.CPU + unzip.best.CPU
	fmt.Printf("  opening with the ZIP check costs %.2f times (CMS layer + unzip -t) by the clock, %.2f times in CPU (to reach: ≤ 1.2)\n",
		checked.best.Wall.Seconds()/sum.Seconds(), checked.best.CPU.Seconds()/sumCPU.Seconds())
	return nil
}

// pgp compares opening of a message that gpg made with gpg.
func (b *bencher) pgp() error {
	if _, err := exec.LookPath("gpg"); err != nil {
		fmt.Println("\nOpenPGP: SKIPPED: gpg is missing")
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
	if err := b.hold([]*contest{here, there}); err != nil {
		return err
	}
	fmt.Printf("\nOpenPGP, AES-256 with MDC to RSA 3072, %s bytes from file to file\n", thousands(payloadBytes))
	w := heading()
	row(w, here, faster(there, here)+"\t≥ 0.33", "< 32")
	row(w, there, "\t\t", "")
	return w.Flush()
}

func heading() *tabwriter.Writer {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\twall s\tCPU s\ttimes as fast, clock\tCPU\tto reach\tpeak MB\tto reach\t")
	return w
}

func row(w *tabwriter.Writer, c *contest, compared, memory string) {
	fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%s\t%d\t%s\t\n", c.name, c.best.Wall.Seconds(), c.best.CPU.Seconds(), compared, c.best.Peak/1e6, memory)
}

// faster says how many times as fast c is as other: by the clock, then in CPU time.
func faster(other, c *contest) string {
	return fmt.Sprintf("%.2f\t%.2f", other.best.Wall.Seconds()/c.best.Wall.Seconds(), other.best.CPU.Seconds()/c.best.CPU.Seconds())
}

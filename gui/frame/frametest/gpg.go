package frametest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// gpg is a key that the real gpg made, with what runs it.
type GPG struct {
	Key, Public string // files
	t           *testing.T
	home        string
}

// withGPG makes a key pair for line4 with gpg; where that is not installed the test is skipped.
func WithGPG(t *testing.T) *GPG {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("gpg is not installed")
	}
	dir := t.TempDir()
	g := &GPG{Key: filepath.Join(dir, "line4.asc"), Public: filepath.Join(dir, "public.asc"), t: t, home: filepath.Join(dir, "gnupg")}
	if err := os.Mkdir(g.home, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", g.home, "--kill", "all").Run() })
	g.Run("--quick-gen-key", "line4 <line4@example.com>", "future-default", "default", "never")
	g.Run("--armor", "-o", g.Key, "--export-secret-keys")
	g.Run("--armor", "-o", g.Public, "--export")
	return g
}

// Run runs gpg with that key.
func (g *GPG) Run(args ...string) {
	g.t.Helper()
	cmd := exec.Command("gpg", append([]string{"--batch", "--yes", "--no-auto-key-locate", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)...)
	cmd.Env = append(os.Environ(), "GNUPGHOME="+g.home)
	if out, err := cmd.CombinedOutput(); err != nil {
		g.t.Fatalf("gpg %v: %v\n%s", args, err, out)
	}
}

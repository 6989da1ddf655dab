package frame_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

func TestProvenWords(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	f, err := frame.ReadRecipients(s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.Local)
	r.RememberProof(recipient.Proof{Fingerprint: f.Recipients[0].Fingerprint(), At: at})
	if got := r.ProvenWords(f); got != "proven on 2026-03-04" {
		t.Errorf("%q", got)
	}
}

func TestWhatACrashLeftIsTold(t *testing.T) {
	r := newRig(t)
	traces, dir := t.TempDir(), t.TempDir()
	left := frametest.Put(t, filepath.Join(dir, ".out.0123456789abcdef.tmp"), []byte("a private key"))
	frametest.Put(t, filepath.Join(traces, "0011223344556677.trace"), []byte(`{"temporary":`+strconv.Quote(left)+`}`))
	r.Sweep(traces)
	r.Wait()
	if files.Exists(left) || !strings.Contains(r.ToastText(), "One file with private keys") {
		t.Errorf("it is there: %v; the toast says %q", files.Exists(left), r.ToastText())
	}
}

// The recipient is recalled by path and fingerprint at the next start.
func TestRecipientIsRecalled(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	f, err := frame.ReadRecipients(s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	r.SetRecipient(f.Recipients[0], s.Certificate)
	r.Restart()
	r.Wait()
	if r.Recipient() == nil || r.Recipient().Title() != "line4" {
		t.Error("the recipient is not recalled")
	}
	r.Preferences().SetString("recipient.fingerprint", "00")
	r.Restart()
	r.Wait()
	if r.Recipient() != nil || !strings.Contains(r.ToastText(), "another key") {
		t.Errorf("another key under the same path is recalled; the toast says %q", r.ToastText())
	}
}

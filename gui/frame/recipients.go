package frame

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Preferences about the recipient: a path and a fingerprint, never a key.
const (
	PrefRecipient      = "recipient.path"
	prefRecipientPrint = "recipient.fingerprint"
	prefRecipients     = "recipient.recent" // "FINGERPRINT\tPATH\tTITLE", the latest first
	prefProofs         = "recipient.proofs" // "FINGERPRINT 2026-11-23T14:02:00Z", the latest first
	keptProofs         = 50
)

// recipientFile is what a chosen file holds.
type RecipientFile struct {
	Path       string
	Recipients []*recipient.Recipient
	report     *finding.Report // about the file
}

// readRecipients reads a file; it runs off the UI thread. A lone private key is no error but a file without recipients.
func ReadRecipients(path string) (*RecipientFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > recipient.MaxBytes {
		return nil, recipient.ErrNoRecipient
	}
	data, err := os.ReadFile(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return nil, err
	}
	defer clear(data)
	f := &RecipientFile{Path: path}
	f.Recipients, f.report, err = recipient.Parse(data)
	if err != nil && !f.Secret() {
		return nil, err
	}
	return f, nil
}

// secret says whether a private key stood in the file.
func (f *RecipientFile) Secret() bool {
	return slices.ContainsFunc(f.report.All(), func(x finding.Finding) bool { return x.Rule == recipient.RulePrivateKey.Name })
}

// with finds the recipient of a fingerprint, nil if it is not there.
func (f *RecipientFile) with(fingerprint string) *recipient.Recipient {
	for _, r := range f.Recipients {
		if r.Fingerprint() == fingerprint {
			return r
		}
	}
	return nil
}

// Proven is when a rehearsal with this recipient went well, zero if none did.
func (a *Frame) Proven(r *recipient.Recipient) time.Time {
	for _, line := range a.Preferences().StringList(prefProofs) {
		if print, at, ok := strings.Cut(line, " "); ok && print == r.Fingerprint() {
			if t, err := time.Parse(time.RFC3339, at); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

func (a *Frame) RememberProof(p recipient.Proof) {
	list := []string{p.Fingerprint + " " + p.At.UTC().Format(time.RFC3339)}
	for _, line := range a.Preferences().StringList(prefProofs) {
		if print, _, _ := strings.Cut(line, " "); print != p.Fingerprint {
			list = append(list, line)
		}
	}
	a.Preferences().SetStringList(prefProofs, list[:min(len(list), keptProofs)])
	a.showPill()
}

// provenWords is "proven today", "proven on 2026-11-20", "not proven".
func (a *Frame) provenWords(r *recipient.Recipient) string {
	at := a.Proven(r).Local()
	now := a.tasks.clock().Local()
	switch {
	case a.Proven(r).IsZero():
		return words.T("recipient.not-proven")
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return words.T("recipient.proven-today")
	}
	return words.T("recipient.proven-on", "Date", words.Date(at))
}

// recall chooses the recipient that was chosen last, if its file still holds it.
func (a *Frame) recall() {
	if path := a.Preferences().String(PrefRecipient); path != "" {
		a.UseRecipient(path, a.Preferences().String(prefRecipientPrint))
	}
}

// UseRecipient chooses the recipient of a fingerprint from a file, if that still holds it.
func (a *Frame) UseRecipient(path, print string) {
	Run(a.starting, "", func(context.Context, progress.Func) (*RecipientFile, error) { return ReadRecipients(path) },
		func(f *RecipientFile, err error) {
			switch {
			case err != nil:
				a.Note(widgets.Note{State: look.Warning, Detail: path, Text: words.T("recipient.gone")})
			case f.with(print) == nil:
				a.Note(widgets.Note{State: look.Warning, Detail: path, Text: words.T("recipient.other")})
			default:
				a.SetRecipient(f.with(print), path)
			}
		})
}

// SetRecipient makes a recipient the one to encrypt to; nil for none.
func (a *Frame) SetRecipient(r *recipient.Recipient, path string) {
	a.recipient = r
	p := a.Preferences()
	if r == nil {
		p.SetString(PrefRecipient, "")
		p.SetString(prefRecipientPrint, "")
	} else {
		p.SetString(PrefRecipient, path)
		p.SetString(prefRecipientPrint, r.Fingerprint())
		a.rememberRecipient(r, path)
	}
	a.showPill()
	tell(a, RecipientWatcher.RecipientChanged)
}

// RecipientState is how much a recipient can be relied on, and why.
func (a *Frame) RecipientState(r *recipient.Recipient) look.State {
	f := r.Findings(a.tasks.clock())
	switch {
	case f.Count(finding.Error) > 0:
		return look.Failed
	case f.Count(finding.Warning) > 0, a.Proven(r).IsZero():
		return look.Warning
	}
	return look.Ready
}

// RecipientWords is "line4 · RSA 3072 · proven today".
func (a *Frame) RecipientWords(r *recipient.Recipient) string {
	return words.Short(words.Visible(r.Title())) + " · " + a.StandingWords(r)
}

// StandingWords is "RSA 3072 · proven today", or what forbids to use it.
func (a *Frame) StandingWords(r *recipient.Recipient) string {
	last := a.provenWords(r)
	for _, f := range r.Findings(a.tasks.clock()).All() {
		if f.Severity == finding.Error {
			title := RuleTitle(f.Rule)
			last = strings.ToLower(title[:1]) + title[1:]
			break
		}
	}
	return r.Algorithm() + " · " + last
}

// PickRecipient lets the user choose a file with a recipient.
func (a *Frame) PickRecipient(done func(path string)) {
	a.PickFile(words.T("recipient.pick"), []string{".pem", ".crt", ".cer", ".der", ".asc", ".gpg", ".pgp"}, words.T("recipient.kind"), done)
}

// sealedEnding is what sealed files are called.
func SealedEnding(r *recipient.Recipient) string {
	if r.Kind() == recipient.OpenPGP {
		return ".gpg"
	}
	return ".p7m"
}

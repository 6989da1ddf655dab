package trustmanager

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

var (
	macForm      = regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){4,5}$|^[0-9A-Fa-f]{12}$`)
	countName    = regexp.MustCompile(`count|quantity|number|(^|_)(num|size|amount)`)
	stepName     = regexp.MustCompile(`increment|step|interval`)
	batchName    = regexp.MustCompile(`(batch|job|request|file)[_.-]?(name|id|label)$|^(name|description|label|comment|reference|tag)$`)
	formatWords  = []string{"pem", "der", "json", "smpb"}
	recipientFor = regexp.MustCompile(`^(certificate|cert|recipient|public_?key|pgp.*|.*encrypt.*|.*recipient.*)$`)
)

func isRecipientField(name string) bool {
	n := strings.ToLower(name)
	return recipientFor.MatchString(n) && !strings.Contains(n, "format") && !strings.Contains(n, "count")
}

// field says what a field of a start means: a template, or the text itself where it is always the same. ok is false for one
// that cannot be sent: a secret, or a placeholder that is not known.
func (m *meaning) field(name, value string) (template string, ok bool) {
	n := strings.ToLower(name)
	word := strings.ToLower(strings.TrimSpace(value))
	blank := isBlank(value)
	switch {
	case soundsSecret(n):
		m.note("the field %q is passed over: it holds a secret", cut(printable(name), 60))
		return "", false
	case strings.Contains(n, "chain") && (word == "true" || word == "false" || blank):
		return "{full_chain}", true
	case strings.Contains(n, "format") && (slices.Contains(formatWords, word) || blank):
		return "{format}", true
	case strings.Contains(n, "mac") && (macForm.MatchString(value) || blank) && !countName.MatchString(n) && !stepName.MatchString(n),
		strings.Contains(n, "start") && macForm.MatchString(value):
		return "{mac_start}", true
	case stepName.MatchString(n):
		return "{mac_increment}", true
	case countName.MatchString(n):
		return "{mac_count}", true
	case strings.Contains(n, "profile") || strings.Contains(n, "policy"):
		if strings.HasSuffix(n, "name") && !blank {
			return braceless(m, name, value)
		}
		return "{profile_id}", true
	case isRecipientField(n):
		m.recipientForm(value)
		return "{recipient}", true
	case batchName.MatchString(n):
		m.note("the field %q will carry the batch's own id", cut(printable(name), 60))
		return "{batch_id}", true
	case looksSecret(value):
		m.note("the field %q is passed over: what it holds may be a secret; if it is none, write it into the file of connections", cut(printable(name), 60))
		return "", false
	case blank && value != "":
		m.note("the field %q has no value to take over and is left out", cut(printable(name), 60))
		return "", false
	}
	return braceless(m, name, value)
}

// braceless takes a text over that is always the same; one that looks like a placeholder of ours could not be.
func braceless(m *meaning, name, value string) (string, bool) {
	if placeholder.MatchString(value) {
		m.note("the field %q has no value to take over and is left out", cut(printable(name), 60))
		return "", false
	}
	return value, true
}

// recipientForm learns from an example how a recipient is written.
func (m *meaning) recipientForm(value string) {
	encoding := m.to.Contract.RecipientEncoding
	switch {
	case isBlank(value):
		return
	case strings.HasPrefix(strings.TrimSpace(value), "-----BEGIN"):
		encoding = RawText
	default:
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
		switch {
		case err != nil || len(raw) == 0:
		case bytes.HasPrefix(raw, []byte("-----BEGIN")):
			encoding = Base64OfText
		case raw[0] == 0x30:
			encoding = Base64OfDER
		}
	}
	m.to.Contract.RecipientEncoding = encoding
}

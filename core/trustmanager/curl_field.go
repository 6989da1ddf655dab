package trustmanager

import (
	"bytes"
	"encoding/base64"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// knownFields are names of a start's fields by what they mean. A name that only resembles one of them means nothing: an
// account_id is no count, and a device_profile_id no enrollment profile.
var knownFields = func() map[string]string {
	known := map[string]string{}
	for meaning, names := range map[string]string{
		"format": "certificate_format cert_format format output_format result_format",
		"full_chain": `include_full_chain_with_each_certificate include_full_chain full_chain with_full_chain include_chain
			include_certificate_chain`,
		"mac_start": `start_mac_address starting_mac_address first_mac_address mac_start start_mac first_mac mac_address_start
			mac_range_start mac_address mac`,
		"mac_count": `certificate_count certificates_count number_of_certificates num_certificates mac_count number_of_mac_addresses
			count quantity`,
		"mac_increment": "increment mac_increment mac_address_increment increment_by step mac_step interval",
		"profile_id": `profile_id enrollment_profile_id enrollment_profile profile policy_id certificate_policy_id certificate_policy
			certificate_management_policy_id`,
		"recipient": `certificate recipient recipient_certificate encryption_certificate encryption_key encryption_public_key
			public_key recipient_public_key pgp_key pgp_public_key openpgp_public_key`,
		"batch_id":     "batch_name batch_id batch_label job_name request_name name description label comment reference tag",
		"file_name":    "file_name filename original_file_name",
		"device_group": "device_group_id device_group",
		"account":      "account_id account",
		"key_type":     "key_type",
	} {
		for _, name := range strings.Fields(names) {
			known[name] = meaning
		}
	}
	return known
}()

// plainName is a field's name in small letters with underscores: startMacAddress, Start-Mac-Address.
func plainName(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '-' || r == '.' || r == ' ':
			r = '_'
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(name[i-1])):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func isRecipientField(name string) bool { return knownFields[plainName(name)] == "recipient" }

var (
	macForm     = regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){4,5}$|^[0-9A-Fa-f]{12}$`)
	macWritten  = regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$`)
	wholeNumber = regexp.MustCompile(`^[0-9]{1,9}$`)
	recipientIn = regexp.MustCompile(`^\s*(-----BEGIN |LS0tLS1CRUdJTi|MI[I-L][A-Za-z0-9+/]{4})`) // PEM or armor, base64 of it, base64 of DER
)

// fits tells whether a value can be one of a field with a meaning. An example without a value fits all.
func fits(meaning, value string) bool {
	word := strings.ToLower(strings.TrimSpace(value))
	if isBlank(value) {
		return true
	}
	switch meaning {
	case "format":
		return slices.Contains(Formats, word)
	case "full_chain":
		return word == "true" || word == "false"
	case "mac_start":
		return macForm.MatchString(value)
	case "mac_count", "mac_increment":
		return wholeNumber.MatchString(word)
	case "recipient":
		return recipientIn.MatchString(value)
	}
	return true
}

// field says what a field of a start means: a template, or the text itself where it is always the same. ok is false for one
// that cannot be sent: a secret, or a placeholder that is not known.
//
// Known names mean what they say where their values fit. Of other fields the value can tell: the profile's own id, a recipient,
// a MAC address. Everything else is kept as it is given, and said.
func (m *meaning) field(name, value string) (template string, ok bool) {
	shown := cut(printable(name), 60)
	meaning := knownFields[plainName(name)]
	switch {
	case soundsSecret(name):
		m.note("the field %q is ignored: it holds a secret", shown)
		return "", false
	case meaning != "" && fits(meaning, value):
	case m.curl.ProfileID != "" && value == m.curl.ProfileID:
		meaning = "profile_id"
	case recipientIn.MatchString(value):
		meaning = "recipient"
	case macWritten.MatchString(value):
		meaning = "mac_start"
	case looksSecret(value):
		m.note("the field %q is ignored: it may hold a secret; if not, write it into the file of connections", shown)
		return "", false
	case isBlank(value) && value != "", placeholder.MatchString(value):
		m.note("the field %q has no value to take over and is left out", shown)
		return "", false
	default:
		m.note("the field %q is kept as it is given: %q", shown, cut(printable(value), 60))
		return value, true
	}
	if meaning == "file_name" && slices.Contains(m.curl.Methods, ServerMAC) {
		meaning = "batch_id" // there is no file
	}
	switch meaning {
	case "recipient":
		m.recipientForm(value)
	case "batch_id":
		m.note("the field %q will carry the batch's own id", shown)
	case "device_group", "account", "key_type":
		if !isBlank(value) {
			if m.to.Contract.Order == nil {
				m.to.Contract.Order = map[string]string{}
			}
			m.to.Contract.Order[meaning] = value
		}
	}
	return "{" + meaning + "}", true
}

// recipientForm learns from an example how a recipient is written.
func (m *meaning) recipientForm(value string) {
	switch encoding := &m.to.Contract.RecipientEncoding; {
	case strings.HasPrefix(strings.TrimSpace(value), "-----BEGIN"):
		*encoding = RawText
	case strings.Contains(value, "base64"): // $(base64 -w0 line4.pem)
		*encoding = Base64OfText
	case isBlank(value):
	default:
		digits := strings.Join(strings.Fields(value), "")
		raw, err := base64.StdEncoding.DecodeString(digits[:len(digits)/4*4])
		switch {
		case err != nil || len(raw) == 0:
		case bytes.HasPrefix(raw, []byte("-----BEGIN")):
			*encoding = Base64OfText
		case raw[0] == 0x30:
			*encoding = Base64OfDER
		}
	}
}

// recipientFile learns it from the name of a file: a PEM is sent as it is, a file of base64 as base64.
func (m *meaning) recipientFile(path string) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".b64", ".base64":
		if m.to.Contract.RecipientEncoding == RawText {
			m.to.Contract.RecipientEncoding = Base64OfText
		}
	default:
		m.to.Contract.RecipientEncoding = RawText
	}
}

package keychain

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// item is what lies under one account.
type item struct {
	created time.Time // zero where nobody noted it
	secret  []byte
}

// What stands before a secret in the keychain: who wrote it, when, and how. A text that does not begin so was put there by
// hand or by another program and is the secret as it stands.
const (
	plainPrefix  = "EnrollBench/1 "  // then RFC 3339, a space, the secret as it is
	base64Prefix = "EnrollBench/1b " // the same with base64 of the secret
)

// encode writes an item as text. A secret that is not plain text would not survive every keychain: it becomes base64.
func encode(it item) string {
	when := it.created.UTC().Format(time.RFC3339)
	if s := string(it.secret); utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0 && s == strings.TrimSpace(s) {
		return plainPrefix + when + " " + s
	}
	return base64Prefix + when + " " + base64.StdEncoding.EncodeToString(it.secret)
}

func decode(text string) item {
	for _, prefix := range []string{plainPrefix, base64Prefix} {
		rest, ok := strings.CutPrefix(text, prefix)
		if !ok {
			continue
		}
		when, secret, ok := strings.Cut(rest, " ")
		created, err := time.Parse(time.RFC3339, when)
		if !ok || err != nil {
			break
		}
		if prefix == plainPrefix {
			return item{created, []byte(secret)}
		}
		if raw, err := base64.StdEncoding.DecodeString(secret); err == nil {
			return item{created, raw}
		}
	}
	return item{secret: []byte(text)}
}

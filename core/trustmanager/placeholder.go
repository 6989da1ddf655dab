package trustmanager

import (
	"regexp"
	"strings"
)

// marks of something that is to be filled in.
var marks = regexp.MustCompile(`\{\{[^{}]*\}\}` + // Postman, Jinja: {{api_key}}
	`|<[^<>]*>` + // documents: <key>
	`|\$\{[^}]*\}|\$\([^)]*\)|(?i)\$env:\w+|\$[A-Za-z_]\w*` + // shells
	"|`[^`]*`" +
	`|%[A-Za-z_]\w*%|![A-Za-z_]\w*!` + // cmd
	`|\{[A-Za-z_][\w. \-|/,]*\}|\[[A-Za-z_][\w. \-|/,]*\]` + // {key}, [key], {pem|der}
	`|^\w+(?:\|\w+)+$`) // true|false

var (
	dots      = regexp.MustCompile(`^[.…*xX•_\-]{3,}$|\.\.\.|…|\*{3,}|(?i)x{6,}`)
	wordsOnly = regexp.MustCompile(`^[A-Za-z]+([_\- .][A-Za-z]+)*$`)
	keyWords  = regexp.MustCompile(`(?i)key|token|your|pass|secret|insert|replace|example|here|value|api|change.?me`)
)

// longestWords is how long something that is written in letters alone may be to be taken for words.
const longestWords = 48

// IsPlaceholder tells whether a text stands for something that is to be filled in, and is no value: {{api_key}}, $KEY,
// ${KEY}, <key>, %KEY%, YOUR_API_KEY, xxxx. A key is never taken from such a text.
func IsPlaceholder(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || marks.MatchString(text) || dots.MatchString(text) {
		return true
	}
	return len(text) <= longestWords && wordsOnly.MatchString(text) && keyWords.MatchString(text)
}

// tokenForm is what keys and tokens look like: long, without blanks.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9+/=_.~\-]{24,}$`)

// uuidForm is an id, with a prefix perhaps: "IOT_6a5b1c9e-…".
var uuidForm = regexp.MustCompile(`^(?:[A-Za-z]+[_-])?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// looksSecret tells whether a text may be a key, whatever it is called: it is not written into a file then. Ids are none.
func looksSecret(text string) bool {
	return tokenForm.MatchString(text) && !uuidForm.MatchString(text) && strings.ContainsAny(text, "0123456789") &&
		strings.ContainsAny(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") && !strings.HasPrefix(text, "application/")
}

// isBlank tells whether an example's field has no value. Words that a key cannot be ("default", "example") are one here.
func isBlank(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || marks.MatchString(text) || dots.MatchString(text) || toFillIn.MatchString(text)
}

var toFillIn = regexp.MustCompile(`(?i)^(your|insert|replace|enter)[_\- ]`)

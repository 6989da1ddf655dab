package trustmanager

import (
	"bytes"
	"strings"
)

// CleanKey takes off an API key what a file or a copy adds to it: a byte order mark or UTF-16 of an editor, quotes, spaces, the
// header's name before it. The notes say what was taken off, and nothing of the key. The result is a copy.
func CleanKey(text []byte) (key []byte, notes []string) {
	key = bytes.Clone(text)
	if len(key)%2 == 1 && key[len(key)-1] == 0 { // a line of UTF-16 that was cut behind its end
		key = key[:len(key)-1]
	}
	if utf16 := encodingOf(string(key)); utf16 != nil {
		if decoded, err := utf16.NewDecoder().Bytes(key); err == nil {
			clear(key)
			key, notes = decoded, append(notes, "the file is UTF-16 text")
		}
	}
	take := func(rest []byte, note string) {
		if len(rest) != len(key) {
			key = rest
			if note != "" {
				notes = append(notes, note)
			}
		}
	}
	take(bytes.TrimPrefix(key, []byte("\ufeff")), "a byte order mark was removed")
	take(bytes.Trim(key, " \t\r\n\u00a0"), "")
	for _, name := range []string{"x-api-key:", "authorization:", "bearer "} {
		if len(key) > len(name) && strings.EqualFold(string(key[:len(name)]), name) {
			take(bytes.TrimSpace(key[len(name):]), "the header's name before the key was removed")
		}
	}
	if n := len(key); n > 2 && (key[0] == '"' || key[0] == '\'') && key[n-1] == key[0] {
		take(bytes.TrimSpace(key[1:n-1]), "the quotes around the key were removed")
	}
	return key, notes
}

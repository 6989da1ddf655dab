package finding

import "unicode/utf8"

// Sentence writes a message or a hint for people: it starts with a capital and ends with a full stop, as those of the core do not.
// "RSA" and the like keep their spelling; "" stays "".
func Sentence(s string) string {
	if s == "" {
		return s
	}
	if c := s[0]; c >= 'a' && c <= 'z' && (len(s) == 1 || s[1] < 'A' || s[1] > 'Z') { // "pH" and the like are left alone
		s = string(c-'a'+'A') + s[1:]
	}
	switch last, _ := utf8.DecodeLastRuneInString(s); last {
	case '.', '!', '?', '…':
		return s
	}
	return s + "."
}

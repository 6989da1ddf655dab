package delivery

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// form is what a file or payload is, judged by its first octets.
type form uint8

const (
	unknownForm form = iota
	emptyForm
	zipForm
	jsonForm
	sealedForm // CMS or OpenPGP, binary or in PEM, armor or S/MIME
	plainForm  // certificates or keys, PEM or DER
	base64Form // a coat around any of these
)

// headSize is how much of a file detect looks at.
const headSize = 4 << 10

// bom is the mark that some editors write before UTF-8.
const bom = "\ufeff"

// FormError is a file in none of the forms of a result.
type FormError struct {
	Path string
	Head []byte // its first octets, at most 16
}

func (e *FormError) Error() string {
	return fmt.Sprintf("%q is no result in a form that is known here (it begins with % x): expected a ZIP, CMS (.p7m), OpenPGP, JSON, PEM or DER; decrypt keeps other content as it is", e.Path, e.Head)
}

// EmptyError is a file without content.
type EmptyError struct{ Path string }

func (e *EmptyError) Error() string {
	return fmt.Sprintf("%q is empty: download it again", e.Path)
}

func detect(head []byte) form {
	if len(head) == 0 {
		return emptyForm
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")), bytes.HasPrefix(head, []byte("PK\x07\x08")):
		return zipForm
	case isDER(head):
		return detectDER(head)
	case isOpenPGP(head):
		return sealedForm
	case len(text) == 0:
		return emptyForm
	case text[0] == '{' || text[0] == '[':
		return jsonForm
	case bytes.HasPrefix(text, pemBegin):
		label, _ := pemLabel(text[len(pemBegin):])
		if label == "PGP MESSAGE" || label == "CMS" || label == "PKCS7" {
			return sealedForm
		}
		return plainForm
	case isMIME(text):
		return sealedForm
	case isCoat(text):
		return base64Form
	case bytes.Contains(text, pemBegin): // text stands before the first block, as openssl writes it
		return plainForm
	}
	return unknownForm
}

// detectDER looks at the tag of the first member: an object identifier is a ContentInfo.
func detectDER(head []byte) form {
	if len(head) < 2 {
		return unknownForm
	}
	at := 2
	if n := head[1]; n > 0x80 {
		at += int(n & 0x7f)
	}
	switch {
	case at >= len(head):
		return unknownForm
	case head[at] == 0x06:
		return sealedForm
	case head[at] == 0x30, head[at] == 0x02:
		return plainForm
	}
	return unknownForm
}

// isMIME: the headers of an S/MIME message.
func isMIME(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	name, _, ok := strings.Cut(string(line), ":")
	if !ok {
		return false
	}
	switch name = strings.ToLower(name); {
	case name == "mime-version", strings.HasPrefix(name, "content-"), name == "to", name == "from", name == "subject", name == "date", name == "message-id":
		return true
	}
	return false
}

// isCoat: base64 around one of the other forms. A few words without punctuation are base64 too, around nothing.
func isCoat(text []byte) bool {
	inner := detectBase64(text)
	return inner != nil && detect(inner) != unknownForm
}

// detectBase64 returns what the first characters decode to, nil if they are no base64.
func detectBase64(text []byte) []byte {
	var digits []byte
	for _, c := range text {
		switch {
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/', c == '=':
			digits = append(digits, c)
		default:
			return nil
		}
	}
	digits = bytes.TrimRight(digits, "=")
	if len(digits) < 16 {
		return nil
	}
	out, err := base64.RawStdEncoding.DecodeString(string(digits[:len(digits)/4*4]))
	if err != nil {
		return nil
	}
	return out
}

// base64Reader decodes a coat of base64; white space of any kind is passed over, anything else is an error.
func base64Reader(r io.Reader) io.Reader {
	return &decoder{base64.NewDecoder(base64.StdEncoding, &blankless{r: r})}
}

// errBase64 is what is told of malformed base64; where in it means nothing to anybody.
var errBase64 = errors.New("its base64 is damaged or cut short: download it again")

type decoder struct{ r io.Reader }

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if _, corrupt := errors.AsType[base64.CorruptInputError](err); corrupt || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errBase64
	}
	return n, err
}

type blankless struct{ r io.Reader }

func (b *blankless) Read(p []byte) (int, error) {
	for {
		n, err := b.r.Read(p)
		k := 0
		for _, c := range p[:n] {
			if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				p[k] = c
				k++
			}
		}
		if k > 0 || err != nil {
			return k, err
		}
	}
}

var errTooDeep = errors.New("it is wrapped too many times")

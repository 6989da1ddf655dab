package form

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"iter"
	"strings"
)

// PEMBlocks yields the blocks of a text as encoding/pem has them, those too that pem.Decode passes over: on one line,
// indented, quoted, out of JSON with its escapes, or with other dashes than hyphens. What cannot be decoded is left out. The
// caller wipes what may be a key.
func PEMBlocks(text []byte) iter.Seq[*pem.Block] {
	return func(yield func(*pem.Block) bool) {
		for at := 0; ; {
			b, ok, _ := NextBlock(text, at)
			if !ok {
				return
			}
			at = b.End
			if b.Err != nil {
				continue
			}
			if p := b.decode(); p != nil && !yield(p) {
				return
			}
		}
	}
}

// decode gives header lines and content of a block, nil where its base64 is damaged.
func (b *Block) decode() *pem.Block {
	p := &pem.Block{Type: b.Label, Headers: map[string]string{}}
	body := b.Body
	if bytes.IndexByte(body, ':') >= 0 {
		body = lineEscapes.replace(body)
		for {
			line, rest, _ := bytes.Cut(body, []byte("\n"))
			name, value, header := strings.Cut(string(bytes.Trim(line, " \t\r\"'>\u00A0")), ":")
			if !header && name != "" {
				break
			}
			if header {
				p.Headers[name] = strings.TrimSpace(value)
			}
			if body = rest; len(body) == 0 {
				return nil
			}
		}
	}
	clean, _ := CleanBase64(body)
	defer clear(clean)
	p.Bytes = make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
	n, err := base64.StdEncoding.Decode(p.Bytes, clean)
	if err != nil || n == 0 {
		clear(p.Bytes)
		return nil
	}
	p.Bytes = p.Bytes[:n]
	return p
}

// lineEscapes are line breaks as two characters.
var lineEscapes = replacements{{`\\r`, ""}, {`\\n`, "\n"}, {`\r`, ""}, {`\n`, "\n"}}

type replacements [][2]string

func (r replacements) replace(text []byte) []byte {
	for _, one := range r {
		text = bytes.ReplaceAll(text, []byte(one[0]), []byte(one[1]))
	}
	return text
}

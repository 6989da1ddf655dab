package openpgp

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

// Our own reader of ASCII armor (RFC 9580 §6): the library's skips text around a block and does without its end line, and
// for a message that would mean that something could be appended to it or cut off.

var (
	armorBegin = []byte("-----BEGIN PGP ")
	armorEnd   = []byte("-----END PGP ")
	armorTail  = []byte("-----")

	errArmor = errors.New("malformed OpenPGP armor")
)

const (
	maxArmorLine    = 4096    // bytes; the usual line has 64 characters
	maxArmorHeaders = 64      // lines such as "Version: …"
	maxBeforeArmor  = 1 << 20 // bytes of text before a block
)

// armorReader decodes one block. Its Read fails unless the block ends with its own end line.
type armorReader struct {
	kind   string // "MESSAGE", "PUBLIC KEY BLOCK", …
	lines  *armorLines
	base64 io.Reader
}

// openArmor finds the next block in r. io.EOF says that there is none.
func openArmor(r *bufio.Reader) (*armorReader, error) {
	skipped := 0
	for {
		line, err := readLine(r)
		if skipped += len(line) + 1; skipped > maxBeforeArmor {
			return nil, errArmor
		}
		if kind, ok := armorKind(line, armorBegin); ok {
			if err := skipArmorHeaders(r); err != nil {
				return nil, err
			}
			lines := &armorLines{r: r, kind: kind}
			return &armorReader{kind: kind, lines: lines, base64: base64.NewDecoder(base64.StdEncoding.Strict(), lines)}, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Read delivers the decoded bytes; io.EOF comes only after the end line.
func (a *armorReader) Read(p []byte) (int, error) {
	n, err := a.base64.Read(p)
	if err != nil && err != io.EOF && a.lines.err == nil {
		err = errArmor // what base64 says of its input's place helps nobody
	}
	if err == io.EOF && !a.lines.ended {
		err = io.ErrUnexpectedEOF
	}
	if a.lines.err != nil && err != io.EOF {
		err = a.lines.err
	}
	return n, err
}

// armorKind reads "-----BEGIN PGP MESSAGE-----" as "MESSAGE".
func armorKind(line, prefix []byte) (string, bool) {
	line = bytes.TrimRight(line, " \t\r")
	if !bytes.HasPrefix(line, prefix) || !bytes.HasSuffix(line, armorTail) || len(line) < len(prefix)+len(armorTail) {
		return "", false
	}
	return string(line[len(prefix) : len(line)-len(armorTail)]), true
}

// skipArmorHeaders reads up to the blank line. They are not authenticated and nobody needs them.
func skipArmorHeaders(r *bufio.Reader) error {
	for range maxArmorHeaders {
		line, err := readLine(r)
		if err != nil {
			return unexpected(err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
		if !bytes.Contains(line, []byte(":")) {
			return errArmor
		}
	}
	return errArmor
}

// armorLines delivers the base64 of a block without its checksum and end line. The checksum (CRC-24) must be ignored, right
// or wrong (RFC 9580 §6.1): what it would find, the message's own authentication finds.
type armorLines struct {
	r        *bufio.Reader
	kind     string
	rest     []byte
	checksum bool // seen: only the end line may follow
	ended    bool
	err      error
}

func (l *armorLines) Read(p []byte) (int, error) {
	for len(l.rest) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		if l.ended {
			return 0, io.EOF
		}
		line, err := readLine(l.r)
		line = bytes.TrimSpace(line)
		kind, isEnd := armorKind(line, armorEnd)
		switch {
		case isEnd && kind == l.kind:
			l.ended = true
			continue
		case err != nil:
			l.err = unexpected(err)
		case isEnd, bytes.HasPrefix(line, armorTail), l.checksum && len(line) > 0:
			l.err = errArmor
		case len(line) == 5 && line[0] == '=':
			l.checksum = true
		default:
			l.rest = line
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// readLine returns a line without its end; with io.EOF what stood after the last one. The bytes are valid until the next
// read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == bufio.ErrBufferFull || len(line) > maxArmorLine {
		return nil, errArmor
	}
	return bytes.TrimRight(line, "\r\n"), err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

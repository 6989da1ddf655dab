package form

import (
	"bytes"
	"mime"
	"strings"
)

// headers are those of a mail, as far as they tell what it holds.
type headers struct {
	contentType string // lower case, without parameters; "" where there is none
	encoding    string // of the transfer, lower case
	boundary    string // of the parts of a multipart mail
	end         int    // where the body begins
}

// mediaTypes are those that hold CMS (RFC 8551 §3.2); application/octet-stream is what gateways make of them.
var mediaTypes = map[string]bool{
	"application/pkcs7-mime":   true,
	"application/x-pkcs7-mime": true,
	"application/cms":          true,
	"application/octet-stream": true,
}

// holdsCMS: the headers say so.
func (h *headers) holdsCMS() bool { return mediaTypes[h.contentType] }

// sealedPart is where in a mail of several parts (RFC 2046 §5.1) the base64 of the first begins that is sealed or a request, as a mail program
// attaches it or a gateway wraps it; 0 where none is.
func (h *headers) sealedPart(text []byte) int {
	if h.boundary == "" {
		return 0
	}
	line := []byte("\n--" + h.boundary)
	for at := max(h.end-1, 0); ; {
		i := bytes.Index(text[at:], line)
		if i < 0 {
			return 0
		}
		at += i + len(line)
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return 0
		}
		at += end + 1
		part, ok := mailHeaders(text[at:])
		if !ok || part.encoding != "base64" {
			continue
		}
		body := text[at+part.end:]
		if wanted(decodeHead(body)) {
			return at + part.end
		}
	}
}

// httpHeaders is how long the status line and the headers of an answer are (RFC 9112 §2.1), 0 where text does not begin with them.
func httpHeaders(text []byte) (end int) {
	if !bytes.HasPrefix(text, []byte("HTTP/")) {
		return 0
	}
	for line := range bytes.Lines(text) {
		end += len(line)
		switch line = bytes.TrimRight(line, "\r\n"); {
		case len(line) == 0:
			return end
		case end > len(line)+2 && headerName(line) == 0:
			return 0
		}
	}
	return 0
}

// mailNames are the headers that mails begin with. A text of one line "Subject: …" is none: at least two have to stand
// there, or one that says what follows.
var mailNames = map[string]bool{
	"received": true, "return-path": true, "delivered-to": true, "from": true, "to": true, "cc": true, "subject": true, "date": true,
	"message-id": true, "reply-to": true, "sender": true, "user-agent": true, "dkim-signature": true, "authentication-results": true,
	"arc-seal": true, "x-mailer": true, "x-envelope-from": true, "x-original-to": true, "importance": true, "thread-topic": true,
}

// mailHeaders reads the headers of a mail (RFC 5322 §2.2), which may follow the line "From …" of an mbox file (RFC 4155).
// ok is false where text does not begin as a mail does; headers that go on beyond text are those of a mail.
func mailHeaders(text []byte) (h headers, ok bool) {
	known := 0
	rest := text
	if bytes.HasPrefix(text, []byte("From ")) {
		_, after, found := bytes.Cut(text, []byte("\n"))
		if !found {
			return h, false
		}
		rest = after
	}
	name, value := "", ""
	keep := func() {
		switch {
		case name == "content-type":
			kind, parameters, err := mime.ParseMediaType(value)
			if err != nil && kind == "" {
				kind, _, _ = strings.Cut(value, ";")
			}
			h.contentType, h.boundary = strings.ToLower(strings.TrimSpace(kind)), parameters["boundary"]
			known += 2
		case name == "content-transfer-encoding":
			h.encoding = strings.ToLower(strings.TrimSpace(value))
			known += 2
		case name == "mime-version":
			known += 2
		case strings.HasPrefix(name, "content-"):
			known += 2
		case mailNames[name]:
			known++
		}
		name, value = "", ""
	}
	for len(rest) > 0 {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case len(line) == 0:
			keep()
			h.end = len(text) - len(after)
			return h, known >= 2
		case line[0] == ' ' || line[0] == '\t':
			if name == "" && value == "" && known == 0 {
				return h, false
			}
			value += " " + string(bytes.TrimSpace(line))
		default:
			keep()
			n := headerName(line)
			if n == 0 {
				return h, false
			}
			name, value = strings.ToLower(string(line[:n])), string(line[n+1:])
		}
		if !found {
			break
		}
		rest = after
	}
	keep()
	h.end = len(text)
	return h, known >= 2
}

// headerName is how long the name of a header line is, 0 where the line is none (RFC 5322 §3.6.8).
func headerName(line []byte) int {
	for i, c := range line {
		switch {
		case c == ':':
			return i
		case c <= ' ' || c >= 0x7F || i > 76:
			return 0
		}
	}
	return 0
}

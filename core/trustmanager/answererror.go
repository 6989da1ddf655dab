package trustmanager

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxErrorAnswer is how much of an answer that is an error is read, maxMessage how many characters of it are shown.
const (
	maxErrorAnswer = 64 << 10
	maxMessage     = 500
)

// apiError reads an answer that is no success, in either of the service's two shapes [contract §2]:
// {"error":{"code","message"}} and {"errors":[{"code","message"}]}; else what text there is.
func (c *Client) apiError(answer *http.Response) *APIError {
	e := &APIError{Status: answer.StatusCode, Request: c.blot(requestOf(answer)),
		RetryAfter: retryAfter(answer.Header.Get("Retry-After"), c.options.Clock.Now())}
	data, _ := io.ReadAll(io.LimitReader(answer.Body, maxErrorAnswer))
	code, message, own := errorText(data, answer.Header.Get("Content-Type"))
	e.Own, e.Page = own, isHTML(answer.Header.Get("Content-Type"))
	e.Code, e.Message = cut(printable(c.blot(code)), 100), cut(printable(c.blot(message)), maxMessage)
	return e
}

func errorText(data []byte, contentType string) (code, message string, own bool) {
	type one struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	write := func(o one) (string, string, bool) {
		switch v := o.Code.(type) {
		case string:
			return v, o.Message, v != ""
		case float64:
			b, _ := json.Marshal(v)
			return string(b), o.Message, true
		}
		return "", o.Message, false
	}
	var shape struct {
		Error            json.RawMessage `json:"error"`
		Errors           []one           `json:"errors"`
		Message          string          `json:"message"`
		ErrorDescription string          `json:"error_description"`
	}
	if err := json.Unmarshal(data, &shape); err == nil {
		var single one
		var word string
		switch {
		case json.Unmarshal(shape.Error, &single) == nil && (single.Code != nil || single.Message != ""):
			return write(single)
		case len(shape.Errors) > 0:
			code, message, own = write(shape.Errors[0])
			for _, further := range shape.Errors[1:] {
				message += "; " + further.Message
			}
			return code, message, own
		case json.Unmarshal(shape.Error, &word) == nil && word != "":
			return word, shape.Message + shape.ErrorDescription, false
		}
		return "", shape.Message, false
	}
	if isHTML(contentType) {
		_, rest, found := strings.Cut(string(data), "<title>")
		title, _, closed := strings.Cut(rest, "</title>")
		if found && closed {
			return "", strings.TrimSpace(title), false
		}
		return "", "", false
	}
	return "", strings.TrimSpace(string(data)), false
}

// printable is text without what would move a terminal's cursor or hide other text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

// cut shortens text to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

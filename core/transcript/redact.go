package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// What a text may be and stay: it tells of the service and of nobody who uses it.
var (
	capitals = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)                           // PENDING_APPROVAL
	dates    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}([T ][0-9:.]+(Z|[+-]\d{2}:?\d{2})?)?$`) // 2026-11-30T08:00:00Z
	plain    = regexp.MustCompile(`^[a-z][a-z0-9]*([._][a-z0-9]+)*$`)                        // subject.common_name
	account  = regexp.MustCompile(`^\d{3,18}$`)                                              // a number that may be somebody's
	numbers  = regexp.MustCompile(`^\d{1,9}$`)
	uuid     = regexp.MustCompile(`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`)
	longHex  = regexp.MustCompile(`^[0-9A-Fa-f]{16,}$`)
	pemBlock = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]+-----`)
)

// personal are members whose text is replaced whatever it looks like; open are members whose words are the service's own.
var (
	personal   = regexp.MustCompile(`(?i)name$|email|phone|address|description|comment|label|title|host|serial|thumbprint|fingerprint|created_by|updated_by|owner|contact`)
	identifies = regexp.MustCompile(`(?i)(^|_)id$`)
	open       = regexp.MustCompile(`(?i)^(status|state|type|user_type|key_type|key_generation_option|enrollment_methods?|algorithm|signature_algorithm|code|format|certificate_format|value_type|default_value|options|mandatory|id_type)$`)
)

// Redact returns the transcript without anything that names a person, a company, a device or an account: texts are replaced by
// numbered words, ids by ids of the same form, the same one for the same text everywhere, paths included. What is replaced cannot
// be found again. Members that the service's contract is made of stay.
func (t *Transcript) Redact() *Transcript {
	r := &redactor{words: map[string]string{}, ids: map[string]string{}}
	out := &Transcript{Format: t.Format, Service: t.Service, Contract: t.Contract}
	for _, e := range t.Exchanges { // ids stand in paths before they stand in bodies
		uuid.ReplaceAllStringFunc(e.Path, r.id)
	}
	for _, e := range t.Exchanges {
		one := e
		one.Body = r.body(e.Body, strings.ToLower(e.Header["Content-Type"]), strings.Contains(e.Path, "csv"))
		one.Path = r.path(e.Path)
		out.Exchanges = append(out.Exchanges, one)
	}
	return out
}

type redactor struct {
	words, ids map[string]string
}

// id is another id of the same form.
func (r *redactor) id(text string) string {
	key := strings.ToLower(text)
	if r.ids[key] == "" {
		r.ids[key] = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(r.ids)+1)
	}
	return r.ids[key]
}

// number is another number, for an account or a job that is counted.
func (r *redactor) number(text string) string {
	if r.ids[text] == "" {
		r.ids[text] = fmt.Sprint(9_000_001 + len(r.ids))
	}
	return r.ids[text]
}

func (r *redactor) word(text string) string {
	if r.words[text] == "" {
		r.words[text] = fmt.Sprintf("text %d", len(r.words)+1)
	}
	return r.words[text]
}

func (r *redactor) path(path string) string {
	u, err := url.ParseRequestURI(path)
	if err != nil {
		return "/"
	}
	segments := strings.Split(u.Path, "/")
	for i, s := range segments {
		switch {
		case account.MatchString(s):
			segments[i] = r.number(s)
		case uuid.MatchString(s):
			segments[i] = uuid.ReplaceAllStringFunc(s, r.id)
		case longHex.MatchString(s):
			segments[i] = r.id(s)
		}
	}
	u.Path, u.RawPath = strings.Join(segments, "/"), ""
	query := u.Query()
	for name, values := range query {
		for i, value := range values {
			values[i] = r.text(name, value)
		}
	}
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

func (r *redactor) text(name, text string) string {
	switch {
	case text == "" || dates.MatchString(text):
		return text
	case pemBlock.MatchString(text):
		return "(PEM)"
	case uuid.MatchString(text) && len(text) <= 60:
		return uuid.ReplaceAllStringFunc(text, r.id)
	case longHex.MatchString(text):
		return r.id(text)
	case account.MatchString(text) && identifies.MatchString(name):
		return r.number(text)
	case open.MatchString(name), numbers.MatchString(text) && !personal.MatchString(name):
		if len(text) <= 80 {
			return text
		}
	case personal.MatchString(name):
	case capitals.MatchString(text), plain.MatchString(text) && strings.Contains(text, "."):
		return text
	}
	return r.word(text)
}

// body redacts JSON value by value; of a CSV the header stays; anything else is told by its length.
func (r *redactor) body(body, contentType string, table bool) string {
	var value any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	switch {
	case strings.TrimSpace(body) == "":
		return ""
	case d.Decode(&value) == nil && !d.More():
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		if err := e.Encode(r.value("", value)); err != nil {
			return ""
		}
		return out.String()
	case strings.HasPrefix(contentType, "text/html"):
		return "<html><title>(a web page)</title></html>"
	case table || strings.HasPrefix(contentType, "text/csv"):
		header, _, _ := strings.Cut(body, "\n")
		return header + "\n"
	}
	return fmt.Sprintf("(%d bytes)", len(body))
}

func (r *redactor) value(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for member, inner := range v {
			v[member] = r.value(member, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = r.value(name, inner)
		}
	case json.Number:
		if account.MatchString(v.String()) && identifies.MatchString(name) {
			return json.Number(r.number(v.String()))
		}
	case string:
		return r.text(name, v)
	}
	return value
}

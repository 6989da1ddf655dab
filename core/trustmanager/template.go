package trustmanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// placeholder is {name} in a template.
var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// values are what stands for the placeholders of one request.
type values map[string]string

func checkTemplate(text string, known []string) error {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, m[1]) {
			return fmt.Errorf("the placeholder {%s} is unknown; use one of {%s}", m[1], strings.Join(known, "}, {"))
		}
	}
	return nil
}

// expand puts the values in. empty is true where the template has placeholders and all of them are empty.
func (v values) expand(text string) (out string, empty bool) {
	found, some := false, false
	out = placeholder.ReplaceAllStringFunc(text, func(m string) string {
		value, ok := v[m[1:len(m)-1]]
		if !ok {
			return m
		}
		found = true
		some = some || value != ""
		return value
	})
	return out, found && !some
}

// url makes the URL of a template: values are escaped, as a segment of the path or as a value of the query. A segment
// that is "." or ".." is refused: it would name another resource.
func (v values) url(template string, base *url.URL) (string, error) {
	rest, ok := strings.CutPrefix(template, "{base}")
	if !ok {
		return "", fmt.Errorf("the path %q must begin with {base}", template)
	}
	path, query, hasQuery := strings.Cut(rest, "?")
	var wrong error
	put := func(text string, escape func(string) string) string {
		return placeholder.ReplaceAllStringFunc(text, func(m string) string {
			value, ok := v[m[1:len(m)-1]]
			if !ok {
				return m
			}
			if value == "." || value == ".." || value == "" && escape != nil && strings.HasSuffix(m, "_id}") {
				wrong = fmt.Errorf("%q cannot mean %s", value, m)
			}
			return escape(value)
		})
	}
	out := strings.TrimSuffix(base.String(), "/") + put(path, url.PathEscape)
	if wrong != nil {
		return "", wrong
	}
	if hasQuery {
		out += "?" + put(query, url.QueryEscape)
		wrong = nil // an empty filter is no filter
	}
	return out, wrong
}

// maxBody of a template for a JSON body.
const maxBody = 1 << 20

func checkBody(body json.RawMessage) error {
	if len(body) == 0 {
		return errors.New("the JSON body is missing")
	}
	if len(body) > maxBody {
		return fmt.Errorf("the JSON body has %d bytes; at most %d are allowed", len(body), maxBody)
	}
	return walkJSON(body, io.Discard, func(_, text string, isText bool) (string, error) {
		if !isText {
			return "null", nil
		}
		return "null", checkTemplate(text, inStart)
	})
}

// json makes the body of a template. A string that is one placeholder becomes what the value is: {mac_count} and
// {mac_increment} a number, {full_chain} a boolean, the others a string; in quotes within longer text all are text.
func (v values) json(body json.RawMessage) ([]byte, error) {
	var out bytes.Buffer
	err := walkJSON(body, &out, func(_, text string, isText bool) (string, error) {
		if !isText {
			return text, nil
		}
		switch text {
		case "{mac_count}", "{mac_increment}":
			value, _ := v.expand(text)
			if _, err := strconv.ParseUint(value, 10, 64); err == nil {
				return value, nil
			}
		case "{full_chain}":
			if value, _ := v.expand(text); value == "true" || value == "false" {
				return value, nil
			}
		}
		value, empty := v.expand(text)
		if empty && text != "" {
			return "", nil // a member whose placeholder has no value is left out
		}
		quoted, err := json.Marshal(value)
		return string(quoted), err
	})
	return out.Bytes(), err
}

// walkJSON copies one JSON value, member by member in its order, and lets put replace every value that holds no others: name
// is its member's, text the string itself or, where it is none, as it is written. What put leaves empty is left out.
func walkJSON(body []byte, w io.Writer, put func(name, text string, isText bool) (string, error)) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	out, err := copyValue(d, "", put, 0)
	if err != nil {
		return fmt.Errorf("the JSON body: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the JSON body: something follows its end")
	}
	_, err = io.WriteString(w, out)
	return err
}

// maxDepth of a JSON body.
const maxDepth = 100

func copyValue(d *json.Decoder, name string, put func(name, text string, isText bool) (string, error), depth int) (string, error) {
	if depth > maxDepth {
		return "", fmt.Errorf("more than %d levels", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	open, nested := token.(json.Delim)
	if !nested {
		if text, ok := token.(string); ok {
			return put(name, text, true)
		}
		text, err := json.Marshal(token)
		if err != nil {
			return "", err
		}
		return put(name, string(text), false)
	}
	var out strings.Builder
	out.WriteString(open.String())
	for n := 0; d.More(); {
		before := ""
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return "", err
			}
			name = key.(string)
			quoted, err := json.Marshal(name)
			if err != nil {
				return "", err
			}
			before = string(quoted) + ":"
		}
		value, err := copyValue(d, name, put, depth+1)
		if err != nil {
			return "", err
		}
		if value == "" {
			continue
		}
		if n++; n > 1 {
			out.WriteByte(',')
		}
		out.WriteString(before + value)
	}
	if _, err := d.Token(); err != nil {
		return "", err
	}
	out.WriteString(map[json.Delim]string{'{': "}", '[': "]"}[open])
	return out.String(), nil
}

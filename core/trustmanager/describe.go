package trustmanager

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Differences lists what is different in b, in words, in the order of Describe.
func Differences(a, b Connection) []Change {
	before, after := Describe(a), Describe(b)
	was := map[string]string{}
	for _, l := range before {
		was[l.What] = l.Value
	}
	var changes []Change
	is := map[string]bool{}
	for _, l := range after {
		is[l.What] = true
		if was[l.What] != l.Value {
			changes = append(changes, Change{l.What, was[l.What], l.Value})
		}
	}
	for _, l := range before {
		if !is[l.What] && l.Value != "" {
			changes = append(changes, Change{l.What, l.Value, ""})
		}
	}
	return changes
}

// Line is one property of a connection, in words.
type Line struct{ What, Value string }

// Describe lists everything that a connection is, in words, for people to read and to compare.
func Describe(c Connection) []Line {
	var lines []Line
	add := func(what, value string) { lines = append(lines, Line{what, printable(value)}) }
	add("name", c.Name)
	add("service", c.Kind.Title())
	add("base URL", c.BaseURL)
	add("authentication", c.Authentication.Title())
	add("client certificate", c.ClientCertificate)
	add("client key", c.ClientKey)
	add("proxy", c.Proxy)
	add("extra CA", c.ExtraCA)
	h := &c.Contract.Headers
	add("header of the API key", strings.TrimSpace(h.APIKey+": "+h.APIKeyPrefix+"…"))
	add("header of the passcode", h.Passcode)
	add("host prefix for client certificates", h.ClientCertificateHostPrefix)
	for _, name := range sortedKeys(h.Extra) {
		add(fmt.Sprintf("header %s", name), h.Extra[name])
	}
	add("recipient", string(c.Contract.RecipientEncoding))
	add("separator of values", c.Contract.ValueSeparator)
	add("page size", fmt.Sprint(c.Contract.PageSize))
	add("asks before a large upload", map[bool]string{true: "yes", false: "no"}[c.Contract.ExpectContinue])
	add("largest upload", fmt.Sprintf("%d bytes", c.Contract.Limits.UploadBytes))
	add("largest MAC range", fmt.Sprintf("%d addresses", c.Contract.Limits.MACAddresses))
	r := &c.Contract.Requests
	for _, one := range []struct {
		what string
		r    Request
	}{{"who one is", r.Me}, {fmt.Sprintf("list of %s", c.Contract.Words.Profiles), r.Profiles}, {"template", r.Template}, {"specification", r.Specification}} {
		add(one.what, one.r.String())
	}
	for _, m := range KeyMethods {
		s := c.Contract.Start(m)
		add(m.Title(), s.Request.String())
		add(fmt.Sprintf("%s: body", m.Title()), s.describe())
	}
	for _, name := range sortedKeys(c.Contract.Order) {
		add(fmt.Sprintf("default %s", strings.ReplaceAll(name, "_", " ")), c.Contract.Order[name])
	}
	for _, one := range []struct {
		what string
		r    Request
	}{{"status of a job", r.Status}, {"list of jobs", r.Find}, {"approval", r.Approve}, {"rejection", r.Reject}, {"download", r.Download}} {
		add(one.what, one.r.String())
	}
	answers, err := json.Marshal(c.Contract.Answers)
	if err == nil {
		var members map[string]any
		_ = json.Unmarshal(answers, &members)
		for _, name := range sortedKeys(members) {
			value, _ := json.Marshal(members[name])
			add(fmt.Sprintf("answers: %s", name), string(value))
		}
	}
	return lines
}

// String is "POST {base}/…", or "none" for a request that the service does not have.
func (r Request) String() string {
	if r.Path == "" {
		return "none"
	}
	return r.Method + " " + r.Path
}

func (s *Start) describe() string {
	var fields []string
	for _, p := range s.Parts {
		text := p.Name + "=" + p.Value + string(p.Body)
		if p.FileName != "" {
			text += ";filename=" + p.FileName
		}
		if p.ContentType != "" {
			text += ";type=" + p.ContentType
		}
		fields = append(fields, text)
	}
	text := string(s.Encoding) + " " + strings.Join(fields, ", ")
	switch s.Encoding {
	case JSONBody:
		text = "json " + string(s.Body)
	case RawFile:
		text = strings.TrimSpace("the file itself " + s.ContentType)
	}
	if s.Unnamed {
		text += ", unnamed"
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

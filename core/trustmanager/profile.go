package trustmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// KeyOption says who may make the keys of a profile's certificates.
type KeyOption string

// The key options.
const (
	KeysUnknown  KeyOption = ""
	KeysOfClient KeyOption = "client_side" // CSRs only
	KeysOfServer KeyOption = "server_side" // the service makes them
	KeysOfEither KeyOption = "client_or_server_side"
)

// Profile is an enrollment profile, or a certificate management policy.
type Profile struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Status  string    `json:"status,omitempty"`
	Methods []string  `json:"methods,omitempty"` // in capitals; nil where the service does not say
	Keys    KeyOption `json:"keys,omitempty"`
}

// Batch tells whether the profile can be enrolled in batches; it can where the service does not say.
func (p *Profile) Batch() bool { return len(p.Methods) == 0 || contains(p.Methods, "BATCH") }

// TakesCSRs tells whether CSRs can be sent; they can where the service does not say.
func (p *Profile) TakesCSRs() bool { return p.Keys != KeysOfServer }

// MakesKeys tells whether the service can make the keys; it can where it does not say.
func (p *Profile) MakesKeys() bool { return p.Keys != KeysOfClient }

// Profiles lists all profiles of the account in the service's order.
func (c *Client) Profiles(ctx context.Context) ([]Profile, error) {
	r := c.contract().Requests.Profiles
	if r.Path == "" {
		return nil, fmt.Errorf("list of %s: %w", c.contract().Words.Profiles, ErrNoRequest)
	}
	answers := &c.connection.Contract.Answers
	profiles, seen := []Profile{}, map[string]bool{}
	err := c.list(ctx, r, nil, func(record json.RawMessage) (string, error) {
		var object map[string]any
		if err := unmarshal(record, &object); err != nil {
			return "", err
		}
		p := answers.profile(object)
		if p.ID == "" {
			return "", errors.New("lists a profile without id")
		}
		if !seen[p.ID] {
			seen[p.ID] = true
			profiles = append(profiles, p)
		}
		return p.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return profiles, nil
}

func (a *Answers) profile(object map[string]any) Profile {
	p := Profile{ID: text(object, []string{"id", "profile_id", "enrollment_profile_id", "policy_id"}),
		Name: printable(text(object, a.ProfileName)), Status: printable(text(object, a.ProfileStatus))}
	for _, name := range a.ProfileMethods {
		switch v := member(object, name).(type) {
		case string:
			p.Methods = strings.FieldsFunc(strings.ToUpper(v), func(r rune) bool { return r == ',' || r == ' ' || r == '|' })
		case []any:
			for _, one := range v {
				if word, ok := one.(string); ok {
					p.Methods = append(p.Methods, strings.ToUpper(word))
				}
			}
		}
		if len(p.Methods) > 0 {
			break
		}
	}
	switch k := KeyOption(strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(text(object, a.ProfileKeys)))); k {
	case KeysOfClient, KeysOfServer, KeysOfEither:
		p.Keys = k
	case "both", "server_or_client_side":
		p.Keys = KeysOfEither
	case "client":
		p.Keys = KeysOfClient
	case "server":
		p.Keys = KeysOfServer
	}
	return p
}

// maxTemplate of a profile, in bytes.
const maxTemplate = 16 << 20

// Template returns the CSV template of a profile as the service gives it: a header row, perhaps more.
func (c *Client) Template(ctx context.Context, profileID string) ([]byte, error) {
	u, err := c.url(c.contract().Requests.Template, values{"profile_id": profileID}, "template")
	if err != nil {
		return nil, err
	}
	data, err := c.getText(ctx, u, "text/csv, */*;q=0.5", maxTemplate)
	switch {
	case err != nil:
		return nil, err
	case len(strings.TrimSpace(string(data))) == 0:
		return nil, &AnswerError{"GET " + u, "is empty"}
	case !utf8.Valid(data):
		return nil, &AnswerError{"GET " + u, "is not text in UTF-8"}
	case json.Valid(data) && strings.ContainsAny(string(data[:1]), "{["):
		return nil, &AnswerError{"GET " + u, "is JSON and no CSV"}
	}
	return data, nil
}

// Specification says which fields a profile has [contract §3].
type Specification struct {
	Fields []Field `json:"fields"`
}

// Field is one field of a profile.
type Field struct {
	ID            string   `json:"id"` // the column's name: "subject.common_name"
	Name          string   `json:"name"`
	Type          string   `json:"type"` // "CERTIFICATE", or a device field's
	Mandatory     bool     `json:"mandatory"`
	Editable      bool     `json:"editable"`
	UpdateFromCSR bool     `json:"update_from_csr"`
	ValueType     string   `json:"value_type"` // "STRING", …
	Multiple      bool     `json:"multiple"`   // several values
	Options       []string `json:"options"`    // the values allowed; nil for any
	Default       string   `json:"default"`
}

// Specification returns the fields of a profile. Profiles that are for batches only may have none: that is an *APIError of
// status 404 or 400, and Template is what there is.
func (c *Client) Specification(ctx context.Context, profileID string) (Specification, error) {
	u, err := c.url(c.contract().Requests.Specification, values{"profile_id": profileID}, "specification")
	if err != nil {
		return Specification{}, err
	}
	data, err := c.getJSON(ctx, u, maxPage)
	if err != nil {
		return Specification{}, err
	}
	s, err := parseSpecification(data)
	if err != nil {
		return Specification{}, &AnswerError{"GET " + u, err.Error()}
	}
	return s, nil
}

func parseSpecification(data []byte) (Specification, error) {
	var outer struct {
		Fields []map[string]any `json:"fields"`
	}
	if err := unmarshal(data, &outer); err != nil {
		return Specification{}, err
	}
	if outer.Fields == nil {
		return Specification{}, errors.New("names no fields")
	}
	s := Specification{Fields: []Field{}}
	for _, object := range outer.Fields {
		is := func(name string) bool { v, _ := member(object, name).(bool); return v }
		f := Field{ID: text(object, []string{"id"}), Name: printable(text(object, []string{"name", "id"})), Type: text(object, []string{"type"}),
			Mandatory: is("mandatory"), Editable: is("editable"), UpdateFromCSR: is("update_from_csr"),
			ValueType: text(object, []string{"value_type.type", "value_type"}), Multiple: is("value_type.multiple") || is("multiple"),
			Default: text(object, []string{"default_value"})}
		for _, name := range []string{"options", "value_type.options"} {
			list, _ := member(object, name).([]any)
			for _, one := range list {
				switch v := one.(type) {
				case string:
					f.Options = append(f.Options, v)
				case map[string]any:
					f.Options = append(f.Options, text(v, []string{"value", "id", "name"}))
				}
			}
			if len(f.Options) > 0 {
				break
			}
		}
		if f.ID == "" {
			return Specification{}, errors.New("names a field without id")
		}
		s.Fields = append(s.Fields, f)
	}
	return s, nil
}

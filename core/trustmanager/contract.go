package trustmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"enrollbench/core/recipient"
)

// Contract is what a service's documentation leaves open, as data: where requests go, what their fields are called, and
// how answers are read. Default has the most sensible reading for each kind.
//
// Templates hold placeholders in braces: {base} the base URL, {profile_id}, {job_id}, {limit}, {offset}; in a start also
// {file} (the upload), {file_name}, {batch_id}, {format}, {full_chain}, {recipient}, {mac_start}, {mac_count},
// {mac_increment}, {device_group}, {account}, {key_type}. What stands for a placeholder in a path is escaped.
type Contract struct {
	Words    Words    `json:"words"`
	Headers  Headers  `json:"headers"`
	Requests Requests `json:"requests"`
	Answers  Answers  `json:"answers"`

	RecipientEncoding RecipientEncoding `json:"recipient_encoding"`
	ValueSeparator    string            `json:"value_separator"` // of several values in one CSV cell; "" where a cell holds one
	PageSize          int               `json:"page_size"`       // of lists, {limit}
	ExpectContinue    bool              `json:"expect_continue"` // ask before sending a large body, so that a refusal costs no upload

	Limits Limits `json:"limits"`

	// Order are the values of {device_group}, {account} and {key_type} where an order names none.
	Order map[string]string `json:"order,omitempty"`
}

// Words are what the service calls its things.
type Words struct {
	Profile  string `json:"profile"` // "enrollment profile"
	Profiles string `json:"profiles"`
}

// Headers are names of HTTP headers, and what goes with them.
type Headers struct {
	APIKey                      string            `json:"api_key"`
	APIKeyPrefix                string            `json:"api_key_prefix"` // before the key: "Bearer "
	Passcode                    string            `json:"passcode"`
	ClientCertificateHostPrefix string            `json:"client_certificate_host_prefix"`
	Extra                       map[string]string `json:"extra,omitempty"` // sent with every request; never a secret
}

// Request is a method and a template of its URL. An empty path is a request that the service does not have.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// Requests are all requests of the contract.
type Requests struct {
	Me             Request `json:"me"`
	Profiles       Request `json:"profiles"`
	Template       Request `json:"template"`
	Specification  Request `json:"specification"`
	StartZIP       Start   `json:"start_zip"`        // of CSRs
	StartCSV       Start   `json:"start_csv"`        // with CSRs, zipped or not
	StartCSVServer Start   `json:"start_csv_server"` // without: the service makes the keys
	StartMAC       Start   `json:"start_mac"`
	Status         Request `json:"status"`
	Find           Request `json:"find"`
	Approve        Request `json:"approve"`
	Reject         Request `json:"reject"`
	Download       Request `json:"download"`
}

// Encoding is the form of a start's body.
type Encoding string

// The encodings.
const (
	Multipart  Encoding = "multipart"  // RFC 7578
	URLEncoded Encoding = "urlencoded" // application/x-www-form-urlencoded; no file
	JSONBody   Encoding = "json"       // Start.Body; no file
	RawFile    Encoding = "raw"        // the file is the body, the rest stands in the URL
)

// Start is the request that starts a batch job.
type Start struct {
	Request
	Encoding    Encoding        `json:"encoding"`
	Parts       []Part          `json:"parts,omitempty"`        // of a form, in order; one whose placeholder has no value is left out
	Body        json.RawMessage `json:"body,omitempty"`         // template of a JSON body: a string that is one placeholder becomes a number or boolean where it is one
	ContentType string          `json:"content_type,omitempty"` // of a raw body
	Unnamed     bool            `json:"unnamed,omitempty"`      // the service takes no name: a start whose answer is lost cannot be looked for
}

// Part is one field of a form.
type Part struct {
	Name        string          `json:"name"`
	Value       string          `json:"value"`                  // template
	Body        json.RawMessage `json:"body,omitempty"`         // template of a JSON text, instead of Value
	FileName    string          `json:"file_name,omitempty"`    // of a part that is not the file and yet is sent like one
	ContentType string          `json:"content_type,omitempty"` // "" is by the file's ending, or none
}

// Answers say where in an answer things stand: for each the members to try in order, "a.b" for one within another.
type Answers struct {
	JobID     []string `json:"job_id"`
	Status    []string `json:"status"`
	Total     []string `json:"total"`
	Issued    []string `json:"issued"`
	Failed    []string `json:"failed"`
	FileName  []string `json:"file_name"` // and whatever else carries a batch id
	Created   []string `json:"created"`
	ProfileID []string `json:"profile_id"`

	ProfileName    []string `json:"profile_name"`
	ProfileStatus  []string `json:"profile_status"`
	ProfileMethods []string `json:"profile_methods"` // a list or one word; BATCH among them
	ProfileKeys    []string `json:"profile_keys"`    // who makes the keys

	Records    []string `json:"records"` // of a list that is an object
	ListTotal  []string `json:"list_total"`
	Failures   []string `json:"failures"` // rows that failed
	FailureRow []string `json:"failure_row"`
	FailureOf  []string `json:"failure_of"` // what the row's certificate is called
	FailureWhy []string `json:"failure_why"`
	// FailureKind tells a row of a report that failed from one that did not: SUCCESS and WARNING are no failures.
	FailureKind []string `json:"failure_kind"`

	States map[string]State `json:"states"` // of the service's statuses, in capitals; one that is not named counts as running
}

// Limits of one start.
type Limits struct {
	UploadBytes  int64 `json:"upload_bytes"`  // of the file
	MACAddresses int   `json:"mac_addresses"` // of a range
}

// RecipientEncoding is how a recipient is written into the request.
type RecipientEncoding string

// The encodings of a recipient: see core/recipient.
const (
	Base64OfText RecipientEncoding = "base64-of-text"
	RawText      RecipientEncoding = "text"
	Base64OfDER  RecipientEncoding = "base64-of-der"
)

// Encoding is the value of core/recipient: recipient.Field(e.Encoding()) is what StartRequest.Recipient takes.
func (e RecipientEncoding) Encoding() recipient.Encoding {
	switch e {
	case RawText:
		return recipient.RawText
	case Base64OfDER:
		return recipient.Base64OfDER
	}
	return recipient.Base64OfText
}

// OrderFields are what an order to Device Trust Manager can name besides its profile [contract §4].
var OrderFields = []string{"device_group", "account", "key_type"}

// Placeholders of the requests.
var (
	anywhere  = []string{"base"}
	inLists   = []string{"base", "limit", "offset"}
	inProfile = []string{"base", "profile_id"}
	inJobs    = []string{"base", "profile_id", "limit", "offset"}
	inJob     = []string{"base", "job_id"}
	inStart   = append([]string{"base", "profile_id", "file_name", "batch_id", "format", "full_chain", "recipient", "mac_start", "mac_count", "mac_increment"}, OrderFields...)
	inPart    = append([]string{"file"}, inStart[1:]...)
)

// Validate says everything that is wrong with the contract, joined; nil where nothing is.
func (c *Contract) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("contract: "+format, args...)) }
	r := &c.Requests
	for _, one := range []struct {
		name    string
		request Request
		known   []string
		must    string // the placeholder without which it cannot mean one thing
	}{
		{"me", r.Me, anywhere, ""}, {"profiles", r.Profiles, inLists, ""}, {"template", r.Template, inProfile, "profile_id"},
		{"specification", r.Specification, inProfile, "profile_id"}, {"status", r.Status, inJob, "job_id"}, {"find", r.Find, inJobs, ""},
		{"approve", r.Approve, inJob, "job_id"}, {"reject", r.Reject, inJob, "job_id"}, {"download", r.Download, inJob, "job_id"},
	} {
		if one.request.Path == "" {
			continue
		}
		if err := one.request.check(one.known, one.must); err != nil {
			bad("%s: %w", one.name, err)
		}
	}
	for _, name := range []string{"me", "profiles", "template", "specification", "status", "find", "download"} {
		if m := c.request(name).Method; m != http.MethodGet && c.request(name).Path != "" {
			bad("%s: the method %q must be GET", name, m)
		}
	}
	for _, m := range KeyMethods {
		if s := c.Start(m); s.Path != "" {
			if err := s.check(m == ServerMAC); err != nil {
				bad("%s: %w", m.member(), err)
			}
		}
	}
	for name := range c.Order {
		if !slices.Contains(OrderFields, name) {
			bad("the order field %q is unknown; use one of: %s", name, strings.Join(OrderFields, ", "))
		}
	}
	for name, value := range map[string]string{"api_key": c.Headers.APIKey, "passcode": c.Headers.Passcode} {
		if !httpguts.ValidHeaderFieldName(value) {
			bad("the header %s cannot be named %q", name, value)
		}
	}
	for name, value := range c.Headers.Extra {
		switch {
		case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
			bad("the header %q cannot be sent", name)
		case isSecretHeader(name) || strings.EqualFold(name, c.Headers.APIKey) || strings.EqualFold(name, c.Headers.Passcode):
			bad("the header %q is a secret, which belongs in the keychain", name)
		case isOwnHeader(name):
			bad("the header %q is set by the program itself", name)
		}
	}
	if p := c.Headers.ClientCertificateHostPrefix; p != "" && (!strings.HasSuffix(p, ".") || strings.ContainsAny(p, "/:@ ")) {
		bad("the prefix of the host for client certificates, %q, must end with a dot", p)
	}
	if !slices.Contains([]RecipientEncoding{Base64OfText, RawText, Base64OfDER}, c.RecipientEncoding) {
		bad("the recipient's encoding %q is unknown; use one of: %s", c.RecipientEncoding, spelled([]RecipientEncoding{Base64OfText, RawText, Base64OfDER}))
	}
	if c.PageSize < 1 || c.PageSize > 10_000 {
		bad("the page size is %d and must be from 1 to 10,000", c.PageSize)
	}
	if c.Limits.UploadBytes < 1 || c.Limits.MACAddresses < 1 {
		bad("the limits %d bytes and %d MAC addresses must be positive", c.Limits.UploadBytes, c.Limits.MACAddresses)
	}
	if len(c.Answers.JobID) == 0 || len(c.Answers.Status) == 0 {
		bad("answers: name the members for job_id and status")
	}
	for status, state := range c.Answers.States {
		if !slices.Contains(States, state) {
			bad("the status %q of an answer is mapped to the unknown state %q; use one of: %s", status, state, spelled(States))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// request returns a request by its name in the file.
func (c *Contract) request(name string) Request {
	v := reflect.ValueOf(c.Requests)
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("json") == name {
			switch r := v.Field(i).Interface().(type) {
			case Request:
				return r
			case Start:
				return r.Request
			}
		}
	}
	return Request{}
}

func (r Request) check(known []string, must string) error {
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, r.Method) {
		return fmt.Errorf("the method %q is unknown; use one of: GET, POST, PUT, PATCH, DELETE", r.Method)
	}
	if !strings.HasPrefix(r.Path, "{base}/") {
		return fmt.Errorf("the path %q must begin with {base}/", r.Path)
	}
	if strings.ContainsAny(r.Path, " \t\r\n#\\") {
		return fmt.Errorf("the path %q holds a character that a URL cannot", r.Path)
	}
	if err := checkTemplate(r.Path, known); err != nil {
		return fmt.Errorf("the path %q: %w", r.Path, err)
	}
	if must != "" && !strings.Contains(r.Path, "{"+must+"}") {
		return fmt.Errorf("the path %q does not contain {%s}", r.Path, must)
	}
	return nil
}

func (s *Start) check(mac bool) error {
	if err := s.Request.check(inStart, ""); err != nil {
		return err
	}
	if s.Method == http.MethodGet || s.Method == http.MethodDelete {
		return fmt.Errorf("the method %q starts nothing", s.Method)
	}
	whole := s.Path + string(s.Body)
	files := 0
	for _, p := range s.Parts {
		if p.Name == "" || strings.ContainsAny(p.Name, "\r\n\x00") || strings.ContainsAny(p.FileName+p.ContentType, "\r\n\x00") {
			return fmt.Errorf("a part cannot be named %q", p.Name)
		}
		if err := checkTemplate(p.Value, inPart); err != nil {
			return fmt.Errorf("the part %q: %w", p.Name, err)
		}
		if len(p.Body) > 0 {
			if err := checkBody(p.Body); err != nil {
				return fmt.Errorf("the part %q: %w", p.Name, err)
			}
			whole += string(p.Body)
		}
		if strings.Contains(p.Value, "{file}") {
			files++
			if p.Value != "{file}" {
				return fmt.Errorf("the part %q must be {file} and nothing else", p.Name)
			}
		}
		whole += p.Value
	}
	switch s.Encoding {
	case Multipart, URLEncoded:
	case JSONBody:
		if err := checkBody(s.Body); err != nil {
			return err
		}
	case RawFile:
		files = 1
	default:
		return fmt.Errorf("the encoding %q is unknown; use one of: %s", s.Encoding, spelled([]Encoding{Multipart, URLEncoded, JSONBody, RawFile}))
	}
	switch {
	case !mac && files != 1:
		return fmt.Errorf("%d parts hold {file}; one must", files)
	case !mac && s.Encoding != Multipart && s.Encoding != RawFile:
		return fmt.Errorf("the encoding %q cannot carry a file", s.Encoding)
	case mac && files != 0:
		return errors.New("a start by MAC range sends no file")
	case mac && (!strings.Contains(whole, "{mac_start}") || !strings.Contains(whole, "{mac_count}")):
		return errors.New("{mac_start} and {mac_count} must be used somewhere")
	}
	return nil
}

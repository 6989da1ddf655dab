package trustmanager

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// meaning turns a command into changes of a connection.
type meaning struct {
	curl    *Curl
	command *curlCommand
	to      Connection
	notes   []string
}

func (m *meaning) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(m.notes, text) {
		m.notes = append(m.notes, text)
	}
}

func (m *meaning) apply() error {
	if m.curl.Purpose == "" {
		return errPurpose
	}
	if len(m.command.unused) > 0 {
		m.note("of no use here: %s", strings.Join(m.command.unused, ", "))
	}
	path, query, err := m.base()
	if err != nil {
		return err
	}
	m.certificates()
	m.headers()
	m.access()
	if m.curl.Purpose == ForStart {
		return m.start(path, query)
	}
	return m.request(path, query)
}

// roots are the first segments of the services' own paths: what stands before them belongs to the base URL.
var roots = regexp.MustCompile(`^(.*?)(/(?:iot|devicetrustmanager|account|mpki|em)/.*)$`)

var hiddenHost = regexp.MustCompile(`^(\{\{[^{}]*\}\}|\$\{?\w+\}?|%\w+%|<[^<>]*>|\{\w+\}|\$env:\w+)`)

// base takes the base URL off and returns the rest.
func (m *meaning) base() (path, query string, err error) {
	text := m.command.url
	hidden := hiddenHost.FindString(text)
	if hidden != "" { // {{base}}/iot/…: the host stays as it is
		rest := strings.TrimPrefix(text, hidden)
		path, query, _ = strings.Cut(rest, "?")
		if !strings.HasPrefix(path, "/") {
			return "", "", fmt.Errorf("the URL %q is none", cut(printable(withoutUser(text)), 200))
		}
		return path, query, nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	scheme, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, rest := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
		m.note("a user in the URL is ignored")
	}
	rest, _, _ = strings.Cut(rest, "#")
	path, query, _ = strings.Cut(rest, "?")
	if !strings.EqualFold(scheme, "https") {
		m.note("http:// is read as https://: a key must not travel in the clear")
	}
	if host == "" || marks.MatchString(host) {
		return path, query, nil
	}
	if prefix := m.to.Contract.Headers.ClientCertificateHostPrefix; prefix != "" && strings.HasPrefix(host, prefix) {
		host = strings.TrimPrefix(host, prefix)
		m.to.Authentication = ClientCertificate
	}
	m.kind(path)
	base := "https://" + strings.ToLower(host)
	if own, err := parseBase(m.to.BaseURL); err == nil && strings.EqualFold(own.Host, host) && own.Path != "" && strings.HasPrefix(path, own.Path+"/") {
		return strings.TrimPrefix(path, own.Path), query, nil // the gateway's path is known already
	}
	if parts := roots.FindStringSubmatch(path); parts != nil {
		base, path = base+parts[1], parts[2]
	}
	if _, err := parseBase(base); err != nil {
		return "", "", err
	}
	m.to.BaseURL = base
	return path, query, nil
}

// kind makes the connection one of the service that the command is for, as the first segment of its path says.
func (m *meaning) kind(path string) {
	kind := IoTTrustManager
	if strings.Contains(path, "/devicetrustmanager/") {
		kind = DeviceTrustManager
	} else if !strings.Contains(path, "/iot/") {
		return
	}
	if m.to.Kind == kind || m.to.Kind == Practice {
		return
	}
	own, preset := m.to, m.to
	preset.Contract = Default(own.Kind)
	if len(Differences(own, preset)) > 0 {
		m.note("the command is for %s, and this connection for %s: add a separate connection for it", kind.Title(), own.Kind.Title())
		return
	}
	m.to.Kind, m.to.Contract = kind, Default(kind)
}

func (m *meaning) certificates() {
	c := m.command
	if c.cert != "" {
		path, _ := certAndPass(c.cert)
		m.to.ClientCertificate, m.to.ClientKey = m.absolute(path), ""
		m.to.Authentication = ClientCertificate
	}
	if c.key != "" {
		m.to.ClientKey = m.absolute(c.key)
	}
	if c.caCert != "" {
		m.to.ExtraCA = m.absolute(c.caCert)
	}
	if c.proxy != "" {
		if address, _, _ := proxyParts(c.proxy, c.proxyUser); address != "" && !isBlank(c.proxy) {
			m.to.Proxy = address
		}
	}
	if c.user != "" {
		m.note("a user and password (-u) are ignored: the service takes an API key")
	}
	if c.cookie != "" {
		m.note("cookies (-b) are ignored: they belong to a session in the browser")
	}
}

// absolute makes a path whole: what is relative means another file wherever the program is started.
func (m *meaning) absolute(path string) string {
	if isBlank(path) || filepath.IsAbs(path) || drive.MatchString(path) || strings.HasPrefix(path, `\\`) {
		return path
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	m.note("the path %q was read from the current folder: %s", cut(printable(path), 100), whole)
	return whole
}

// headers takes the headers over: the key's name, and those that are neither secrets nor made by the program.
func (m *meaning) headers() {
	h := &m.to.Contract.Headers
	keyed := false
	for _, pair := range m.command.headers {
		name, value := pair[0], pair[1]
		switch {
		case isPasscodeHeader(name):
			h.Passcode = name
		case isKeyHeader(name):
			if keyed {
				m.note("a second header with a key, %q, is ignored", cut(printable(name), 60))
				continue
			}
			keyed = true
			prefix, _ := keyPrefix(name, value)
			if !strings.EqualFold(h.APIKey, name) {
				h.APIKey = name
			}
			h.APIKeyPrefix = prefix
		case isSecretHeader(name):
			m.note("the header %q is ignored", cut(printable(name), 60))
		case isOwnHeader(name), strings.EqualFold(name, "accept"), strings.HasPrefix(strings.ToLower(name), "sec-"), strings.HasPrefix(name, ":"),
			slices.Contains([]string{"origin", "referer", "accept-language", "dnt", "priority", "cache-control", "pragma"}, strings.ToLower(name)):
		case looksSecret(value):
			m.note("the header %q is ignored: it may hold a secret; if not, write it into the file of connections", cut(printable(name), 60))
		case isBlank(value):
			m.note("the header %q has no value to take over", cut(printable(name), 60))
		default:
			if h.Extra == nil {
				h.Extra = map[string]string{}
			}
			h.Extra[http.CanonicalHeaderKey(name)] = value
		}
	}
	if m.command.bearer != "" && !keyed {
		h.APIKey, h.APIKeyPrefix = "Authorization", "Bearer "
	}
}

// access decides how one proves who one is: as the command does.
func (m *meaning) access() {
	key, code := m.command.bearer != "", false
	for _, h := range m.command.headers {
		key = key || isKeyHeader(h[0])
		code = code || isPasscodeHeader(h[0])
	}
	switch {
	case m.command.cert != "":
		m.to.Authentication = ClientCertificate
	case key:
		m.to.Authentication = APIToken
	case code:
		m.to.Authentication = Passcode
	}
}

var (
	idForm = regexp.MustCompile(`^(?:[A-Za-z]+[_-])?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$|^IOT_\S+$|^\d+$|^[0-9a-fA-F]{16,}$`)
	colon  = regexp.MustCompile(`^:[A-Za-z]\w*$`)
)

// isID tells whether a segment of a path is an id, or stands for one.
func isID(segment string) bool {
	if plain, err := url.PathUnescape(segment); err == nil {
		segment = plain
	}
	return segment != "" && (idForm.MatchString(segment) || colon.MatchString(segment) || marks.MatchString(segment))
}

// template makes the template of a path and query. names are the placeholders for the ids in it, from the last one on.
func (m *meaning) template(path, query string, names ...string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i >= 0; i-- {
		if !isID(segments[i]) {
			continue
		}
		if len(names) == 0 {
			if marks.MatchString(segments[i]) || colon.MatchString(segments[i]) {
				m.note("%q in the path is a placeholder that is not known here", cut(printable(segments[i]), 60))
			}
			continue
		}
		segments[i] = "{" + names[len(names)-1] + "}"
		names = names[:len(names)-1]
	}
	out := "{base}" + strings.Join(segments, "/")
	var pairs []string
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		switch n := strings.ToLower(name); {
		case name == "":
		case soundsSecret(n):
			m.note("%q in the URL is ignored: secrets do not belong in URLs", cut(printable(name), 60))
		case n == "limit" || n == "size" || n == "page_size":
			pairs = append(pairs, name+"={limit}")
		case n == "offset":
			pairs = append(pairs, name+"={offset}")
		case knownFields[plainName(name)] == "profile_id":
			pairs = append(pairs, name+"={profile_id}")
		case m.curl.Purpose == ForFind:
			m.note("%q in the URL is ignored: the program searches all jobs for a lost start", cut(printable(pair), 60))
		case m.curl.Purpose == ForStart:
			if template, ok := m.field(name, plain); ok {
				if !placeholder.MatchString(template) {
					template = url.QueryEscape(template)
				}
				pairs = append(pairs, name+"="+template)
			}
		case isBlank(plain):
			m.note("%q in the URL has no value to take over", cut(printable(name), 60))
		default:
			pairs = append(pairs, pair)
		}
	}
	if len(pairs) > 0 {
		out += "?" + strings.Join(pairs, "&")
	}
	return out
}

// request changes one request that starts nothing.
func (m *meaning) request(path, query string) error {
	r := &m.to.Contract.Requests
	target, names := map[Purpose]*Request{ForMe: &r.Me, ForProfiles: &r.Profiles, ForTemplate: &r.Template, ForSpecification: &r.Specification,
		ForStatus: &r.Status, ForFind: &r.Find, ForApprove: &r.Approve, ForReject: &r.Reject, ForDownload: &r.Download}[m.curl.Purpose], []string(nil)
	if target == nil {
		return fmt.Errorf("the purpose %q is unknown; use one of: %s", m.curl.Purpose, spelled(Purposes))
	}
	switch m.curl.Purpose {
	case ForTemplate, ForSpecification:
		names = []string{"profile_id"}
	case ForStatus, ForApprove, ForReject, ForDownload:
		names = []string{"job_id"}
	case ForFind:
		if strings.Contains(path, "profile") {
			names = []string{"profile_id"}
		}
	}
	if m.command.multipart || len(m.command.data) > 0 {
		m.note("the body is ignored")
	}
	*target = Request{m.command.verb(), m.template(path, query, names...)}
	return nil
}

// start changes the request that starts a job, for the methods that the command is for.
func (m *meaning) start(path, query string) error {
	s := Start{Request: Request{m.command.verb(), m.template(path, query, "profile_id")}}
	c := m.command
	kind := strings.ToLower(c.header("Content-Type"))
	body := strings.Join(c.data, "&")
	if c.json {
		body = strings.Join(c.data, "")
	}
	switch {
	case c.multipart:
		s.Encoding = Multipart
		m.form(&s)
	case c.upload != "" || c.dataFile != "" && !isJSONFile(c, kind):
		s.Encoding, s.ContentType = RawFile, c.header("Content-Type")
	case c.dataFile != "":
		return fmt.Errorf("the JSON is in the file %q: paste the command with the text itself", cut(printable(c.dataFile), 200))
	default:
		var isJSON bool
		var err error
		if s.Body, isJSON, err = m.body(body); err != nil {
			return err
		}
		if isJSON {
			s.Encoding = JSONBody
			break
		}
		if c.json || strings.Contains(kind, "json") {
			return fmt.Errorf("the body is not JSON")
		}
		s.Encoding = URLEncoded
		for _, pair := range strings.Split(body, "&") {
			name, value, _ := strings.Cut(pair, "=")
			plainName, err := url.QueryUnescape(name)
			plain, err2 := url.QueryUnescape(value)
			if err != nil || err2 != nil {
				plainName, plain = name, value
			}
			if template, ok := m.field(plainName, plain); ok && plainName != "" {
				s.Parts = append(s.Parts, Part{Name: plainName, Value: template})
			}
		}
	}
	for _, method := range m.curl.Methods {
		to := m.to.Contract.Start(method)
		if to == nil {
			return fmt.Errorf("the key method %q is unknown; use one of: %s", method, spelled(KeyMethods))
		}
		s.Unnamed = to.Unnamed
		*to = s
		to.Parts = slices.Clone(s.Parts)
		if (method == ServerCSV || method == ServerMAC) && !s.carries("recipient") {
			m.note("%s: no field carries the recipient of the keys, so nothing can be ordered this way", method.Title())
		}
		if method == ServerMAC && !s.carries("batch_id") && !s.Unnamed {
			m.note("%s: no field carries the batch's id; add one, or set \"unnamed\": true if the service accepts none", method.Title())
		}
	}
	if len(m.curl.Methods) == 0 {
		return fmt.Errorf("it is not clear for which way of ordering the command is; name one of: %s", spelled(KeyMethods))
	}
	return nil
}

func isJSONFile(c *curlCommand, kind string) bool {
	return c.json || strings.Contains(kind, "json") || strings.HasSuffix(strings.ToLower(c.dataFile), ".json")
}

// form turns the fields of -F into parts.
func (m *meaning) form(s *Start) {
	file := false
	for _, f := range m.command.form {
		p := Part{Name: f.name, ContentType: f.kind}
		switch {
		case f.path != "" && isRecipientField(f.name):
			p.Value = "{recipient}"
			m.recipientFile(f.path)
			if !f.asText {
				p.FileName = "recipient.pem"
			}
		case f.path != "" && (file || f.asText):
			m.note("the file of the field %q is ignored", cut(printable(f.name), 60))
			continue
		case f.path != "":
			p.Value, file = "{file}", true
			if strings.EqualFold(p.ContentType, "text/csv") || strings.Contains(strings.ToLower(p.ContentType), "zip") {
				p.ContentType = "" // by the ending, which is right for both
			}
		case jsonObject.MatchString(f.value):
			body, ok, err := m.body(f.value)
			if err != nil || !ok {
				m.note("the field %q holds no readable JSON and is ignored", cut(printable(f.name), 60))
				continue
			}
			p.Body = body
		default:
			template, ok := m.field(f.name, f.value)
			if !ok {
				continue
			}
			p.Value = template
		}
		s.Parts = append(s.Parts, p)
	}
}

var jsonObject = regexp.MustCompile(`^\s*\{\s*["}]`)

// unquoted placeholders in a JSON text: "count": {{count}}
var unquoted = regexp.MustCompile(`([:\[,]\s*)(\{\{[^{}]*\}\}|<[^<>"]*>|\$\{?\w+\}?|\{[A-Za-z_][\w |]*\})(\s*[,}\]])`)

// body turns a JSON text into a template of one; ok is false for a text that is none.
func (m *meaning) body(text string) (body json.RawMessage, ok bool, err error) {
	if !json.Valid([]byte(text)) {
		for range 2 { // neighbours share a comma
			text = unquoted.ReplaceAllString(text, `$1"$2"$3`)
		}
		if !json.Valid([]byte(text)) {
			return nil, false, nil
		}
	}
	var out bytes.Buffer
	err = walkJSON([]byte(text), &out, func(name, text string, isText bool) (string, error) {
		template, ok := m.field(name, text)
		switch {
		case !ok:
			return "", nil
		case template == text && !isText:
			return text, nil
		}
		quoted, err := json.Marshal(template)
		return string(quoted), err
	})
	return out.Bytes(), true, err
}

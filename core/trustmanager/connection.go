package trustmanager

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the service at the other end.
type Kind string

// The kinds.
const (
	IoTTrustManager    Kind = "iot-trust-manager"
	DeviceTrustManager Kind = "device-trust-manager"
	Practice           Kind = "practice" // the practice service of this program; its certificates are worth nothing
)

// Kinds are all kinds, in the order to offer them.
var Kinds = []Kind{IoTTrustManager, DeviceTrustManager, Practice}

// Title is the name to show.
func (k Kind) Title() string {
	switch k {
	case IoTTrustManager:
		return "IoT Trust Manager"
	case DeviceTrustManager:
		return "Device Trust Manager"
	case Practice:
		return "Practice"
	}
	return string(k)
}

// Authentication is how one proves who one is.
type Authentication string

// The ways.
const (
	APIToken          Authentication = "api-token"          // #nosec G101 -- a header, x-api-key
	ClientCertificate Authentication = "client-certificate" // mutual TLS, at the host with the prefix clientauth.
	Passcode          Authentication = "passcode"           // an enrollment passcode in a header, x-passcode
)

// Authentications are all ways.
var Authentications = []Authentication{APIToken, ClientCertificate, Passcode}

// OfferedAuthentications are the ways to offer to a connection that has one of them now. A passcode is documented for requesting
// and renewing single certificates alone [contract §2]: who has it keeps it, and nobody else is offered it.
func OfferedAuthentications(now Authentication) []Authentication {
	if now == Passcode {
		return Authentications
	}
	return Authentications[:2]
}

// Title is the name to show.
func (a Authentication) Title() string {
	switch a {
	case APIToken:
		return "API token"
	case ClientCertificate:
		return "client certificate"
	case Passcode:
		return "enrollment passcode"
	}
	return string(a)
}

// Known base URLs of the service [contract §2]; keys of one do not work on another.
var KnownBaseURLs = []string{"https://one.digicert.com", "https://demo.one.digicert.com", "https://one.digicert.co.jp"}

// ProxyNone as a connection's proxy forbids one, whatever the environment says.
const ProxyNone = "none"

// Connection is one account at one service. It holds no secret: those lie in the keychain under Account.
type Connection struct {
	ID             string         `json:"id"`   // stable, made by NewID; names the secrets and the cache
	Name           string         `json:"name"` // the user's own, unique without regard to case
	Kind           Kind           `json:"kind"`
	BaseURL        string         `json:"base_url"` // https, without a path unless a gateway needs one
	Authentication Authentication `json:"authentication"`

	ClientCertificate string `json:"client_certificate,omitempty"` // path of a PEM file (leaf first), or of a PKCS#12
	ClientKey         string `json:"client_key,omitempty"`         // path of its private key; "" where it stands in the same file
	Proxy             string `json:"proxy,omitempty"`              // URL (http, https, socks5) without password; "" follows the environment, "none" forbids one
	ExtraCA           string `json:"extra_ca,omitempty"`           // path of a PEM file with roots to trust beside the system's

	Contract Contract `json:"contract"`
}

// NewConnection returns a connection with a fresh id and the kind's own contract.
func NewConnection(name string, kind Kind, baseURL string) Connection {
	return Connection{ID: NewID(), Name: name, Kind: kind, BaseURL: baseURL, Authentication: APIToken, Contract: Default(kind)}
}

// NewID makes an id: 16 letters and digits, random.
func NewID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// Secret names one of a connection's secrets.
type Secret string

// The secrets of a connection.
const (
	SecretAPIKey        Secret = "api-key" // #nosec G101 -- the name of one
	SecretPasscode      Secret = "passcode"
	SecretKeyPassphrase Secret = "client-key-passphrase" // #nosec G101 -- the name of one
	SecretProxyPassword Secret = "proxy-password"        // #nosec G101 -- the name of one
)

// AllSecrets are the secrets that a connection may have.
var AllSecrets = []Secret{SecretAPIKey, SecretPasscode, SecretKeyPassphrase, SecretProxyPassword}

// Title is the name to show.
func (s Secret) Title() string {
	switch s {
	case SecretAPIKey:
		return "API key"
	case SecretPasscode:
		return "enrollment passcode"
	case SecretKeyPassphrase:
		return "passphrase of the client key"
	case SecretProxyPassword:
		return "proxy password"
	}
	return string(s)
}

// Account is the keychain's account of one of the connection's secrets: "connection/<id>/api-key".
func (c *Connection) Account(s Secret) string { return "connection/" + c.ID + "/" + string(s) }

// NeededSecret is the secret without which the connection cannot be used; "" where a client certificate does.
func (c *Connection) NeededSecret() Secret {
	switch c.Authentication {
	case APIToken:
		return SecretAPIKey
	case Passcode:
		return SecretPasscode
	}
	return ""
}

// maxName of a connection, in characters.
const maxName = 100

// ValidName says what is wrong with a name; nil where nothing is.
func ValidName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return errors.New("a connection needs a name")
	case name != strings.TrimSpace(name):
		return fmt.Errorf("the name %q begins or ends with a space", name)
	case !utf8.ValidString(name) || strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0:
		return fmt.Errorf("the name %q holds a character that cannot be seen", name)
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("the name has %d characters; at most %d are allowed", utf8.RuneCountInString(name), maxName)
	}
	return nil
}

// Validate says everything that is wrong with the connection, joined; nil where nothing is.
func (c *Connection) Validate() error {
	errs := []error{ValidName(c.Name)}
	if c.ID == "" || strings.IndexFunc(c.ID, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) >= 0 || len(c.ID) > 64 {
		errs = append(errs, fmt.Errorf("the id %q must be up to 64 small letters, digits and hyphens", c.ID))
	}
	if c.Kind.Title() == string(c.Kind) {
		errs = append(errs, fmt.Errorf("the kind of connection %q is unknown; use one of: %s", c.Kind, spelled(Kinds)))
	}
	if c.Authentication.Title() == string(c.Authentication) {
		errs = append(errs, fmt.Errorf("the authentication %q is unknown; use one of: %s", c.Authentication, spelled(Authentications)))
	}
	if _, err := parseBase(c.BaseURL); err != nil {
		errs = append(errs, err)
	}
	if c.Authentication == ClientCertificate && c.ClientCertificate == "" {
		errs = append(errs, errors.New("to use a client certificate, name its file"))
	}
	if c.ClientKey != "" && c.ClientCertificate == "" {
		errs = append(errs, fmt.Errorf("the client key %q has no certificate", c.ClientKey))
	}
	if err := checkProxy(c.Proxy); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, c.Contract.Validate())
	return errors.Join(errs...)
}

// parseBase reads a base URL. Only https is spoken: a token must not travel in the clear, not even to this computer.
func parseBase(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("the base URL is missing")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the base URL %q cannot be used: %w", withoutUser(text), errors.Unwrap(err))
	case u.User != nil:
		return nil, fmt.Errorf("the base URL of %q holds a user or password: secrets go into the keychain", u.Host)
	case u.Scheme != "https":
		return nil, fmt.Errorf("the base URL %q must begin with https://", text)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the base URL %q names no host", text)
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, fmt.Errorf("the base URL %q must end before ? and #", text)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func checkProxy(text string) error {
	if text == "" || text == ProxyNone {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("the proxy %q is not a URL", withoutUser(text))
	}
	if _, has := u.User.Password(); has {
		return fmt.Errorf("the proxy at %q comes with a password: that goes into the keychain", u.Host)
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return fmt.Errorf("the proxy %q must begin with http://, https:// or socks5://", text)
	}
	if u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return fmt.Errorf("the proxy %q must be a host and a port", text)
	}
	return nil
}

// withoutUser cuts what may be a password out of something that should be a URL.
func withoutUser(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		if start := strings.Index(text, "://"); start >= 0 && start+3 <= at {
			return text[:start+3] + "…" + text[at:]
		}
		return "…" + text[at:]
	}
	return text
}

// Host is the host of the base URL with its port where it has one, as it is connected to: with the prefix for client
// certificates where one is used.
func (c *Connection) Host() string {
	u, err := c.base()
	if err != nil {
		return ""
	}
	return u.Host
}

// base is the base URL as requests are sent to: [contract §2] client certificates are taken at a host of their own.
// Addresses and hosts that have the prefix already are left alone.
func (c *Connection) base() (*url.URL, error) {
	u, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	prefix := c.Contract.Headers.ClientCertificateHostPrefix
	if host := u.Hostname(); c.Authentication == ClientCertificate && c.Kind != Practice && prefix != "" &&
		!strings.HasPrefix(host, prefix) && net.ParseIP(host) == nil {
		u.Host = prefix + u.Host
	}
	return u, nil
}

func spelled[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}

// fileForm is a connection as the file shows it: the contract only where it differs from that of its kind, so that what
// nobody corrected follows the program.
type fileForm struct {
	plainConnection
	Contract json.RawMessage `json:"contract,omitempty"`
}

type plainConnection Connection

// MarshalJSON writes a connection for the file: see fileForm.
func (c Connection) MarshalJSON() ([]byte, error) {
	f := fileForm{plainConnection: plainConnection(c)}
	own, err := json.Marshal(c.Contract)
	if err != nil {
		return nil, err
	}
	preset, err := json.Marshal(Default(c.Kind))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(own, preset) {
		f.Contract = own
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote. Parts of a contract that are not named are those of the connection's kind.
// A member that is not known is an error: it may be a misspelt correction, or a secret that has no place here.
func (c *Connection) UnmarshalJSON(data []byte) error {
	var f fileForm
	if err := strict(data, &f); err != nil {
		return err
	}
	*c = Connection(f.plainConnection)
	c.Contract = Default(c.Kind)
	if len(f.Contract) == 0 {
		return nil
	}
	if err := strict(f.Contract, &c.Contract); err != nil {
		return err
	}
	if err := c.splitCSV(f.Contract); err != nil {
		return err
	}
	for _, m := range KeyMethods {
		s := c.Contract.Start(m)
		bodies := []*json.RawMessage{&s.Body}
		for i := range s.Parts {
			bodies = append(bodies, &s.Parts[i].Body)
		}
		for _, b := range bodies {
			if len(*b) > 0 { // the file shows it indented
				var compact bytes.Buffer
				if err := json.Compact(&compact, *b); err != nil {
					return err
				}
				*b = compact.Bytes()
			}
		}
	}
	return nil
}

// splitCSV reads the contract of an earlier version, whose one start by CSV was for both who makes the keys.
func (c *Connection) splitCSV(contract json.RawMessage) error {
	var has struct {
		Requests map[string]json.RawMessage `json:"requests"`
	}
	if err := json.Unmarshal(contract, &has); err != nil {
		return err
	}
	if old, was := has.Requests["start_csv"]; was && has.Requests["start_csv_server"] == nil {
		return strict(old, &c.Contract.Requests.StartCSVServer)
	}
	return nil
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

package trustmanager

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Purpose is which request of the contract a command shows, by its name in the file.
type Purpose string

// The purposes.
const (
	ForStart         Purpose = "start"
	ForMe            Purpose = "me"
	ForProfiles      Purpose = "profiles"
	ForTemplate      Purpose = "template"
	ForSpecification Purpose = "specification"
	ForStatus        Purpose = "status"
	ForFind          Purpose = "find"
	ForApprove       Purpose = "approve"
	ForReject        Purpose = "reject"
	ForDownload      Purpose = "download"
)

// Purposes are all purposes.
var Purposes = []Purpose{ForStart, ForMe, ForProfiles, ForTemplate, ForSpecification, ForStatus, ForFind, ForApprove, ForReject, ForDownload}

// Curl is a cURL command as it was understood. Purpose and Methods may be corrected before Changes and Apply.
type Curl struct {
	Shell     Shell
	Purpose   Purpose     // "" where it cannot be told: it must be set then
	Methods   []KeyMethod // of a start: for which ways of ordering it is
	ProfileID string      // that stands in the command; "" where that is a placeholder

	// Others are further commands of the same paste, each with what it shows; Apply, Notes and Secrets include them.
	Others []Curl

	command *curlCommand
	secrets map[Secret][]byte
	notes   []string // about the paste as a whole
}

// Change is one thing that a command would change in a connection. It never holds a secret.
type Change struct {
	What     string // "start by ZIP: path"
	From, To string // "" for nothing
}

// ParseCurl reads a cURL command, whatever shell it was written for. Options that would make it insecure are an error
// (ErrInsecure).
func ParseCurl(text string) (Curl, error) { return ParseCurlFor(DetectShell(text), text) }

// ParseCurlFor is ParseCurl where the shell is known. Of several commands the first counts that shows a request of the
// contract; the others are Others, and those that show none are named in the notes.
func ParseCurlFor(shell Shell, text string) (Curl, error) {
	commands, notes, err := curlWords(text, shell)
	if err != nil {
		return Curl{}, err
	}
	var all []Curl
	var first Curl // is returned where none shows a request: the caller may know which it is
	for i := 0; i < len(commands); i++ {
		command, rest, err := readCurl(commands[i])
		if err != nil {
			if len(commands) > 1 {
				err = fmt.Errorf("command %d of the paste: %w", i+1, err)
			}
			return Curl{}, err
		}
		if len(rest) > 0 {
			commands = slices.Insert(commands, i+1, rest)
		}
		c := newCurl(shell, command)
		if i == 0 {
			first = c
		}
		if c.Purpose != "" {
			all = append(all, c)
		} else if len(commands) > 1 {
			path, _, _ := strings.Cut(command.url, "?")
			notes = append(notes, fmt.Sprintf("command %d of the paste, %s %s, is ignored: it shows no request that is used here", i+1, command.verb(), cut(printable(withoutUser(path)), 100)))
		}
	}
	if len(all) > 0 {
		first = all[0]
		first.Others = all[1:]
	}
	first.notes = notes
	return first, nil
}

func newCurl(shell Shell, command *curlCommand) Curl {
	c := Curl{Shell: shell, command: command, secrets: map[Secret][]byte{}}
	c.Purpose = c.purpose()
	c.Methods = c.methods()
	c.findSecrets()
	path, _, _ := strings.Cut(command.url, "?")
	if c.Purpose == ForStart || c.Purpose == ForTemplate || c.Purpose == ForSpecification {
		for _, segment := range strings.Split(path, "/") {
			if isID(segment) && !IsPlaceholder(segment) {
				c.ProfileID = segment
			}
		}
	}
	return c
}

// Secrets returns the secrets that stood in the command: they belong into the keychain, under the connection's Account.
// Placeholders are none. The bytes are the caller's to wipe.
func (c Curl) Secrets() map[Secret][]byte {
	all := maps.Clone(c.secrets)
	for _, other := range c.Others {
		for which, secret := range other.secrets {
			if _, has := all[which]; !has {
				all[which] = secret
			}
		}
	}
	return all
}

// Wipe overwrites the secrets.
func (c Curl) Wipe() {
	for _, one := range append([]Curl{c}, c.Others...) {
		for _, s := range one.secrets {
			clear(s)
		}
	}
}

// Changes says what Apply would change in a connection, in the order to show.
func (c Curl) Changes(connection Connection) ([]Change, error) {
	after, err := c.Apply(connection)
	if err != nil {
		return nil, err
	}
	return Differences(connection, after), nil
}

// Notes say what of the command was passed over or needs attention, in words.
func (c Curl) Notes(connection Connection) []string {
	_, notes, _ := c.apply(connection)
	return notes
}

// Apply returns the connection as the commands want it: base URL, authentication, certificates, proxy, and the requests that
// they show. The result is valid, or it is an error; secrets are not in it.
func (c Curl) Apply(connection Connection) (Connection, error) {
	to, _, err := c.apply(connection)
	if err != nil {
		return Connection{}, err
	}
	if err := to.Validate(); err != nil {
		return Connection{}, err
	}
	return to, nil
}

func (c Curl) apply(to Connection) (Connection, []string, error) {
	notes := slices.Clone(c.notes)
	for i, one := range append([]Curl{c}, c.Others...) {
		m := newMeaning(&one, to)
		err := m.apply()
		for _, n := range m.notes {
			if len(c.Others) > 0 {
				n = fmt.Sprintf("%s: %s", one.Purpose, n)
			}
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
		if err != nil {
			if i > 0 {
				err = fmt.Errorf("the command for %s: %w", one.Purpose, err)
			}
			return Connection{}, notes, err
		}
		to = m.to
	}
	return to, notes, nil
}

func newMeaning(c *Curl, connection Connection) *meaning {
	to := connection
	to.Contract = connection.Contract.clone()
	m := &meaning{curl: c, command: c.command, to: to}
	m.notes = slices.Clone(c.command.notes)
	return m
}

// purpose guesses what a command is for, by its method and its path.
func (c *Curl) purpose() Purpose {
	path, _, _ := strings.Cut(strings.ToLower(c.command.url), "?")
	path = strings.TrimRight(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	verb := c.command.verb()
	if last == "approve" || strings.HasSuffix(path, "/approval") {
		return ForApprove
	}
	if last == "reject" {
		return ForReject
	}
	if verb != "GET" && verb != "HEAD" {
		if c.command.multipart || len(c.command.data) > 0 || c.command.dataFile != "" || c.command.upload != "" {
			return ForStart
		}
		return ""
	}
	batch := strings.Contains(path, "batch") || strings.Contains(path, "job")
	switch {
	case last == "me":
		return ForMe
	case strings.Contains(last, "template"):
		return ForTemplate
	case strings.Contains(last, "specification"):
		return ForSpecification
	case strings.Contains(last, "download"):
		return ForDownload
	case batch && isID(last):
		return ForStatus
	case batch:
		return ForFind
	case (strings.Contains(last, "profile") || strings.Contains(last, "polic")) && !isID(last):
		return ForProfiles
	}
	return ""
}

// methods tells for which ways of ordering a start is. Without a file it is for a MAC range; with a field for the recipient the
// service makes the keys. A file with CSRs may be a ZIP or a CSV: the path or the file's name says which, else it is both.
func (c *Curl) methods() []KeyMethod {
	if c.Purpose != ForStart {
		return nil
	}
	file, sealed := c.command.upload+c.command.dataFile, false
	for _, f := range c.command.form {
		switch {
		case isRecipientField(f.name) && (f.path != "" || fits("recipient", f.value)), f.path == "" && recipientIn.MatchString(f.value):
			sealed = true
		case f.path != "":
			file = f.path
		}
	}
	path, _, _ := strings.Cut(strings.ToLower(c.command.url), "?")
	last := path[strings.LastIndexByte(strings.TrimRight(path, "/"), '/')+1:]
	name := strings.ToLower(file)
	switch {
	case file == "":
		return []KeyMethod{ServerMAC}
	case sealed || strings.Contains(last, "server"):
		return []KeyMethod{ServerCSV}
	case strings.Contains(last, "csv"), strings.HasSuffix(name, ".csv") && !strings.Contains(last, "zip"):
		return []KeyMethod{ClientCSV}
	case strings.Contains(last, "zip"), strings.Contains(last, "csr"), strings.HasSuffix(name, ".zip"):
		return []KeyMethod{ClientZIP}
	}
	return []KeyMethod{ClientZIP, ClientCSV}
}

// findSecrets takes what is secret out of the command: the first API key, a passcode, passphrases. Nothing else reads them.
func (c *Curl) findSecrets() {
	put := func(which Secret, value string) {
		if _, has := c.secrets[which]; !has && !IsPlaceholder(value) {
			c.secrets[which] = []byte(value)
		}
	}
	for _, h := range c.command.headers {
		switch {
		case isPasscodeHeader(h[0]):
			put(SecretPasscode, h[1])
		case isKeyHeader(h[0]):
			_, value := keyPrefix(h[0], h[1])
			put(SecretAPIKey, value)
		}
	}
	if c.command.bearer != "" {
		put(SecretAPIKey, c.command.bearer)
	}
	if c.command.pass != "" {
		put(SecretKeyPassphrase, c.command.pass)
	}
	if _, pass := certAndPass(c.command.cert); pass != "" {
		put(SecretKeyPassphrase, pass)
	}
	if _, _, pass := proxyParts(c.command.proxy, c.command.proxyUser); pass != "" {
		put(SecretProxyPassword, pass)
	}
}

// keyPrefix splits "Bearer abc".
func keyPrefix(header, value string) (prefix, key string) {
	if !strings.EqualFold(header, "authorization") {
		return "", value
	}
	for _, scheme := range []string{"Bearer ", "Token ", "ApiKey "} {
		if len(value) >= len(scheme) && strings.EqualFold(value[:len(scheme)], scheme) {
			return scheme, strings.TrimSpace(value[len(scheme):])
		}
	}
	return "", value
}

func isPasscodeHeader(name string) bool { return strings.Contains(strings.ToLower(name), "passcode") }

// isKeyHeader tells whether a header of a command carries a key: a known one, or one whose name says so.
func isKeyHeader(name string) bool {
	n := strings.ToLower(name)
	if n == "cookie" || n == "proxy-authorization" || isPasscodeHeader(n) {
		return false
	}
	if isSecretHeader(n) {
		return true
	}
	return soundsSecret(n)
}

// soundsSecret tells whether a name is one that secrets have.
func soundsSecret(name string) bool {
	n := strings.ToLower(name)
	if strings.Contains(n, "idempotency") || strings.Contains(n, "key_gen") || strings.Contains(n, "key_type") || strings.Contains(n, "key-type") ||
		strings.Contains(n, "public") || strings.Contains(n, "keypair") || strings.Contains(n, "key_size") || strings.Contains(n, "key_alg") || strings.Contains(n, "key_usage") {
		return false
	}
	for _, w := range []string{"token", "secret", "passcode", "password", "passphrase", "api-key", "api_key", "apikey", "devkey", "auth", "session", "credential"} {
		if strings.Contains(n, w) {
			return true
		}
	}
	return false
}

// certAndPass splits curl's "path:passphrase"; a colon behind a drive letter or a backslash belongs to the path.
func certAndPass(text string) (path, pass string) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == ':' || text[i+1] == '\\') && i > 1:
			i++
		case text[i] == ':' && (i != 1 || !isLetter(rune(text[0]))):
			return strings.ReplaceAll(text[:i], `\:`, ":"), text[i+1:]
		}
	}
	return strings.ReplaceAll(text, `\:`, ":"), ""
}

// proxyParts takes a proxy apart: its URL without password, its user, its password.
func proxyParts(proxy, user string) (address, name, pass string) {
	if proxy == "" {
		return "", "", ""
	}
	if !strings.Contains(proxy, "://") {
		proxy = "http://" + proxy
	}
	u, err := url.Parse(proxy)
	if err != nil {
		return "", "", ""
	}
	if u.User != nil {
		name = u.User.Username()
		pass, _ = u.User.Password()
	}
	if user != "" {
		name, pass, _ = strings.Cut(user, ":")
	}
	u.User = nil
	if u.Port() == "" && u.Hostname() != "" { // curl's default, which is not that of the scheme
		u.Host += ":1080"
	}
	u.Path = ""
	if name != "" {
		u.User = url.User(name)
	}
	return u.String(), name, pass
}

var errPurpose = errors.New("it is not clear which request the command shows: name it")

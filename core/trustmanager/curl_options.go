package trustmanager

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ErrInsecure is a command with -k: certificates are always verified.
var ErrInsecure = errors.New("the command switches the verification of certificates off (-k, --insecure): that is never done; give the server's root as extra CA instead (--cacert)")

// curlShort are curl's one-letter options by their long names; those with a value are in curlValued.
var curlShort = map[byte]string{
	'0': "http1.0", '1': "tlsv1", '2': "sslv2", '3': "sslv3", '4': "ipv4", '6': "ipv6", 'a': "append", 'A': "user-agent", 'b': "cookie",
	'B': "use-ascii", 'c': "cookie-jar", 'C': "continue-at", 'd': "data", 'D': "dump-header", 'e': "referer", 'E': "cert", 'f': "fail",
	'F': "form", 'g': "globoff", 'G': "get", 'H': "header", 'i': "include", 'I': "head", 'j': "junk-session-cookies", 'J': "remote-header-name",
	'k': "insecure", 'K': "config", 'l': "list-only", 'L': "location", 'm': "max-time", 'M': "manual", 'n': "netrc", 'N': "no-buffer",
	'o': "output", 'O': "remote-name", 'p': "proxytunnel", 'P': "ftp-port", 'q': "disable", 'Q': "quote", 'r': "range", 'R': "remote-time",
	's': "silent", 'S': "show-error", 't': "telnet-option", 'T': "upload-file", 'u': "user", 'U': "proxy-user", 'v': "verbose", 'V': "version",
	'w': "write-out", 'x': "proxy", 'X': "request", 'y': "speed-time", 'Y': "speed-limit", 'z': "time-cond", 'Z': "parallel", '#': "progress-bar",
	':': "next", 'h': "help",
}

// curlValued are curl's options that take a value.
var curlValued = words(`abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at
	cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr
	dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account
	ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts
	interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from
	mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey postdata preproxy
	proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key
	proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user
	proxy1.0 pubkey quote random-file range rate referer request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name
	sigalgs socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond
	tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file url url-query user user-agent
	variable vlan-priority write-out`)

// curlSwitches are curl's options without a value.
var curlSwitches = words(`anyauth append basic ca-native cert-status compressed compressed-ssh create-dirs crlf digest disable disable-eprt disable-epsv
	disallow-username-in-url doh-cert-status doh-insecure fail fail-early fail-with-body false-start form-escape ftp-create-dirs ftp-pasv ftp-pret
	ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control get globoff haproxy-protocol head help http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3
	http3-only ignore-content-length include insecure ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted
	mail-rcpt-allowfails manual metalink negotiate netrc netrc-optional next no-alpn no-buffer no-clobber no-keepalive no-npn no-progress-meter
	no-sessionid ntlm ntlm-wb parallel parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic
	proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert
	proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused
	sasl-ir show-error show-headers silent skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert
	ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options
	tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version xattr`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// formField is one -F or --form-string.
type formField struct {
	name, value string
	path        string // of a file: value is empty then
	asText      bool   // the file's content is the value ("<")
	kind        string // its content type, if one is given
	fileName    string // another name for it
}

// curlCommand is a command as curl understands it.
type curlCommand struct {
	method, url                string
	headers                    [][2]string
	form                       []formField
	data                       []string // pieces that curl joins by &
	dataFile                   string   // the whole body is this file
	json, get, head, multipart bool
	upload                     string // -T
	cert, key, certType, pass  string
	caCert, proxy, proxyUser   string
	user, bearer, cookie       string
	notes                      []string
	unused                     []string // options that are of no use here, by their names
}

// readCurl reads the arguments of a curl command; rest are those behind --next, which begin another request.
func readCurl(args []string) (c *curlCommand, rest []string, err error) {
	c = &curlCommand{}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		value := func(name string) (string, error) {
			if i+1 >= len(args) {
				return "", fmt.Errorf("%s needs a value", name)
			}
			i++
			return args[i], nil
		}
		switch {
		case arg == "--next" || arg == "-:":
			if c.url == "" {
				return nil, nil, errNoURL
			}
			return c, args[i+1:], nil
		case strings.HasPrefix(arg, "--") && len(arg) > 2:
			name, given, has := strings.Cut(arg[2:], "=")
			long, err := longOption(name)
			if err != nil {
				return nil, nil, err
			}
			if curlValued[long] && !has {
				if given, err = value("--" + name); err != nil {
					return nil, nil, err
				}
			}
			if err := c.set(long, given); err != nil {
				return nil, nil, err
			}
		case len(arg) > 1 && arg[0] == '-' && arg != "--":
			for at := 1; at < len(arg); at++ {
				long, ok := curlShort[arg[at]]
				if !ok {
					return nil, nil, fmt.Errorf("curl has no option -%c", arg[at])
				}
				given := ""
				if curlValued[long] {
					given = strings.TrimPrefix(arg[at+1:], "=")
					if arg[at+1:] == "" {
						var err error
						if given, err = value("-" + string(arg[at])); err != nil {
							return nil, nil, err
						}
					}
					at = len(arg)
				}
				if err := c.set(long, given); err != nil {
					return nil, nil, err
				}
			}
		case arg == "--" || arg == "":
		default:
			if err := c.set("url", arg); err != nil {
				return nil, nil, err
			}
		}
	}
	if c.url == "" {
		return nil, nil, errNoURL
	}
	return c, nil, nil
}

var errNoURL = errors.New("the command has no URL")

// longOption finds an option by its name or by the beginning of it that no other has.
func longOption(name string) (string, error) {
	known := func(n string) bool { return curlValued[n] || curlSwitches[n] }
	if known(name) {
		return name, nil
	}
	if rest, ok := strings.CutPrefix(name, "no-"); ok && curlSwitches[rest] {
		return "no-" + rest, nil
	}
	var fitting []string
	for _, set := range []map[string]bool{curlValued, curlSwitches} {
		for n := range set {
			if name != "" && strings.HasPrefix(n, name) {
				fitting = append(fitting, n)
			}
		}
	}
	slices.Sort(fitting)
	switch len(fitting) {
	case 0:
		return "", fmt.Errorf("curl has no option --%s", cut(printable(name), 60))
	case 1:
		return fitting[0], nil
	}
	return "", fmt.Errorf("--%s may be any of --%s", name, strings.Join(fitting, ", --"))
}

// set takes one option.
func (c *curlCommand) set(name, value string) error {
	switch name {
	case "url":
		if c.url != "" {
			c.notes = append(c.notes, "only the first of several URLs is read")
			return nil
		}
		c.url = value
	case "request":
		c.method = strings.ToUpper(value)
	case "header":
		n, v, ok := strings.Cut(value, ":")
		if !ok || strings.HasPrefix(value, "@") {
			if n, ok := strings.CutSuffix(value, ";"); ok { // "X;" is a header without value
				c.headers = append(c.headers, [2]string{strings.TrimSpace(n), ""})
				return nil
			}
			c.notes = append(c.notes, "a header that is not \"Name: value\" is ignored")
			return nil
		}
		c.headers = append(c.headers, [2]string{strings.TrimSpace(n), strings.TrimSpace(v)})
	case "user-agent", "referer":
		c.unused = append(c.unused, "--"+name)
	case "form", "form-string":
		f, err := readForm(value, name == "form-string")
		if err != nil {
			return err
		}
		c.form = append(c.form, f)
		c.multipart = true
	case "data", "data-ascii", "data-binary", "postdata":
		if path, ok := strings.CutPrefix(value, "@"); ok {
			c.dataFile = path
			return nil
		}
		c.data = append(c.data, value)
	case "data-raw":
		c.data = append(c.data, value)
	case "data-urlencode":
		n, v, ok := strings.Cut(value, "=")
		switch {
		case !ok && strings.Contains(value, "@"):
			c.notes = append(c.notes, "what --data-urlencode reads from a file is ignored")
		case !ok:
			c.data = append(c.data, url.QueryEscape(value))
		case n == "":
			c.data = append(c.data, url.QueryEscape(v))
		default:
			c.data = append(c.data, n+"="+url.QueryEscape(v))
		}
	case "json":
		c.json = true
		if path, ok := strings.CutPrefix(value, "@"); ok {
			c.dataFile = path
			return nil
		}
		c.data = append(c.data, value)
	case "url-query":
		separator := "?"
		if strings.Contains(c.url, "?") {
			separator = "&"
		}
		c.url += separator + value
	case "get":
		c.get = true
	case "head":
		c.head = true
	case "upload-file":
		c.upload = value
	case "cert":
		c.cert = value
	case "cert-type":
		c.certType = value
	case "key":
		c.key = value
	case "pass":
		c.pass = value
	case "cacert":
		c.caCert = value
	case "proxy", "preproxy":
		c.proxy = value
	case "socks5", "socks5-hostname":
		c.proxy = "socks5://" + value
	case "proxy-user":
		c.proxyUser = value
	case "user":
		c.user = value
	case "oauth2-bearer":
		c.bearer = value
	case "cookie":
		c.cookie = value
	case "insecure", "proxy-insecure", "doh-insecure":
		return ErrInsecure
	case "config", "netrc", "netrc-file", "netrc-optional":
		c.notes = append(c.notes, "--"+name+" reads one of your files and is ignored")
	default:
		if !slices.Contains(c.unused, "--"+name) {
			c.unused = append(c.unused, "--"+name)
		}
	}
	return nil
}

// readForm reads the value of -F: name=text, name=@path, name=<path, each with ;type= and ;filename=.
func readForm(value string, literal bool) (formField, error) {
	name, content, ok := strings.Cut(value, "=")
	if !ok || name == "" {
		return formField{}, errors.New("a form field is not \"name=content\"")
	}
	f := formField{name: name, value: content}
	if literal {
		return f, nil
	}
	sign := content != "" && (content[0] == '@' || content[0] == '<' && !isBlank(content))
	parts := splitForm(content)
	if sign {
		f.value, f.path, f.asText = "", unquoteForm(parts[0][1:]), content[0] == '<'
		if f.path == "" {
			return formField{}, fmt.Errorf("the form field %q names no file", name)
		}
	} else {
		f.value = parts[0]
		if strings.HasPrefix(f.value, `"`) {
			f.value = unquoteForm(f.value)
		}
	}
	for n, p := range parts[1:] {
		what, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch strings.ToLower(what) {
		case "type":
			f.kind = v
		case "filename":
			f.fileName = unquoteForm(v)
		case "encoder", "headers":
		default:
			if sign {
				return formField{}, fmt.Errorf("the form field %q has the setting %q, which curl does not know", name, cut(what, 40))
			}
			f.value = strings.Join(parts[:n+2], ";") // a text with a semicolon in it
		}
	}
	return f, nil
}

// splitForm splits at semicolons outside quotes.
func splitForm(text string) (parts []string) {
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ';' && !quoted:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

func unquoteForm(text string) string {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return text
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(text[1 : len(text)-1])
}

// verb is the method that curl would use.
func (c *curlCommand) verb() string {
	switch {
	case c.method != "":
		return c.method
	case c.head:
		return http.MethodHead
	case c.upload != "":
		return http.MethodPut
	case c.get:
		return http.MethodGet
	case c.multipart || len(c.data) > 0 || c.dataFile != "":
		return http.MethodPost
	}
	return http.MethodGet
}

// header returns the value of a header, "" where it is not there.
func (c *curlCommand) header(name string) string {
	for _, h := range c.headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

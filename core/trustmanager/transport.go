package trustmanager

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"enrollbench/core/form"
	"enrollbench/core/privatekey"
)

// maxPEM of a file with certificates or a key.
const maxPEM = privatekey.MaxBytes

// bufferSize of connections: large, so that little is spent on calls.
const bufferSize = 256 << 10

// ReadRoots reads the certificates of an extra CA, PEM or DER, one or several. A file with a private key is refused: a root is
// given to everybody, a key to nobody.
func ReadRoots(path string) ([]*x509.Certificate, error) {
	data, err := readFile(path, maxPEM)
	if err != nil {
		return nil, fmt.Errorf("the extra CA: %w", err)
	}
	is := form.Detect(data)
	if is.Private() {
		return nil, fmt.Errorf("the extra CA: %q holds a private key; give the certificate of the CA alone", path)
	}
	roots, err := parseCertificates(data)
	if err != nil {
		return nil, fmt.Errorf("the extra CA: %q is %s and no certificate; give the root certificate of the CA, PEM or DER", path, is)
	}
	return roots, nil
}

// rootsOf returns the system's roots with those of a PEM file and some more; nil, which is the system's own, without more.
func rootsOf(extra string, more []*x509.Certificate) (*x509.CertPool, error) {
	if extra == "" && len(more) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // a computer without roots trusts what it is told to, and nothing else
		pool = x509.NewCertPool()
	}
	if extra != "" {
		roots, err := ReadRoots(extra)
		if err != nil {
			return nil, err
		}
		more = append(roots, more...)
	}
	for _, c := range more {
		pool.AddCert(c)
	}
	return pool, nil
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) // #nosec G304 -- the file that the connection names
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%q is larger than %d bytes", path, limit)
	}
	return data, err
}

// transports returns the two transports, made at the first request: only then are the client key and the proxy's
// password needed.
func (c *Client) transports(ctx context.Context) (pooled, single *http.Transport, err error) {
	c.mu.Lock()
	pooled, single = c.pooled, c.single
	c.mu.Unlock()
	if pooled != nil {
		return pooled, single, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.roots, DynamicRecordSizingDisabled: true}
	var key *heldKey
	if c.connection.Authentication == ClientCertificate {
		if key, err = c.clientKey(ctx); err != nil {
			return nil, nil, err
		}
		// Given whatever issuers the server names: which certificate to use was chosen by the user.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &key.certificate, nil }
	}
	proxy, err := c.proxy(ctx)
	if err != nil {
		return nil, nil, err
	}
	dialer := &net.Dialer{Timeout: c.options.Timeouts.Dial, KeepAlive: 15 * time.Second}
	build := func() *http.Transport {
		t := &http.Transport{
			Proxy:                  proxy,
			OnProxyConnectResponse: c.onProxyAnswer,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &meter{Conn: conn}, nil
			},
			TLSClientConfig:        config.Clone(),
			TLSHandshakeTimeout:    c.options.Timeouts.TLS,
			ExpectContinueTimeout:  2 * time.Second,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: 1 << 20,
			WriteBufferSize:        bufferSize,
			ReadBufferSize:         bufferSize,
			DisableCompression:     true, // the length that the service tells is that of what is stored
			Protocols:              new(http.Protocols),
		}
		t.Protocols.SetHTTP1(true) // one request a connection: what stalls is plain to see, and nothing is sent again by itself
		return t
	}
	pooled, single = build(), build()
	single.DisableKeepAlives = true
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pooled == nil {
		c.pooled, c.single, c.key = pooled, single, key
	} else if key != nil {
		key.wipe()
	}
	return c.pooled, c.single, nil
}

// proxy returns how to find the proxy of a request. A proxy that is itself spoken to by TLS would be shown the client
// certificate too: the two do not go together.
func (c *Client) proxy(ctx context.Context) (func(*http.Request) (*url.URL, error), error) {
	choose, err := c.chosenProxy(ctx)
	if err != nil || choose == nil || c.connection.Authentication != ClientCertificate {
		return choose, err
	}
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if err == nil && u != nil && u.Scheme == "https" {
			return nil, errProxyAndCertificate
		}
		return u, err
	}, nil
}

var errProxyAndCertificate = errors.New("an https:// proxy would receive the client certificate: name the proxy with http:// or socks5://, or none")

func (c *Client) chosenProxy(ctx context.Context) (func(*http.Request) (*url.URL, error), error) {
	switch c.connection.Proxy {
	case "":
		return http.ProxyFromEnvironment, nil
	case ProxyNone:
		return nil, nil
	}
	u, err := url.Parse(c.connection.Proxy)
	if err != nil {
		return nil, fmt.Errorf("the proxy is not a URL")
	}
	if u.User != nil {
		password, err := c.secret(ctx, SecretProxyPassword)
		if err != nil {
			return nil, err
		}
		u.User = url.UserPassword(u.User.Username(), string(password))
	}
	return http.ProxyURL(u), nil
}

// heldKey is a client certificate with its private key.
type heldKey struct {
	certificate tls.Certificate
	key         *privatekey.Key
}

func (h *heldKey) wipe() { h.key.Wipe() }

// clientKey reads the connection's certificate and private key: PEM in one file or two, or a PKCS#12. The passphrase of a
// protected key comes from the secrets.
func (c *Client) clientKey(ctx context.Context) (*heldKey, error) {
	certificate, key := c.connection.ClientCertificate, c.connection.ClientKey
	if key == "" {
		key = certificate
	}
	fail := func(err error) (*heldKey, error) { return nil, fmt.Errorf("the client certificate: %w", err) }
	data, err := readFile(key, maxPEM)
	if err != nil {
		return fail(err)
	}
	defer clear(data)
	private, err := privatekey.Read(data, func(attempt int) ([]byte, error) {
		if attempt > 1 {
			return nil, privatekey.ErrWrongPassphrase
		}
		secret, err := c.secret(ctx, SecretKeyPassphrase)
		if err != nil {
			return nil, err
		}
		return append([]byte(nil), secret...), nil // whoever reads keys wipes what it was given
	})
	if err != nil {
		return fail(fmt.Errorf("%q: %w", key, err))
	}
	chain := private.Certificates
	if certificate != key {
		if chain, err = certificatesOf(certificate); err != nil {
			private.Wipe()
			return fail(err)
		}
	}
	leaf := -1
	for i, one := range chain {
		if private.BelongsTo(one) {
			leaf = i
			break
		}
	}
	if leaf < 0 {
		private.Wipe()
		if len(chain) == 0 {
			return fail(fmt.Errorf("there is none in %q", certificate))
		}
		return fail(fmt.Errorf("the key in %q does not belong to any certificate in %q", key, certificate))
	}
	if now := c.options.Clock.Now(); now.After(chain[leaf].NotAfter) {
		private.Wipe()
		return fail(fmt.Errorf("%q expired on %s", chain[leaf].Subject, chain[leaf].NotAfter.UTC().Format(time.DateOnly)))
	}
	held := &heldKey{tls.Certificate{PrivateKey: private.Private, Leaf: chain[leaf], Certificate: [][]byte{chain[leaf].Raw}}, private}
	for i, one := range chain {
		if i != leaf {
			held.certificate.Certificate = append(held.certificate.Certificate, one.Raw)
		}
	}
	return held, nil
}

func certificatesOf(path string) ([]*x509.Certificate, error) {
	data, err := readFile(path, maxPEM)
	if err != nil {
		return nil, err
	}
	chain, err := parseCertificates(data)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return chain, nil
}

var errNoCertificate = errors.New("no certificate in PEM or DER in it")

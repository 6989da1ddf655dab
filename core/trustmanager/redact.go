package trustmanager

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"sort"
	"strings"
)

// blotted stands where a secret stood.
const blotted = "[secret]"

// shortestBlotted secret. A shorter one is no key, and blotting it would tell where it occurs by chance.
const shortestBlotted = 4

// blot takes every secret that the client holds out of a text, in each form in which a service could echo it.
func (c *Client) blot(text string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, secret := range c.held {
		text = blot(text, string(secret))
	}
	return text
}

func blot(text, secret string) string {
	if len(secret) < shortestBlotted || text == "" {
		return text
	}
	quoted, _ := json.Marshal(secret)
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret))}
	sort.Slice(forms, func(i, j int) bool { return len(forms[i]) > len(forms[j]) })
	for _, form := range forms {
		text = strings.ReplaceAll(text, form, blotted)
	}
	return text
}

// redacted returns err, or an error in its place where its text holds a secret.
func (c *Client) redacted(err error) error {
	if err == nil {
		return nil
	}
	was := err.Error()
	if now := c.blot(was); now != was {
		return errors.New(now)
	}
	return err
}

// isSecretHeader tells whether a header is known to carry a secret.
func isSecretHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "x-api-key", "x-passcode", "api-key", "apikey", "x-auth-token", "x-access-token":
		return true
	}
	return false
}

// isOwnHeader tells whether the program sets a header itself.
func isOwnHeader(name string) bool {
	switch strings.ToLower(name) {
	case "content-type", "content-length", "transfer-encoding", "host", "connection", "expect", "range", "if-range", "user-agent", "accept-encoding":
		return true
	}
	return false
}

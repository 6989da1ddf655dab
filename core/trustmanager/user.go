package trustmanager

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
)

// User is who one is to the service.
type User struct {
	ID, Email, Name string
	Status          string // "ACTIVE", …
	UserType        string
	Account         string // name or id
}

// String names the user: "jo@example.com, active, standard".
func (u User) String() string {
	var words []string
	for _, w := range []string{u.Email, u.Name, u.Account, strings.ToLower(u.Status), strings.ToLower(u.UserType)} {
		if w != "" && !contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return "a user without a name"
	}
	return strings.Join(words, ", ")
}

const maxUser = 1 << 20

// Me asks who one is.
func (c *Client) Me(ctx context.Context) (User, error) {
	u, err := c.url(c.contract().Requests.Me, nil, "who one is")
	if err != nil {
		return User{}, err
	}
	data, err := c.getJSON(ctx, u, maxUser)
	if err != nil {
		return User{}, err
	}
	var object map[string]any
	if err := unmarshal(data, &object); err != nil {
		return User{}, &AnswerError{"GET " + u, err.Error()}
	}
	get := func(names ...string) string { return cut(printable(text(object, names)), 200) }
	user := User{ID: get("id", "user_id"), Email: get("email"), Name: get("friendly_name", "name", "username", "first_name"), Status: get("status"),
		UserType: get("user_type"), Account: get("account.name", "account_name", "primary_account_id", "account_id")}
	if user == (User{}) {
		return User{}, &AnswerError{"GET " + u, "names no user"}
	}
	return user, nil
}

// fingerprint is the SHA-256 of a certificate, in pairs with colons.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return strings.Join(pairs, ":")
}

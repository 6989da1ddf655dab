package keychain

import keyring "github.com/zalando/go-keyring"

// system is the keychain that the library finds on this system; what is known of its states stands in system_*.go.
type system struct{}

func (system) Get(service, account string) (string, error) { return keyring.Get(service, account) }
func (system) Set(service, account, secret string) error {
	return keyring.Set(service, account, secret)
}
func (system) Delete(service, account string) error { return keyring.Delete(service, account) }

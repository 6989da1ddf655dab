package cms

import "io"

// Info is what a message tells to everybody.
type Info struct {
	Recipients    []RecipientInfo
	Cipher        Cipher // UnknownCipher where there is no code for it
	Algorithm     string // the cipher's name, or its object identifier
	Authenticated bool   // AuthEnvelopedData: changes show
	ContentType   string // of the plaintext: "Data", "SignedData" or an object identifier
}

// Inspect reads the header of a message, without a key. Nothing of what it tells is proven. r delivers DER or BER: see
// Unwrap. The errors are those of Decrypt that need no key.
func Inspect(r io.Reader) (*Info, error) {
	e, err := readEnvelope(r)
	if err != nil {
		return nil, err
	}
	return &Info{
		Recipients: e.recipients, Cipher: e.algorithm.cipher, Algorithm: e.algorithm.name,
		Authenticated: e.auth, ContentType: e.inner,
	}, nil
}

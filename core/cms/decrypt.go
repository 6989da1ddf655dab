package cms

import "io"

// batch is how much content is decrypted at a time, bytes.
const batch = 256 << 10

// Message is a message that is being opened: an io.Reader of the plaintext. What it delivered may be used only after it
// ended with io.EOF, and then still not as something that is authentic: see Authenticated. It is not safe for concurrent use.
type Message struct {
	Recipients  []RecipientInfo // all of them, those that cannot be opened here included
	Named       bool            // a recipient names the certificate of the key that was used
	Doubtful    bool            // RSA PKCS#1 v1.5: only the content tells whether the key is the right one
	Cipher      Cipher
	ContentType string // of the plaintext: "Data", "SignedData" or an object identifier; no tag covers it

	envelope *envelope
	opener   contentOpener
	buf      []byte
	plain    []byte // decrypted and not yet delivered
	err      error  // what comes after plain
}

// contentOpener decrypts the content of a message.
type contentOpener interface {
	// open decrypts a batch in place and returns its plaintext, which is shorter at the end, where padding goes. A batch
	// that is not the last one is a multiple of the block size.
	open(buf []byte, last bool) ([]byte, error)
	// verify tells whether everything was as it was sealed; it comes after the last batch and before that is delivered.
	verify(attributes, tag []byte) error
}

// Decrypt reads the header of a message and opens its content key with one of the keys. r delivers DER or BER: see Unwrap
// for what may lie around that.
//
// Errors: *NoMatchingKeyError when the message is for none of the keys, *FormatError when it is no CMS message,
// *UnsupportedError when there is no code for what it uses, ErrDecrypt when a key is named by the message but does not
// open it. An RSA PKCS#1 v1.5 key that is wrong shows only in the content, as ErrDecrypt from Read. An error of r is
// returned as it is.
func Decrypt(r io.Reader, keys []Key) (*Message, error) {
	offered, err := offer(keys)
	if err != nil {
		return nil, err
	}
	e, err := readEnvelope(r)
	if err != nil {
		return nil, err
	}
	if err := e.supported(); err != nil {
		return nil, err
	}
	cek, match, err := openKey(e.recipients, offered, ciphers[e.algorithm.cipher].key)
	if err != nil {
		return nil, err
	}
	defer clear(cek)
	opener, err := newOpener(e.algorithm, cek, e.auth)
	if err != nil {
		return nil, err
	}
	return &Message{
		Recipients: e.recipients, Named: match.named, Doubtful: match.doubtful, Cipher: e.algorithm.cipher, ContentType: e.inner,
		envelope: e, opener: opener,
	}, nil
}

// supported tells whether the content can be opened, given its key.
func (e *envelope) supported() error {
	c := e.algorithm.cipher
	if c == UnknownCipher {
		return &UnsupportedError{What: "cipher", Name: e.algorithm.name}
	}
	if e.auth && !c.Authenticated() {
		return &UnsupportedError{What: "cipher", Name: e.algorithm.name + " in this content type"}
	}
	return nil
}

// newOpener makes the decrypter of an algorithm; auth says whether the tag has a place of its own.
func newOpener(a contentAlgorithm, cek []byte, auth bool) (contentOpener, error) {
	switch {
	case a.cipher.Authenticated() && !auth:
		return newTaggedOpener(a, cek)
	case a.cipher.Authenticated():
		return newGCMOpener(a, cek)
	}
	return newCBCOpener(a, cek)
}

// Authenticated tells whether io.EOF proves that nothing was changed. With a CBC cipher it does not: the caller must check
// the plaintext in a way of its own.
func (m *Message) Authenticated() bool { return m.Cipher.Authenticated() }

// Read delivers plaintext. ErrDecrypt stands for every way in which the content can be wrong; a *FormatError behind the
// header matches it too. After any error but io.EOF everything that was delivered must be thrown away.
func (m *Message) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(m.plain) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.advance()
	}
	n := copy(p, m.plain)
	m.plain = m.plain[n:]
	return n, nil
}

// advance decrypts the next batch.
func (m *Message) advance() {
	if m.buf == nil {
		m.buf = make([]byte, batch)
	}
	n, last, err := m.envelope.content.Read(m.buf)
	if err != nil {
		m.fail(err)
		return
	}
	var attributes, tag []byte
	if last {
		if attributes, tag, err = m.envelope.finish(); err != nil {
			m.fail(err)
			return
		}
	}
	plain, err := m.opener.open(m.buf[:n], last)
	if err == nil && last {
		err = m.opener.verify(attributes, tag)
	}
	if err != nil {
		m.fail(err)
		return
	}
	m.plain = plain
	if last {
		m.err = io.EOF
	}
}

// fail ends the message; nothing decrypted stays in memory.
func (m *Message) fail(err error) {
	clear(m.buf)
	m.plain, m.err = nil, err
}

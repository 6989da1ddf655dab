package delivery

import (
	"bytes"
	"errors"
	"io"
	"os"

	"enrollbench/core/cms"
	"enrollbench/core/form"
	"enrollbench/core/openpgp"
	"enrollbench/core/recipient"
)

// Given says what a file is and what it can serve as, judged without any key. A file may be both a result and a key.
type Given struct {
	Size   int64
	Form   form.Form
	Result bool     // Open takes it, or a part of a result, for what it is
	Key    bool     // it holds a private key or OpenPGP keys, by which a sealed result may open
	Wants  []string // which keys a sealed one names, in words; "" for one that it does not name
	Cipher string   // of CMS
	Coats  form.Coats
}

// Inspect judges a file by the rules that Open goes by. It reads the beginning, and the header of a sealed message.
func Inspect(path string) (*Given, error) {
	f, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(info.Size(), form.HeadBytes))
	if n, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	} else {
		head = head[:n]
	}
	g := &Given{Size: info.Size(), Form: form.Detect(head)}
	switch {
	case g.Form.Kind == form.PGPPublicKey, g.Form.Kind == form.PGPSecretKey:
		g.Key = true
	case isSealed(g.Form):
		g.Result = true
		g.header(f)
	case isContainer(g.Form):
		g.Result = true
	case g.Form.Private():
		g.Key = true
		g.Result = isPlain(g.Form) && bytes.Contains(head, []byte("-----BEGIN "+labelCertificate+"-----"))
	default:
		g.Result = isPlain(g.Form)
	}
	return g, nil
}

// header reads who can open a sealed message. One that cannot be read says so when it is opened.
func (g *Given) header(r io.Reader) {
	in, f, err := form.Unwrap(r)
	if err != nil {
		return
	}
	g.Coats = f.Coats
	if g.Form.Kind == form.PGPMessage {
		g.Wants, _ = openpgp.Inspect(in)
		for i, id := range g.Wants {
			if id == openpgp.Hidden {
				g.Wants[i] = ""
			} else {
				g.Wants[i] = openpgp.Display(id)
			}
		}
		return
	}
	if info, err := cms.Inspect(in); err == nil {
		g.Cipher = info.Algorithm
		for _, r := range info.Recipients {
			g.Wants = append(g.Wants, r.String())
		}
	}
}

// NamesOf are the words by which Inspect's Wants name a recipient: what is sealed to it says so. A message by which they are found is
// sealed in memory. A key that stays hidden has none.
func NamesOf(r *recipient.Recipient) ([]string, error) {
	var sealed bytes.Buffer
	w, err := r.Seal(&sealed, recipient.SealOptions{})
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	g := &Given{Form: form.Detect(sealed.Bytes())}
	g.header(&sealed)
	return g.Wants, nil
}

// FileNames makes the names that Export gives to the files of each certificate, without endings and in the order of the
// certificates, from a template as CheckNames takes it. The errors are those of Export: a template that is wrong, a name
// that cannot be made, a *CollisionError.
func (d *Delivery) FileNames(template string) ([]string, error) {
	t, err := parseNames(template)
	if err != nil {
		return nil, err
	}
	return d.names(t)
}

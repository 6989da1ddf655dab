// Package form answers one question for every other package: what is this file? Detect looks at the first bytes and
// names what they are, through the coats around them (base64, UTF-16, the headers of a mail, PEM). Names of files prove
// nothing and are not looked at.
//
// Detect judges by structure, not by one byte: a text in any language is a text. PrivateKey looks through all of a small
// file for key material.
package form

import "strings"

// HeadBytes is how many of a file's first bytes Detect needs: the headers of a mail and the text before a PEM block end
// within. More do no harm; a file that is shorter is looked at whole.
const HeadBytes = 64 << 10

// maxCoats is how many coats are looked through: base64 around a mail around PEM, and one to spare.
const maxCoats = 4

// Form is what Detect found.
type Form struct {
	Kind  Kind
	Coats Coats  // from the outside in; empty where the bytes are the thing itself
	Label string // of the PEM block that decided, "" where there was none

	private bool // a private key stands in the text, beside other blocks perhaps
	binary  bool
}

// Private tells whether the file holds private key material: a key, encrypted or not, or a keystore.
func (f Form) Private() bool { return f.private || f.Kind.has(private) }

// Sealed tells whether the file is a message that is encrypted to somebody, CMS or OpenPGP.
func (f Form) Sealed() bool { return f.Kind.has(sealed) }

// Table tells whether the file is a spreadsheet's own and must be saved as CSV before a program reads it.
func (f Form) Table() bool { return f.Kind.has(table) }

// Archive tells whether the file is an archive or a compressed file.
func (f Form) Archive() bool { return f.Kind.has(packed) }

// Binary tells whether the file is no text of its own: it begins as a file of another kind does, or is full of control characters of several
// kinds. A text with a few NULs, or with a control character as its delimiter, is none.
func (f Form) Binary() bool { return f.binary }

// Bare tells whether nothing but a byte order mark lies around the thing.
func (f Form) Bare() bool { return len(f.Coats) == 0 }

// String says what the file is, "a PKCS#8 private key in base64".
func (f Form) String() string {
	if f.Label != "" && !f.Kind.Known() {
		return "a PEM block " + Quote(f.Label)
	}
	var outside []string
	for _, c := range f.Coats {
		if c != PEM {
			outside = append(outside, c.String())
		}
	}
	if len(outside) == 0 {
		return f.Kind.String()
	}
	return f.Kind.String() + " in " + strings.Join(outside, " around ")
}

// Coat is one thing that lies around data.
type Coat uint8

// The coats that Detect looks through.
const (
	Base64  Coat = iota + 1 // nothing but base64
	SMIME                   // headers of a mail that say so (RFC 8551 §3.2)
	PEM                     // BEGIN and END lines (RFC 7468)
	UTF16                   // text in UTF-16, with a byte order mark or without
	Zeros                   // zero bytes before the data: a buffer that was filled from its end
	Changed                 // PEM that a program or a mail changed: escapes, dashes, quotation marks
	HTTP                    // the headers of an answer, as curl -i saves them (RFC 9112)
	Lead                    // line breaks, spaces or a byte order mark before binary data
	Wrapped                 // base64 that is the one value of a JSON, XML or other text
)

var coatNames = [...]string{"", "base64", "S/MIME", "PEM", "UTF-16 text", "zero bytes", "changed text (dashes, quotation marks or escaped line breaks)", "the headers of a web answer",
	"a file with line breaks before it", "a text that holds it as base64"}

// String names the coat.
func (c Coat) String() string { return coatNames[c] }

// Coats are all that lies around data, from the outside in.
type Coats []Coat

// String says it in words, "base64 around PEM"; "none" where there is no coat.
func (c Coats) String() string {
	if len(c) == 0 {
		return "none"
	}
	names := make([]string, len(c))
	for i, one := range c {
		names[i] = one.String()
	}
	return strings.Join(names, " around ")
}

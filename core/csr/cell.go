package csr

import (
	"context"
	"crypto/sha256"
	"fmt"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/finding"
	"enrollbench/core/form"
)

// Examined is what examining one text by itself gives: the same verdict that a Set comes to over the same text in a file.
type Examined struct {
	Kind     Kind // what the text turned out to be
	Facts         // zero where it holds no request that can be read
	Whole    bool // a request whose parts were all reached, whatever else is wrong with it
	Breaches []Breach
	DER      []byte // of the request; nil where there is none
	Blocks   int    // PEM blocks in the text that say something; only the first was examined
}

// Breach is one rule that the text breaks.
type Breach struct {
	Rule    *finding.Rule
	Message string
	Hint    string
}

// ExamineText examines the one request that a text holds, such as the cell of a table: PEM on one line or several. What
// stands around the block is passed over, as in a file. It is safe for concurrent use.
func ExamineText(text []byte) Examined {
	var e Examined
	cell := place{member: -1}
	for at := 0; ; {
		b, ok, _ := form.NextBlock(text, at)
		if !ok {
			break
		}
		at = b.End
		if form.OfLabel(b.Label) == form.Parameters {
			continue
		}
		if e.Blocks++; e.Blocks > 1 {
			continue
		}
		x := examiner{strict: true}
		x.inBlock(cell, &b, 0)
		if len(x.out) == 1 {
			e.take(&x.out[0])
		}
		if len(x.out) == 1 && x.out[0].bytes > 0 {
			e.DER = x.der
		}
	}
	if e.Blocks == 0 {
		f := form.Detect(append(text[:len(text):len(text)], ' ')) // never empty
		kind, rule, hint := cell.foreign(f, text)
		if hint == "" {
			hint = rule.Hint
		}
		what := f.String()
		if kindOf(f) == Request {
			what = "a binary request without PEM text"
		}
		e.Kind, e.Breaches = kind, []Breach{{Rule: rule, Message: "this is " + what, Hint: hint}}
	}
	return e
}

func (e *Examined) take(o *outcome) {
	e.Kind, e.Facts, e.Whole = o.kind, o.exam.facts, o.exam.ok
	for _, b := range o.exam.breaches {
		hint := b.hint
		if hint == "" {
			hint = b.rule.Hint
		}
		e.Breaches = append(e.Breaches, Breach{Rule: b.rule, Message: b.message, Hint: hint})
	}
}

// Modulus is that of an RSA key, big-endian without leading zeros; nil for other keys. The caller must not change it.
func (f *Facts) Modulus() []byte { return f.modulus }

// Nonce tells ECDSA signatures apart by their r: equal values mean that two signatures were made with one nonce. ok is
// false where the signature is not ECDSA.
func (f *Facts) Nonce() (value [16]byte, ok bool) { return f.nonce, f.nonce != [16]byte{} }

// Identity reads what tells the device of a request apart: the subject and the SHA-256 of the public key (SubjectPublicKeyInfo).
// Like Names it verifies nothing.
func Identity(der []byte) (subject []NameValue, key [32]byte, err error) {
	r, _ := parse(der, func(string, ...any) {}, func(int) {})
	if r.spki == nil {
		return nil, key, fmt.Errorf("%w: its structure cannot be read", ErrNotARequest)
	}
	_ = eachAttribute(r.subject, func(oid []byte, tag cbasn1.Tag, value []byte) {
		subject = append(subject, nameValue(oid, tag, value))
	})
	return subject, sha256.Sum256(r.spki), nil
}

// Names reads the subject and the subjectAltName of a request, for comparing them with what else is said about the
// device. It costs a few microseconds, because it verifies nothing; what cannot be read is left out, since examining the
// request tells of it.
func Names(der []byte) (subject []NameValue, alternatives []AltName, err error) {
	r, _ := parse(der, func(string, ...any) {}, func(int) {})
	if r.spki == nil {
		return nil, nil, fmt.Errorf("%w: its structure cannot be read", ErrNotARequest)
	}
	_ = eachAttribute(r.subject, func(oid []byte, tag cbasn1.Tag, value []byte) {
		subject = append(subject, nameValue(oid, tag, value))
	})
	d := Details{}
	d.requestAttributes(r.attributes, func(string, ...any) {})
	return subject, d.AltNames, nil
}

// EachRequest reads the CSRs of the set again, in order, and hands on the index and the bytes of each, which are those that
// were checked: a file that changed since is a *ChangedError. Entries that hold no CSR that can be read and those that are
// excluded are passed over. The bytes are valid during the call. For many entries it is the fast way: files and ZIPs are
// opened once, not once for each.
func (s *Set) EachRequest(ctx context.Context, do func(i int, der []byte) error) error {
	var wanted []int
	var entries []*Entry
	for i, e := range s.entries {
		if e.Kind == Request && e.SPKI != [32]byte{} && s.status[i] != Excluded {
			wanted, entries = append(wanted, i), append(entries, e)
		}
	}
	pool, err := newSpool(entries)
	if err != nil {
		return err
	}
	defer pool.close()
	l := &loader{pool: pool}
	defer l.close()
	for k, i := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		der, err := l.load(entries[k])
		if err == nil {
			err = do(i, der)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

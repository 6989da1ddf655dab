package delivery

import (
	"cmp"
	"crypto/x509"
	"math"
)

// ref says where a piece of a result is, so that it can be read again.
type ref struct {
	unit   int64  // within the source: a ZIP's entry, the offset of a JSON object, the number of a file
	size   int32  // of a JSON object, in octets
	source uint16 // the file, by number
	block  uint32 // within the unit, by split
}

func (r ref) compare(o ref) int {
	return cmp.Or(cmp.Compare(r.source, o.source), cmp.Compare(r.unit, o.unit), cmp.Compare(r.block, o.block))
}

// sameUnit: both stand in the same file or JSON object.
func (r ref) sameUnit(o ref) bool { return r.source == o.source && r.unit == o.unit }

// none is the index of nothing.
const none = -1

// record is what is kept of a certificate: 100,000 of them take about 25 MB. The certificate itself is read again when
// it is needed.
type record struct {
	at                  ref
	sum                 [32]byte // SHA-256 of the DER
	key                 keyHash
	written             *keyHash // as the certificate writes the key, where that differs
	name                string   // common name
	subject             string   // values of the order's subject columns, packed; "" if there are none
	serial              string   // octets
	notBefore, notAfter int64    // seconds since 1970
	issuerName          int32    // index among the issuers' names
	authority           int32    // that verified the signature, or none
	private             int32    // index of the private key, or none
	sealed              int32    // index of a sealed key that came with it, or none
	line                int32    // of the order, or none
	unverified          bool     // its signature does not verify, or cannot be checked
}

// privateRecord is what is kept of a private key that was opened.
type privateRecord struct {
	at   ref
	key  keyHash // zero where the type of the key is not known
	cert int32   // index of its certificate, or none
}

// sealedRecord is a private key that could not be opened.
type sealedRecord struct {
	at     ref
	form   string
	reason string
	cert   int32 // that it came with in one file or object, or none
}

// seconds keeps dates far outside what a device will see from overflowing.
func seconds(c *x509.Certificate) (notBefore, notAfter int64) {
	return c.NotBefore.Unix(), min(c.NotAfter.Unix(), math.MaxInt64/2)
}

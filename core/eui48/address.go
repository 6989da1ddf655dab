// Package eui48 reads and writes MAC addresses (EUI-48) and computes series of them.
//
// Parse reads one address, NewRange makes a series of which nothing is ever listed in memory, and Check does both on
// what somebody typed into three fields and reports everything that is wrong with it at once. Scripts and windows want
// Check; Parse and NewRange are for values that come from elsewhere.
package eui48

// Address is an EUI-48 in the lower 48 bits, the first octet on the wire in the highest of them. Values above Last48
// are not addresses.
type Address uint64

// Last48 is the highest address, ff-ff-ff-ff-ff-ff.
const Last48 Address = 1<<48 - 1

// Bits of the first octet (IEEE Std 802-2014 §8.2, RFC 9542 §2.1).
const (
	groupBit Address = 1 << 40 // I/G: a group address, multicast or broadcast
	localBit Address = 1 << 41 // U/L: administered locally, not assigned through the IEEE
)

// Multicast says whether the I/G bit is set: such an address names a group and can never be a device's own.
func (a Address) Multicast() bool { return a&groupBit != 0 }

// Local says whether the U/L bit is set: the address was not made from a block that the IEEE assigned, so nothing
// keeps others from using it too.
func (a Address) Local() bool { return a&localBit != 0 }

// String writes the address the way the service names certificates: lower case, hyphens, "00-1a-c2-7b-00-0a".
func (a Address) String() string { return string(a.Append(make([]byte, 0, textLen))) }

const (
	textLen   = len("00-00-00-00-00-00")
	hexDigits = "0123456789abcdef"
)

// Append adds what String returns to b.
func (a Address) Append(b []byte) []byte {
	// Spelled out: a series of half a million is written in milliseconds, where a loop over octets takes twice as long.
	return append(b,
		hexDigits[a>>44&15], hexDigits[a>>40&15], '-', hexDigits[a>>36&15], hexDigits[a>>32&15], '-',
		hexDigits[a>>28&15], hexDigits[a>>24&15], '-', hexDigits[a>>20&15], hexDigits[a>>16&15], '-',
		hexDigits[a>>12&15], hexDigits[a>>8&15], '-', hexDigits[a>>4&15], hexDigits[a&15])
}

// Package openpgp seals files to OpenPGP keys and opens them, as streams (RFC 9580, RFC 4880). It stands on
// ProtonMail/go-crypto and adds what delivery of private keys needs: strict framing, one error for everything that does
// not authenticate, limits, and words for which key will be used and why another will not.
//
//   - ReadKeys reads public and secret keys, armored or binary, several in a file;
//   - Encrypt seals to one or several keys: AES-256 wherever every key lists it (which all do that were made in the last
//     twenty years; a key that does not gets AES-128, the cipher that RFC 9580 §9.3 obliges everybody to have), never
//     compressed, with an AEAD packet (SEIPDv2) only where every key advertises it and MDC (SEIPDv1) otherwise;
//   - Decrypt opens a message with the secret keys of a KeyRing, in whatever core/form takes off.
//
// # What may be believed
//
// A Message is a stream, and streams are decrypted before their end is authenticated: what it delivers is proven only
// when it ends with io.EOF. Whoever writes it to a file uses a temporary one and renames it after io.EOF. Flipped,
// truncated, appended to: each is ErrIntegrity. A message without integrity protection is refused at its start.
//
// io.EOF proves that nothing was changed since somebody sealed it. It does not say who: signatures are noted and not
// verified, because the service's signing key, if it has one, is not known.
package openpgp

import (
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"enrollbench/core/privatekey"
)

// Limits on what is read.
const (
	MaxKeyBytes     = 16 << 20 // of a file of keys
	MaxKeys         = 1000     // in a file
	MaxHeaderBytes  = 1 << 20  // of all that stands before a message's encrypted packet
	MaxArgon2Memory = 2 << 30  // bytes, for a secret key's passphrase: what RFC 9106 §4 recommends first
	MaxModulusBits  = 16_384   // of RSA, DSA and ElGamal
	MaxDecompressed = 8 << 30  // bytes that a compressed message may grow to

	// All keys of a file that can decrypt together.
	maxHashed = 2 << 30 // bytes that one passphrase is hashed to: 32 keys with the most that GnuPG asks for
	maxFilled = 4 << 30 // bytes that Argon2 fills for one passphrase

	maxSignatures     = 200   // that a key's owner has made of it: more are verified by nobody's wish
	maxFileSignatures = 5_000 // of all keys of a file
	maxAttempts       = 256   // session keys that are tried to be opened, for one message
)

// Passphrases are asked for and answered as with every other private key.
type Passphrase = privatekey.Passphrase

// config is the library's for everything that selects keys and for encryption. Keys without key flags may do
// everything, as GnuPG has it (RFC 9580 §5.2.3.29 leaves it open).
func config() *packet.Config {
	return &packet.Config{
		DefaultCipher:                       packet.CipherAES256,
		DefaultCompressionAlgo:              packet.CompressionNone,
		InsecureAllowAllKeyFlagsWhenMissing: true,
	}
}

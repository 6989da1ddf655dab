package privatekey

import (
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"
)

var oidFriendlyName = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20} // RFC 2985 §5.5.1

// Keystore writes a PKCS#12 with a key, its certificate and the CAs above it (AES-256, PBKDF2 with SHA-256). Java opens it
// as a keystore in which the key has the alias name, Windows and OpenSSL show it as the friendly name. name must not be
// empty; Java takes passphrases in ASCII only.
func Keystore(key crypto.PrivateKey, certificate *x509.Certificate, chain []*x509.Certificate, name string, passphrase []byte) ([]byte, error) {
	plain, err := pkcs12.Modern2023.Encode(key, certificate, chain, string(passphrase))
	if err != nil {
		return nil, err
	}
	named, ok := withName(plain, name, passphrase)
	if !ok {
		return nil, fmt.Errorf("the name %q does not fit into the PKCS#12", name) // it has the form that the library writes
	}
	return named, nil
}

// withName adds the friendlyName to the bag of the key, which the library leaves without, and computes the MAC again
// (RFC 7292 §4). The file must be one of Modern2023: the safe of the certificates first, then that of the key.
func withName(file []byte, name string, passphrase []byte) ([]byte, bool) {
	zero := cbasn1.Tag(0).Constructed().ContextSpecific()
	in := cryptobyte.String(file)
	var version int64
	var outer, safes, certificates, macData, digest, algorithm, salt, content cryptobyte.String
	var iterations int64
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) || !in.ReadASN1Integer(&version) || !readData(&in, &outer) || !outer.ReadASN1(&safes, cbasn1.SEQUENCE) ||
		!safes.ReadASN1Element(&certificates, cbasn1.SEQUENCE) || !readData(&safes, &content) || !safes.Empty() {
		return nil, false
	}
	var bag, id, key, attributes cryptobyte.String
	if !content.ReadASN1(&content, cbasn1.SEQUENCE) || !content.ReadASN1(&bag, cbasn1.SEQUENCE) || !content.Empty() || !bag.ReadASN1Element(&id, cbasn1.OBJECT_IDENTIFIER) ||
		!bag.ReadASN1Element(&key, zero) || !bag.ReadASN1(&attributes, cbasn1.SET) {
		return nil, false
	}
	if !in.ReadASN1(&macData, cbasn1.SEQUENCE) || !macData.ReadASN1(&digest, cbasn1.SEQUENCE) || !digest.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) ||
		!macData.ReadASN1(&salt, cbasn1.OCTET_STRING) || !macData.ReadASN1Integer(&iterations) || iterations < 1 {
		return nil, false
	}
	bmp := passwordOf([]byte(name)).bmp
	bmp = bmp[:len(bmp)-2] // without the zero at its end
	safe := built(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(certificates)
			addData(b, built(func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddBytes(id)
						b.AddBytes(key)
						b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
							b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
								b.AddASN1ObjectIdentifier(oidFriendlyName)
								b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
									b.AddASN1(cbasn1.Tag(30), func(b *cryptobyte.Builder) { b.AddBytes(bmp) }) // BMPString
								})
							})
							b.AddBytes(attributes)
						})
					})
				})
			}))
		})
	})
	secret := passwordOf(passphrase)
	defer secret.wipe()
	macKey := pkcs12Derive(crypto.SHA256, 3, secret.bmp, salt, uint64(iterations), crypto.SHA256.Size())
	defer clear(macKey)
	mac := hmac.New(crypto.SHA256.New, macKey)
	mac.Write(safe)
	return built(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(version)
			addData(b, safe)
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddBytes(algorithm)
					b.AddASN1OctetString(mac.Sum(nil))
				})
				b.AddASN1OctetString(salt)
				b.AddASN1Int64(iterations)
			})
		})
	}), true
}

// readData takes the octets out of a ContentInfo of the type data; addData puts them into one.
func readData(in, out *cryptobyte.String) bool {
	var info cryptobyte.String
	return in.ReadASN1(&info, cbasn1.SEQUENCE) && info.SkipASN1(cbasn1.OBJECT_IDENTIFIER) &&
		info.ReadASN1(&info, cbasn1.Tag(0).Constructed().ContextSpecific()) && info.ReadASN1(out, cbasn1.OCTET_STRING)
}

func addData(b *cryptobyte.Builder, content []byte) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidData)
		b.AddASN1(cbasn1.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
	})
}

func built(write func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	write(&b)
	return b.BytesOrPanic()
}

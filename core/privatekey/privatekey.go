// Package privatekey is the one way to read a private key that is not an OpenPGP key: PKCS#8 plain and encrypted,
// PKCS#1, SEC 1, the legacy encrypted PEM of OpenSSL before 1.0, and PKCS#12; PEM or DER.
//
// Read takes a file's bytes and asks for a passphrase through a function when the file is protected.
// Keystore writes a key and its certificates as PKCS#12. OpenPGP secret keys are read by core/openpgp.
//
// The file decides how much work unlocking it is, so its iteration counts and its scrypt memory are limited before
// anything is computed. Passphrases and decrypted bytes are wiped after use as far as Go allows it: the standard
// library makes copies of its own, which the garbage collector frees without wiping.
package privatekey

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
)

// Limits on what a file may ask for.
const (
	MaxAttempts     = 3         // passphrases that Read asks for before it gives up
	MaxBytes        = 4 << 20   // of a file
	MaxIterations   = 5_000_000 // of PBKDF2 and of PKCS#12's own derivation, all of a file together; Java takes as many
	MaxScryptMemory = 256 << 20 // bytes; RFC 7914 §2: 128·N·r
	MaxModulusBits  = 16_384    // of RSA: what OpenSSL verifies with
	maxKeyDER       = 32 << 10  // bytes; an RSA key of 16,384 bits has 10 KiB, one of several primes more
	maxScryptWork   = 1 << 24   // N·r·p: eight passes over the largest memory
)

// The limits in force; variables so that a fuzzer can lower them.
var (
	maxIterations   uint64 = MaxIterations
	maxScryptMemory uint64 = MaxScryptMemory
)

// Names of the formats, as Key.Form and errors show them.
const (
	PKCS8          = "PKCS#8"
	EncryptedPKCS8 = "encrypted PKCS#8"
	PKCS1          = "PKCS#1"
	SEC1           = "SEC 1"
	LegacyPEM      = "legacy encrypted PEM"
	PKCS12         = "PKCS#12"
)

// What can be wrong with a file; match with errors.Is.
var (
	ErrNeedPassphrase  = errors.New("the private key is protected by a passphrase")
	ErrWrongPassphrase = errors.New("wrong passphrase")
	ErrNotAKey         = errors.New("not a private key")
	ErrDamaged         = errors.New("the private key is damaged")
	ErrUnsupported     = errors.New("not supported")
	ErrSeveral         = errors.New("the file holds several private keys; copy the right one into a separate file")
)

// NotAKeyError says what a file holds instead of a private key. It matches ErrNotAKey.
type NotAKeyError struct {
	Found  string // what it is: "a certificate", "an OpenPGP secret key", …
	Advice string // what to do about it, as an order; "" where there is nothing to say
	Other  bool   // it is a private key, of a kind that is not read
}

func (e *NotAKeyError) Error() string {
	switch {
	case e.Other && e.Advice != "":
		return fmt.Sprintf("this kind of private key is not supported: it is %s: %s", e.Found, e.Advice)
	case e.Other:
		return fmt.Sprintf("this kind of private key is not supported: it is %s", e.Found)
	case e.Advice != "":
		return fmt.Sprintf("no private key in it: it is %s: %s", e.Found, e.Advice)
	}
	return fmt.Sprintf("no private key in it: it is %s", e.Found)
}

// Is makes errors.Is(err, ErrNotAKey) true.
func (e *NotAKeyError) Is(target error) bool { return target == ErrNotAKey }

// LimitError is a file that asks for more work or memory than is granted.
type LimitError struct {
	What       string // "iterations", "bytes of scrypt memory", …
	Value, Max uint64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the private key asks for %d %s, the limit is %d", e.Value, e.What, e.Max)
}

// Passphrase is asked when a file is protected. attempt counts from 1. Whoever called it wipes the bytes it returned.
// An error ends the reading and is passed on: the user cancelled.
type Passphrase func(attempt int) ([]byte, error)

// Key is a private key and what stood beside it. No fmt verb and no encoder shows key material.
type Key struct {
	Private      crypto.PrivateKey   // *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey or *ecdh.PrivateKey (X25519)
	Certificates []*x509.Certificate // that stood in the same file, in its order
	Form         string              // one of the names above
}

// Public returns the public half.
func (k *Key) Public() crypto.PublicKey {
	if s, ok := k.Private.(interface{ Public() crypto.PublicKey }); ok {
		return s.Public()
	}
	return nil
}

// Certificate returns the certificate of the same file that belongs to the key, or nil.
func (k *Key) Certificate() *x509.Certificate {
	for _, c := range k.Certificates {
		if k.BelongsTo(c) {
			return c
		}
	}
	return nil
}

// BelongsTo tells whether the certificate certifies this key.
func (k *Key) BelongsTo(c *x509.Certificate) bool {
	own, ok := k.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && own.Equal(PublicKeyOf(c))
}

// PublicKeyOf returns the public key of a certificate, or nil for an algorithm that the standard library does not know.
// It knows X25519, which x509.ParseCertificate leaves out although x509.ParsePKIXPublicKey has it.
func PublicKeyOf(c *x509.Certificate) crypto.PublicKey {
	if c.PublicKey != nil {
		return c.PublicKey
	}
	key, err := x509.ParsePKIXPublicKey(c.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil
	}
	return key
}

// Algorithm names the kind and size of the key: "RSA 3072", "P-256", "Ed25519", "X25519".
func (k *Key) Algorithm() string {
	switch p := k.Private.(type) {
	case *rsa.PrivateKey:
		return fmt.Sprintf("RSA %d", p.N.BitLen())
	case *ecdsa.PrivateKey:
		return p.Curve.Params().Name
	case ed25519.PrivateKey:
		return "Ed25519"
	case *ecdh.PrivateKey:
		return fmt.Sprint(p.Curve())
	}
	return "unknown"
}

// String names the key without showing it: "RSA 3072 private key (PKCS#8)".
func (k Key) String() string { return k.Algorithm() + " private key (" + k.Form + ")" }

// GoString is String, so that %#v shows no key material.
func (k Key) GoString() string { return k.String() }

// Format answers every verb with String: %d and %x would otherwise walk into the key.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.String()) }

// MarshalText is String, so that encoding/json and log/slog show no key material.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Wipe overwrites the secret numbers where they can be reached. What the standard library has precomputed, and an
// X25519 key as a whole, cannot be; the key is unusable afterwards and no longer referred to.
func (k *Key) Wipe() {
	switch p := k.Private.(type) {
	case *rsa.PrivateKey:
		wipeInt(p.D)
		for _, q := range p.Primes {
			wipeInt(q)
		}
		wipeInt(p.Precomputed.Dp)
		wipeInt(p.Precomputed.Dq)
		wipeInt(p.Precomputed.Qinv)
	case *ecdsa.PrivateKey:
		//lint:ignore SA1019 to wipe the number there is no other way to reach it
		wipeInt(p.D)
	case ed25519.PrivateKey:
		clear(p)
	}
	k.Private = nil
}

func wipeInt(n *big.Int) {
	if n != nil {
		clear(n.Bits())
		n.SetInt64(0)
	}
}

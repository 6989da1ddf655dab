package csr

import (
	"enrollbench/core/csr/keycheck"
)

// maxRSABits bounds what is computed with: a request may hold a modulus of 700,000 bits, whose arithmetic would take
// seconds. What is longer has its finding by its size.
const maxRSABits = 16384

// maxExponentBits is the bound of FIPS 186-5 §A.1.1 for exponents.
const maxExponentBits = 256

// fermatRounds is customary; keys that CVE-2022-26320 describes need one.
const fermatRounds = 100

func (e *exam) rsaKey(k *publicKey) {
	n, exp := k.rsa.n, k.rsa.e
	switch size := k.Bits; {
	case k.pss:
		e.addf(RuleKeyType, "the key is for RSASSA-PSS only (id-RSASSA-PSS); the service accepts rsaEncryption")
		if size < 2048 {
			e.addf(RuleWeakRSAKey, "the RSA key has %d bits; at least 2048 are needed", size)
		}
	case size < 2048:
		e.addf(RuleWeakRSAKey, "the RSA key has %d bits; at least 2048 are needed", size)
	case size != 2048 && size != 3072 && size != 4096:
		e.addf(RuleRSAKeySize, "the RSA key has %d bits; the service accepts 2048, 3072 and 4096", size)
	}
	switch {
	case exp.BitLen() <= 1:
		e.addf(RuleRSAExponent, "the RSA exponent is %s", exp)
	case exp.Bit(0) == 0 && exp.BitLen() <= maxExponentBits:
		e.addf(RuleRSAExponent, "the RSA exponent %s is even", exp)
	case exp.BitLen() > maxExponentBits:
		e.addf(RuleRSAExponent, "the RSA exponent has %d bits; at most %d are allowed", exp.BitLen(), maxExponentBits)
	case exp.BitLen() <= 16:
		e.addf(RuleSmallRSAExponent, "the RSA exponent is %s; the standards advise 65537 or more", exp)
	}
	if k.Bits > maxRSABits {
		return
	}
	if p := keycheck.SmallFactor(n); p != 0 {
		e.addf(RuleSmallFactor, "the RSA modulus is divisible by %d", p)
		return // a damaged modulus: what else arithmetic says of it means nothing, and it shares its factor with every other
	}
	e.facts.modulus = n.Bytes()
	if keycheck.ROCA(n) {
		e.addf(RuleROCA, "the RSA modulus has the fingerprint of the defective Infineon library")
	}
	if keycheck.ClosePrimes(n, fermatRounds) != nil {
		e.addf(RuleClosePrimes, "Fermat's method finds the primes of the RSA modulus in %d rounds or fewer", fermatRounds)
	}
}

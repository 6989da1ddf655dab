package keycheck

import "math/big"

// rocaGenerator generates the subgroup in which the flawed library chose its primes (Nemec et al., section 2.1).
const rocaGenerator = 65537

// logTable holds what the fingerprint asks of one small prime p.
type logTable struct {
	p     uint64
	order int     // of 65537 modulo p
	logs  []int16 // the discrete logarithm of each residue to the base 65537, or -1 where there is none
}

// rocaTables has one table for each odd prime up to 167: their product with 2 is the modulus that the flawed library
// used for its smallest keys, and it divides the modulus that it used for every larger size.
var rocaTables = newLogTables(167)

func newLogTables(limit uint64) []logTable {
	var tables []logTable
	for _, p := range oddPrimesBelow(limit + 1) {
		t := logTable{p: p, logs: make([]int16, p)}
		for i := range t.logs {
			t.logs[i] = -1
		}
		for power := uint64(1); t.logs[power] < 0; power = power * rocaGenerator % p {
			t.logs[power] = int16(t.order) // #nosec G115 -- an order modulo p is below p, at most 167
			t.order++
		}
		tables = append(tables, t)
	}
	return tables
}

// ROCA reports whether the RSA modulus n carries the fingerprint of CVE-2017-15361: whether n is a power of 65537 modulo
// the product of all primes up to 167. Such keys were made by the Infineon library RSALib, and the private key of the
// usual sizes can be computed from the public one. About one in 2^150 sound moduli looks the same.
//
// Source: Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack, CCS 2017, section 2.3. Instead of one
// discrete logarithm modulo the product, one is looked up for each prime; by the Chinese remainder theorem they come
// from a common exponent exactly if each two of them agree modulo the greatest common divisor of their orders.
func ROCA(n *big.Int) bool {
	if n.Sign() <= 0 || n.Bit(0) == 0 || n.IsUint64() && n.Uint64() == 1 {
		return false
	}
	var exponents [64]int
	for i := range rocaTables {
		t := &rocaTables[i]
		log := t.logs[remainder(n, t.p)]
		if log < 0 {
			return false
		}
		exponents[i] = int(log)
		for j := range i {
			common := int(gcd(uint64(t.order), uint64(rocaTables[j].order)))
			if (exponents[i]-exponents[j])%common != 0 {
				return false
			}
		}
	}
	return true
}

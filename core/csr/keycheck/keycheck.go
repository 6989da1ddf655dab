// Package keycheck finds public keys and signatures that give their private key away, by arithmetic on public values
// alone. It reads no file and knows nothing of certification requests.
//
// One RSA modulus at a time: SmallFactor, ClosePrimes and ROCA. A whole set of RSA moduli: SharedPrimes. One elliptic
// curve point: OnCurve. Two ECDSA signatures with the same r: RecoverECDSA, the proof that they were made with one nonce.
//
// What is not found here is not thereby safe: each function knows one way in which keys went wrong in the field.
// Nothing here runs in constant time; it is meant for public keys.
package keycheck

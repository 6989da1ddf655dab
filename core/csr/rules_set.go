package csr

import "enrollbench/core/finding"

const miningPsAndQs = "Heninger et al., Mining Your Ps and Qs (USENIX Security 2012)"

// Set: what shows only when requests are compared with each other.
var (
	RuleSameFile = rule("csr/same-file", finding.Error, contractPrepare+": one CSR per certificate",
		"The same request is given twice",
		"You would order, and pay for, two certificates for one request.",
		"leave the later copies out")
	RuleSameKey = rule("csr/same-key", finding.Error, "RFC 2986 §3, NIST SP 800-57 part 1 rev. 5 §5.6, IEEE 802.1AR §6",
		"Different requests have the same key",
		"Devices that share a key can pose as each other, and anyone who opens one device has the key of all. Often a firmware image was copied with its key.",
		"make a key on each device; if one device made two requests, leave the older one out")
	RuleSameName = rule("csr/same-name", finding.Warning, contractNames,
		"Several requests have the same common name",
		"The service names the delivered files after the common name and adds a random value to duplicates. You cannot tell which certificate belongs to which device.",
		"give each device its own common name, or use a CSV with the column unique_identifier")
	RuleSharedPrime = rule("csr/shared-prime", finding.Error, miningPsAndQs+"; NIST SP 800-90B",
		"RSA keys share a prime",
		"Anybody who sees both keys can compute both private keys with one division. The random source of these devices is broken.",
		"discard these keys; fix the random source before a device of this series makes a new key")
	RuleSharedPrimeSkipped = rule("csr/shared-prime-skipped", finding.Notice, miningPsAndQs,
		"The RSA keys were not compared for shared primes",
		"With very many RSA keys the comparison takes minutes, so it runs only when you ask for it.",
		"ask for the comparison, or check a sample of the devices")
	RuleSharedNonce = rule("csr/shared-nonce", finding.Error, "FIPS 186-5 §6.3, RFC 6979 §1",
		"Two signatures of one key repeat a random number",
		"Anybody can compute the private key from these two requests.",
		"discard the key; fix how the device signs (a new random number for each signature, or RFC 6979)")
	RuleSharedNonceOtherKey = rule("csr/shared-nonce-other-key", finding.Error, "FIPS 186-5 §6.3, RFC 6979 §1",
		"Signatures of different keys repeat a random number",
		"Each holder can compute the other's private key. The random source of these devices is broken.",
		"discard these keys; fix the random source before a device of this series makes a new key")
)

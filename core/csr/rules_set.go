package csr

import "enrollbench/core/finding"

// Set: what shows only when requests are compared with each other.
var (
	RuleSameFile = &finding.Rule{
		Name: "csr/same-file", Severity: finding.Error, Source: "DigiCert IoT Trust Manager, Prepare enrollment data: one CSR per certificate",
		Title: "The same request again",
		Why:   "A request that is sent twice is enrolled twice, and paid for twice.",
		Hint:  "leave the later copies out",
	}
	RuleSameKey = &finding.Rule{
		Name: "csr/same-key", Severity: finding.Error, Source: "RFC 2986 §3, NIST SP 800-57 part 1 rev. 5 §5.6, IEEE 802.1AR §6",
		Title: "The same key in different requests",
		Why:   "Devices that share a key can pose as each other, and all fall when one is opened. Often a firmware image was copied with its key, or a random source started from the same state.",
		Hint:  "make a key on each device; if one device made two requests, leave the older one out",
	}
	RuleSameName = &finding.Rule{
		Name: "csr/same-name", Severity: finding.Warning, Source: "DigiCert IoT Trust Manager, CSV format for batch certificate enrollment: names of the delivered files",
		Title: "The same common name in several requests",
		Why:   "The service names the delivered files after the common name and appends a random value to duplicates, so that it is hard to tell which certificate belongs to which device.",
		Hint:  "give each device its own common name, or use a CSV with the column unique_identifier",
	}
	RuleSharedPrime = &finding.Rule{
		Name: "csr/shared-prime", Severity: finding.Error, Source: "Heninger et al., Mining Your Ps and Qs (USENIX Security 2012); NIST SP 800-90B",
		Title: "RSA keys that share a prime",
		Why:   "Anybody who sees both keys can compute both private keys with one division. The random source of these devices is broken.",
		Hint:  "discard these keys and repair the random source before any device of this series makes a new one",
	}
	RuleSharedPrimeSkipped = &finding.Rule{
		Name: "csr/shared-prime-skipped", Severity: finding.Notice, Source: "Heninger et al., Mining Your Ps and Qs (USENIX Security 2012)",
		Title: "Shared primes were not looked for",
		Why:   "With very many RSA keys the search takes minutes, so it is done when it is asked for.",
		Hint:  "ask for the search, or check a sample of the devices",
	}
	RuleSharedNonce = &finding.Rule{
		Name: "csr/shared-nonce", Severity: finding.Error, Source: "FIPS 186-5 §6.3, RFC 6979 §1",
		Title: "Two signatures of one key with the same nonce",
		Why:   "Anybody can compute the private key from these two requests.",
		Hint:  "discard the key, and repair the signing of the device (a random nonce for each signature, or RFC 6979)",
	}
	RuleSharedNonceOtherKey = &finding.Rule{
		Name: "csr/shared-nonce-other-key", Severity: finding.Error, Source: "FIPS 186-5 §6.3, RFC 6979 §1",
		Title: "Signatures of different keys with the same nonce",
		Why:   "Each holder can compute the other's private key, and whoever learns one key learns them all. The random source of these devices is broken.",
		Hint:  "discard these keys and repair the random source before any device of this series makes a new one",
	}
)

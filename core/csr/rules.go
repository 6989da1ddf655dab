package csr

import "enrollbench/core/finding"

// Rules is the one table of what is checked, in the order of the source: form, key, content, intake, set.
// docs/csr-rules.md is printed from it, and the tests demand of every rule an input that breaks it and one that keeps it.
// A finding of severity error keeps its request out of the bundle.
var Rules []*finding.Rule

// rule adds a row to Rules. The title says what is wrong, why what would happen, hint what to do now; title and hint have
// no full stop.
func rule(name string, severity finding.Severity, source, title, why, hint string) *finding.Rule {
	r := &finding.Rule{Name: name, Severity: severity, Source: source, Title: title, Why: why, Hint: hint}
	Rules = append(Rules, r)
	return r
}

// Form: is it a certification request at all, and does it prove that its maker holds the key.
var (
	RuleBrokenPEM = rule("csr/broken-pem", finding.Error, "RFC 7468 §3, §7",
		"The PEM text is damaged",
		"The lines between BEGIN and END cannot be decoded. A transfer often cuts or rewraps a file.",
		"copy the file from its source again, in binary mode")
	RuleBrokenDER = rule("csr/broken-der", finding.Error, "RFC 2986 §4, X.690 §8, §10",
		"The structure of the request is damaged",
		"The service rejects a request that breaks the rules of ASN.1. The file was damaged, or the tool that made it has a defect.",
		"copy the file from its source again; if that does not help, make the request again with the device's tool")
	RuleTrailingData = rule("csr/trailing-data", finding.Error, "RFC 2986 §4, X.690 §8.1",
		"Bytes follow the end of the request",
		"No signature covers these bytes. Some readers pass over them, and the service may reject the request.",
		"make the request again, or cut the file at the end of the request")
	RuleVersion = rule("csr/version", finding.Error, "RFC 2986 §4.1",
		"The version of the request is not 1",
		"PKCS#10 has one version, which is written as 0. Strict services reject any other.",
		"set the version field to 0 in the tool that makes the requests")
	RuleSignature = rule("csr/signature", finding.Error, "RFC 2986 §3, §4.2",
		"The signature does not verify",
		"The signature proves that the device holds the private key. The request was changed after it was signed, or another key signed it.",
		"make the request again on the device; if all requests of one source fail, fix how that source signs")
	RuleUnknownSignature = rule("csr/unknown-signature-algorithm", finding.Error, "RFC 2986 §4.2, RFC 5754, RFC 4055 §3",
		"The signature algorithm is not supported, so the signature was not verified",
		"Nothing proves that the device holds its private key, and the service does not list this algorithm.",
		"sign with ecdsa-with-SHA256, sha256WithRSAEncryption, RSASSA-PSS or Ed25519")
	RuleWeakHash = rule("csr/weak-hash", finding.Error, "RFC 6151 §2, RFC 6194 §3, NIST SP 800-131A rev. 2 §9",
		"The request is signed with SHA-1 or MD5",
		"Anybody can make two texts with the same hash, so the signature proves little. Services reject such requests.",
		"sign with SHA-256 or stronger (openssl req -sha256)")
)

// contractKeys is where the service's list of key types stands.
const contractKeys = "DigiCert IoT Trust Manager, Prepare enrollment data: key types"

// Key: would a device be safe with this key, and does the service take it.
var (
	RuleKeyType = rule("csr/key-type", finding.Error, contractKeys+"; RFC 5480 §2.1.1, RFC 9881",
		"The service does not accept this type of key",
		"The service accepts RSA 2048, 3072 and 4096, P-256, P-384 and P-521, and with newer templates Ed25519 and ML-DSA. It rejects requests for other keys.",
		"make a new key of a type on the service's list, for example P-256")
	RuleWeakRSAKey = rule("csr/weak-rsa-key", finding.Error, contractKeys+"; NIST SP 800-131A rev. 2 §3",
		"The RSA key has fewer than 2048 bits",
		"Attackers can break such a key during the life of a device. The service rejects it.",
		"make a new key: RSA 3072 or P-256")
	RuleRSAKeySize = rule("csr/rsa-key-size", finding.Error, contractKeys,
		"The service does not accept RSA keys of this size",
		"The service accepts RSA keys of exactly 2048, 3072 and 4096 bits.",
		"make a new key of 2048, 3072 or 4096 bits")
	RuleRSAExponent = rule("csr/rsa-exponent", finding.Error, "RFC 8017 §3.1, FIPS 186-5 §A.1.1",
		"The RSA public exponent cannot work",
		"An exponent is odd, at least 3 and below 2^256. With any other one no private key belongs to this key, or everybody can sign with it. The tool that made the key has a defect.",
		"make a new key with exponent 65537")
	RuleSmallRSAExponent = rule("csr/small-rsa-exponent", finding.Warning, "FIPS 186-5 §A.1.1, CA/Browser Forum Baseline Requirements §6.1.6",
		"The RSA public exponent is below 65537",
		"With a small exponent, a mistake in padding lets others forge signatures. Many services reject it.",
		"make new keys with exponent 65537")
	RuleSmallFactor = rule("csr/small-factor", finding.Error, "CA/Browser Forum Baseline Requirements §6.1.6, NIST SP 800-89 §5.3.3",
		"The RSA modulus has a small factor",
		"The product of two large primes has no small factor. The modulus was damaged, or a tool with a defect made it. Anybody may find the private key.",
		"make a new key; check every key of this source")
	RuleClosePrimes = rule("csr/close-primes", finding.Error, "CVE-2022-26320, FIPS 186-5 §A.1.1",
		"The primes of the RSA key are too close together",
		"Anybody can compute the private key within moments (Fermat's method). The tool chose the second prime next to the first.",
		"make a new key with another tool; every key of this source is unsafe")
	RuleROCA = rule("csr/roca", finding.Error, "CVE-2017-15361",
		"The RSA key comes from a defective Infineon library (ROCA)",
		"The private keys that this library makes can be computed from the public keys.",
		"update the firmware of the chip and make a new key, or make the key outside of the chip")
	RulePointNotOnCurve = rule("csr/point-not-on-curve", finding.Error, "RFC 5480 §2.2, NIST SP 800-186 §D.1, NIST SP 800-56A rev. 3 §5.6.2.3",
		"The public key is not a point of its curve",
		"No private key belongs to it. The key was damaged, or the tool that made it has a defect.",
		"make a new key and a new request on the device")
	RuleCompressedPoint = rule("csr/compressed-point", finding.Warning, "RFC 5480 §2.2",
		"The public key is a compressed point",
		"Many services and devices read only the uncompressed form.",
		"write the key in uncompressed form (openssl ec -conv_form uncompressed)")
)

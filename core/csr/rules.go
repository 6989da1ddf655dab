package csr

import "enrollbench/core/finding"

// Rules is the one table of what is checked: docs/csr-rules.md is printed from it, and the tests demand of every rule
// in it one fixture that breaks it and one that keeps it. The order is that of the documentation: form, key, content,
// the set, the intake. A finding of severity error keeps its request out of the bundle.
var Rules = []*finding.Rule{
	// form
	RuleBrokenPEM, RuleBrokenDER, RuleTrailingData, RuleVersion, RuleSignature, RuleUnknownSignature, RuleWeakHash,
	// key
	RuleKeyType, RuleUnknownKeyType, RuleWeakRSAKey, RuleRSAKeySize, RuleRSAExponent, RuleSmallRSAExponent,
	RuleSmallFactor, RuleClosePrimes, RuleROCA, RulePointNotOnCurve, RuleCompressedPoint,
	// content
	RuleEmptySubject, RuleNoCommonName, RuleTooLong, RuleEmptyValue, RuleCountry, RuleUserCountry, RuleStringType, RuleControlCharacter,
	RuleInvisibleCharacter, RuleMixedScript, RuleOuterBlank, RuleSANDNS, RuleSANIP, RuleSANEmail, RuleSANURI,
	RuleDuplicateExtension, RuleChallengePassword,
	// set
	RuleSameFile, RuleSameKey, RuleSameName, RuleSharedPrime, RuleSharedPrimeSkipped, RuleSharedNonce,
	RuleSharedNonceOtherKey,
	// intake
	RulePrivateKey, RuleDERConverted, RuleIsCertificate, RuleIsPGPKey, RuleIsPKCS12, RuleNotACSR, RuleEmptyFile,
	RuleTooLarge, RuleUnreadable, RuleHiddenFile, RuleLinkOutside, RuleNestedArchive, RuleBadArchive, RuleLimit,
	RuleNoCSR, RuleChanged,
}

// Form: is it a certification request at all, and does it prove that its maker holds the key.
var (
	RuleBrokenPEM = &finding.Rule{
		Name: "csr/broken-pem", Severity: finding.Error, Source: "RFC 7468 §3, §7",
		Title: "The PEM text is damaged",
		Why:   "The lines between BEGIN and END cannot be decoded, so nothing can be enrolled from them; often a transfer cut or rewrapped the file.",
		Hint:  "copy the file from its source again, in binary mode",
	}
	RuleBrokenDER = &finding.Rule{
		Name: "csr/broken-der", Severity: finding.Error, Source: "RFC 2986 §4, X.690 §10",
		Title: "The request's structure is damaged",
		Why:   "The service decodes the request as ASN.1 and rejects what does not follow the rules; the maker of the file has a defect or the file was damaged.",
		Hint:  "make the request again with the device's tool, or with openssl req",
	}
	RuleTrailingData = &finding.Rule{
		Name: "csr/trailing-data", Severity: finding.Error, Source: "RFC 2986 §4, X.690 §8.1",
		Title: "Something follows the end of the request",
		Why:   "Bytes after the structure are covered by no signature: readers disagree on what to do with them, and the service may reject the request.",
		Hint:  "make the request again, or cut the file at the end of its structure",
	}
	RuleVersion = &finding.Rule{
		Name: "csr/version", Severity: finding.Error, Source: "RFC 2986 §4.1",
		Title: "Version other than 1",
		Why:   "PKCS#10 knows one version, written as 0; a request that names another is rejected by strict services.",
		Hint:  "correct the tool that makes the requests: the version field must be 0",
	}
	RuleSignature = &finding.Rule{
		Name: "csr/signature", Severity: finding.Error, Source: "RFC 2986 §4.2, §3",
		Title: "The signature does not verify",
		Why:   "The signature is the proof that the device holds the private key. Without it the request was changed after signing or was signed by another key, and the certificate would not fit the device.",
		Hint:  "make the request again on the device; if all requests of one source fail, its signing is defective",
	}
	RuleUnknownSignature = &finding.Rule{
		Name: "csr/unknown-signature-algorithm", Severity: finding.Warning, Source: "RFC 2986 §4.2, RFC 5754, RFC 4055 §3",
		Title: "Signature algorithm not known here: not verified",
		Why:   "The proof that the device holds its private key could not be checked here; the service may know the algorithm, or reject the request.",
		Hint:  "sign with SHA-256 or stronger in a common scheme: ecdsa-with-SHA256, sha256WithRSAEncryption, RSASSA-PSS or Ed25519",
	}
	RuleWeakHash = &finding.Rule{
		Name: "csr/weak-hash", Severity: finding.Error, Source: "RFC 6151 §2, RFC 6194 §3, NIST SP 800-131A rev. 2 §9",
		Title: "Signed with SHA-1 or MD5",
		Why:   "Collisions for these hashes can be made, so the signature proves little, and services refuse such requests.",
		Hint:  "sign with SHA-256 or stronger (openssl req -sha256)",
	}
)

// contractKeys is where the service's list of key types stands.
const contractKeys = "DigiCert IoT Trust Manager, Prepare enrollment data: key types"

// Key: would a device be safe with this key, and does the service take it.
var (
	RuleKeyType = &finding.Rule{
		Name: "csr/key-type", Severity: finding.Error, Source: contractKeys,
		Title: "The service does not take this type of key",
		Why:   "The service issues for RSA 2048, 3072 and 4096, P-256, P-384, P-521, and with newer templates Ed25519 and ML-DSA; it rejects requests for other keys.",
		Hint:  "make a new key of a type on the service's list, P-256 for example",
	}
	RuleUnknownKeyType = &finding.Rule{
		Name: "csr/unknown-key-type", Severity: finding.Warning, Source: contractKeys + "; RFC 9881 (ML-DSA)",
		Title: "Type of key not known here: key and signature not checked",
		Why:   "This program cannot check keys and signatures of this type. Newer templates of the service take ML-DSA; another type may be rejected.",
		Hint:  "check with openssl req -verify (3.5 or newer for ML-DSA), and that the profile allows this type of key",
	}
	RuleWeakRSAKey = &finding.Rule{
		Name: "csr/weak-rsa-key", Severity: finding.Error, Source: contractKeys + "; NIST SP 800-131A rev. 2 §3",
		Title: "RSA key shorter than 2048 bits",
		Why:   "Such keys are within reach of attackers during the life of a device, and the service rejects them.",
		Hint:  "make a new key: RSA 2048 or longer, or P-256",
	}
	RuleRSAKeySize = &finding.Rule{
		Name: "csr/rsa-key-size", Severity: finding.Error, Source: contractKeys,
		Title: "RSA key of a size the service does not take",
		Why:   "The service issues for RSA keys of exactly 2048, 3072 and 4096 bits and rejects requests for others.",
		Hint:  "make a new key of 2048, 3072 or 4096 bits",
	}
	RuleRSAExponent = &finding.Rule{
		Name: "csr/rsa-exponent", Severity: finding.Error, Source: "RFC 8017 §3.1, FIPS 186-5 §A.1.1",
		Title: "RSA public exponent is not usable",
		Why:   "An exponent must be odd, at least 3 and below 2^256: with 1 anything encrypts to itself, an even one belongs to no key. The tool that made the key is defective.",
		Hint:  "make a new key with exponent 65537",
	}
	RuleSmallRSAExponent = &finding.Rule{
		Name: "csr/small-rsa-exponent", Severity: finding.Warning, Source: "FIPS 186-5 §A.1.1, CA/Browser Forum Baseline Requirements §6.1.6",
		Title: "RSA public exponent below 65537",
		Why:   "Small exponents turn mistakes in padding into forged signatures; many services refuse them.",
		Hint:  "make new keys with exponent 65537",
	}
	RuleSmallFactor = &finding.Rule{
		Name: "csr/small-factor", Severity: finding.Error, Source: "CA/Browser Forum Baseline Requirements §6.1.6, NIST SP 800-89 §5.3.3",
		Title: "RSA modulus with a small factor",
		Why:   "A product of two large primes has no small factor: the modulus was damaged or made by a defective tool, and anybody may find the private key.",
		Hint:  "make a new key; suspect every key of this source",
	}
	RuleClosePrimes = &finding.Rule{
		Name: "csr/close-primes", Severity: finding.Error, Source: "CVE-2022-26320, FIPS 186-5 §A.1.1",
		Title: "RSA primes too close together",
		Why:   "Fermat's method finds the primes within moments, and so the private key. The generator chose the second prime next to the first.",
		Hint:  "make a new key with another tool; every key of this source is unsafe",
	}
	RuleROCA = &finding.Rule{
		Name: "csr/roca", Severity: finding.Error, Source: "CVE-2017-15361",
		Title: "RSA key of a defective Infineon library (ROCA)",
		Why:   "The modulus has the fingerprint of a library whose private keys can be computed from the public ones.",
		Hint:  "update the firmware of the chip, or make the key outside of it, and make a new key",
	}
	RulePointNotOnCurve = &finding.Rule{
		Name: "csr/point-not-on-curve", Severity: finding.Error, Source: "RFC 5480 §2.2, NIST SP 800-186 §D.1, NIST SP 800-56A rev. 3 §5.6.2.3",
		Title: "The public key is no valid point of its curve",
		Why:   "No private key belongs to it: the key was damaged or its maker is defective.",
		Hint:  "make a new key and request on the device",
	}
	RuleCompressedPoint = &finding.Rule{
		Name: "csr/compressed-point", Severity: finding.Warning, Source: "RFC 5480 §2.2",
		Title: "Public key written as a compressed point",
		Why:   "Only the uncompressed form must be understood; many services and devices cannot read the other one.",
		Hint:  "set the point form to uncompressed where the key is made (openssl ec -conv_form uncompressed)",
	}
)

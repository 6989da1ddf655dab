package delivery

import "enrollbench/core/finding"

const (
	contractDownload = "DigiCert IoT Trust Manager, Download certificates"
	contractPrepare  = "DigiCert IoT Trust Manager, Prepare enrollment data"
)

// Rules is the one table of what is said about a delivery; the documentation is printed from it. An error makes the
// verdict red, a warning amber. The order is that of the documentation: what it holds, who issued it, whether it is what
// was ordered.
var Rules = []*finding.Rule{
	RuleEmpty, RuleNotProven, RuleDamaged, RuleUnusual, RuleSealedKey, RuleRenewed, RuleOtherFile, RuleUntidy,
	RulePractice, RuleNotPractice, RuleSignature, RuleNotChecked, RuleChain, RuleNoIssuer, RuleIssuerNotConfirmed, RuleExpired, RuleNotYetValid, RuleCriticalExtension,
	RuleOtherKey, RuleOtherName, RuleOtherSubject, RuleSharedKey, RuleMissing, RuleUnexpected, RuleDuplicate,
	RuleKeyWithoutCertificate, RuleCertificateWithoutKey, RuleNoOrder,
}

// What the result holds.
var (
	RuleEmpty = &finding.Rule{
		Name: "delivery/empty", Severity: finding.Error, Source: contractDownload,
		Title: "No certificate was delivered",
		Why:   "The result opens, but it holds no certificate of a device.",
		Hint:  "download it again; if it is still empty, ask the service about the job",
	}
	RuleNotProven = &finding.Rule{
		Name: "delivery/not-proven", Severity: finding.Warning, Source: "RFC 5652 §6.3, RFC 8551 §2.4.4",
		Title: "Integrity cannot be proven",
		Why:   "CBC encryption does not show changes, and the content has no checksum of its own.",
		Hint:  "ask for results as ZIP or JSON, or sealed with AES-GCM or OpenPGP",
	}
	RuleDamaged = &finding.Rule{
		Name: "delivery/damaged", Severity: finding.Error, Source: "RFC 5280 §4.1, RFC 5958 §2, RFC 7468",
		Title: "Certificate or key that cannot be read",
		Why:   "A device would get nothing, or something that does not work.",
		Hint:  "download it again; if the finding stays, send the file to the service",
	}
	RuleUnusual = &finding.Rule{
		Name: "delivery/unusual", Severity: finding.Warning, Source: "RFC 5280 §4.1",
		Title: "Certificate that some programs refuse",
		Why:   "It breaks a rule of the standard. OpenSSL reads it. Go, Java or a strict server may refuse it.",
		Hint:  "test one of these certificates on a device and with your server; ask the service to correct its profile",
	}
	RuleSealedKey = &finding.Rule{
		Name: "delivery/sealed-key", Severity: finding.Warning, Source: contractDownload + ": individually encrypted private keys",
		Title: "Private key left sealed",
		Why:   "The key could not be opened, so nobody checked whether it belongs to its certificate. It is exported unchanged.",
		Hint:  "open the result with the key that it was sealed to, or open this key with the tool that it was made for",
	}
	RuleRenewed = &finding.Rule{
		Name: "delivery/renewed-key", Severity: finding.Notice, Source: "RFC 5652 §6.2.1",
		Title: "Sealed to another certificate of the same key",
		Why:   "The certificate beside the key was renewed, or its issuer is written differently. The key still opens the result.",
		Hint:  "give the service the new certificate before the old one expires",
	}
	RuleUntidy = &finding.Rule{
		Name: "delivery/untidy", Severity: finding.Notice, Source: "PKWARE APPNOTE 6.3.10, section 4.3",
		Title: "ZIP with something that does not belong there",
		Why:   "A transfer or a packer added something. Every certificate and key is intact.",
		Hint:  "use the result; other programs may refuse this ZIP",
	}
	RuleOtherFile = &finding.Rule{
		Name: "delivery/other-file", Severity: finding.Notice, Source: contractDownload,
		Title: "File that is neither certificate nor key",
		Why:   "It is left out: no list has it, and no export writes it.",
		Hint:  "open the ZIP with the tool of your system if you need this file",
	}
)

// Who issued it.
var (
	RulePractice = &finding.Rule{
		Name: "delivery/practice", Severity: finding.Error, Source: "the practice service's certificates have PRACTICE in their issuer's name",
		Title: "PRACTICE certificates outside of practice",
		Why:   "A practice service issued them. No server in the field trusts them.",
		Hint:  "keep them off every device; open the result of the production job",
	}
	RuleNotPractice = &finding.Rule{
		Name: "delivery/not-practice", Severity: finding.Warning, Source: "the practice service's certificates have PRACTICE in their issuer's name",
		Title: "Not a practice certificate, but opened as the result of a practice job",
		Why:   "Practice and production were mixed up somewhere.",
		Hint:  "open it through the connection that it was ordered with",
	}
	RuleSignature = &finding.Rule{
		Name: "delivery/signature", Severity: finding.Error, Source: "RFC 5280 §6.1.3 (a) (1)",
		Title: "The issuer's signature does not verify",
		Why:   "Somebody changed the certificate after it was issued, or made it under the issuer's name.",
		Hint:  "do not use it; download it again; if the finding stays, send it to the service",
	}
	RuleNotChecked = &finding.Rule{
		Name: "delivery/signature-not-checked", Severity: finding.Warning, Source: "RFC 5280 §6.1.3 (a) (1), RFC 5758, NIST SP 800-131A rev. 2",
		Title: "Signature cannot be checked",
		Why:   "Its algorithm is old, insecure or not known here, so nobody checked who issued the certificate.",
		Hint:  "ask the service for a profile whose CA signs with ECDSA, RSA with SHA-256, Ed25519 or ML-DSA",
	}
	RuleChain = &finding.Rule{
		Name: "delivery/chain", Severity: finding.Error, Source: "RFC 5280 §6.1",
		Title: "The issuer's own chain is not valid",
		Why:   "A CA of the chain has expired, may not issue certificates, or may not issue these. Servers will refuse the devices.",
		Hint:  "send the chain to the service",
	}
	RuleNoIssuer = &finding.Rule{
		Name: "delivery/no-issuer", Severity: finding.Warning, Source: "RFC 5280 §6.1",
		Title: "The issuer's certificate is missing",
		Why:   "Without it nobody can tell who issued these certificates: their signatures were not checked.",
		Hint:  "give the issuer's certificates as trusted (--trust), or order results with the full chain",
	}
	RuleIssuerNotConfirmed = &finding.Rule{
		Name: "delivery/issuer-not-confirmed", Severity: finding.Warning, Source: "RFC 5280 §6.1.1 (d)",
		Title: "Issuer not confirmed",
		Why:   "The chain is consistent, but its root came with the result. Anyone who has your recipient's certificate can make such a result.",
		Hint:  "compare the SHA-256 of the root with the one that the service publishes; then pin it for the profile or give it as trusted (--trust)",
	}
	RuleExpired = &finding.Rule{
		Name: "delivery/expired", Severity: finding.Error, Source: "RFC 5280 §4.1.2.5, §6.1.3 (a) (2)",
		Title: "Certificate has expired",
		Why:   "Servers will refuse the device.",
		Hint:  "order it again; if the date is wrong, set the clock of this computer",
	}
	RuleNotYetValid = &finding.Rule{
		Name: "delivery/not-yet-valid", Severity: finding.Warning, Source: "RFC 5280 §4.1.2.5",
		Title: "Certificate is not yet valid",
		Why:   "Until its first day servers will refuse the device.",
		Hint:  "check the dates that were ordered and the clock of this computer",
	}
	RuleCriticalExtension = &finding.Rule{
		Name: "delivery/critical-extension", Severity: finding.Warning, Source: "RFC 5280 §4.2",
		Title: "Critical extension that is not known here",
		Why:   "A program that does not know the extension must refuse the certificate.",
		Hint:  "check that your servers know the extension",
	}
)

// Is it what was ordered.
var (
	RuleOtherKey = &finding.Rule{
		Name: "delivery/other-key", Severity: finding.Error, Source: "RFC 2986 §3",
		Title: "The certificate has another key than the request",
		Why:   "The device holds the key of its request, so it cannot use this certificate. Somebody else may be able to.",
		Hint:  "do not use it; send the request and the certificate to the service",
	}
	RuleOtherName = &finding.Rule{
		Name: "delivery/other-name", Severity: finding.Error, Source: contractPrepare,
		Title: "The certificate has another common name than was ordered",
		Why:   "The device would answer to the name of another device.",
		Hint:  "check the order and the profile; send the certificate to the service",
	}
	RuleOtherSubject = &finding.Rule{
		Name: "delivery/other-subject", Severity: finding.Warning, Source: contractPrepare + "; CSV format for batch certificate enrollment",
		Title: "The subject differs from the order",
		Why:   "The profile may set an attribute by itself. Servers that look at it see another value than you ordered.",
		Hint:  "compare the profile with the columns of the order",
	}
	RuleSharedKey = &finding.Rule{
		Name: "delivery/shared-key", Severity: finding.Error, Source: "IEEE 802.1AR §6, NIST SP 800-57 part 1 rev. 5 §5.6",
		Title: "The same key in certificates of different names",
		Why:   "Devices that share a key can pose as each other. If one is broken into, all are.",
		Hint:  "do not use them; send them to the service",
	}
	RuleMissing = &finding.Rule{
		Name: "delivery/missing", Severity: finding.Warning, Source: contractDownload,
		Title: "Ordered, not delivered",
		Why:   "These devices have no certificate.",
		Hint:  "look at the failed certificates of the job; order these again when you know the reason",
	}
	RuleUnexpected = &finding.Rule{
		Name: "delivery/unexpected", Severity: finding.Warning, Source: contractDownload,
		Title: "Delivered, not ordered",
		Why:   "The result holds these certificates, but the order does not.",
		Hint:  "check that this order, or this part of it, belongs to the result",
	}
	RuleDuplicate = &finding.Rule{
		Name: "delivery/duplicate", Severity: finding.Warning, Source: contractDownload,
		Title: "Delivered twice",
		Why:   "The same certificate is in the result twice, or one row of the order has two certificates.",
		Hint:  "decide which one the device gets",
	}
	RuleKeyWithoutCertificate = &finding.Rule{
		Name: "delivery/key-without-certificate", Severity: finding.Warning, Source: contractDownload,
		Title: "Private key without a certificate",
		Why:   "No certificate of the result has this key.",
		Hint:  "look for its certificate among the missing ones; if there is none, destroy the key",
	}
	RuleCertificateWithoutKey = &finding.Rule{
		Name: "delivery/certificate-without-key", Severity: finding.Warning, Source: contractDownload,
		Title: "Certificate without its private key",
		Why:   "The service made the key, but the result does not hold it: the device cannot use the certificate.",
		Hint:  "download it again; if the key is still missing, order this device again",
	}
	RuleNoOrder = &finding.Rule{
		Name: "delivery/no-order", Severity: finding.Notice, Source: contractDownload,
		Title: "Not compared with an order",
		Why:   "Only a comparison shows what is missing and what was not ordered.",
		Hint:  "give the order: the manifest of the bundle, the upload CSV, or the MAC range",
	}
)

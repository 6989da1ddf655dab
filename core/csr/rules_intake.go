package csr

import "enrollbench/core/finding"

// contractPrepare is the page that says what an upload may hold.
const contractPrepare = "DigiCert IoT Trust Manager, Prepare enrollment data"

// Intake: what was given to the program, whether or not it is a request.
var (
	RulePrivateKey = &finding.Rule{
		Name: "csr/private-key", Severity: finding.Error, Source: "RFC 2986 §3, RFC 5280 §9, " + contractPrepare,
		Title: "PRIVATE KEY among the files",
		Why:   "A private key must never leave its device, and never go to the service with the requests. Everybody who can read this file can pose as the device.",
		Hint:  "STOP: move the private key away from here now; if the folder was shared, mailed or copied, treat the key as stolen and make a new one",
	}
	RuleDERConverted = &finding.Rule{
		Name: "csr/der-converted", Severity: finding.Notice, Source: contractPrepare + ": ZIP of PEM-encoded CSR files",
		Title: "Binary request (DER): converted to PEM",
		Why:   "The service takes PEM. The bytes of the request stay the same; only their coat changes in the upload file.",
		Hint:  "nothing to do",
	}
	RuleIsCertificate = &finding.Rule{
		Name: "csr/is-certificate", Severity: finding.Warning, Source: "RFC 7468 §5",
		Title: "A certificate, not a request: left out",
		Why:   "A certificate is the result of an enrollment; nothing can be enrolled from it.",
		Hint:  "give the request (CSR) that belongs to the device; openssl x509 -x509toreq does not help without its key",
	}
	RuleIsPGPKey = &finding.Rule{
		Name: "csr/is-pgp-key", Severity: finding.Warning, Source: "RFC 9580 §6.2",
		Title: "An OpenPGP public key, not a request: left out",
		Why:   "A PGP key names the recipient of encrypted results; it is no certification request.",
		Hint:  "use it as encryption recipient, not among the requests",
	}
	RuleIsPKCS12 = &finding.Rule{
		Name: "csr/is-pkcs12", Severity: finding.Error, Source: "RFC 7292 §4",
		Title: "PKCS#12 file, which usually holds a PRIVATE KEY",
		Why:   "A .p12 or .pfx file carries certificates together with their private keys and has no place among requests.",
		Hint:  "move the file away from here; give the request (CSR) instead",
	}
	RuleNotACSR = &finding.Rule{
		Name: "csr/not-a-csr", Severity: finding.Warning, Source: "RFC 2986 §4, RFC 7468 §7",
		Title: "Not a request: left out",
		Why:   "The file holds no certification request in PEM or DER.",
		Hint:  "remove the file, or give the request that it should have been",
	}
	RuleEmptyFile = &finding.Rule{
		Name: "csr/empty-file", Severity: finding.Error, Source: "RFC 7468 §3",
		Title: "Empty file",
		Why:   "A device whose request is empty would be missing from the batch; most often a copy or a script failed.",
		Hint:  "copy the file from its source again",
	}
	RuleTooLarge = &finding.Rule{
		Name: "csr/too-large", Severity: finding.Error, Source: contractPrepare + ": one CSR per certificate",
		Title: "File too large for a request",
		Why:   "A request takes a few kilobytes. Larger files are not read, so that no file can exhaust the memory.",
		Hint:  "give the requests as single files, a folder, a ZIP or a PEM file below the limit",
	}
	RuleUnreadable = &finding.Rule{
		Name: "csr/unreadable", Severity: finding.Error, Source: contractPrepare + ": one CSR per certificate",
		Title: "Cannot be read",
		Why:   "The requests in it would be missing from the batch.",
		Hint:  "check that the file is there, that you may read it, and that the network drive is connected",
	}
	RuleHiddenFile = &finding.Rule{
		Name: "csr/hidden-file", Severity: finding.Notice, Source: contractPrepare + ": ZIP of PEM-encoded CSR files",
		Title: "Hidden file left out",
		Why:   "Files whose name begins with a dot, and those that macOS and Windows keep for themselves, are no requests as a rule.",
		Hint:  "rename the file if it is a request",
	}
	RuleLinkOutside = &finding.Rule{
		Name: "csr/link-outside", Severity: finding.Warning, Source: "CWE-59",
		Title: "Link that leads out of the folder: not followed",
		Why:   "A link can point anywhere; only what lies in the folder that you gave is taken.",
		Hint:  "add the file or folder that the link points to by itself",
	}
	RuleNestedArchive = &finding.Rule{
		Name: "csr/nested-archive", Severity: finding.Error, Source: "CWE-409",
		Title: "ZIP within a ZIP: not opened",
		Why:   "The requests in it would be missing from the batch. Nested archives are not opened because a small one can unpack to any size.",
		Hint:  "unpack the outer ZIP and give the inner one by itself",
	}
	RuleBadArchive = &finding.Rule{
		Name: "csr/bad-archive", Severity: finding.Error, Source: "PKWARE APPNOTE.TXT 6.3.10 §4.3",
		Title: "Damaged or unsafe ZIP",
		Why:   "The archive contradicts itself, is encrypted, or its checksums fail; requests in it would be missing or forged.",
		Hint:  "make the ZIP again from the files, or give their folder",
	}
	RuleLimit = &finding.Rule{
		Name: "csr/limit", Severity: finding.Error, Source: "CWE-400, CWE-409",
		Title: "A limit of this program was reached",
		Why:   "Sizes, numbers and depths are limited so that no input can exhaust the machine; what lies beyond was not read and would be missing.",
		Hint:  "give the requests in smaller portions",
	}
	RuleNoCSR = &finding.Rule{
		Name: "csr/no-csr", Severity: finding.Error, Source: contractPrepare + ": one CSR per certificate",
		Title: "No request was found",
		Why:   "Nothing that was given holds a certification request, so there is nothing to enroll.",
		Hint:  "give files, folders or ZIPs with requests (.csr, .pem, .der)",
	}
	RuleChanged = &finding.Rule{
		Name: "csr/changed", Severity: finding.Error, Source: contractPrepare + "; CWE-367",
		Title: "Changed since it was checked",
		Why:   "The bytes that go out must be the bytes that were checked. The file was changed or removed in between.",
		Hint:  "check again (F5) once nobody writes to the files any more",
	}
)

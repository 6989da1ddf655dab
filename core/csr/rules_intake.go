package csr

import "enrollbench/core/finding"

// contractPrepare is the page that says what an upload may hold.
const contractPrepare = "DigiCert IoT Trust Manager, Prepare enrollment data"

// Intake: what was given to the program, whether or not it is a request.
var (
	RulePrivateKey = rule("csr/private-key", finding.Error, "RFC 2986 §3, RFC 5280 §9, "+contractPrepare,
		"PRIVATE KEY among the files",
		"A private key must never leave its device, and never go to the service with the requests. Everybody who can read this file can pose as the device.",
		"STOP: move the private key away from here now; if the folder was shared, mailed or copied, treat the key as stolen and make a new one")
	RuleDERConverted = rule("csr/der-converted", finding.Notice, contractPrepare+": ZIP of PEM-encoded CSR files",
		"Binary request (DER): converted to PEM",
		"The service accepts PEM. The bytes of the request stay the same; only their form changes in the upload file.",
		"nothing to do")
	RuleIsCertificate = rule("csr/is-certificate", finding.Warning, "RFC 7468 §5",
		"A certificate, not a request: left out",
		"A certificate is the result of an enrollment; nothing can be enrolled from it.",
		"give the request (CSR) that belongs to the device; openssl x509 -x509toreq does not help without its key")
	RuleIsPGPKey = rule("csr/is-pgp-key", finding.Warning, "RFC 9580 §6.2",
		"An OpenPGP public key, not a request: left out",
		"An OpenPGP key names the recipient of encrypted results; it is not a certification request.",
		"use it as encryption recipient, not among the requests")
	RuleIsPKCS12 = rule("csr/is-pkcs12", finding.Error, "RFC 7292 §4",
		"PKCS#12 file, which usually holds a PRIVATE KEY",
		"A .p12 or .pfx file carries certificates together with their private keys and has no place among requests.",
		"move the file away from here; give the request (CSR) instead")
	RuleNotACSR = rule("csr/not-a-csr", finding.Warning, "RFC 2986 §4, RFC 7468 §7",
		"Not a CSR",
		"The file holds no certification request in PEM or DER.",
		"remove the file, or give the request that it should have been")
	RuleNoRequest = rule("csr/no-request", finding.Error, contractPrepare+": one CSR per certificate; RFC 2986 §4",
		"Named or placed like a request, but no request can be read from it",
		"The device whose request this should be would be missing from the batch.",
		"replace the file by the request (CSR) in PEM or DER, or remove the file")
	RuleUnusualForm = rule("csr/unusual-form", finding.Notice, "RFC 7468 §3, X.690 §8.1",
		"Unusual form: the request was still read",
		"The form has only one meaning, so the request was read. The upload holds it in the usual form; other programs may refuse the file.",
		"nothing to do; correct the tool that writes the files if other programs refuse them")
	RuleEmptyFile = rule("csr/empty-file", finding.Error, "RFC 7468 §3",
		"Empty file",
		"A device whose request is empty would be missing from the batch; most often a copy or a script failed.",
		"copy the file from its source again")
	RuleTooLarge = rule("csr/too-large", finding.Error, contractPrepare+": one CSR per certificate",
		"File too large for a request",
		"A request takes a few kilobytes. Larger files are not read, so that no file can exhaust the memory.",
		"give the requests as single files, a folder, a ZIP or a PEM file below the limit")
	RuleUnreadable = rule("csr/unreadable", finding.Error, contractPrepare+": one CSR per certificate",
		"Cannot be read",
		"The requests in it would be missing from the batch.",
		"check that the file is there, that you may read it, and that the network drive is connected")
	RuleHiddenFile = rule("csr/hidden-file", finding.Notice, contractPrepare+": ZIP of PEM-encoded CSR files",
		"Hidden file left out",
		"Files whose name begins with a dot, and system files of macOS and Windows, are usually not requests.",
		"rename the file if it is a request")
	RuleLinkOutside = rule("csr/link-outside", finding.Warning, "CWE-59",
		"Link that leads out of the folder: not followed",
		"A link can point anywhere. Only files in the folder that you gave are used.",
		"add the file or folder that the link points to by itself")
	RuleNestedArchive = rule("csr/nested-archive", finding.Error, "CWE-409",
		"ZIP within a ZIP: not opened",
		"The requests in it would be missing from the batch. Nested archives are not opened because a small one can unpack to any size.",
		"unpack the outer ZIP and give the inner one by itself")
	RuleBadArchive = rule("csr/bad-archive", finding.Error, "PKWARE APPNOTE.TXT 6.3.10 §4.3",
		"Damaged or unsafe ZIP",
		"The archive contradicts itself, is encrypted, or its checksums fail; requests in it would be missing or forged.",
		"make the ZIP again from the files, or give their folder")
	RuleLimit = rule("csr/limit", finding.Error, "CWE-400, CWE-409",
		"A limit of this program was reached",
		"Sizes, numbers and depths are limited so that no input can exhaust the machine. What exceeds a limit was not read and would be missing.",
		"give the requests in smaller portions")
	RuleNoCSR = rule("csr/no-csr", finding.Error, contractPrepare+": one CSR per certificate",
		"No request was found",
		"Nothing that was given holds a certification request, so there is nothing to enroll.",
		"give files, folders or ZIPs with requests (.csr, .pem, .der)")
	RuleChanged = rule("csr/changed", finding.Error, contractPrepare+"; CWE-367",
		"Changed since it was checked",
		"The bytes that go out must be the bytes that were checked. The file was changed or removed in between.",
		"check again (F5) when no program writes to the files any more")
)

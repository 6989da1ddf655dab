package csr

import "enrollbench/core/finding"

// contractNames is the page that says how the delivered files are named.
const contractNames = "DigiCert IoT Trust Manager, CSV format for batch certificate enrollment: names of the delivered files"

// Content: what the certificate would say.
var (
	RuleEmptySubject = rule("csr/empty-subject", finding.Error, "RFC 2986 §4.1, RFC 5280 §4.1.2.6",
		"Nothing names the device",
		"Subject and subjectAltName are both empty. The service has nothing to put into the certificate.",
		"make the request with a common name, such as the device's serial number or MAC address")
	RuleNoCommonName = rule("csr/no-common-name", finding.Warning, contractNames,
		"The common name is missing",
		"The service names the delivered files after the common name, and many profiles require it.",
		"add a common name, or check that the profile works without one")
	RuleSeveralCommonNames = rule("csr/several-common-names", finding.Warning, contractNames,
		"The subject has more than one common name",
		"Services and devices show different ones. This program and the names of the delivered files follow the last.",
		"make the request with one common name")
	RuleTooLong = rule("csr/too-long", finding.Error, "RFC 5280 Appendix A.1 (upper bounds)",
		"The value is longer than certificates allow",
		"RFC 5280 limits the characters of each attribute. Services and strict readers reject longer values.",
		"shorten the value")
	RuleEmptyValue = rule("csr/empty-value", finding.Warning, "RFC 5280 Appendix A.1 (SIZE (1..ub)), §4.2.1.6",
		"A field is empty",
		"Each attribute needs at least one character, and a subjectAltName at least one name. Some services reject the request, others drop the field.",
		"leave the field out or fill it where the request is made")
	RuleCountry = rule("csr/country", finding.Error, "RFC 5280 Appendix A.1 (X520countryName), ISO 3166-1 alpha-2",
		"The country is not a two-letter code",
		"Certificates hold the country as two upper-case letters of ISO 3166-1. Services reject other values.",
		"use the two-letter code, for example DE or US")
	RuleUserCountry = rule("csr/user-assigned-country", finding.Warning, "ISO 3166-1 §8.1.3 (user-assigned codes)",
		"The country code stands for no country",
		"ISO 3166-1 leaves AA, QM to QZ, XA to XZ and ZZ to its users. Some services take them (XK for Kosovo), others reject them.",
		"use the country's own code unless you agreed on this one with the service")
	RuleStringType = rule("csr/string-type", finding.Error, "X.680 §41, RFC 5280 §4.1.2.4",
		"The text does not fit its string type",
		"The ASN.1 string type does not allow these bytes. Readers reject the request or show different names.",
		"write the value as UTF8String")
	RuleControlCharacter = rule("csr/control-character", finding.Error, "RFC 5280 §4.1.2.4, RFC 4518 §2.2",
		"A name contains a control character",
		"A line break, tab or NUL cuts or forges what others read. Scanners and scripts often append one.",
		"remove the character where the request is made (echo adds a line break; echo -n does not)")
	RuleInvisibleCharacter = rule("csr/invisible-character", finding.Warning, "RFC 4518 §2.2, Unicode Technical Report 36 §2",
		"A name contains an invisible character",
		"Two names look equal but are not. The character often comes from text that was copied from a document.",
		"remove the character where the request is made")
	RuleMixedScript = rule("csr/mixed-script", finding.Warning, "Unicode Technical Standard 39 §5",
		"A word mixes letters of different scripts",
		"A Cyrillic or Greek letter among Latin ones makes a name that looks like another name.",
		"type the name again in one script")
	RuleOuterBlank = rule("csr/outer-blank", finding.Warning, "RFC 5280 §7.1, RFC 4518 §2.6",
		"A name starts or ends with a space",
		"Some readers drop outer spaces and others keep them, so a later comparison by name fails.",
		"remove the space where the request is made")
	RuleSANDNS = rule("csr/san-dns", finding.Error, "RFC 5280 §4.2.1.6, RFC 1123 §2.1, RFC 5890 §2.3",
		"A DNS name in subjectAltName breaks the rules",
		"Services check DNS names and reject the request. A certificate with this name would match no host.",
		"write a host name without scheme, port or path; write international names as A-labels (xn--…)")
	RuleSANIP = rule("csr/san-ip", finding.Error, "RFC 5280 §4.2.1.6",
		"An IP address in subjectAltName breaks the rules",
		"The field holds 4 bytes (IPv4) or 16 bytes (IPv6). Services reject text and masks.",
		"request the address as an IP address: in openssl, subjectAltName=IP:192.0.2.7")
	RuleSANEmail = rule("csr/san-email", finding.Error, "RFC 5280 §4.2.1.6, RFC 5321 §4.1.2",
		"An email address in subjectAltName breaks the rules",
		"The field holds a bare mailbox, name@host, in ASCII. Services reject anything else.",
		"write name@host without a display name or angle brackets")
	RuleSANURI = rule("csr/san-uri", finding.Error, "RFC 5280 §4.2.1.6, RFC 3986 §3",
		"A URI in subjectAltName breaks the rules",
		"The field holds an absolute URI in ASCII, with its scheme. Services reject anything else.",
		"write the scheme too: https://… or urn:…")
	RuleDuplicateExtension = rule("csr/duplicate-extension", finding.Error, "RFC 5280 §4.2, RFC 2985 §5.4.2",
		"One extension is requested twice",
		"A certificate holds each extension once. The service rejects the request or takes one of the two.",
		"request each extension once, with all its values")
	RuleExtensionConflict = rule("csr/extension-conflict", finding.Error, "RFC 2985 §5.4.2, RFC 5280 §4.2",
		"The request asks for two different values of one extension",
		"It holds several lists of extensions, and they contradict each other. Nobody can tell which one the certificate will follow.",
		"make the request with one list of extensions (one extensionRequest attribute)")
	RuleExtensionRequests = rule("csr/extension-requests", finding.Warning, "RFC 2985 §5.4.2",
		"The request holds several lists of extensions",
		"Most services read only one extensionRequest attribute, so the certificate may lack what the others ask for.",
		"make the request with one list of extensions (one extensionRequest attribute)")
	RuleChallengePassword = rule("csr/challenge-password", finding.Warning, "RFC 2985 §5.4.1",
		"The request contains a challenge password",
		"Everybody who handles the file can read the password. The batch service does not use it.",
		"make requests without challengePassword; if the password is used elsewhere, change it there")
)

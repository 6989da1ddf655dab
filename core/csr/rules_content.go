package csr

import "enrollbench/core/finding"

// Content: what the certificate would say.
var (
	RuleEmptySubject = &finding.Rule{
		Name: "csr/empty-subject", Severity: finding.Error, Source: "RFC 2986 §4.1, RFC 5280 §4.1.2.6",
		Title: "Nothing names the device",
		Why:   "Subject and subjectAltName are both empty, so that the service has nothing to put into the certificate and nothing to name its file after.",
		Hint:  "make the request with a common name, such as the serial number or MAC address of the device",
	}
	RuleNoCommonName = &finding.Rule{
		Name: "csr/no-common-name", Severity: finding.Warning, Source: "DigiCert IoT Trust Manager, CSV format for batch certificate enrollment: names of the delivered files",
		Title: "Common name missing",
		Why:   "The service names the delivered files after the common name, as a rule, and many profiles require it.",
		Hint:  "add a common name, or make sure that the profile does without",
	}
	RuleTooLong = &finding.Rule{
		Name: "csr/too-long", Severity: finding.Error, Source: "RFC 5280 Appendix A.1 (upper bounds)",
		Title: "Attribute longer than certificates allow",
		Why:   "RFC 5280 sets an upper bound of characters for each attribute; a certificate that exceeds it is refused by services and by strict readers.",
		Hint:  "shorten the value",
	}
	RuleCountry = &finding.Rule{
		Name: "csr/country", Severity: finding.Error, Source: "RFC 5280 Appendix A.1 (X520countryName), ISO 3166-1 alpha-2",
		Title: "Country is not a two-letter code",
		Why:   "Certificates hold the country as two upper-case letters of ISO 3166-1; other values are rejected.",
		Hint:  "use the two-letter code, DE or US for example",
	}
	RuleUserCountry = &finding.Rule{
		Name: "csr/user-assigned-country", Severity: finding.Warning, Source: "ISO 3166-1 §8.1.3 (user-assigned codes)",
		Title: "Country code that ISO 3166-1 leaves to users",
		Why:   "AA, QM to QZ, XA to XZ and ZZ stand for no country; some services take them (XK for Kosovo), others reject them.",
		Hint:  "use the country's own code unless you have agreed on this one",
	}
	RuleEmptyValue = &finding.Rule{
		Name: "csr/empty-value", Severity: finding.Warning, Source: "RFC 5280 Appendix A.1 (SIZE (1..ub)), §4.2.1.6",
		Title: "A field is there and holds nothing",
		Why:   "An attribute of a subject needs at least one character and a subjectAltName at least one name; some services reject the request, others drop the field.",
		Hint:  "leave the field out where the request is made, or fill it",
	}
	RuleStringType = &finding.Rule{
		Name: "csr/string-type", Severity: finding.Error, Source: "X.680 §41, RFC 5280 §4.1.2.4",
		Title: "Text does not fit its string type",
		Why:   "The bytes are not valid for the ASN.1 string type that announces them; readers reject the request or show different names.",
		Hint:  "write the value as UTF8String",
	}
	RuleControlCharacter = &finding.Rule{
		Name: "csr/control-character", Severity: finding.Error, Source: "RFC 5280 §4.1.2.4, RFC 4518 §2.2",
		Title: "Control character in a name",
		Why:   "A line break, tab or NUL in a name cuts or forges what others read; most often a tool or a scanner appended it.",
		Hint:  "remove the character where the request is made (a trailing line break often comes from echo without -n)",
	}
	RuleInvisibleCharacter = &finding.Rule{
		Name: "csr/invisible-character", Severity: finding.Warning, Source: "RFC 4518 §2.2, Unicode Technical Report 36 §2",
		Title: "Invisible character in a name",
		Why:   "Non-breaking or zero-width blanks and direction marks make names that look equal and are not.",
		Hint:  "remove the character where the request is made; it often comes from copying out of a document",
	}
	RuleMixedScript = &finding.Rule{
		Name: "csr/mixed-script", Severity: finding.Warning, Source: "Unicode Technical Standard 39 §5",
		Title: "Letters of several scripts that look alike",
		Why:   "A Cyrillic or Greek letter among Latin ones makes a name that looks like another and is not.",
		Hint:  "type the name anew in one script",
	}
	RuleOuterBlank = &finding.Rule{
		Name: "csr/outer-blank", Severity: finding.Warning, Source: "RFC 5280 §7.1, RFC 4518 §2.6",
		Title: "Blank at the start or end of a name",
		Why:   "Some readers drop outer blanks and others keep them, so that a later comparison by name fails.",
		Hint:  "remove the blank where the request is made",
	}
	RuleSANDNS = &finding.Rule{
		Name: "csr/san-dns", Severity: finding.Error, Source: "RFC 5280 §4.2.1.6, RFC 1123 §2.1, RFC 5890 §2.3",
		Title: "DNS name in subjectAltName is not valid",
		Why:   "Services check DNS names and reject the request; a certificate with such a name would match no host.",
		Hint:  "write a host name without scheme, port or path, international names as A-labels (xn--…)",
	}
	RuleSANIP = &finding.Rule{
		Name: "csr/san-ip", Severity: finding.Error, Source: "RFC 5280 §4.2.1.6",
		Title: "IP address in subjectAltName is not valid",
		Why:   "The field holds 4 bytes (IPv4) or 16 (IPv6) in network order; text or masks in it are rejected.",
		Hint:  "give the address as subjectAltName IP:192.0.2.7 (openssl) and not as a DNS name or text",
	}
	RuleSANEmail = &finding.Rule{
		Name: "csr/san-email", Severity: finding.Error, Source: "RFC 5280 §4.2.1.6, RFC 5321 §4.1.2",
		Title: "Email address in subjectAltName is not valid",
		Why:   "The field holds a bare mailbox, name@host, in ASCII; services reject anything else.",
		Hint:  "write name@host without a display name or angle brackets",
	}
	RuleSANURI = &finding.Rule{
		Name: "csr/san-uri", Severity: finding.Error, Source: "RFC 5280 §4.2.1.6, RFC 3986 §3",
		Title: "URI in subjectAltName is not valid",
		Why:   "The field holds an absolute URI in ASCII with a scheme; services reject anything else.",
		Hint:  "write the scheme as well: https://…, urn:…",
	}
	RuleDuplicateExtension = &finding.Rule{
		Name: "csr/duplicate-extension", Severity: finding.Error, Source: "RFC 5280 §4.2, RFC 2985 §5.4.2",
		Title: "Extension requested twice",
		Why:   "A certificate may hold each extension once; services reject the request or take one of the two.",
		Hint:  "request each extension once, with all its values",
	}
	RuleChallengePassword = &finding.Rule{
		Name: "csr/challenge-password", Severity: finding.Warning, Source: "RFC 2985 §5.4.1",
		Title: "Contains a challenge password",
		Why:   "The password stands in the request in clear, for everybody who handles the file; the batch service does not use it.",
		Hint:  "make requests without challengePassword, and treat a password that is used elsewhere as known",
	}
)

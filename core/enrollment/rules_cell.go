package enrollment

import "enrollbench/core/finding"

// Single cells.
var (
	RuleTooLong = &finding.Rule{Name: "csv/too-long", Severity: finding.Error, Source: sourceBounds,
		Title: "Value longer than certificates allow",
		Why:   "RFC 5280 sets an upper bound of characters for each attribute; the service refuses a longer value, and strict readers the certificate.",
		Hint:  "shorten the value"}
	RuleCountry = &finding.Rule{Name: "csv/country", Severity: finding.Error, Source: "RFC 5280 Appendix A.1 (X520countryName), ISO 3166-1 alpha-2",
		Title: "Country is not a two-letter code",
		Why:   "Certificates hold the country as two upper-case letters of ISO 3166-1; other values are refused.",
		Hint:  "use the two-letter code, DE or US for example"}
	RuleUserCountry = &finding.Rule{Name: "csv/user-assigned-country", Severity: finding.Warning, Source: "ISO 3166-1 §8.1.3 (user-assigned codes)",
		Title: "Country code that ISO 3166-1 leaves to users",
		Why:   "AA, QM to QZ, XA to XZ and ZZ stand for no country; some services take them (XK for Kosovo), others refuse them.",
		Hint:  "use the country's own code unless you have agreed on this one"}
	RuleDNS = &finding.Rule{Name: "csv/dns-name", Severity: finding.Error, Source: sourceSAN + ", RFC 1123 §2.1, RFC 5890 §2.3, RFC 6125 §6.4.3",
		Title: "DNS name is not valid",
		Why:   "The service checks DNS names and refuses the row; a certificate with such a name would match no host.",
		Hint:  "write a host name without scheme, port or path, international names as A-labels (xn--…)"}
	RuleIP = &finding.Rule{Name: "csv/ip-address", Severity: finding.Error, Source: sourceSAN + ", RFC 6890",
		Title: "IP address is not valid",
		Why:   "A certificate holds the bytes of one IPv4 or IPv6 address that a device can have; anything else cannot be written into it.",
		Hint:  "write the address alone, 192.0.2.7 or 2001:db8::7 for example"}
	RuleEmail = &finding.Rule{Name: "csv/email", Severity: finding.Error, Source: sourceSAN + ", RFC 5321 §4.1.2",
		Title: "Email address is not valid",
		Why:   "The field holds a bare mailbox, name@host, in ASCII; anything else is refused.",
		Hint:  "write name@host without a display name or angle brackets"}
	RuleURI = &finding.Rule{Name: "csv/uri", Severity: finding.Error, Source: sourceSAN + ", RFC 3986 §3",
		Title: "URI is not valid",
		Why:   "The field holds an absolute URI in ASCII with a scheme; anything else is refused.",
		Hint:  "write the scheme as well: https://…, urn:…"}
	RulePrincipalName = &finding.Rule{Name: "csv/principal-name", Severity: finding.Error, Source: "MS-ADA3 §2.349 (userPrincipalName), RFC 822 §6.1",
		Title: "User principal name is not valid",
		Why:   "It has the form user@domain; systems that log in by it find nobody under another form.",
		Hint:  "write user@domain"}
	RuleObjectID = &finding.Rule{Name: "csv/object-identifier", Severity: finding.Error, Source: "X.660 §7.6, RFC 5280 §4.2.1.6 (registeredID)",
		Title: "Object identifier is not valid",
		Why:   "An object identifier is at least two numbers with dots between them, the first 0, 1 or 2; nothing else can be encoded.",
		Hint:  "write it in dots, 1.3.6.1.4.1.99999.1 for example"}
	RuleDirectoryName = &finding.Rule{Name: "csv/directory-name", Severity: finding.Error, Source: "RFC 4514 §2",
		Title: "Directory name is not valid",
		Why:   "A directory name is a list of attribute=value; what has another form cannot be encoded.",
		Hint:  "write it as CN=device,O=Example,C=DE"}
	RuleSeveralValues = &finding.Rule{Name: "csv/several-values", Severity: finding.Error, Source: sourceFormat + " (the separator is not stated)",
		Title: "Several values in one cell, and no separator chosen",
		Why:   "Each part is a good value, the whole is none. How the service separates several values of a cell is not documented, so that nothing is assumed.",
		Hint:  "choose the separator in the options if the profile knows one, or keep one value"}
	RuleDate = &finding.Rule{Name: "csv/date", Severity: finding.Error, Source: "RFC 3339 §5.6, RFC 5280 §4.1.2.5",
		Title: "Not a date",
		Why:   "A date that cannot be read gives no validity; the service refuses the row.",
		Hint:  "write year-month-day, 2027-12-31 for example, with a time as 2027-12-31T23:59:59Z"}
	RuleDateForm = &finding.Rule{Name: "csv/date-form", Severity: finding.Warning, Source: "RFC 3339 §5.6, ISO 8601-1 §5.2",
		Title: "Date in a local form",
		Why:   "Day and month change places from one country to the next, and spreadsheets write dates their own way. The service may read another day, or none.",
		Hint:  "write year-month-day, 2027-12-31 for example"}
	RuleValidityOrder = &finding.Rule{Name: "csv/validity-order", Severity: finding.Error, Source: "RFC 5280 §4.1.2.5",
		Title: "The validity ends before it begins",
		Why:   "No moment lies within it: the certificate would never be valid.",
		Hint:  "exchange validity.from and validity.to, or correct one of them"}
	RuleValidityPast = &finding.Rule{Name: "csv/validity-past", Severity: finding.Warning, Source: "RFC 5280 §4.1.2.5",
		Title: "The validity ended already",
		Why:   "A certificate would be expired on the day it is issued.",
		Hint:  "correct validity.to"}
	RuleKeyUsage = &finding.Rule{Name: "csv/key-usage", Severity: finding.Error, Source: "RFC 5280 §4.2.1.3",
		Title: "Not a key usage",
		Why:   "RFC 5280 names nine usages; another one cannot be encoded.",
		Hint:  "write digitalSignature, keyEncipherment, keyAgreement or another of the nine names"}
	RuleExtKeyUsage = &finding.Rule{Name: "csv/extended-key-usage", Severity: finding.Error, Source: "RFC 5280 §4.2.1.12",
		Title: "Not an extended key usage",
		Why:   "It is neither a known name nor an object identifier.",
		Hint:  "write serverAuth, clientAuth, codeSigning, or the object identifier in dots"}
	RuleYesNo = &finding.Rule{Name: "csv/yes-or-no", Severity: finding.Error, Source: sourceFormat + " (inferred)",
		Title: "Neither true nor false",
		Why:   "The column stands for one usage that a certificate has or has not.",
		Hint:  "write true or false"}
	RuleAlgorithm = &finding.Rule{Name: "csv/signature-algorithm", Severity: finding.Warning, Source: sourceFormat + "; RFC 5758, RFC 4055 §5",
		Title: "Signature algorithm not known here",
		Why:   "A profile knows few algorithms, and none of them rests on SHA-1 or MD5 any more. The service may refuse the row.",
		Hint:  "compare it with the profile's list, sha256WithRSAEncryption or ecdsa-with-SHA256 for example"}
	RuleControlCharacter = &finding.Rule{Name: "csv/control-character", Severity: finding.Error, Source: "RFC 5280 §4.1.2.4, RFC 4518 §2.2",
		Title: "Control character in a cell",
		Why:   "A line break, tab or NUL in a name cuts or forges what others read; most often a tool or a scanner appended it.",
		Hint:  "remove the character"}
	RuleOuterBlank = &finding.Rule{Name: "csv/outer-blank", Severity: finding.Warning, Source: "RFC 5280 §7.1, RFC 4518 §2.6",
		Title: "Blank at the start or end of a cell",
		Why:   "It would become part of the certificate. Some readers drop outer blanks and others keep them, so that a later comparison by name fails.",
		Hint:  "remove the blanks"}
	RuleInvisible = &finding.Rule{Name: "csv/invisible-character", Severity: finding.Warning, Source: "RFC 4518 §2.2, Unicode Technical Report 36 §2",
		Title: "Non-breaking blank or invisible character in a cell",
		Why:   "Non-breaking or zero-width blanks and direction marks make names that look equal and are not.",
		Hint:  "replace it by an ordinary blank, or remove it"}
	RuleMixedScript = &finding.Rule{Name: "csv/mixed-script", Severity: finding.Warning, Source: "Unicode Technical Standard 39 §5",
		Title: "Letters of several scripts that look alike",
		Why:   "A Cyrillic or Greek letter among Latin ones makes a name that looks like another and is not.",
		Hint:  "type the value anew in one script"}
	RuleDamagedText = &finding.Rule{Name: "csv/damaged-text", Severity: finding.Error, Source: "Unicode Standard §3.9 (U+FFFD), RFC 3629 §3",
		Title: "Characters were lost",
		Why:   "A conversion between encodings could not read them and left a mark in their place. What stood there is gone.",
		Hint:  "take the value from its source again, and open the file in its true encoding"}
	RuleMAC = &finding.Rule{Name: "csv/mac", Severity: finding.Warning, Source: "IEEE Std 802-2014 §8.2.2; " + sourcePrepare,
		Title: "Not a MAC address, where the other rows have one",
		Why:   "Nearly every row of the column holds a MAC address. This one looks like one that lost or changed a digit.",
		Hint:  "compare it with the label of the device"}
	RuleMACGroup = &finding.Rule{Name: "csv/mac-multicast", Severity: finding.Error, Source: "IEEE Std 802-2014 §8.2.2 (I/G bit)",
		Title: "Multicast address in a column of MAC addresses",
		Why:   "The lowest bit of the first octet marks an address of a group. No device may have one of its own.",
		Hint:  "compare it with the label of the device; the first octet is even"}
	RuleMACNotation = &finding.Rule{Name: "csv/mac-notation", Severity: finding.Warning, Source: sourcePrepare + " (names are lower case with hyphens)",
		Title: "MAC address written another way than in the other rows",
		Why:   "The certificates of one batch would be named in several ways, and whoever looks for a device by its address finds only some.",
		Hint:  "write it as the other rows do"}
	RuleRequired = &finding.Rule{Name: "csv/required-empty", Severity: finding.Error, Source: sourcePrepare,
		Title: "A required cell is empty",
		Why:   "The profile's template requires the column, or the certificate could not be made without it; the service refuses the row.",
		Hint:  "fill the cell, or leave the row out"}
)

var cellRules = []*finding.Rule{
	RuleTooLong, RuleCountry, RuleUserCountry, RuleDNS, RuleIP, RuleEmail, RuleURI, RulePrincipalName, RuleObjectID,
	RuleDirectoryName, RuleSeveralValues, RuleDate, RuleDateForm, RuleValidityOrder, RuleValidityPast, RuleKeyUsage,
	RuleExtKeyUsage, RuleYesNo, RuleAlgorithm, RuleControlCharacter, RuleOuterBlank, RuleInvisible, RuleMixedScript,
	RuleDamagedText, RuleMAC, RuleMACGroup, RuleMACNotation, RuleRequired,
}

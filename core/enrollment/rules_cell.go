package enrollment

import "enrollbench/core/finding"

// Single cells.
var (
	RuleRequired = finding.NewRule("csv/required-empty", finding.Error, sourcePrepare,
		"A required cell is empty",
		"The profile's template requires the column, or no certificate can be made without it. The service refuses the row.",
		"fill the cell, or leave the row out")
	RuleTooLong = finding.NewRule("csv/too-long", finding.Error, sourceBounds,
		"The value is longer than certificates allow",
		"RFC 5280 limits the characters of each attribute. Services and strict readers refuse longer values.",
		"shorten the value")
	RuleCountry = finding.NewRule("csv/country", finding.Error, "RFC 5280 Appendix A.1 (X520countryName), ISO 3166-1 alpha-2",
		"The country is not a two-letter code",
		"Certificates hold the country as two upper-case letters of ISO 3166-1. Services refuse other values.",
		"use the two-letter code, for example DE or US")
	RuleUserCountry = finding.NewRule("csv/user-assigned-country", finding.Warning, "ISO 3166-1 §8.1.3 (user-assigned codes)",
		"The country code stands for no country",
		"ISO 3166-1 leaves AA, QM to QZ, XA to XZ and ZZ to its users. Some services take them (XK for Kosovo), others refuse them.",
		"use the country's own code unless you agreed on this one with the service")
	RuleDNS = finding.NewRule("csv/dns-name", finding.Error, sourceSAN+", RFC 1123 §2.1, RFC 5890 §2.3, RFC 6125 §6.4.3",
		"The DNS name breaks the rules",
		"The service checks DNS names and refuses the row. A certificate with this name would match no host.",
		"write a host name without scheme, port or path, and international names as A-labels (xn--…)")
	RuleIP = finding.NewRule("csv/ip-address", finding.Error, sourceSAN+", RFC 6890",
		"The value is not the IP address of a device",
		"A certificate holds the bytes of one IPv4 or IPv6 address that a device can have.",
		"write the address alone, for example 192.0.2.7 or 2001:db8::7")
	RuleEmail = finding.NewRule("csv/email", finding.Error, sourceSAN+", RFC 5321 §4.1.2",
		"The value is not an email address",
		"The field holds name@host in ASCII. The service refuses other values.",
		"write name@host without a display name or angle brackets")
	RuleURI = finding.NewRule("csv/uri", finding.Error, sourceSAN+", RFC 3986 §3",
		"The value is not an absolute URI",
		"The field holds a URI in ASCII with its scheme. The service refuses other values.",
		"write the scheme too: https://…, urn:…")
	RulePrincipalName = finding.NewRule("csv/principal-name", finding.Error, "MS-ADA3 §2.349 (userPrincipalName), RFC 822 §6.1",
		"The user principal name does not have the form user@domain",
		"Systems that sign in by this name find nobody under another form.",
		"write user@domain")
	RuleObjectID = finding.NewRule("csv/object-identifier", finding.Error, "X.660 §7.6, RFC 5280 §4.2.1.6 (registeredID)",
		"The value is not an object identifier",
		"An object identifier is two or more numbers with dots between them, the first 0, 1 or 2. Nothing else can be encoded.",
		"write it in dots, for example 1.3.6.1.4.1.99999.1")
	RuleDirectoryName = finding.NewRule("csv/directory-name", finding.Error, "RFC 4514 §2",
		"The value is not a directory name",
		"A directory name is a list of attribute=value. Another form cannot be encoded.",
		"write it like CN=device,O=Example,C=DE")
	RuleJSON = finding.NewRule("csv/json", finding.Error, "DigiCert Device Trust Manager, Register multiple devices using a batch job; RFC 8259",
		"The cell does not hold a JSON object",
		"Device Trust Manager reads this column as JSON and refuses the row.",
		"write an object, for example {\"serial\": \"4711\"}; names and texts are in double quotes")
	RuleSeveralValues = finding.NewRule("csv/several-values", finding.Error, sourceFormat+" (the separator is not stated)",
		"The cell has several values, and no separator is chosen",
		"Each part is a good value, but the whole is not. The service's documentation does not name a separator, so none is assumed.",
		"choose the separator in the options if the profile has one, or keep one value")
	RuleDate = finding.NewRule("csv/date", finding.Error, "RFC 3339 §5.6, RFC 5280 §4.1.2.5",
		"The value is not a date",
		"A date that cannot be read gives no validity. The service refuses the row.",
		"write year-month-day, for example 2027-12-31, with a time as 2027-12-31T23:59:59Z")
	RuleDateForm = finding.NewRule("csv/date-form", finding.Warning, "RFC 3339 §5.6, ISO 8601-1 §5.2",
		"The date has a local form",
		"Countries and spreadsheets order day and month differently. The service may read another day, or none.",
		"write year-month-day, for example 2027-12-31")
	RuleValidityOrder = finding.NewRule("csv/validity-order", finding.Error, "RFC 5280 §4.1.2.5",
		"The validity ends before it begins",
		"The certificate would never be valid.",
		"exchange validity.from and validity.to, or correct one of them")
	RuleValidityPast = finding.NewRule("csv/validity-past", finding.Warning, "RFC 5280 §4.1.2.5",
		"The validity has already ended",
		"The certificate would be expired on the day it is issued.",
		"correct validity.to")
	RuleKeyUsage = finding.NewRule("csv/key-usage", finding.Error, "RFC 5280 §4.2.1.3",
		"The value is not a key usage",
		"RFC 5280 names nine usages. Another one cannot be encoded.",
		"write digitalSignature, keyEncipherment, keyAgreement or another of the nine names")
	RuleExtKeyUsage = finding.NewRule("csv/extended-key-usage", finding.Error, "RFC 5280 §4.2.1.12",
		"The value is not an extended key usage",
		"It is neither a known name nor an object identifier.",
		"write serverAuth, clientAuth, codeSigning, or the object identifier in dots")
	RuleYesNo = finding.NewRule("csv/yes-or-no", finding.Error, sourceFormat+" (inferred)",
		"The value is neither true nor false",
		"The column stands for one usage that a certificate has or does not have.",
		"write true or false")
	RuleAlgorithm = finding.NewRule("csv/signature-algorithm", finding.Warning, sourceFormat+"; RFC 5758, RFC 4055 §5",
		"The signature algorithm is not a known one",
		"A profile allows few algorithms, and none with SHA-1 or MD5. The service may refuse the row.",
		"compare it with the profile's list, for example sha256WithRSAEncryption or ecdsa-with-SHA256")
	RuleControlCharacter = finding.NewRule("csv/control-character", finding.Error, "RFC 5280 §4.1.2.4, RFC 4518 §2.2",
		"The cell contains a control character",
		"A line break, tab or NUL cuts or forges what others read. Tools and scanners often append one.",
		"remove the character")
	RuleOuterBlank = finding.NewRule("csv/outer-blank", finding.Warning, "RFC 5280 §7.1, RFC 4518 §2.6",
		"The cell begins or ends with a space",
		"The space would become part of the certificate. Some readers drop it and others keep it, so a later comparison fails.",
		"remove the spaces")
	RuleInvisible = finding.NewRule("csv/invisible-character", finding.Warning, "RFC 4518 §2.2, Unicode Technical Report 36 §2",
		"The cell contains an invisible character or a non-breaking space",
		"Two names look equal but are not.",
		"replace it with an ordinary space, or remove it")
	RuleMixedScript = finding.NewRule("csv/mixed-script", finding.Warning, "Unicode Technical Standard 39 §5",
		"A word mixes letters of different scripts",
		"A Cyrillic or Greek letter among Latin ones makes a name that looks like another name.",
		"type the value again in one script")
	RuleDamagedText = finding.NewRule("csv/damaged-text", finding.Error, "Unicode Standard §3.9 (U+FFFD), RFC 3629 §3",
		"Characters were lost",
		"A conversion between encodings could not read them and put a mark in their place. The characters are gone.",
		"take the value from its source again, and open the file in its true encoding")
	RuleMAC = finding.NewRule("csv/mac", finding.Warning, "IEEE Std 802-2014 §8.2.2; "+sourcePrepare,
		"The value is not a MAC address, unlike the other rows",
		"The column holds MAC addresses. This value looks like one that lost or changed a digit.",
		"compare it with the label of the device")
	RuleMACGroup = finding.NewRule("csv/mac-multicast", finding.Error, "IEEE Std 802-2014 §8.2.2 (I/G bit)",
		"The MAC address is a multicast address",
		"The lowest bit of the first octet marks an address of a group. No single device has such an address.",
		"compare it with the label of the device; the first octet is even")
	RuleMACZero = finding.NewRule("csv/mac-zero", finding.Error, "IEEE Std 802-2014 §8.2.2",
		"The MAC address is all zeros",
		"Devices and tools show zeros while they have no address. No device has this one.",
		"take the address from the label of the device")
	RuleMACCharacters = finding.NewRule("csv/mac-characters", finding.Warning, "Unicode Technical Standard 39 §4 (confusable characters), IEEE Std 802-2014 §8.2.2",
		"The MAC address has characters that only look right",
		"Full-width digits, long dashes and letters of other scripts look like those of an address. No program finds the device by such a name.",
		"type the address again with the digits 0 to 9, the letters a to f, and colons or hyphens")
	RuleMACNotation = finding.NewRule("csv/mac-notation", finding.Warning, sourcePrepare+" (names are lower case with hyphens)",
		"The MAC address is written differently from the other rows",
		"The certificates of one batch would be named in several ways, and a search by address finds only some of them.",
		"write it like the other rows")
)

var cellRules = []*finding.Rule{
	RuleRequired, RuleTooLong, RuleCountry, RuleUserCountry, RuleDNS, RuleIP, RuleEmail, RuleURI, RulePrincipalName, RuleObjectID,
	RuleDirectoryName, RuleJSON, RuleSeveralValues, RuleDate, RuleDateForm, RuleValidityOrder, RuleValidityPast, RuleKeyUsage,
	RuleExtKeyUsage, RuleYesNo, RuleAlgorithm, RuleControlCharacter, RuleOuterBlank, RuleInvisible, RuleMixedScript,
	RuleDamagedText, RuleMAC, RuleMACGroup, RuleMACZero, RuleMACCharacters, RuleMACNotation,
}

// What spreadsheets and conversions do to values.
var (
	RuleScientific = finding.NewRule("csv/scientific-notation", finding.Error, sourceExcel,
		"The number is in scientific notation",
		"A spreadsheet took digits (often a MAC address or serial number with an E) for a number and wrote it short. The other digits are gone.",
		exportAgain)
	RuleDamagedID = finding.NewRule("csv/identifier-damaged", finding.Error, sourceExcel,
		"A spreadsheet changed an identifier",
		"The column holds hexadecimal identifiers. A spreadsheet reads some of them as numbers or times: 0001E0 becomes 1, 00:1E:30 becomes 0.021180556. The value cannot be calculated back.",
		exportAgain)
	RuleErrorValue = finding.NewRule("csv/error-value", finding.Error, "ECMA-376 Part 1 §18.17.3 (error values)",
		"The cell holds an error of a spreadsheet",
		"A formula found nothing (#N/A) or lost what it pointed to (#REF!). The error would become part of the certificate.",
		"correct the formula in the spreadsheet, or take the value from its source again")
	RuleLeadingZeros = finding.NewRule("csv/leading-zeros", finding.Warning, sourceExcel,
		"Leading zeros were lost",
		"The other values of the column have one length, and some begin with 0. A spreadsheet takes digits for a number and drops the zeros before it.",
		exportAgain)
	RuleDateForText = finding.NewRule("csv/date-for-text", finding.Warning, "Ziemann, Eren, El-Osta: Gene name errors are widespread (Genome Biology 17:177, 2016)",
		"The cell holds a date, unlike the other rows",
		"Spreadsheets read values such as 1-2-3, 12-03 or MAR1 as dates. The date does not tell what the value was.",
		exportAgain)
	RuleRounded = finding.NewRule("csv/rounded", finding.Warning, sourceExcel,
		"A long number ends in zeros after its 15th digit",
		"Spreadsheets keep 15 digits of a number and write zeros for the rest. Two devices may now have the same value.",
		exportAgain)
	RuleBoolean = finding.NewRule("csv/boolean", finding.Warning, "ECMA-376 Part 1 §18.17.2.4 (logical constants)",
		"The cell holds TRUE or FALSE, unlike the other rows",
		"Spreadsheets and scripts make TRUE and FALSE of names and codes such as true, T, no or NO.",
		"take the value from its source again")
	RuleFormula = finding.NewRule("csv/formula", finding.Error, "OWASP, CSV Injection; ECMA-376 Part 1 §18.17",
		"The cell holds a formula",
		"A spreadsheet runs text that begins with =, and the certificate holds it as it is. The form =\"00123\" only keeps a spreadsheet from changing the value.",
		"write the value itself")
	RuleTextMark = finding.NewRule("csv/text-mark", finding.Warning, "Microsoft Support: Format numbers as text (apostrophe); OWASP, CSV Injection",
		"The value begins with an apostrophe",
		"In a spreadsheet it marks a text and is not shown. In a CSV it is part of the value.",
		"remove the apostrophe")
	RuleDefused = finding.NewRule("csv/defused", finding.Notice, "OWASP, CSV Injection",
		"An apostrophe keeps spreadsheets from running the cell",
		"EnrollBench and other programs put it before =, +, -, @ and tabs in files for people. The upload holds the value without it.",
		"save the upload file; it holds the value itself")
	RuleDecimal = finding.NewRule("csv/decimal", finding.Warning, "IEEE 754; pandas, Nullable integer data type",
		"A whole number was written as a fraction",
		"The other rows have whole numbers. Tools that keep numbers as fractions write 4711.0 for 4711.",
		"remove the .0")
	RuleMojibake = finding.NewRule("csv/wrong-encoding", finding.Warning, "Unicode Technical Report 36 §3.1, RFC 3629 §3",
		"The text was read in the wrong encoding",
		"A UTF-8 text was opened as Windows-1252 and saved: MÃ¼ller instead of Müller. The certificate would hold the damaged text.",
		"write the letter that was meant")
	RuleEscapedText = finding.NewRule("csv/escaped-text", finding.Warning, "HTML Living Standard §13.5, RFC 8259 §7, RFC 3986 §2.1, RFC 2045 §6.7",
		"The value holds escapes instead of characters",
		"A program wrote M&uuml;ller, M\\u00fcller, M%C3%BCller or M=C3=BCller for Müller. The certificate would hold it so.",
		"write the characters that are meant")
)

const exportAgain = "export the column from its source again, and import it as text"

var damageRules = []*finding.Rule{
	RuleScientific, RuleDamagedID, RuleErrorValue, RuleLeadingZeros, RuleDateForText, RuleRounded, RuleBoolean, RuleFormula, RuleTextMark,
	RuleDefused, RuleDecimal, RuleMojibake, RuleEscapedText,
}

package eui48

import "enrollbench/core/finding"

const (
	sourceBits  = "IEEE Std 802-2014 §8.2; RFC 9542 §2.1"
	sourceOrder = "DigiCert IoT Trust Manager: Prepare enrollment data"
)

// The rules of a series of MAC addresses. The documentation is printed from this table.
var (
	RuleSyntax = &finding.Rule{Name: "eui48/syntax", Severity: finding.Error,
		Title:  "Not a MAC address",
		Why:    "The first address decides about all that follow. A guess at what was meant would put wrong names into every certificate.",
		Hint:   "write six octets in hexadecimal, such as 00:1a:c2:7b:00:00",
		Source: sourceOrder}
	RuleOctets = &finding.Rule{Name: "eui48/octets", Severity: finding.Error,
		Title:  "Wrong number of octets",
		Why:    "A MAC address (EUI-48) has six octets. With fewer it is open where the missing ones belong.",
		Hint:   "write all six octets, such as 00:1a:c2:7b:00:00",
		Source: sourceOrder + "; IEEE Std 802-2014 §8.2.2"}
	RuleNotation = &finding.Rule{Name: "eui48/notation", Severity: finding.Notice,
		Title:  "Read from another notation",
		Why:    "The service takes a start with colons or hyphens and plain numbers. What was typed can mean only one thing and was read as that.",
		Hint:   "compare it with what you meant",
		Source: sourceOrder}
	RuleMulticast = &finding.Rule{Name: "eui48/multicast", Severity: finding.Error,
		Title:  "Multicast address",
		Why:    "The lowest bit of the first octet (I/G) marks a group address. No device may have one of its own: it could not be reached, and switches may shut its port.",
		Hint:   "use a block that was assigned to you; its first octet is even",
		Source: sourceBits}
	RuleLocal = &finding.Rule{Name: "eui48/local", Severity: finding.Warning,
		Title:  "Locally administered address",
		Why:    "The second lowest bit of the first octet (U/L) marks an address that the IEEE did not assign. Others may use the same one, so the certificate does not name one device.",
		Hint:   "check that the block is yours to assign",
		Source: sourceBits}
	RuleLeavesOUI = &finding.Rule{Name: "eui48/leaves-oui", Severity: finding.Warning,
		Title:  "The series leaves the block of its OUI",
		Why:    "The first three octets name the block that was assigned to one manufacturer. The next block belongs to somebody else unless both were bought.",
		Hint:   "check that the next block is yours too, or order fewer",
		Source: "IEEE Std 802-2014 §8.2.1; RFC 9542 §2.1"}
	RuleOrderLimit = &finding.Rule{Name: "eui48/order-limit", Severity: finding.Error,
		Title:  "More addresses than one order may have",
		Why:    "The service takes at most 500,000 certificates in one order by MAC addresses, and refuses a longer one as a whole.",
		Hint:   "split it into orders of at most 500,000",
		Source: sourceOrder}
	RulePastEnd = &finding.Rule{Name: "eui48/past-end", Severity: finding.Error,
		Title:  "The series runs past the last address",
		Why:    "There is nothing after ff-ff-ff-ff-ff-ff. Starting over at zero would name devices that nobody means.",
		Hint:   "order fewer, or start lower",
		Source: sourceOrder}
	RuleCount = &finding.Rule{Name: "eui48/count", Severity: finding.Error,
		Title:  "Not a number of certificates",
		Why:    "A misread number orders the wrong number of certificates.",
		Hint:   "write a whole number of 1 or more, in digits only",
		Source: sourceOrder}
	RuleIncrement = &finding.Rule{Name: "eui48/increment", Severity: finding.Error,
		Title:  "Not an increment",
		Why:    "The increment is the decimal distance from one address to the next. With 0 every device would get the same address.",
		Hint:   "write a whole number of 1 or more, in digits only",
		Source: sourceOrder}
)

// Rules is the table: every rule, in the order in which the documentation shows them.
var Rules = []*finding.Rule{
	RuleSyntax, RuleOctets, RuleNotation, RuleCount, RuleIncrement,
	RuleMulticast, RuleLocal, RuleLeavesOUI, RulePastEnd, RuleOrderLimit,
}

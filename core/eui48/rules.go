package eui48

import "enrollbench/core/finding"

const (
	sourceBits  = "IEEE Std 802-2014 §8.2; RFC 9542 §2.1"
	sourceOrder = "DigiCert IoT Trust Manager: Prepare enrollment data"
)

// The rules of a series of MAC addresses. The documentation is printed from this table.
var (
	RuleSyntax = finding.NewRule("eui48/syntax", finding.Error, sourceOrder,
		"The start is not a MAC address",
		"All other addresses follow from the first one. A wrong start puts wrong names into all certificates.",
		"write six octets in hexadecimal, for example 00:1a:c2:7b:00:00")
	RuleOctets = finding.NewRule("eui48/octets", finding.Error, sourceOrder+"; IEEE Std 802-2014 §8.2.2",
		"The address has the wrong number of octets",
		"A MAC address (EUI-48) has six octets. Nobody can tell which ones are missing.",
		"write all six octets, for example 00:1a:c2:7b:00:00")
	RuleNotation = finding.NewRule("eui48/notation", finding.Notice, sourceOrder,
		"The value was read from another notation",
		"The service accepts a start with colons or hyphens, and plain numbers. Your value has only one meaning and was read as that.",
		"compare it with what you meant")
	RuleCount = finding.NewRule("eui48/count", finding.Error, sourceOrder,
		"The number of certificates is not a whole number",
		"A misread number orders the wrong number of certificates.",
		"write a whole number of 1 or more, in digits only")
	RuleIncrement = finding.NewRule("eui48/increment", finding.Error, sourceOrder,
		"The increment is not a whole number",
		"The increment is the decimal distance from one address to the next. With 0 all devices get the same address.",
		"write a whole number of 1 or more, in digits only")
	RuleMulticast = finding.NewRule("eui48/multicast", finding.Error, sourceBits,
		"The address is a multicast address",
		"The lowest bit of the first octet (I/G) marks a group address. A device with such an address cannot be reached, and switches may block its port.",
		"use a block that was assigned to you; its first octet is even")
	RuleLocal = finding.NewRule("eui48/local", finding.Warning, sourceBits,
		"The address is locally administered",
		"The second lowest bit of the first octet (U/L) marks an address that the IEEE did not assign. Other devices may use the same one.",
		"check that the block is yours to assign")
	RuleLeavesOUI = finding.NewRule("eui48/leaves-oui", finding.Warning,
		"IEEE Std 802-2014 §8.2.1; RFC 9542 §2.1; IEEE Registration Authority, registries MA-L, MA-M and MA-S",
		"The series leaves its block",
		"The IEEE assigns blocks of 2^24 addresses (MA-L), 2^20 (MA-M) or 4,096 (MA-S). The next block belongs to another company unless you own both.",
		"check that the next block is yours too, or order fewer addresses")
	RulePastEnd = finding.NewRule("eui48/past-end", finding.Error, sourceOrder,
		"The series runs past the last address",
		"No address follows ff-ff-ff-ff-ff-ff.",
		"order fewer addresses, or start lower")
	RuleOrderLimit = finding.NewRule("eui48/order-limit", finding.Error, sourceOrder,
		"The order has more addresses than the service accepts",
		"The service accepts at most 500,000 certificates in one order by MAC addresses, and refuses a longer one as a whole.",
		"split it into orders of at most 500,000")
)

// Rules is the table: every rule, in the order in which the documentation shows them.
var Rules = []*finding.Rule{
	RuleSyntax, RuleOctets, RuleNotation, RuleCount, RuleIncrement,
	RuleMulticast, RuleLocal, RuleLeavesOUI, RulePastEnd, RuleOrderLimit,
}

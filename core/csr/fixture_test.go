package csr

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	tags "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/finding"
)

// fixture is one request that breaks a rule, or keeps it although it comes near: the good one, changed.
type fixture struct {
	rule   *finding.Rule
	name   string // "bad." or "good." and what is special about it
	change func(d *draft)
}

// fixtures prove the rules, together with the files that other tools wrote (testdata/rules/NAME/bad.* and good.*). Each
// breaks its rule and no other, but for those that `also` names.
var fixtures = []fixture{
	{RuleBrokenPEM, "bad.no-end", func(d *draft) { d.rewrite = func(s string) string { return s[:strings.Index(s, "-----END")] } }},
	{RuleBrokenPEM, "bad.not-base64", func(d *draft) { d.rewrite = func(s string) string { return s[:100] + "!?!?" + s[104:] } }},
	{RuleBrokenPEM, "bad.other-label", func(d *draft) {
		d.rewrite = func(s string) string { return strings.Replace(s, "END CERTIFICATE REQUEST", "END CERTIFICATE", 1) }
	}},
	{RuleBrokenPEM, "good.one-line", func(d *draft) { d.rewrite = func(s string) string { return strings.ReplaceAll(s, "\n", "") } }},
	{RuleBrokenPEM, "good.crlf-bom", func(d *draft) {
		d.cn("device-2")
		d.rewrite = func(s string) string { return "\xEF\xBB\xBF" + strings.ReplaceAll(s, "\n", "\r\n") }
	}},

	{RuleNoRequest, "bad.text", func(d *draft) { d.rewrite = func(string) string { return "see the other folder\n" } }},
	{RuleNoRequest, "bad.page", func(d *draft) { d.rewrite = func(string) string { return "<!DOCTYPE html><title>Sign in</title>" } }},
	{RuleNoRequest, "good.text-around", func(d *draft) { d.rewrite = func(s string) string { return "see below\n" + s } }},
	{RuleUnusualForm, "bad.en-dashes", func(d *draft) {
		d.rewrite = func(s string) string { return strings.ReplaceAll(s, "-----", "–––––") }
	}},
	{RuleUnusualForm, "bad.escaped", func(d *draft) { d.rewrite = func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) } }},
	{RuleUnusualForm, "good.plain", func(*draft) {}},

	{RuleBrokenDER, "bad.cut", func(d *draft) { d.edit = func(b []byte) []byte { return b[:len(b)-20] } }},
	{RuleBrokenDER, "bad.indefinite-length", func(d *draft) {
		d.edit = func(b []byte) []byte { return slices.Concat([]byte{0x30, 0x80}, b[4:], []byte{0, 0}) }
	}},
	{RuleBrokenDER, "bad.no-attributes", func(d *draft) { d.withoutAttributes = true }},
	{RuleBrokenDER, "good.empty-attributes", func(d *draft) { d.extensions = nil }},
	{RuleBrokenDER, "bad.no-null", func(d *draft) {
		d.key = sound(65537)
		d.spki = sequence(sequence(marshal(oidRSAKey)), bitString(sequence(marshal(d.key.(*rsaDraft).n), marshal(65537))))
	}},
	{RuleBrokenDER, "bad.negative-modulus", func(d *draft) {
		d.key = sound(65537)
		d.spki = sequence(sequence(marshal(oidRSAKey), []byte{5, 0}), bitString(sequence(wrap(tags.INTEGER, d.key.(*rsaDraft).n.Bytes()), marshal(65537))))
	}},
	{RuleBrokenDER, "bad.san-junk", func(d *draft) { d.extensions[0] = extension(oidAltName, []byte("junk")) }},

	{RuleTrailingData, "bad.zeros", func(d *draft) { d.edit = func(b []byte) []byte { return append(b, 0, 0, 0) } }},
	{RuleTrailingData, "good.exact", func(*draft) {}},

	{RuleVersion, "bad.written-as-1", func(d *draft) { d.version = 1 }},
	{RuleVersion, "bad.written-as-2", func(d *draft) { d.version = 2 }},
	{RuleVersion, "bad.written-as--1", func(d *draft) { d.version = -1 }},
	{RuleVersion, "good.written-as-0", func(*draft) {}},

	{RuleSignature, "bad.flipped-bit", func(d *draft) { d.edit = func(b []byte) []byte { b[len(b)-1] ^= 1; return b } }},
	{RuleSignature, "bad.changed-name", func(d *draft) {
		d.edit = func(b []byte) []byte { return bytes.Replace(b, []byte("device"), []byte("devise"), 1) }
	}},
	{RuleSignature, "bad.other-key", func(d *draft) { d.sign = ec(2).sign }},
	{RuleSignature, "bad.ecdsa-algorithm", func(d *draft) { d.key, d.algorithm = sound(65537), ec(1).algorithm() }},
	{RuleSignature, "good.rsa", func(d *draft) { d.key = sound(65537) }},

	{RuleRSAExponent, "bad.one", func(d *draft) { d.key = exponentOne() }},
	{RuleRSAExponent, "bad.two", func(d *draft) { d.key = exponentTwo() }},
	{RuleRSAExponent, "good.65537", func(d *draft) { d.key = sound(65537) }},
	{RuleRSAExponent, "good.33-bits", func(d *draft) { d.key = sound(1<<32 + 15) }},
	{RuleSmallRSAExponent, "bad.17", func(d *draft) { d.key = sound(17) }},
	{RuleSmallRSAExponent, "good.65539", func(d *draft) { d.key = sound(65539) }},
	{RuleSmallFactor, "bad.3", func(d *draft) { d.key = divisible(3) }},
	{RuleSmallFactor, "bad.751", func(d *draft) { d.key = divisible(751) }},
	{RuleSmallFactor, "good.none", func(d *draft) { d.key = sound(65537) }},
	{RuleClosePrimes, "bad.next-prime", func(d *draft) { d.key = closeTogether() }},
	{RuleClosePrimes, "good.same-third", func(d *draft) { d.key = apart() }},
	{RuleROCA, "bad.infineon-form", func(d *draft) { d.key = infineon() }},
	{RuleROCA, "good.random", func(d *draft) { d.key = sound(65537) }},

	{RulePointNotOnCurve, "bad.flipped-bit", func(d *draft) { d.spki = flipped(ec(1).spki()) }},
	{RulePointNotOnCurve, "bad.infinity", func(d *draft) { d.spki = ecSPKI([]byte{0}) }},
	{RulePointNotOnCurve, "bad.half", func(d *draft) { d.spki = ecSPKI(ec(1).point[:33]) }},
	// An Ed25519 key of order 1, for which R = s·G verifies any message: s = 0 and R the neutral element.
	{RulePointNotOnCurve, "bad.small-order", func(d *draft) {
		neutral := append([]byte{1}, make([]byte, 31)...)
		d.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 101, 112}))
		d.spki = sequence(d.algorithm, bitString(neutral))
		d.sign = func([]byte) []byte { return append(neutral, make([]byte, 32)...) }
	}},
	{RulePointNotOnCurve, "good.plain", func(*draft) {}},
	{RuleKeyType, "bad.private", func(d *draft) {
		d.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}))
		d.spki, d.sign = sequence(d.algorithm, bitString(random(64))), func([]byte) []byte { return random(64) }
	}},
	{RuleKeyType, "bad.slh-dsa", func(d *draft) {
		d.algorithm = sequence(marshal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 20}))
		d.spki, d.sign = sequence(d.algorithm, bitString(random(32))), func([]byte) []byte { return random(7856) }
	}},
	{RuleKeyType, "bad.known-algorithm", func(d *draft) { // a key of no known type, signed in a known way
		d.spki = sequence(sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 99})), bitString(ec(1).point))
	}},
	{RuleKeyType, "good.ml-dsa-44", func(d *draft) { d.key = mldsaKey(0) }},
	{RuleKeyType, "good.ml-dsa-65", func(d *draft) { d.key = mldsaKey(1) }},
	{RuleKeyType, "good.ml-dsa-87", func(d *draft) { d.key = mldsaKey(2) }},
	{RuleSignature, "bad.ml-dsa", func(d *draft) {
		d.key = mldsaKey(1)
		d.edit = func(b []byte) []byte { b[len(b)-3000] ^= 1; return b }
	}},
	{RuleSignature, "bad.ml-dsa-of-another-size", func(d *draft) { d.key, d.algorithm = mldsaKey(1), mldsaKey(0).algorithm() }},
	{RuleBrokenDER, "bad.ml-dsa-parameters", func(d *draft) {
		d.key = mldsaKey(0)
		d.algorithm = sequence(append(d.key.algorithm()[2:], 5, 0))
	}},
	{RuleBrokenDER, "bad.ml-dsa-short", func(d *draft) {
		d.key = mldsaKey(0)
		d.spki = sequence(d.key.algorithm(), bitString(d.key.(mldsaDraft).public()[1:]))
	}},
	{RuleUnknownSignature, "bad.private", func(d *draft) { d.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1})) }},
	{RuleSignature, "bad.other-algorithm", func(d *draft) { d.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 101, 113})) }},

	// Object identifiers that end in the middle of an arc, or begin one with nothing (X.690 §8.19.2).
	{RuleBrokenDER, "bad.algorithm-oid", func(d *draft) { d.algorithm = sequence([]byte("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x82")) }},
	{RuleBrokenDER, "bad.algorithm-oid-padded", func(d *draft) { d.algorithm = sequence([]byte("\x06\x09\x2a\x86\x48\xce\x3d\x04\x80\x03\x02")) }},
	{RuleBrokenDER, "bad.algorithm-parameters", func(d *draft) { d.algorithm = sequence(append(ec(1).algorithm()[2:], 4, 0)) }},
	{RuleBrokenDER, "good.algorithm-null", func(d *draft) { d.algorithm = sequence(append(ec(1).algorithm()[2:], 5, 0)) }},
	{RuleBrokenDER, "bad.key-oid", func(d *draft) {
		d.spki = bytes.Replace(ec(1).spki(), []byte("\xce\x3d\x02\x01"), []byte("\xce\x3d\x02\x81"), 1)
	}},
	{RuleBrokenDER, "bad.extension-oid", func(d *draft) {
		d.extensions[1] = sequence([]byte("\x06\x03\x55\x1d\x8f"), wrap(tags.OCTET_STRING, []byte{3, 2, 7, 0x80}))
	}},
	{RuleBrokenDER, "bad.key-usage", func(d *draft) { d.extensions[1] = extension(oidUsage, []byte{4, 1, 0x80}) }},
	{RuleBrokenDER, "bad.key-usage-bits", func(d *draft) { d.extensions[1] = extension(oidUsage, []byte{3, 2, 8, 0x80}) }},
	{RuleBrokenDER, "bad.key-usage-of-nothing", func(d *draft) { d.extensions[1] = extension(oidUsage, []byte{3, 1, 4}) }},
	{RuleBrokenDER, "bad.no-extension-list", func(d *draft) { d.attributes, d.extensions = [][]byte{attributeOf(oidExtensions)}, nil }},
	{RuleBrokenDER, "bad.extended-usage-of-nothing", func(d *draft) { d.extensions[2] = extension(oidExtendedUsage, sequence()) }},
	{RuleBrokenDER, "bad.extended-usage", func(d *draft) { d.extensions[2] = extension(oidExtendedUsage, sequence([]byte{6, 1, 0x80})) }},
	{RuleBrokenDER, "bad.constraints", func(d *draft) { d.extensions = append(d.extensions, extension(oidConstraints, []byte{1, 1, 0})) }},
	{RuleBrokenDER, "bad.constraints-tail", func(d *draft) { d.extensions = append(d.extensions, extension(oidConstraints, []byte{0x30, 0, 0})) }},
	{RuleBrokenDER, "bad.constraints-negative", func(d *draft) {
		d.extensions = append(d.extensions, extension(oidConstraints, sequence([]byte{1, 1, 0xFF, 2, 1, 0xFF})))
	}},
	{RuleBrokenDER, "good.constraints", func(d *draft) {
		d.extensions = append(d.extensions, extension(oidConstraints, sequence([]byte{1, 1, 0xFF, 2, 1, 0})))
	}},
	{RuleBrokenDER, "bad.unused-bits", func(d *draft) { // of the signature, which is whole octets
		d.edit = func(b []byte) []byte {
			r, _ := parse(b, func(string, ...any) {}, func(int) {})
			b[len(b)-len(r.signature)-1] = 1
			return b
		}
	}},

	{RuleExtensionConflict, "bad.pkcs9-twice", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensions, sequence(san(generalName(2, "other.example.com")))))
	}},
	{RuleExtensionConflict, "bad.microsoft-too", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensionsMS, sequence(san(generalName(2, "other.example.com")))))
	}},
	{RuleExtensionConflict, "good.microsoft-too", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensionsMS, sequence(d.extensions...)))
	}},
	{RuleExtensionRequests, "bad.pkcs9-twice", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensions, sequence(d.extensions...)))
	}},
	{RuleExtensionRequests, "bad.more-in-the-second", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensionsMS, sequence(append(d.extensions, extension(oidConstraints, sequence()))...)))
	}},
	{RuleExtensionRequests, "bad.less-in-the-second", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensionsMS, sequence(d.extensions[1:]...)))
	}},
	{RuleExtensionRequests, "good.microsoft-alone", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidExtensionsMS, sequence(d.extensions...)))
		d.extensions = nil
	}},
	{RuleSeveralCommonNames, "bad.two", func(d *draft) { d.subject = append(d.subject, part{oidCN, tags.UTF8String, "device-2"}) }},
	{RuleSeveralCommonNames, "good.one", func(*draft) {}},
	{RuleChallengePassword, "good.empty", func(d *draft) {
		d.attributes = append(d.attributes, attributeOf(oidPassword, wrap(tags.UTF8String)))
	}},

	{RuleTooLong, "bad.common-name", func(d *draft) { d.cn(strings.Repeat("ü", 64) + "x") }},
	{RuleTooLong, "good.common-name", func(d *draft) { d.cn(strings.Repeat("ü", 64)) }},
	{RuleEmptyValue, "bad.organization", func(d *draft) { d.name(oidOrganization, tags.UTF8String, "") }},
	{RuleEmptyValue, "bad.no-names", func(d *draft) { d.alt() }},
	{RuleEmptyValue, "good.organization", func(d *draft) { d.name(oidOrganization, tags.UTF8String, "O") }},
	{RuleCountry, "bad.lower-case", func(d *draft) { d.name(oidCountry, tags.PrintableString, "de") }},
	{RuleCountry, "bad.word", func(d *draft) { d.name(oidCountry, tags.UTF8String, "Germany") }},
	{RuleCountry, "bad.unassigned", func(d *draft) { d.name(oidCountry, tags.PrintableString, "UK") }},
	{RuleCountry, "good.upper-case", func(d *draft) { d.name(oidCountry, tags.PrintableString, "DE") }},
	{RuleUserCountry, "bad.kosovo", func(d *draft) { d.name(oidCountry, tags.PrintableString, "XK") }},
	{RuleUserCountry, "good.japan", func(d *draft) { d.name(oidCountry, tags.PrintableString, "JP") }},
	{RuleStringType, "bad.printable-underscore", func(d *draft) { d.name(oidCN, tags.PrintableString, "my_device") }},
	{RuleStringType, "bad.not-utf8", func(d *draft) { d.cn("ger\xe4t") }},
	{RuleStringType, "bad.odd-bmp", func(d *draft) { d.name(oidCN, tags.Tag(30), "\x00a\x00") }},
	{RuleStringType, "bad.boolean", func(d *draft) { d.name(oidOrganization, tags.BOOLEAN, "\xff") }},
	{RuleStringType, "good.bmp", func(d *draft) { d.name(oidCN, tags.Tag(30), "\x00G\x00e\x00r\x00\xe4\x00t") }},
	{RuleStringType, "good.teletex", func(d *draft) { d.name(oidCN, tags.T61String, "ger\xe4t") }},
	{RuleControlCharacter, "bad.line-feed", func(d *draft) { d.cn("device\n") }},
	{RuleControlCharacter, "bad.nul", func(d *draft) { d.cn("device\x00.example.com") }},
	{RuleControlCharacter, "good.none", func(d *draft) { d.cn("device 1") }},
	{RuleInvisibleCharacter, "bad.zero-width", func(d *draft) { d.cn("dev\u200bice") }},
	{RuleInvisibleCharacter, "bad.direction", func(d *draft) { d.cn("dev\u202eice") }},
	{RuleInvisibleCharacter, "good.japanese", func(d *draft) { d.cn("装置１") }},
	{RuleMixedScript, "bad.cyrillic-e", func(d *draft) { d.cn("d\u0435vice") }},
	{RuleMixedScript, "good.two-words", func(d *draft) { d.cn("прибор device") }},
	{RuleOuterBlank, "bad.no-break", func(d *draft) { d.cn("device\u00a0") }},

	{RuleSANIP, "bad.with-mask", func(d *draft) { d.alt(generalName(7, "\xc0\x00\x02\x00\xff\xff\xff\x00")) }},
	{RuleSANIP, "bad.as-text", func(d *draft) { d.alt(generalName(7, "192.0.2.7")) }},
	{RuleSANIP, "bad.three-bytes", func(d *draft) { d.alt(generalName(7, "\x01\x02\x03")) }},
	{RuleSANIP, "bad.unspecified", func(d *draft) { d.alt(generalName(7, "\x00\x00\x00\x00")) }},
	{RuleSANDNS, "bad.nul", func(d *draft) { d.alt(generalName(2, "device.example.com\x00.example.org")) }},
	{RuleSANDNS, "bad.umlaut", func(d *draft) { d.alt(generalName(2, "ger\xc3\xa4t.example.com")) }},
	{RuleSANEmail, "bad.latin1", func(d *draft) { d.alt(generalName(1, "ger\xe4t@example.com")) }},
	{RuleSANURI, "bad.utf8", func(d *draft) { d.alt(generalName(6, "https://ger\xc3\xa4t.example.com/")) }},
	{RuleDuplicateExtension, "bad.key-usage", func(d *draft) { d.extensions = append(d.extensions, d.extensions[1]) }},
	{RuleDuplicateExtension, "good.different", func(*draft) {}},

	{RuleSameFile, "bad.first", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSameFile, "bad.again", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSameFile, "good.first", func(*draft) {}},
	{RuleSameFile, "good.second", func(d *draft) { d.key = ec(2); d.cn("device-2") }},
	{RuleSameKey, "bad.first", func(*draft) {}},
	{RuleSameKey, "bad.second", func(d *draft) { d.cn("device-2") }},
	{RuleSameKey, "good.first", func(*draft) {}},
	{RuleSameKey, "good.second", func(d *draft) { d.key = ec(2); d.cn("device-2") }},
	{RuleSameName, "bad.first", func(*draft) {}},
	{RuleSameName, "bad.second", func(d *draft) { d.key = ec(2) }},
	{RuleSameName, "good.first", func(*draft) {}},
	{RuleSameName, "good.second", func(d *draft) { d.key = ec(2); d.cn("device-2") }},
	{RuleSharedPrime, "bad.first", func(d *draft) { d.key = sharing(1) }},
	{RuleSharedPrime, "bad.second", func(d *draft) { d.key = sharing(1); d.cn("device-2") }},
	{RuleSharedPrime, "good.first", func(d *draft) { d.key = sharing(1) }},
	{RuleSharedPrime, "good.second", func(d *draft) { d.key = sharing(2); d.cn("device-2") }},
	{RuleSharedNonce, "bad.first", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSharedNonce, "bad.second", func(d *draft) { d.key = ec(1).signing(nonce(1)); d.cn("device-2") }},
	{RuleSharedNonce, "good.first", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSharedNonce, "good.second", func(d *draft) { d.key = ec(2).signing(nonce(2)); d.cn("device-2") }},
	{RuleSharedNonceOtherKey, "bad.first", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSharedNonceOtherKey, "bad.second", func(d *draft) { d.key = ec(2).signing(nonce(1)); d.cn("device-2") }},
	{RuleSharedNonceOtherKey, "good.first", func(d *draft) { d.key = ec(1).signing(nonce(1)) }},
	{RuleSharedNonceOtherKey, "good.second", func(d *draft) {
		d.key = ec(2).signing(new(big.Int).Add(nonce(1), big.NewInt(1)))
		d.cn("device-2")
	}},
}

// also are the rules that find something in the fixtures of other rules, which they name; "*" stands for all. A rule
// about something that is missing needs "*", because the files of other tools leave out nearly everything.
var also = map[*finding.Rule][]string{
	RuleSameKey: {"csr/shared-nonce"}, // by definition
	// Nothing else is given:
	RuleNoCSR: {
		"csr/is-certificate", "csr/is-pgp-key", "csr/not-a-csr", "csr/no-request", "csr/empty-file", "csr/is-pkcs12", "csr/private-key", "csr/too-large",
		"csr/unreadable", "csr/bad-archive", "csr/nested-archive",
	},
}

// isAlso says whether the rule that found something may do so in the fixtures of another; "" is one of no rule.
func isAlso(found, fixtureOf string) bool {
	for r, of := range also {
		if r.Name == found && (slices.Contains(of, "*") || slices.Contains(of, fixtureOf)) {
			return true
		}
	}
	return false
}

// everything is wrong with this request.
func everything() *draft {
	d := good()
	d.version = 1
	d.subject = []part{
		{oidCountry, tags.PrintableString, "Germany"}, {oidOrganization, tags.UTF8String, strings.Repeat("o", 65) + " "},
		{oidOrganization, tags.PrintableString, "a@b"}, {oidCN, tags.UTF8String, "device\n"},
	}
	d.alt(generalName(2, "a b"), generalName(7, "x"), generalName(1, "x"), generalName(6, "x"))
	d.extensions = append(d.extensions, d.extensions[1])
	d.attributes = append(d.attributes, attributeOf(oidPassword, wrap(tags.UTF8String, []byte("not-a-secret"))))
	d.key = rsaOf(1024, 17, func() []*big.Int { return []*big.Int{prime(512), prime(512)} })
	d.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 4}), []byte{5, 0})
	d.sign = func([]byte) []byte { return make([]byte, 128) }
	d.edit = func(der []byte) []byte { return append(der, 0) }
	return d
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func flipped(b []byte) []byte { b[len(b)-1] ^= 1; return b }

// built holds the fixtures as files, in folders like those of testdata/rules; TestMain removes it.
var built = struct {
	sync.Mutex
	dir   string
	rules map[string]bool
}{rules: map[string]bool{}}

func TestMain(m *testing.M) {
	status := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(status)
}

// build writes the fixtures of a rule once and returns their folder.
func build(t testing.TB, rule string) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.dir == "" {
		dir, err := os.MkdirTemp("", "csr-fixtures-")
		if err != nil {
			t.Fatal(err)
		}
		built.dir = dir
	}
	dir := filepath.Join(built.dir, strings.TrimPrefix(rule, "csr/"))
	if built.rules[rule] {
		return dir
	}
	built.rules[rule] = true
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range fixtures {
		if f.rule.Name == rule {
			d := good()
			f.change(d)
			if err := os.WriteFile(filepath.Join(dir, f.name+".csr"), d.text(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// files are the fixtures of a rule whose names begin with "bad" or "good", those of other tools included.
func files(t testing.TB, rule, which string) (paths []string) {
	t.Helper()
	for _, dir := range []string{build(t, rule), filepath.Join("testdata", "rules", strings.TrimPrefix(rule, "csr/"))} {
		found, err := filepath.Glob(filepath.Join(dir, which+".*"))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	return paths
}

// file is one fixture of the table.
func file(t testing.TB, rule *finding.Rule, name string) string {
	t.Helper()
	return filepath.Join(build(t, rule.Name), name+".csr")
}

// allFiles are the fixtures of all rules that are files with one request, and the producers'.
func allFiles(t testing.TB) (paths []string) {
	t.Helper()
	for _, r := range Rules {
		paths = append(paths, files(t, r.Name, "bad")...)
		paths = append(paths, files(t, r.Name, "good")...)
	}
	producers, err := filepath.Glob(filepath.Join("testdata", "producers", "*"))
	if err != nil || len(producers) == 0 {
		t.Fatal("no fixtures of producers: ", err)
	}
	paths = slices.DeleteFunc(append(paths, producers...), func(p string) bool {
		return !slices.Contains([]string{".csr", ".der"}, filepath.Ext(p))
	})
	path := filepath.Join(built.dir, "everything.csr")
	if err := os.WriteFile(path, everything().text(), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(paths, path)
}

// ders are the requests of allFiles that can be decoded, by path.
func ders(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, path := range allFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 && data[0] == 0x30 {
			out[path] = data
		} else if der, err := DecodePEM(data); err == nil {
			out[path] = der
		}
	}
	if len(out) < 100 {
		t.Fatal(fmt.Sprint("only ", len(out), " fixtures can be decoded"))
	}
	return out
}

// readDER reads a fixture, PEM or DER.
func readDER(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 0 && data[0] == 0x30 {
		return data
	}
	der, err := DecodePEM(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return der
}

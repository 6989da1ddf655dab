package enrollment

import (
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// fixture is one document that breaks a rule and one that keeps it.
type fixture struct {
	bad, good string
	options   Options
	also      []string // rules that the bad one cannot avoid breaking as well
}

func template(t testing.TB, header string) *Template {
	t.Helper()
	x, err := ParseTemplate([]byte(header+"\n"), "profile")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func fixtures(t testing.TB) map[*finding.Rule]fixture {
	const cn = "subject.common_name"
	one := func(column, bad, good string) fixture {
		return fixture{bad: csvOf([]string{cn, column}, []string{"a", bad}), good: csvOf([]string{cn, column}, []string{"a", good})}
	}
	column := func(name string, bad, good []string) fixture {
		var f fixture
		for i, values := range [2][]string{bad, good} {
			rows := [][]string{{cn, name}}
			for k, v := range values {
				rows = append(rows, []string{"device " + strings.Repeat("x", k+1), v})
			}
			if i == 0 {
				f.bad = csvOf(rows...)
			} else {
				f.good = csvOf(rows...)
			}
		}
		return f
	}
	pemText := requestOf(t, "a", "a.example.com")
	bare := strings.ReplaceAll(strings.ReplaceAll(oneLine(pemText), requestBegin, ""), requestEnd, "")
	withCSR := func(cell string) string { return csvOf([]string{cn, "csr"}, []string{"a", cell}) }
	now := func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	small := csvOf([]string{cn}, []string{"device-1"}, []string{"device-2"})
	return map[*finding.Rule]fixture{
		RuleMissing:         {bad: cn + "\na\n", good: cn + ",subject.state\na,Bavaria\n", options: Options{Template: template(t, cn+",subject.state")}},
		RuleSpelling:        {bad: "Subject.Common Name\na\n", good: cn + "\na\n"},
		RuleSimilar:         {bad: cn + ",subject.organisation_name\na,b\n", good: cn + ",subject.organization_name\na,b\n"},
		RuleColumnControl:   {bad: "\"" + cn + "\",\"line\x1b[31m\"\na,b\n", good: cn + ",line\na,b\n"},
		RuleNotInTemplate:   {bad: cn + ",line\na,b\n", good: cn + "\na\n", options: Options{Template: template(t, cn)}},
		RuleDeviceField:     {bad: cn + ",line\na,b\n", good: cn + "\na\n"},
		RuleInferred:        {bad: cn + ",subject.locality\na,Ulm\n", good: cn + ",subject.state\na,Ulm\n"},
		RuleDuplicateColumn: {bad: cn + "," + cn + "\na,b\n", good: cn + "\na\n"},
		RuleEmptyColumn:     {bad: cn + ",\na,\n", good: cn + "\na\n"},
		RuleUnnamedColumn:   {bad: cn + ",\na,x\n", good: cn + ",line\na,x\n"},
		RuleCSRMissing:      {bad: cn + "\na\n", good: withCSR(pemText), options: Options{Keys: ClientKeys}},
		RuleCSRPresent:      {bad: withCSR(pemText), good: cn + "\na\n", options: Options{Keys: ServerKeys}},
		RuleNoName:          {bad: "subject.state\nBavaria\n", good: cn + "\na\n"},
		RuleNoRows:          {bad: cn + "\n", good: cn + "\na\n"},

		RuleTooLong:          one("subject.organization_name", strings.Repeat("ü", 65), strings.Repeat("ü", 64)),
		RuleCountry:          one("subject.country", "de", "DE"),
		RuleUserCountry:      one("subject.country", "XK", "AL"),
		RuleDNS:              one("san.dns_name", "a_b.example.com", "*.example.com"),
		RuleIP:               one("san.ip_address", "192.0.2.300", "2001:db8::7"),
		RuleEmail:            one("san.email", "Device <a@example.com>", "a@example.com"),
		RuleURI:              one("san.uri", "example.com/x", "urn:dev:ops:32473-a"),
		RulePrincipalName:    one("san.user_principal_name", "EXAMPLE\\a", "a@example.com"),
		RuleObjectID:         one("san.registered_id", "1.40.3", "1.3.6.1.4.1.32473.1"),
		RuleDirectoryName:    one("san.directory_name", "device a", `CN=device\, a,O="Example, Inc",1.2.3=x`),
		RuleJSON:             one("extensions.subject_directory", `{"a": 1`, `{"a": 1}`),
		RuleSeveralValues:    one("san.dns_name", "a.example.com; b.example.com", "a.example.com"),
		RuleDate:             one("validity.to", "next year", "2030-12-31T23:59:59Z"),
		RuleDateForm:         one("validity.to", "31.12.2030", "2030-12-31"),
		RuleValidityOrder:    {bad: cn + ",validity.from,validity.to\na,2030-01-02,2030-01-01\n", good: cn + ",validity.from,validity.to\na,2030-01-01,2030-01-02\n"},
		RuleValidityPast:     {bad: cn + ",validity.to\na,2026-12-30\n", good: cn + ",validity.to\na,2027-01-01\n", options: Options{Now: now}},
		RuleKeyUsage:         one("key_usage", "signing", "Digital Signature"),
		RuleExtKeyUsage:      one("extended_key_usage", "server", "1.3.6.1.5.5.7.3.1"),
		RuleYesNo:            one("key_usage.digital_signature", "maybe", "TRUE"),
		RuleAlgorithm:        one("signature_algorithm", "md5WithRSAEncryption", "sha256WithRSAEncryption"),
		RuleControlCharacter: one("subject.organization_name", "Example\x07Devices", "Example Devices"),
		RuleOuterBlank:       one("subject.organization_name", " Example ", "Example"),
		RuleInvisible:        one("subject.organization_name", "Example\u00a0Devices", "Example Devices"),
		RuleMixedScript:      one("subject.organization_name", "Ex\u0430mple", "Example"),
		RuleDamagedText:      one("subject.organization_name", "M\ufffdller", "Müller"),
		RuleMAC:              column("mac", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "00:1a:c2:7b:00:02", "00:1a:c2:7b:00:03", "00:1a:c2:7b:00"}, []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01"}),
		RuleMACGroup:         column("mac", []string{"00:1a:c2:7b:00:00", "01:1a:c2:7b:00:01"}, []string{"00:1a:c2:7b:00:00", "02:1a:c2:7b:00:01"}),
		RuleMACCharacters:    one("serial", "00:1a:c2:7b:00:0\uFF10", "00:1a:c2:7b:00:00"),
		RuleMACNotation:      column("mac", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "00:1a:c2:7b:00:02", "00:1a:c2:7b:00:03", "001a.c27b.0004"}, []string{"001a.c27b.0004", "001a.c27b.0005"}),
		RuleMACZero:          column("mac", []string{"00:1a:c2:7b:00:00", "00:00:00:00:00:00"}, []string{"00:1a:c2:7b:00:00", "00:00:00:00:00:01"}),
		RuleRequired:         {bad: cn + ",subject.state\na,\n", good: cn + ",subject.state\na,b\n", options: Options{Template: template(t, cn+",subject.state")}},

		RuleNotACSR:        {bad: withCSR("none yet"), good: withCSR(pemText)},
		RuleBareCSR:        {bad: withCSR(bare), good: withCSR(oneLine(pemText))},
		RuleEscapedCSR:     {bad: withCSR(strings.ReplaceAll(pemText, "\n", `\n`)), good: withCSR(pemText)},
		RuleCSRText:        {bad: withCSR(strings.ReplaceAll(pemText, "-----", "–––––")), good: withCSR(pemText)},
		RuleSeveralCSRs:    {bad: withCSR(pemText + requestOf(t, "a")), good: withCSR(pemText)},
		RuleSubjectDiffers: {bad: csvOf([]string{cn, "csr"}, []string{"b", pemText}), good: withCSR(pemText)},
		RuleSANDiffers: {bad: csvOf([]string{cn, "san.dns_name", "csr"}, []string{"a", "b.example.com", pemText}),
			good: csvOf([]string{cn, "san.dns_name", "csr"}, []string{"a", "A.example.com", pemText})},

		RuleTrailingRow:   {bad: csvOf([]string{cn, "subject.state"}, []string{"a", "b"}, []string{"", ""}, []string{" ", ""}), good: csvOf([]string{cn, "subject.state"}, []string{"a", "b"})},
		RuleHeaderAgain:   {bad: csvOf([]string{cn, "line"}, []string{"a", "b"}, []string{"\ufeff" + cn, "Line"}, []string{"c", "d"}), good: csvOf([]string{cn, "line"}, []string{"a", "line"})},
		RuleNoDevice:      {bad: csvOf([]string{cn, "line"}, []string{"a", "b"}, []string{"***END***", ""}), good: csvOf([]string{cn, "line"}, []string{"end-device", "Total"})},
		RuleDuplicateMAC:  {bad: csvOf([]string{cn, "wlan_mac"}, []string{"a", "00:1a:c2:7b:00:00"}, []string{"b", "00-1A-C2-7B-00-00"}), good: csvOf([]string{cn, "wlan_mac"}, []string{"a", "00:1a:c2:7b:00:00"}, []string{"b", "00:1a:c2:7b:00:01"}), also: []string{"csv/mac-notation"}},
		RuleEmptyRow:      {bad: csvOf([]string{cn, "subject.state"}, []string{"a", "b"}, []string{"", ""}, []string{"c", "d"}), good: csvOf([]string{cn, "subject.state"}, []string{"a", "b"}, []string{"c", ""})},
		RuleDuplicateName: {bad: csvOf([]string{cn, "unique_identifier"}, []string{"a", ""}, []string{"a", ""}), good: csvOf([]string{cn, "unique_identifier"}, []string{"a", "1"}, []string{"a", "2"})},
		RuleDuplicateID:   {bad: csvOf([]string{cn, "unique_identifier"}, []string{"a", "1"}, []string{"b", "1"}), good: csvOf([]string{cn, "unique_identifier"}, []string{"a", "1"}, []string{"b", ""}, []string{"c", ""})},

		RuleScientific:   one("serial", "1.23E+11", "12E5"),
		RuleDamagedID:    column("serial", []string{"0001DC", "0001DD", "1", "0001EA"}, []string{"0001DC", "0001DD", "000012"}),
		RuleDefused:      one("serial", "'+49", "+49"),
		RuleErrorValue:   one("serial", "#REF!", "#12"),
		RuleLeadingZeros: column("serial", []string{"001201", "001202", "001203", "001204", "001205", "001206", "001207", "001208", "001209", "1210"}, []string{"1234", "1235", "12"}),
		RuleDateForText:  column("part", []string{"4-711-9", "4-711-8", "12.03.2026"}, []string{"12.03.2026", "13.03.2026"}),
		RuleRounded:      column("imei", []string{"351756051523999000", "351756051523812411"}, []string{"351756051523999001", "351756051523812411"}),
		RuleBoolean:      column("code", []string{"T", "F", "TRUE"}, []string{"TRUE", "FALSE"}),
		RuleFormula:      one("serial", `="00123"`, "00123"),
		RuleTextMark:     one("serial", "'00123", "00123"),
		RuleDecimal:      column("serial", []string{"4701", "4702", "4703", "4704", "4705", "4706", "4707", "4708", "4709", "4710.0"}, []string{"1.5", "2.0", "3"}),
		RuleEscapedText:  one("subject.organization_name", "M&uuml;ller", "R&D; Müller & Söhne"),
		RuleMojibake:     one("subject.organization_name", "MÃ¼ller", "Müller"),

		RuleTooLarge: {bad: small, good: csvOf([]string{cn}, []string{"device-1"}), options: Options{MaxBytes: 40}},
	}
}

// TestEveryRuleHasBothFixtures proves each rule of the table by one document that breaks it and no other but its
// companions, and by one that keeps all.
func TestEveryRuleHasBothFixtures(t *testing.T) {
	all := fixtures(t)
	for _, r := range Rules {
		f, ok := all[r]
		if !ok {
			t.Errorf("%s has no fixtures", r.Name)
			continue
		}
		t.Run(strings.TrimPrefix(r.Name, "csv/"), func(t *testing.T) {
			bad, good := report(t, validate(t, document(t, f.bad), f.options)), report(t, validate(t, document(t, f.good), f.options))
			found := false
			for _, x := range bad.All() {
				found = found || x.Rule == r.Name
				if x.Rule != r.Name && x.Severity > finding.Notice && !slices.Contains(f.also, x.Rule) {
					t.Errorf("bad: %s is found as well: %s", x.Rule, x.Message)
				}
				if x.Message == "" || strings.HasSuffix(x.Message, ".") || strings.ContainsFunc(x.Message, func(r rune) bool { return r < ' ' || r == 0x7F }) {
					t.Errorf("%s: message %q", x.Rule, x.Message)
				}
			}
			if !found {
				t.Errorf("bad: %s is not found", r.Name)
			}
			for _, x := range good.All() {
				if x.Rule == r.Name || x.Severity > finding.Notice {
					t.Errorf("good: %s is found: %s", x.Rule, x.Message)
				}
			}
		})
	}
	if len(all) != len(Rules) {
		t.Errorf("%d fixtures for %d rules", len(all), len(Rules))
	}
}

// TestRuleTable: the documentation is printed from it, so that nothing in it may be missing.
func TestRuleTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.Name] {
			t.Errorf("%s stands in the table twice", r.Name)
		}
		seen[r.Name] = true
		if !strings.HasPrefix(r.Name, "csv/") || r.Title == "" || r.Why == "" || r.Hint == "" || r.Source == "" {
			t.Errorf("%s is not complete: %+v", r.Name, r)
		}
		if strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Why, ".") || strings.HasSuffix(r.Hint, ".") {
			t.Errorf("%s: full stops: title and hint have none, why has", r.Name)
		}
	}
	for _, r := range csvdoc.Rules {
		if seen[r.Name] {
			t.Errorf("%s is a rule of package csvdoc too", r.Name)
		}
	}
}

// TestFixMends applies the repair of every group that has one: the finding goes, nothing else changes but the cells that
// the repair names, and one undo takes it back.
func TestFixMends(t *testing.T) {
	fixed := map[string]bool{}
	for r, f := range fixtures(t) {
		d := document(t, f.bad)
		before := validate(t, d, f.options)
		for _, g := range before.Groups() {
			if g.Rule != r || g.Fixable == 0 {
				continue
			}
			repair, err := before.Fix(ctx, &g, nil)
			if err != nil {
				t.Fatalf("%s: %v", r.Name, err)
			}
			if repair.Len() == 0 {
				t.Errorf("%s: the repair changes nothing", r.Name)
			}
			change, err := repair.Apply(d)
			if err != nil {
				t.Fatalf("%s: %v", r.Name, err)
			}
			if _, err := repair.Apply(d); err != ErrOutdated {
				t.Errorf("%s: a second time: %v", r.Name, err)
			}
			after, err := Revalidate(ctx, before, d.Snapshot(), change, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range after.Groups() {
				if x.Rule == r {
					t.Errorf("%s is still there for %d rows", r.Name, x.Rows)
				}
			}
			fixed[r.Name] = true
			if _, err := d.Undo(); err != nil || d.Dirty() {
				t.Errorf("%s: undo: %v, dirty %v", r.Name, err, d.Dirty())
			}
		}
	}
	for _, r := range []*finding.Rule{
		RuleSpelling, RuleSimilar, RuleEmptyColumn, RuleCSRPresent, RuleCountry, RuleDateForm, RuleOuterBlank, RuleInvisible, RuleMACCharacters, RuleMACNotation, RuleBareCSR,
		RuleEscapedCSR, RuleCSRText, RuleEmptyRow, RuleTrailingRow, RuleHeaderAgain, RuleNoDevice, RuleColumnControl, RuleLeadingZeros, RuleFormula, RuleTextMark, RuleDecimal, RuleMojibake, RuleEscapedText,
	} {
		if !fixed[r.Name] {
			t.Errorf("%s was not mended", r.Name)
		}
	}
}

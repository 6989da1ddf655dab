package enrollment

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

// Lines around a request on one line, as the service's example has them.
const (
	requestBegin = "-----BEGIN CERTIFICATE REQUEST-----"
	requestEnd   = "-----END CERTIFICATE REQUEST-----"
)

// onOneLine is a request as the service's example has it.
func onOneLine(der []byte) string {
	return requestBegin + base64.StdEncoding.EncodeToString(der) + requestEnd
}

// request checks the CSR of a row by itself and against the row.
func (c *checker) request(cells []string) {
	i := c.p.csr
	cell := cells[i]
	if !strings.Contains(cell, "-----BEGIN") {
		if der, ok := bareRequest(cell); ok {
			c.add(RuleBareCSR, i, "the base64 of a request of %d bytes has no BEGIN and END lines", len(der)).repair(onOneLine(der))
			return
		}
	} else if strings.Contains(cell, `\n`) || strings.Contains(cell, `\r`) {
		meant := strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n").Replace(cell)
		h := c.add(RuleEscapedCSR, i, `the CSR holds \n %d times instead of a line break`, strings.Count(cell, `\n`)+strings.Count(cell, `\r`))
		if _, err := csr.DecodePEM([]byte(meant)); err == nil {
			h.repair(meant)
		}
		return
	}
	if strings.ContainsFunc(cell, func(r rune) bool { return r == 0 || r == '"' || r >= 0x80 }) {
		if meant, ok := plainPEM(cell); ok {
			c.add(RuleCSRText, i, "%s holds a request between changed BEGIN and END lines", quoted(cell)).repair(meant)
			return
		}
	}
	e := csr.ExamineText([]byte(cell))
	if e.Blocks > 1 {
		c.add(RuleSeveralCSRs, i, "the cell holds %d PEM blocks", e.Blocks)
	}
	if e.Kind != csr.Request && e.Kind != csr.PrivateKey {
		for _, b := range e.Breaches {
			c.add(RuleNotACSR, i, "%s", b.Message)
		}
		return
	}
	for _, b := range e.Breaches {
		if !c.namedByRow(b.Rule, cells) {
			h := c.add(b.Rule, i, "%s", b.Message)
			h.hint = b.Hint
		}
	}
	if e.DER == nil || e.SPKI == [32]byte{} {
		return
	}
	c.facts = &e
	if len(c.p.subject) > 0 || len(c.p.san) > 0 {
		c.against(cells, e.DER)
	}
}

// namedByRow says that a CSR may lack a name because its row has one: the service takes the row's.
func (c *checker) namedByRow(r *finding.Rule, cells []string) bool {
	has := func(i int) bool { return i >= 0 && i < len(cells) && !c.blank(i, cells[i]) }
	switch r {
	case csr.RuleNoCommonName:
		return has(c.p.name)
	case csr.RuleEmptySubject:
		return has(c.p.name) || slices.ContainsFunc(c.p.san, has)
	}
	return false
}

// bareRequest reads base64 that is a request. Blanks and line breaks within do not matter.
func bareRequest(cell string) ([]byte, bool) {
	if len(cell) < 64 || len(cell) > 2*csr.MaxRequestBytes {
		return nil, false
	}
	text := strings.Map(func(r rune) rune {
		if isBlankRune(r) {
			return -1
		}
		return r
	}, cell)
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(der) == 0 || der[0] != 0x30 {
		return nil, false
	}
	if _, _, err := csr.Names(der); err != nil {
		return nil, false
	}
	return der, true
}

// against compares a row with the names in its CSR.
func (c *checker) against(cells []string, der []byte) {
	subject, names, err := csr.Names(der)
	if err != nil {
		return
	}
	for _, i := range c.p.subject {
		if i >= len(cells) || c.blank(i, cells[i]) {
			continue
		}
		attr := c.p.columns[i].field.Attribute
		row := c.p.opt.values(strings.TrimFunc(cells[i], isBlankRune))
		var theirs []string
		for _, a := range subject {
			if a.Name == attr {
				theirs = append(theirs, a.Value)
			}
		}
		if len(theirs) > 0 && !sameValues(row, theirs, func(s string) string { return s }) {
			c.add(RuleSubjectDiffers, i, "the row says %s, its CSR %s", listed(row), listed(theirs))
		}
	}
	for _, i := range c.p.san {
		kind, form := sanKind(c.p.columns[i].field.Kind)
		if kind == "" || i >= len(cells) || c.blank(i, cells[i]) {
			continue
		}
		row := c.p.opt.values(strings.TrimFunc(cells[i], isBlankRune))
		var theirs []string
		for _, n := range names {
			if n.Kind == kind {
				theirs = append(theirs, n.Value)
			}
		}
		if len(theirs) > 0 && !sameValues(row, theirs, form) {
			c.add(RuleSANDiffers, i, "the row says %s, its CSR %s", listed(row), listed(theirs))
		}
	}
}

// sanKind is how package csr calls the names of a column, and the form in which they are compared.
func sanKind(k Kind) (string, func(string) string) {
	switch k {
	case DNSName:
		return "DNS", strings.ToLower
	case IPAddress:
		return "IP", func(s string) string {
			if a, err := netip.ParseAddr(s); err == nil {
				return a.Unmap().String()
			}
			return s
		}
	case EmailAddress:
		return "email", func(s string) string {
			local, host, _ := strings.Cut(s, "@")
			return local + "@" + strings.ToLower(host)
		}
	case URI:
		return "URI", func(s string) string { return s }
	case ObjectID:
		return "registered ID", func(s string) string { return s }
	}
	return "", nil
}

func sameValues(a, b []string, form func(string) string) bool {
	norm := func(in []string) []string {
		out := make([]string, len(in))
		for i, s := range in {
			out[i] = form(s)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(norm(a), norm(b))
}

func listed(values []string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = quoted(v)
	}
	return strings.Join(words, " and ")
}

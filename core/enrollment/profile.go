package enrollment

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

// classKind is what a value looks like, where that says something only beside the other values of its column.
type classKind uint8

const (
	whole    classKind = iota // digits without a zero before them; n is how many
	dated                     // a date as spreadsheets write it
	truth                     // TRUE, FALSE
	decimal                   // 4711.0
	fraction                  // any other fraction, 0.021180556
	clock                     // a time of day, 0:30:10
	short                     // 1E10: digits, an E, an exponent; n is how many bytes
	hexID                     // hexadecimal digits with a letter among them; n is how many
	rounded                   // zeros from the 16th digit on; n is how many digits
	aMAC                      // n is the notation
	digitMAC                  // twelve digits without a letter, which may be a serial number; they are aMAC too
	groupMAC                  // a multicast one
	zeroMAC                   // 00-00-00-00-00-00
	nearMAC                   // one with the letter O for a zero, dashes of a text program, or eight octets
	noMAC                     // none
)

type class struct {
	kind classKind
	n    uint8
}

// maxLength is up to which length values have a pattern.
const maxLength = 40

// classesOf appends the classes of a value. One with more than maxLength bytes has no pattern, and is no address.
func classesOf(to []class, s string, set charSet) []class {
	n := uint8(min(len(s), maxLength)) // #nosec G115 -- at most maxLength
	isMAC := false
	switch {
	case len(s) > maxLength && (set&high == 0 || !isDisguised(s)):
		return append(to, class{noMAC, 0})
	case len(s) > maxLength:
		return to
	case len(s) >= 12 && len(s) <= 17 && set&(digit|punctuation|blank) != 0 && set&^(digit|hexLetter|letter|punctuation|blank) == 0:
		if a, notation, err := eui48.Parse(s); err == nil {
			isMAC = true
			to = append(to, class{aMAC, uint8(notation)})
			switch {
			case a.Multicast():
				to = append(to, class{groupMAC, 0})
			case a == 0:
				to = append(to, class{zeroMAC, 0})
			}
			if (notation == eui48.Bare || notation == eui48.Other) && set&(hexLetter|letter) == 0 {
				to = append(to, class{digitMAC, 0})
			}
		}
	}
	switch {
	case isMAC, set&high != 0 && isDisguised(s): // the latter has a rule of its own
	case nearlyMAC(s, set):
		to = append(to, class{nearMAC, 0})
	default:
		to = append(to, class{noMAC, 0})
	}
	if set&^(digit|hexLetter) == 0 && set&hexLetter != 0 && len(s) >= 4 {
		to = append(to, class{hexID, n})
	}
	if set&digit != 0 && set&hexLetter != 0 && set&^(digit|hexLetter|punctuation) == 0 && isShort(s) {
		to = append(to, class{short, n})
	}
	switch {
	case set == digit:
		if s[0] != '0' {
			to = append(to, class{whole, n})
		}
		if len(s) > 15 && strings.Trim(s[15:], "0") == "" {
			to = append(to, class{rounded, n})
		}
	case set == digit|punctuation:
		if before, after, ok := strings.Cut(strings.Replace(s, ",", ".", 1), "."); ok && allDigits(before) && allDigits(after) {
			if after == "0" {
				to = append(to, class{decimal, 0})
			} else {
				to = append(to, class{fraction, 0})
			}
		} else if timeOfDay.MatchString(s) {
			to = append(to, class{clock, 0})
		} else if isDate(s) {
			to = append(to, class{dated, 0})
		}
	case set&(digit|punctuation|blank) != 0 && set&digit != 0:
		if isDate(s) {
			to = append(to, class{dated, 0})
		}
	case set&(digit|punctuation) == 0 && truthValues[s]:
		to = append(to, class{truth, 0})
	}
	return to
}

// timeOfDay is a time as spreadsheets write it.
var timeOfDay = regexp.MustCompile(`^\d{1,2}:\d\d(:\d\d)?$`)

// isShort says whether a value is a number with an exponent and no sign before that: 1E10, 1.5e3.
func isShort(s string) bool {
	at := strings.LastIndexAny(s, "eE")
	return at > 0 && len(s)-at <= 4 && allDigits(s[at+1:]) && allDigits(strings.Replace(strings.Replace(s[:at], ",", "", 1), ".", "", 1))
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// nearlyMAC says whether a value that is no address becomes one when characters are read as those they look like; or whether it is an EUI-64.
func nearlyMAC(s string, set charSet) bool {
	if len(s) < 11 || len(s) > 60 || set&(control|blank|quote) != 0 || set&letter != 0 && strings.Trim(s, "0123456789ABCDEFabcdefOolI:-.") != "" && set&high == 0 {
		return false
	}
	_, _, err := eui48.Parse(lookAlikes.Replace(plainCharacters(s)))
	e, is := errors.AsType[*eui48.ParseError](err)
	return err == nil || is && e.Octets == 8
}

var lookAlikes = strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1")

// disguisedMAC is the address that a value shows and does not hold: with digits of another script, full-width letters, or dashes that are no
// hyphens.
func disguisedMAC(s string) (string, bool) {
	if len(s) < 12 || len(s) > 80 {
		return "", false
	}
	plain := plainCharacters(s)
	if _, _, err := eui48.Parse(plain); err != nil || plain == s {
		return "", false
	}
	return plain, true
}

func isDisguised(s string) bool {
	_, is := disguisedMAC(s)
	return is
}

// plainCharacters writes the characters of ASCII for those that look like a digit, a letter or a separator of an address (Unicode Technical
// Standard 39 §4).
func plainCharacters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case unicode.Is(unicode.Pd, r), r == '\u2212', r == '\u2043':
			return '-'
		case unicode.Is(unicode.Nd, r):
			zero := r
			for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
				zero--
			}
			if r >= 0x1D7CE && r <= 0x1D7FF { // mathematical digits, one alphabet behind the other
				zero = r - (r-0x1D7CE)%10
			}
			return '0' + r - zero
		}
		if i := slices.Index(likeASCII, r); i >= 0 {
			return rune("::::.AaBCcEeABEaaeO"[i])
		}
		if n := norm.NFKC.String(string(r)); len(n) == 1 {
			return rune(n[0])
		}
		return r
	}, s)
}

// likeASCII are colons, a dot, and letters of Cyrillic and Greek, in the order of what they look like.
var likeASCII = []rune("\u2236\uA789\u02D0\u0589\u3002АаВСсЕеΑΒΕɑαеО")

var truthValues = map[string]bool{
	"TRUE": true, "FALSE": true, "True": true, "False": true, "true": true, "false": true, "WAHR": true, "FALSCH": true,
	"VRAI": true, "FAUX": true, "VERDADERO": true, "FALSO": true, "VERO": true,
}

var months = map[string]bool{
	"jan": true, "feb": true, "mar": true, "apr": true, "may": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true,
	"oct": true, "nov": true, "dec": true, "mrz": true, "mär": true, "mai": true, "okt": true, "dez": true,
	"january": true, "february": true, "march": true, "april": true, "june": true, "july": true, "august": true, "september": true,
	"october": true, "november": true, "december": true,
}

// isDate knows the forms in which spreadsheets show a date unasked: 31.12.2027, 12/31/2027, 12/31/27, 2027-12-31, 31-Dec, Dec-27,
// 31-Dec-27, each with a time behind it.
func isDate(s string) bool {
	if day, clock, ok := strings.Cut(s, " "); ok && strings.Contains(clock, ":") {
		s = day
	}
	if len(s) < 5 || len(s) > 17 {
		return false
	}
	var parts [3]string
	n, from := 0, 0
	var sep byte
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '-' && s[i] != '.' && s[i] != '/' && s[i] != ' ' {
			continue
		}
		if n == 3 || i == from || i < len(s) && sep != 0 && s[i] != sep {
			return false
		}
		if i < len(s) {
			sep = s[i]
		}
		parts[n] = s[from:i]
		n++
		from = i + 1
	}
	number := func(p string, width, low, high int) bool {
		v := 0
		for _, c := range []byte(p) {
			if c < '0' || c > '9' {
				return false
			}
			v = v*10 + int(c-'0')
		}
		return len(p) <= width && v >= low && v <= high
	}
	month := func(p string) bool { return months[strings.ToLower(p)] }
	year := func(p string) bool {
		return len(p) == 4 && number(p, 4, 1900, 2199) || len(p) == 2 && number(p, 2, 0, 99)
	}
	a, b, c := parts[0], parts[1], parts[2]
	switch n {
	case 2:
		return number(a, 2, 1, 31) && month(b) || month(a) && year(b)
	case 3:
		switch {
		case month(b):
			return number(a, 2, 1, 31) && year(c)
		case len(a) == 4:
			return number(a, 4, 1900, 2199) && number(b, 2, 1, 12) && number(c, 2, 1, 31) && sep != ' '
		case sep == '/' || sep == '.' && len(c) == 4:
			return year(c) && (number(a, 2, 1, 31) && number(b, 2, 1, 12) || number(a, 2, 1, 12) && number(b, 2, 1, 31))
		}
	}
	return false
}

// profile is what the values of one column look like together. Rows are kept by class, because which class is damage shows
// only once all were seen.
type profile struct {
	filled  int
	letters int                  // values with a letter
	lengths [maxLength + 1]int32 // values by their length
	zeros   [maxLength + 1]int32 // those that begin with 0
	classes map[class]*rowSet
	rows    *rowSet // with a value; of columns without a name alone
}

// note takes in a value, or takes it out again where by is -1. Of one with more than maxLength bytes only that counts.
func (p *profile) note(id csvdoc.RowID, value string, set charSet, by int32) {
	p.filled += int(by)
	if len(value) <= maxLength {
		p.lengths[len(value)] += by
		if set&(letter|hexLetter) != 0 {
			p.letters += int(by)
		}
		if value[0] == '0' {
			p.zeros[len(value)] += by
		}
	}
	var buf [8]class
	for _, k := range classesOf(buf[:0], value, set) {
		rows := p.classes[k]
		if rows == nil {
			if p.classes == nil {
				p.classes = map[class]*rowSet{}
			}
			rows = new(rowSet)
			p.classes[k] = rows
		}
		if by > 0 {
			rows.add(id)
		} else {
			rows.remove(id)
		}
	}
}

// fill notes that a row has a value, or has it no more.
func (p *profile) fill(id csvdoc.RowID, by int32) {
	if p.rows == nil {
		p.rows = new(rowSet)
	}
	if by > 0 {
		p.rows.add(id)
	} else {
		p.rows.remove(id)
	}
}

func (p *profile) merge(other *profile) {
	p.filled += other.filled
	p.letters += other.letters
	for n := range p.lengths {
		p.lengths[n] += other.lengths[n]
		p.zeros[n] += other.zeros[n]
	}
	if p.classes == nil {
		p.classes = map[class]*rowSet{}
	}
	if other.rows != nil {
		if p.rows == nil {
			p.rows = new(rowSet)
		}
		p.rows.merge(other.rows)
	}
	for k, rows := range other.classes {
		if p.classes[k] == nil {
			p.classes[k] = rows
		} else {
			p.classes[k].merge(rows)
		}
	}
}

func (p *profile) clone() *profile {
	q := *p
	q.classes = make(map[class]*rowSet, len(p.classes))
	for k, rows := range p.classes {
		q.classes[k] = rows.clone()
	}
	if p.rows != nil {
		q.rows = p.rows.clone()
	}
	return &q
}

// verdict says which classes of a column are damage.
type verdict struct {
	length                  int  // that values have but those that lost zeros; 0 where there is no such pattern
	certain                 bool // numbers that lost zeros, or got a .0, can have come from one value alone
	ids                     int  // length of the hexadecimal identifiers that the column holds; 0 for none
	dates, truths, decimals bool
	rounded                 uint64 // bits: of these lengths
	mac                     bool
	notation                eui48.Notation // of most addresses; Unknown where none prevails
}

// namesMACs says whether a column is called as one that holds addresses: "WLAN-MAC", "macAddress", "hwaddr". In "machine" and
// "pharmacy" the letters mean nothing.
func namesMACs(name string) bool {
	if macWord.MatchString(name) {
		return true
	}
	bare := squeezed(name)
	return slices.ContainsFunc(macNames, func(word string) bool { return strings.Contains(bare, word) })
}

var (
	macWord  = regexp.MustCompile(`(^|[^A-Za-z])(mac|MAC|Mac)($|[^a-z])|[a-z](MAC|Mac)($|[^a-z])`)
	macNames = []string{"macaddr", "macadr", "macid", "ethernetaddr", "eui48", "hwaddr", "hardwareaddr", "bdaddr", "bluetoothaddr", "physicaladdr"}
)

// judge finds the damage in a column.
func (p *profile) judge(name string) verdict {
	var v verdict
	n := func(kind classKind, k uint8) int { return p.classes[class{kind, k}].len() }
	p.judgeMAC(name, &v)
	most, hex := 0, 0
	for l := range p.lengths {
		if p.lengths[l] > p.lengths[most] {
			most = l
		}
		if n(hexID, uint8(l)) > n(hexID, uint8(hex)) { // #nosec G115 -- at most maxLength
			hex = l
		}
	}
	switch ids := n(hexID, uint8(hex)); { // #nosec G115 -- at most maxLength
	case v.mac:
		v.ids = most
	case ids >= 2 && 4*ids >= int(p.lengths[hex]) && (2*int(p.lengths[hex]) >= p.filled || ids >= 3 && 4*int(p.lengths[hex]) >= p.filled && 2*int(p.lengths[hex]) >= p.filled-p.numbers(hex)):
		v.ids = hex
	case p.lengths[most] >= 2 && p.zeros[most] > 0 && 2*int(p.lengths[most]) >= p.filled:
		v.length = most
	}
	minority := func(k int) bool { return k > 0 && 2*k <= p.filled }
	v.dates = minority(n(dated, 0))
	v.truths = minority(n(truth, 0))
	wholes, lost := 0, 0
	for l := range p.lengths {
		k := uint8(l) // #nosec G115 -- at most maxLength
		wholes += n(whole, k)
		if v.broken(class{whole, k}) {
			lost += n(whole, k)
		}
		if r := n(rounded, k); r > 0 {
			// A number ends in one zero by chance once in ten times, in three once in a thousand.
			if l >= 18 || r >= 3 && 2*r >= int(p.lengths[l]) {
				v.rounded |= 1 << l
			}
		}
	}
	if d := n(decimal, 0); d > 0 && v.ids == 0 && n(fraction, 0) == 0 {
		v.decimals = wholes+int(p.zeroDigits()) > 0 || d >= 2 && d == p.filled
		lost += d
	}
	v.certain = p.letters == 0 && 10*lost <= p.filled
	return v
}

// numbers is how many values may be identifiers of n digits that a spreadsheet took for numbers or times.
func (p *profile) numbers(n int) (sum int) {
	for k, rows := range p.classes {
		switch k.kind {
		case whole, short:
			if int(k.n) != n {
				sum += rows.len()
			}
		case decimal, fraction, clock:
			sum += rows.len()
		}
	}
	return sum
}

// zeroDigits is how many values begin with a zero: of a column of numbers they are numbers too.
func (p *profile) zeroDigits() (n int32) {
	for _, z := range p.zeros {
		n += z
	}
	return n
}

func (p *profile) judgeMAC(name string, v *verdict) {
	var by [eui48.Other + 1]int
	for k := eui48.Colons; k <= eui48.Other; k++ {
		by[k] = p.classes[class{aMAC, uint8(k)}].len()
	}
	count := by[eui48.Colons] + by[eui48.Hyphens] + by[eui48.Dotted]
	named := namesMACs(name)
	digits := p.classes[class{digitMAC, 0}].len()
	if named || 4*digits <= 3*(by[eui48.Bare]+by[eui48.Other]) {
		count += by[eui48.Bare] + by[eui48.Other] // twelve digits alone, everywhere in the column, may be serial numbers
	}
	all := count + p.classes[class{nearMAC, 0}].len()
	if v.mac = named && all >= 1 && 2*all >= p.filled || count >= 2 && 5*all >= 3*p.filled; !v.mac {
		return
	}
	for k := eui48.Colons; k <= eui48.Dotted; k++ { // of Other there are several
		if 5*by[k] >= 4*count {
			v.notation = k
		}
	}
}

// broken says whether a class that has a number is damage.
func (v *verdict) broken(k class) bool {
	switch k.kind {
	case whole:
		return int(k.n) < v.length
	case rounded:
		return v.rounded&(1<<k.n) != 0
	case aMAC:
		return v.mac && v.notation != eui48.Unknown && eui48.Notation(k.n) != v.notation
	}
	return false
}

// rule is the one that the values of a class break in a column with this verdict, nil for none, and whether they can be repaired.
func (v *verdict) rule(k class) (r *finding.Rule, fixable bool) {
	switch k.kind {
	case whole, short:
		switch {
		case v.ids > 0 && int(k.n) != v.ids && !(v.mac && k.n == 12):
			return RuleDamagedID, false
		case k.kind == whole && v.broken(k):
			return RuleLeadingZeros, v.certain
		}
	case fraction, clock:
		if v.ids > 0 {
			return RuleDamagedID, false
		}
	case decimal:
		if v.ids > 0 {
			return RuleDamagedID, false
		} else if v.decimals {
			return RuleDecimal, v.certain
		}
	case dated:
		if v.dates {
			return RuleDateForText, false
		}
	case truth:
		if v.truths {
			return RuleBoolean, false
		}
	case rounded:
		if v.broken(k) {
			return RuleRounded, false
		}
	case aMAC:
		if v.broken(k) {
			return RuleMACNotation, true
		}
	case groupMAC, zeroMAC, nearMAC, noMAC:
		if v.mac {
			return map[classKind]*finding.Rule{groupMAC: RuleMACGroup, zeroMAC: RuleMACZero, nearMAC: RuleMAC, noMAC: RuleMAC}[k.kind], false
		}
	}
	return nil, false
}

// groups calls do for the rows of each rule that the column's damage breaks, and says whether they can be repaired. What a
// spreadsheet changed is not called a wrong address as well.
func (p *profile) groups(v *verdict, do func(r *finding.Rule, rows *rowSet, fixable bool)) {
	damaged := new(rowSet)
	for k, rows := range p.classes {
		if r, _ := v.rule(k); r == RuleDamagedID || r == RuleDateForText || r == RuleBoolean {
			damaged.merge(rows.clone())
		}
	}
	for k, rows := range p.classes {
		r, fixable := v.rule(k)
		if k.kind == noMAC {
			rows = rows.without(damaged)
		}
		if r != nil && rows.len() > 0 {
			do(r, rows, fixable)
		}
	}
}

// notMAC says what is wrong with a value that should be an address.
func notMAC(value string) string {
	_, _, err := eui48.Parse(value)
	var e *eui48.ParseError
	if errors.As(err, &e) {
		return quoted(value) + " is not a MAC address: " + e.Reason
	}
	return quoted(value) + " is not a MAC address"
}

// inNotation writes an address another way, in capital letters where it has some.
func inNotation(value string, n eui48.Notation) string {
	a, _, err := eui48.Parse(value)
	if err != nil {
		return value
	}
	s := a.String() // hyphens
	switch n {
	case eui48.Colons:
		s = strings.ReplaceAll(s, "-", ":")
	case eui48.Bare:
		s = strings.ReplaceAll(s, "-", "")
	case eui48.Dotted:
		b := strings.ReplaceAll(s, "-", "")
		s = b[:4] + "." + b[4:8] + "." + b[8:]
	}
	if value != strings.ToLower(value) {
		s = strings.ToUpper(s)
	}
	return s
}

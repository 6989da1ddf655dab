package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/ledger"
)

// Meaning is what a column of a list of certificates holds. How portals call their columns is not written down anywhere, and they change
// it: columns are found by what stands in them and by their names, and what can mean two things is asked.
type Meaning string

// The meanings.
const (
	MeansName        Meaning = "name"        // common name or whole subject
	MeansID          Meaning = "id"          // unique_identifier
	MeansSerial      Meaning = "serial"      // serial number of the certificate
	MeansFingerprint Meaning = "fingerprint" // SHA-256
	MeansFrom        Meaning = "from"        // begin of the validity
	MeansTo          Meaning = "to"          // end of the validity
)

// Meanings are all meanings.
var Meanings = []Meaning{MeansName, MeansID, MeansSerial, MeansFingerprint, MeansFrom, MeansTo}

// What else can be read in two ways (PortalChoice.Read).
const (
	ReadDayFirst   = "day-first"   // 03/04/2026 is the third of April
	ReadMonthFirst = "month-first" // it is the fourth of March
	ReadDecimal    = "decimal"     // serial numbers are decimal
	ReadHex        = "hex"         // they are hexadecimal
)

// PortalChoice is what the user says about a list where it can mean two things.
type PortalChoice struct {
	Columns map[Meaning]string // by their names
	Read    []string           // ReadDayFirst and the like
}

// AmbiguousError is a list of which it is not certain what it says: in which of some columns a meaning stands, or in which of two ways
// what stands there is to be read.
type AmbiguousError struct {
	Meaning Meaning
	Columns []string // by their names; none where Read has the ways
	Read    []string // ReadDayFirst and the like
}

func (e *AmbiguousError) Error() string {
	all := make([]string, 0, len(e.Columns))
	for _, c := range e.Columns {
		all = append(all, strconv.Quote(c))
	}
	columns := strings.Join(all, ", ")
	switch {
	case slices.Contains(e.Read, ReadDayFirst):
		return "dates such as 03/04/2026 can begin with the day or with the month"
	case slices.Contains(e.Read, ReadHex):
		return "the serial numbers can be decimal or hexadecimal"
	case e.Meaning == MeansName:
		return fmt.Sprintf("each of these columns can hold the names of the devices: %s", columns)
	case e.Meaning == MeansID:
		return fmt.Sprintf("each of these columns can hold the unique identifiers: %s", columns)
	case e.Meaning == MeansSerial:
		return fmt.Sprintf("each of these columns can hold the serial numbers of the certificates: %s", columns)
	case e.Meaning == MeansFingerprint:
		return fmt.Sprintf("each of these columns can hold the SHA-256 fingerprints: %s", columns)
	case e.Meaning == MeansFrom:
		return fmt.Sprintf("each of these columns can hold the beginning of the validity: %s", columns)
	}
	return fmt.Sprintf("each of these columns can hold the end of the validity: %s", columns)
}

// portalNames are parts of the names of columns, in lower case, letters and digits alone; those that come first are the surest.
var portalNames = map[Meaning][]string{
	MeansName:        {"=commonname", "=subjectcommonname", "=cn", "commonname", "=subject", "=subjectdn", "=name", "=devicename"},
	MeansID:          {"=uniqueidentifier", "=deviceidentifier", "=deviceid", "uniqueid", "deviceident"},
	MeansSerial:      {"=serialnumber", "=certificateserialnumber", "=serial", "certificateserial", "serialnumber", "certserial", "serialno", "seriennummer"},
	MeansFingerprint: {"=sha256fingerprint", "=fingerprintsha256", "=sha256thumbprint", "=fingerprint", "=thumbprint", "sha256", "fingerprint", "thumbprint", "fingerabdruck"},
	MeansFrom:        {"=validfrom", "=notbefore", "validfrom", "notbefore", "validitystart", "startdate", "gültigab", "gültigvon", "=issuedon", "=issued"},
	MeansTo:          {"=validto", "=notafter", "validto", "validuntil", "notafter", "validityend", "expir", "enddate", "gültigbis", "ablauf"},
}

// portalColumn is what was seen in a column.
type portalColumn struct {
	name, plain string // as the file has it; in lower case, letters and digits alone
	seen        int    // cells that are not empty
	subjects    int    // "CN=…"
	sums        int    // SHA-256
	hex         int    // what a serial number may be
	long        int    // of these, with eight octets or more: hardly anything else
	letters     int    // of what may be one: certainly hexadecimal, by a digit above 9, a colon or 0x
	digits      int    // of decimal digits in those without
	dates       int
	dayFirst    bool // a date that has its day first for certain
	monthFirst  bool
	either      bool // a date that may have it either way
}

// portal is a list of certificates whose columns are known.
type portal struct {
	at       map[Meaning]int
	dayFirst bool
	decimal  bool
}

// fits says whether what stands in the column is of a meaning: nearly all of it, or nothing at all.
func (c *portalColumn) fits(m Meaning) bool {
	n := c.seen
	switch m {
	case MeansSerial:
		n = c.hex
	case MeansFingerprint:
		n = c.sums
	case MeansFrom, MeansTo:
		n = c.dates
	}
	return 10*n >= 9*c.seen
}

// rank is how sure the column's name says the meaning, 0 the surest; -1: it does not.
func (c *portalColumn) rank(m Meaning) int {
	return slices.IndexFunc(portalNames[m], func(part string) bool {
		if whole, ok := strings.CutPrefix(part, "="); ok {
			return c.plain == whole
		}
		return strings.Contains(c.plain, part)
	})
}

// readPortal reads a list of certificates. Errors: errNoTable, *AmbiguousError.
func readPortal(ctx context.Context, s *csvdoc.Snapshot, choice PortalChoice) (*Earlier, error) {
	columns, err := surveyPortal(ctx, s)
	if err != nil {
		return nil, err
	}
	p := &portal{at: map[Meaning]int{}}
	for _, m := range Meanings {
		i, err := columnOf(columns, m, choice.Columns[m])
		if err != nil {
			return nil, err
		}
		if i >= 0 {
			p.at[m] = i
		}
	}
	if err := p.byContent(columns); err != nil {
		return nil, err
	}
	if _, named := p.at[MeansName]; !named {
		return nil, errNoTable
	}
	if err := p.ways(columns, choice.Read); err != nil {
		return nil, err
	}
	e := &Earlier{Taken: p.taken(columns)}
	return e, s.ScanBytes(ctx, 0, s.Rows(), func(i int, _ csvdoc.RowID, cells [][]byte, raw []byte) error {
		if len(raw) > 0 {
			p.row(e, s.FileRow(i), cells)
		}
		return nil
	})
}

// surveyPortal looks at every cell.
func surveyPortal(ctx context.Context, s *csvdoc.Snapshot) ([]*portalColumn, error) {
	var columns []*portalColumn
	for _, c := range s.Columns() {
		columns = append(columns, &portalColumn{name: strings.TrimSpace(c.Name), plain: strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, c.Name)})
	}
	return columns, s.ScanBytes(ctx, 0, s.Rows(), func(_ int, _ csvdoc.RowID, cells [][]byte, raw []byte) error {
		for i, cell := range cells {
			if text := csvlist.Plain(strings.TrimSpace(string(cell))); text != "" && len(raw) > 0 && i < len(columns) {
				columns[i].see(text)
			}
		}
		return nil
	})
}

func (c *portalColumn) see(text string) {
	c.seen++
	if commonNameOf(text) != text {
		c.subjects++
	}
	digits := hexDigits(text)
	if _, ok := new(big.Int).SetString(digits, 16); ok && !isUUID(text) {
		switch {
		case len(digits) == 2*sha256.Size:
			c.sums++
		case len(digits) <= 40: // 20 octets, RFC 5280 §4.1.2.2
			c.hex++
			if len(digits) >= 16 {
				c.long++
			}
			if strings.ContainsAny(strings.ToLower(text), "abcdefx:") {
				c.letters++
			} else {
				c.digits += len(digits)
			}
		}
	}
	if len(text) < 6 || len(text) > 40 {
		return
	}
	if day, month, ok := twoWays(text); ok {
		c.dates++
		c.dayFirst, c.monthFirst, c.either = c.dayFirst || day && !month, c.monthFirst || month && !day, c.either || day && month
	} else if !portalTime(text, false).IsZero() {
		c.dates++
	}
}

// columnOf finds the column of a meaning by its name: the one that was chosen, or the surest of those in which such a thing stands. -1: there
// is none.
func columnOf(columns []*portalColumn, m Meaning, chosen string) (int, error) {
	if chosen != "" {
		i := slices.IndexFunc(columns, func(c *portalColumn) bool { return strings.EqualFold(c.name, strings.TrimSpace(chosen)) })
		if i < 0 {
			return -1, fmt.Errorf("there is no column %q", chosen)
		}
		return i, nil
	}
	var best []int
	for i, c := range columns {
		rank := c.rank(m)
		if rank < 0 || !c.fits(m) {
			continue
		}
		if len(best) > 0 && rank > columns[best[0]].rank(m) {
			continue
		}
		if len(best) > 0 && rank < columns[best[0]].rank(m) {
			best = best[:0]
		}
		best = append(best, i)
	}
	return single(columns, best, m)
}

// single is the column where there is one, -1 where there is none.
func single(columns []*portalColumn, all []int, m Meaning) (int, error) {
	switch len(all) {
	case 0:
		return -1, nil
	case 1:
		return all[0], nil
	}
	e := &AmbiguousError{Meaning: m}
	for _, i := range all {
		e.Columns = append(e.Columns, columns[i].name)
	}
	return -1, e
}

// byContent finds what no name told: by what stands in the columns that mean nothing yet.
func (p *portal) byContent(columns []*portalColumn) error {
	used := func(i int) bool {
		for _, at := range p.at {
			if at == i {
				return true
			}
		}
		return false
	}
	for _, m := range []Meaning{MeansName, MeansFingerprint, MeansSerial} {
		if _, known := p.at[m]; known {
			continue
		}
		var all []int
		for i, c := range columns {
			sure := false
			switch m {
			case MeansName:
				sure = 10*c.subjects >= 9*c.seen
			case MeansFingerprint:
				sure = c.fits(m)
			case MeansSerial: // long enough to be nothing else, and not all digits
				sure = 10*c.long >= 9*c.seen && c.letters > 0
			}
			if sure && c.seen > 0 && !used(i) && c.rank(MeansID) < 0 && (m == MeansFingerprint || c.rank(MeansFingerprint) < 0) {
				all = append(all, i)
			}
		}
		if m == MeansSerial && len(p.at) == 0 {
			continue // a list of anything
		}
		i, err := single(columns, all, m)
		if err != nil {
			return err
		}
		if i >= 0 {
			p.at[m] = i
		}
	}
	return nil
}

// ways finds out how dates and serial numbers are to be read.
func (p *portal) ways(columns []*portalColumn, read []string) error {
	day, month := slices.Contains(read, ReadDayFirst), slices.Contains(read, ReadMonthFirst)
	p.dayFirst = day
	if !day && !month {
		var either, dayFirst, monthFirst bool
		for _, m := range []Meaning{MeansFrom, MeansTo} {
			if i, known := p.at[m]; known {
				c := columns[i]
				either, dayFirst, monthFirst = either || c.either, dayFirst || c.dayFirst, monthFirst || c.monthFirst
			}
		}
		if p.dayFirst = dayFirst; dayFirst == monthFirst && (either || dayFirst) {
			return &AmbiguousError{Meaning: MeansTo, Read: []string{ReadDayFirst, ReadMonthFirst}}
		}
	}
	p.decimal = slices.Contains(read, ReadDecimal)
	if i, known := p.at[MeansSerial]; known && !p.decimal && !slices.Contains(read, ReadHex) {
		c := columns[i]
		switch { // digits alone in hexadecimal are (10/16)^n
		case c.letters > 0, c.seen == 0, strings.Contains(c.plain, "hex"):
		case c.digits >= 40, strings.Contains(c.plain, "dec"):
			p.decimal = true
		default:
			return &AmbiguousError{Meaning: MeansSerial, Read: []string{ReadHex, ReadDecimal}}
		}
	}
	return nil
}

// taken says which column was taken for what.
func (p *portal) taken(columns []*portalColumn) (all []Taken) {
	for _, m := range Meanings {
		if i, ok := p.at[m]; ok {
			t := Taken{Meaning: m, Column: columns[i].name}
			switch {
			case m == MeansSerial && p.decimal:
				t.Read = ReadDecimal
			case (m == MeansFrom || m == MeansTo) && (columns[i].either || columns[i].dayFirst || columns[i].monthFirst):
				if t.Read = ReadMonthFirst; p.dayFirst {
					t.Read = ReadDayFirst
				}
			}
			all = append(all, t)
		}
	}
	return all
}

// row takes a row over.
func (p *portal) row(e *Earlier, row int, cells [][]byte) {
	cell := func(m Meaning) string {
		if n, ok := p.at[m]; ok && n < len(cells) {
			return csvlist.Plain(strings.TrimSpace(string(cells[n])))
		}
		return ""
	}
	name := commonNameOf(cell(MeansName))
	e.add(ledger.CommonName, name, row)
	e.add(ledger.UniqueIdentifier, cell(MeansID), row)
	base := 16
	if p.decimal {
		base = 10
	}
	serial, ok := new(big.Int).SetString(hexDigits(cell(MeansSerial)), base)
	sum, err := hex.DecodeString(hexDigits(cell(MeansFingerprint)))
	to := portalTime(cell(MeansTo), p.dayFirst)
	if !ok || err != nil || len(sum) != sha256.Size || to.IsZero() || name == "" {
		return // enough to know the device again, too little for a certificate
	}
	e.Certificates = append(e.Certificates, ledger.Certificate{Identity: ledger.Identity{Kind: ledger.CommonName, Value: name}, Serial: serial,
		Fingerprint: [32]byte(sum), NotBefore: portalTime(cell(MeansFrom), p.dayFirst), NotAfter: to})
}

// commonNameOf is the common name in a whole subject, the text itself where it is none.
func commonNameOf(text string) string {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '/' || r == ';' }) {
		if key, value, ok := strings.Cut(part, "="); ok && strings.EqualFold(strings.TrimSpace(key), "CN") {
			return strings.TrimSpace(value)
		}
	}
	return text
}

// isUUID says whether a text is an id as services give them, which is no serial number though it is hexadecimal.
func isUUID(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}

func hexDigits(s string) string {
	return strings.NewReplacer(":", "", " ", "", "-", "", "0x", "").Replace(strings.ToLower(s))
}

// twoWays says whether a text is a date of three numbers whose year is last, and whether its day, or its month, may come first.
func twoWays(s string) (day, month, ok bool) {
	date, _, _ := strings.Cut(s, " ")
	parts := strings.Split(strings.TrimSuffix(date, ","), "/")
	if len(parts) != 3 || len(parts[2]) != 4 {
		return false, false, false
	}
	first, e1 := strconv.Atoi(parts[0])
	second, e2 := strconv.Atoi(parts[1])
	if e1 != nil || e2 != nil || first < 1 || second < 1 || first > 31 || second > 31 || first > 12 && second > 12 {
		return false, false, false
	}
	return second <= 12, first <= 12, true
}

// portalTimes are the times that portals write. Those with slashes are read by what the column shows of their order.
var portalTimes = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST", time.DateTime, "2006-01-02 15:04", time.DateOnly, "2006/01/02",
	"02 Jan 2006", "2 January 2006", "02-Jan-2006", "Jan 2, 2006", "January 2, 2006", time.Stamp + " 2006 MST", "02.01.2006", "2.1.2006", "02.01.2006 15:04:05", "02.01.2006 15:04"}

// portalTime reads a time, the zero time where it is none.
func portalTime(s string, dayFirst bool) time.Time {
	layouts := portalTimes
	if _, _, ok := twoWays(s); ok {
		order := "1/2/2006"
		if dayFirst {
			order = "2/1/2006"
		}
		layouts = []string{order, order + " 15:04:05", order + " 15:04", order + " 3:04:05 PM", order + " 3:04 PM"}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

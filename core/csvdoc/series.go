package csvdoc

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Series makes the values that FillSeries writes, one a row. Counter is the one of this package; a series of MAC addresses
// lives where MAC addresses are known, in core/enrollment.
type Series interface {
	// Check says whether n values exist, before the first is written. A *SeriesError names the first that does not.
	Check(n int) error
	// Append adds value number i, counted from 0, to b. It is called from several goroutines at once.
	Append(b []byte, i int) []byte
}

// SeriesError says why a series cannot be made.
type SeriesError struct {
	Start  string // what the series was to begin with
	At     int    // the value that does not exist, counted from 0; -1 where the series is wrong as such
	Reason string
	Width  bool // the number outgrows its leading zeros: Counter.Grow allows that
}

func (e *SeriesError) Error() string {
	if e.At < 0 {
		return fmt.Sprintf("series from %q: %s", e.Start, e.Reason)
	}
	return fmt.Sprintf("series from %q, value %d: %s", e.Start, e.At+1, e.Reason)
}

const negative = "negative numbers do not make a series: a sign would become part of the names"

// Counter is a text with a number in it that grows by a step: "0042", "dev-001-a", "00fe" as hexadecimal.
//
// Leading zeros stay: 0098, 0099, 0100. A number that outgrows them (9999 to 10000) is refused unless Grow is set, since
// the names would no longer have one length; a number without leading zeros has no width to keep.
type Counter struct {
	Prefix, Suffix string
	First          *big.Int // 0 or more
	Width          int      // digits at least; more than First needs means leading zeros
	Step           uint64   // 1 or more
	Hex            bool
	Upper          bool // hexadecimal digits A to F
	Grow           bool // may outgrow its leading zeros

	small uint64 // First where it fits, for a path without big numbers
	fits  bool
}

// counterDigits limits the digits of a counter: a serial number has 20 octets (RFC 5280, §4.1.2.2), 40 hexadecimal digits.
const counterDigits = 64

// ParseCounter finds the number in the text of the first cell: its last run of digits. With hex it is the last run of
// hexadecimal digits that has a decimal digit in it or is the whole text, so that "device-00fe" counts on from 00fe and not
// from the de of device.
func ParseCounter(start string, step int64, hex bool) (*Counter, error) {
	fail := func(format string, args ...any) (*Counter, error) {
		return nil, &SeriesError{Start: start, At: -1, Reason: fmt.Sprintf(format, args...)}
	}
	if step < 0 {
		return fail("step %d: %s", step, negative)
	}
	if step == 0 {
		return fail("step 0 repeats one value: fill down does that")
	}
	from, to := lastNumber(start, hex)
	if from == to {
		return fail("it has no number to continue from")
	}
	digits := start[from:to]
	if len(digits) > counterDigits {
		return fail("a number of %d digits; %d are possible", len(digits), counterDigits)
	}
	if from == 1 && start[0] == '-' {
		return fail(negative)
	}
	c := &Counter{Prefix: start[:from], Suffix: start[to:], Width: len(digits), Step: uint64(step), Hex: hex}
	if hex {
		lower, upper := strings.ContainsAny(digits, "abcdef"), strings.ContainsAny(digits, "ABCDEF")
		if lower && upper {
			return fail("its hexadecimal digits %q are in both cases", digits)
		}
		c.Upper = upper
	}
	c.First, _ = new(big.Int).SetString(digits, c.base())
	c.prepare()
	return c, nil
}

// lastNumber bounds the digits that count; from == to where there are none.
func lastNumber(s string, hex bool) (from, to int) {
	is := func(c byte) bool {
		return c >= '0' && c <= '9' || hex && (c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')
	}
	for to = len(s); to > 0; to = from {
		for to > 0 && !is(s[to-1]) {
			to--
		}
		for from = to; from > 0 && is(s[from-1]); {
			from--
		}
		if from < to && (!hex || strings.ContainsAny(s[from:to], "0123456789") || to-from == len(s)) {
			break
		}
	}
	if to == 0 {
		return 0, 0
	}
	// A word before the number may end in letters that are hexadecimal digits too ("face0012"): nothing tells where the number
	// begins, so all of them count, as they do in a serial number.
	return from, to
}

func (c *Counter) base() int {
	if c.Hex {
		return 16
	}
	return 10
}

func (c *Counter) prepare() {
	c.fits = c.First.IsUint64()
	c.small = c.First.Uint64()
}

// value is number i of the series.
func (c *Counter) value(i int) *big.Int {
	v := new(big.Int).SetUint64(c.Step)
	v.Mul(v, big.NewInt(int64(i)))
	return v.Add(v, c.First)
}

// padded says that the first value has leading zeros, which is what gives a counter a width to keep.
func (c *Counter) padded() bool { return c.Width > len(c.First.Text(c.base())) }

// Check implements Series.
func (c *Counter) Check(n int) error {
	start := string(c.Append(nil, 0))
	switch {
	case c.First.Sign() < 0:
		return &SeriesError{Start: start, At: -1, Reason: negative}
	case c.Step == 0:
		return &SeriesError{Start: start, At: -1, Reason: "step 0 repeats one value: fill down does that"}
	case n == 0 || c.Grow || !c.padded():
		return nil
	}
	if at := c.Outgrows(n); at >= 0 {
		return &SeriesError{Start: start, At: at, Width: true, Reason: fmt.Sprintf("%s has more than %d digits; the leading zeros would end there",
			c.Append(nil, at), c.Width)}
	}
	return nil
}

// Outgrows says which of the first n values is the first with more digits than the first value has, -1 where all have as
// many: what a preview says as a notice.
func (c *Counter) Outgrows(n int) int {
	limit := new(big.Int).Exp(big.NewInt(int64(c.base())), big.NewInt(int64(c.Width)), nil)
	if n == 0 || c.value(n-1).Cmp(limit) < 0 {
		return -1
	}
	// first + i × step ≥ limit
	gap := new(big.Int).Sub(limit, c.First)
	if gap.Sign() <= 0 {
		return 0
	}
	step := new(big.Int).SetUint64(c.Step)
	gap.Add(gap, step).Sub(gap, big.NewInt(1)).Div(gap, step)
	return int(gap.Int64())
}

// Append implements Series.
func (c *Counter) Append(b []byte, i int) []byte {
	b = append(b, c.Prefix...)
	var room [counterDigits + 24]byte
	var digits []byte
	// A sum that wraps is smaller than its parts; a product is safe where both are below 2^32.
	if sum := c.small + uint64(i)*c.Step; c.fits && c.Step < 1<<32 && uint64(i) < 1<<32 && sum >= c.small {
		digits = strconv.AppendUint(room[:0], sum, c.base())
	} else {
		digits = c.value(i).Append(room[:0], c.base())
	}
	for n := len(digits); n < c.Width; n++ {
		b = append(b, '0')
	}
	if c.Upper {
		for k, d := range digits {
			if d >= 'a' {
				digits[k] = d - 'a' + 'A'
			}
		}
	}
	b = append(b, digits...)
	return append(b, c.Suffix...)
}

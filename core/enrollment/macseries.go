package enrollment

import (
	"fmt"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
)

// MACSeries fills a column with MAC addresses that differ by a step; it is a csvdoc.Series. Values are written the way the
// first cell was: colons, hyphens, dots or bare, capital or small letters.
type MACSeries struct {
	first eui48.Address
	step  uint64
	form  macForm
	start string
}

var _ csvdoc.Series = (*MACSeries)(nil)

type macForm struct {
	separator byte // 0 for none
	every     int  // digits between separators
	upper     bool
}

// ParseMACSeries makes a series that begins with the address in start. A *csvdoc.SeriesError says what is wrong; a start that
// is no address gives the *eui48.ParseError.
func ParseMACSeries(start string, step int64) (*MACSeries, error) {
	if step < 1 {
		return nil, &csvdoc.SeriesError{Start: start, At: -1, Reason: fmt.Sprintf("step %d: it must be 1 or more", step)}
	}
	first, notation, err := eui48.Parse(start)
	if err != nil {
		return nil, err
	}
	s := &MACSeries{first: first, step: uint64(step), start: start}
	switch notation {
	case eui48.Colons:
		s.form = macForm{separator: ':', every: 2}
	case eui48.Hyphens:
		s.form = macForm{separator: '-', every: 2}
	case eui48.Dotted:
		s.form = macForm{separator: '.', every: 4}
	case eui48.Other:
		s.form = macForm{separator: '-', every: 2} // 0x
		if at := strings.IndexAny(start, " _:-."); at > 0 {
			s.form = macForm{separator: start[at], every: at}
		}
	}
	lower := false
	for i := range len(start) {
		switch c := start[i]; {
		case c >= 'a' && c <= 'f':
			lower = true
		case c >= 'A' && c <= 'F':
			s.form.upper = true
		}
	}
	s.form.upper = s.form.upper && !lower // both cases in one address: small letters, as the service writes them
	return s, nil
}

// Check implements csvdoc.Series: a series must not run past ff-ff-ff-ff-ff-ff, nor from addresses of devices into those of
// groups (IEEE Std 802-2014 §8.2).
func (s *MACSeries) Check(n int) error {
	if n <= 0 {
		return nil
	}
	r, err := eui48.NewRange(s.first, uint64(n), s.step)
	if e, is := err.(*eui48.RangeError); is {
		return &csvdoc.SeriesError{Start: s.start, At: int(e.Fits), // #nosec G115 -- less than n
			Reason: fmt.Sprintf("no address follows %s", eui48.Last48)}
	}
	if err != nil {
		return err
	}
	if at, count := r.Multicast(); count > 0 {
		return &csvdoc.SeriesError{Start: s.start, At: int(at), // #nosec G115 -- less than n
			Reason: fmt.Sprintf("%s is a multicast address, which no device can have", r.At(at))}
	}
	return nil
}

// Append implements csvdoc.Series.
func (s *MACSeries) Append(b []byte, i int) []byte {
	digits := "0123456789abcdef"
	if s.form.upper {
		digits = "0123456789ABCDEF"
	}
	a := uint64(s.first) + uint64(i)*s.step // #nosec G115 -- Check was asked
	for n := range 12 {
		if n > 0 && s.form.every > 0 && n%s.form.every == 0 {
			b = append(b, s.form.separator)
		}
		b = append(b, digits[a>>(44-4*n)&15])
	}
	return b
}

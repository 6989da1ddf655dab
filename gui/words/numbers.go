package words

import (
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// printer writes numbers as the language does; Use sets it.
var printer atomic.Pointer[message.Printer]

func digits() *message.Printer {
	in()
	return printer.Load()
}

// Integer is any whole number.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Group writes n with its digits grouped: 12,340.
func Group[T Integer](n T) string {
	return digits().Sprint(number.Decimal(n))
}

// Decimal writes v with one decimal place: 41.2.
func Decimal(v float64) string {
	return digits().Sprint(number.Decimal(v, number.MinFractionDigits(1), number.MaxFractionDigits(1)))
}

// Megabytes writes bytes in millions, as the service counts them: 41.2. What is there but below a tenth is shown as 0.1.
func Megabytes(bytes int64) string {
	mb := float64(bytes) / 1e6
	switch {
	case bytes > 0 && mb < 0.1:
		mb = 0.1
	case mb >= 100:
		return Group(int64(math.Round(mb)))
	}
	return Decimal(mb)
}

// Size writes a number of bytes in the unit that fits: 812 B, 41.2 kB, 1.5 MB.
func Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return strconv.FormatInt(bytes, 10) + " B"
	case bytes < 1_000_000:
		return Decimal(float64(bytes)/1e3) + " kB"
	case bytes < 1_000_000_000:
		return Decimal(float64(bytes)/1e6) + " MB"
	}
	return Decimal(float64(bytes)/1e9) + " GB"
}

// Rate writes how many are done in a second, with two digits that mean something.
func Rate(perSecond float64) string {
	switch {
	case perSecond <= 0 || math.IsNaN(perSecond) || math.IsInf(perSecond, 0):
		return "0"
	case perSecond < 10:
		return Decimal(perSecond)
	}
	unit := math.Pow(10, math.Floor(math.Log10(perSecond))-1)
	return Group(int64(math.Round(perSecond/unit) * unit))
}

// Duration writes a time to wait: "4 s", "1 min 20 s", "2 h 5 min".
func Duration(d time.Duration) string {
	s := int64(math.Ceil(d.Seconds()))
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", max(s, 1))
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
}

package delivery

import (
	"fmt"
	"strings"

	"enrollbench/core/eui48"
)

// KeyMaker says who makes the private keys of an order.
type KeyMaker uint8

const (
	// UnknownMaker: the order does not say, or there is no order.
	UnknownMaker KeyMaker = iota
	// Device: every certificate was requested by a CSR; no private key is delivered.
	Device
	// Service: the service makes the keys and delivers them.
	Service
)

// Order is what was ordered: OrderFromFile, OrderFromManifest, OrderFromCSV and OrderFromMAC make one. It is not changed
// by comparing deliveries with it, and safe for concurrent use.
type Order struct {
	source string
	maker  KeyMaker
	wanted int
	lines  lines
	fields []subjectField // subject columns other than the common name, in the order of a row's subject values
}

// Source names what the order was read from: a path, or the series in words.
func (o *Order) Source() string { return o.source }

// Len is the number of certificates that were ordered.
func (o *Order) Len() int { return o.wanted }

// Maker says who makes the keys.
func (o *Order) Maker() KeyMaker { return o.maker }

// Line is one certificate that was ordered.
type Line struct {
	Name string // common name
	Row  int    // in the manifest or CSV as a spreadsheet shows it; in a series the position, from 1
	Part int    // of a bundle, 0 where there are none
}

// lines are the ordered certificates, by index from 0.
type lines interface {
	len() int
	line(i int) Line
	wanted(i int) bool       // false for lines of a part that was not asked for
	byKey(k keyHash) []int32 // lines whose CSR has this key
	byName(name string) (first int, more []int32, ok bool)
	subject(i int) string // what the subject columns say, in the packed form of packSubject; "" if there are none
	hasKey(i int) bool    // the line says which key the certificate must have
}

// table is an order that was read from a manifest or a CSV.
type table struct {
	rows  []tableRow
	part  int // the one that is wanted, 0 for all
	keys  map[keyHash][]int32
	names map[string][]int32
}

type tableRow struct {
	name, subject string
	key           keyHash // zero if the row does not say
	row, part     int32
}

func (t *table) index() {
	t.keys, t.names = make(map[keyHash][]int32), make(map[string][]int32, len(t.rows))
	for i, r := range t.rows {
		if r.key != (keyHash{}) {
			t.keys[r.key] = append(t.keys[r.key], int32(i)) // #nosec G115 -- maxOrderRows bounds it
		}
		t.names[r.name] = append(t.names[r.name], int32(i)) // #nosec G115 -- maxOrderRows bounds it
	}
}

func (t *table) len() int { return len(t.rows) }

func (t *table) line(i int) Line {
	r := &t.rows[i]
	return Line{Name: r.name, Row: int(r.row), Part: int(r.part)}
}

func (t *table) wanted(i int) bool       { return t.part == 0 || int(t.rows[i].part) == t.part }
func (t *table) byKey(k keyHash) []int32 { return t.keys[k] }
func (t *table) subject(i int) string    { return t.rows[i].subject }
func (t *table) hasKey(i int) bool       { return t.rows[i].key != keyHash{} }

func (t *table) byName(name string) (int, []int32, bool) {
	found := t.names[name]
	if len(found) == 0 {
		return 0, nil, false
	}
	return int(found[0]), found[1:], true
}

// series is an order by MAC addresses: nothing of it is listed, a name is found by arithmetic.
type series struct{ r eui48.Range }

func (s series) len() int { return int(s.r.Len()) } // #nosec G115 -- OrderFromMAC bounds it

func (s series) line(i int) Line {
	return Line{Name: s.r.At(uint64(i)).String(), Row: i + 1} // #nosec G115 -- not negative
}

func (s series) wanted(int) bool       { return true }
func (s series) byKey(keyHash) []int32 { return nil }
func (s series) subject(int) string    { return "" }
func (s series) hasKey(int) bool       { return false }

// byName takes an address in any notation: that the certificate writes it in another way than the service does is for
// the comparison of names to say.
func (s series) byName(name string) (int, []int32, bool) {
	a, _, err := eui48.Parse(name)
	if err != nil {
		return 0, nil, false
	}
	i, ok := s.r.Index(a)
	return int(i), nil, ok // #nosec G115 -- OrderFromMAC bounds it
}

// OrderFromMAC is an order by a series of MAC addresses. It takes at most eui48.OrderLimit of them, as the service does.
func OrderFromMAC(r eui48.Range) (*Order, error) {
	n := r.Len()
	if n == 0 || n > eui48.OrderLimit {
		return nil, fmt.Errorf("an order by MAC addresses has 1 to %d of them, not %d", eui48.OrderLimit, n)
	}
	return &Order{
		source: fmt.Sprintf("%d MAC addresses from %s, step %d", n, r.Start, r.Step),
		maker:  Service, wanted: int(n), lines: series{r},
	}, nil
}

// packSubject joins the values of several attributes, one field after the other, so that a record needs one string.
func packSubject(values []string) string { return strings.Join(values, "\x00") }

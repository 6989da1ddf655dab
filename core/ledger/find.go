package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"enrollbench/core/eui48"
)

var errStop = errors.New("stop")

// Holding is what a claim has to do with an identity.
type Holding struct {
	Claim    *Claim
	Row      int  // in the claim's document; 0: none
	Released bool // it was refused, or the claim was released: it is free of this claim
}

// Life is everything that the ledger knows of one identity, or of one batch.
type Life struct {
	Identity     Identity  // its Kind is 0 for a batch
	Holdings     []Holding // in the order of their claims
	Certificates []Certificate
}

// Held says whether the identity is taken.
func (l *Life) Held() bool {
	return slices.ContainsFunc(l.Holdings, func(h Holding) bool { return !h.Released })
}

// Find looks for a text: a MAC address in any notation, a name, the hash of a public key, the serial number or fingerprint of a
// certificate (hexadecimal, with or without colons; a serial in decimal too), the id or name of a batch. It returns a life
// for each identity or batch that it means, none where the ledger does not know it.
func (l *Ledger) Find(ctx context.Context, s string) ([]Life, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	var lives []Life
	add := func(id Identity) error {
		for i := range lives {
			if lives[i].Identity == id {
				return nil
			}
		}
		life, err := l.life(ctx, id)
		if err == nil && (len(life.Holdings) > 0 || len(life.Certificates) > 0) {
			lives = append(lives, life)
		}
		return err
	}
	for _, kind := range []Kind{MAC, CommonName, UniqueIdentifier, PublicKey} {
		id, err := Identity{Kind: kind, Value: s}.Canonical()
		if err != nil || kind == CommonName && id.Kind == MAC {
			continue // it is none of this kind
		}
		if err := add(id); err != nil {
			return nil, err
		}
	}
	named, err := l.certified(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, id := range named {
		if err := add(id); err != nil {
			return nil, err
		}
	}
	batches, err := l.Batches(ctx, Filter{Text: s, Limit: 100})
	for _, c := range batches {
		lives = append(lives, Life{Holdings: []Holding{{Claim: c, Released: c.State == Released}}})
	}
	return lives, err
}

// certified are the identities of the certificates with a serial number or fingerprint.
func (l *Ledger) certified(ctx context.Context, s string) (all []Identity, err error) {
	digits := strings.NewReplacer(":", "", " ", "", "-", "").Replace(s)
	var serials [][]byte
	if n, ok := new(big.Int).SetString(digits, 16); ok && n.Sign() > 0 {
		serials = append(serials, n.Bytes())
	}
	if n, ok := new(big.Int).SetString(s, 10); ok && n.Sign() > 0 {
		serials = append(serials, n.Bytes())
	}
	collect := func(rows *sql.Rows) error {
		c, err := scanCertificate(rows)
		all = append(all, c.Identity)
		return err
	}
	for _, serial := range serials {
		if err := l.each(ctx, l.db.Reader(), collect, "SELECT "+certificateColumns+"WHERE serial = $1 ORDER BY id LIMIT 100", serial); err != nil {
			return nil, err
		}
	}
	if sum, err := hex.DecodeString(digits); err == nil && len(sum) == 32 {
		return all, l.each(ctx, l.db.Reader(), collect, "SELECT "+certificateColumns+"WHERE fingerprint = $1", sum)
	}
	return all, nil
}

func (l *Ledger) life(ctx context.Context, id Identity) (Life, error) {
	life := Life{Identity: id}
	kind, value, err := id.value()
	if err != nil {
		return life, err
	}
	if kind == MAC {
		address, _, err := eui48.Parse(id.Value)
		if err == nil {
			err = l.macHoldings(ctx, &life, address)
		}
		if err != nil {
			return life, err
		}
	} else if err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		h := Holding{Claim: new(Claim)}
		var slot int64
		err := rows.Scan(&h.Claim.ID, &h.Row, &slot)
		h.Released = slot < 0
		life.Holdings = append(life.Holdings, h)
		return err
	}, "SELECT claim, row, slot FROM name WHERE kind = $1 AND value = $2", kind, value); err != nil {
		return life, err
	}
	for i := range life.Holdings {
		h := &life.Holdings[i]
		if h.Claim, err = getClaim(ctx, l.db.Reader(), h.Claim.ID); err != nil {
			return life, l.db.Explain(err)
		}
		if h.Claim.Earlier, err = l.earlier(ctx, h.Claim.ID); err != nil {
			return life, err
		}
	}
	slices.SortStableFunc(life.Holdings, func(a, b Holding) int { return cmp.Compare(a.Claim.ID, b.Claim.ID) })
	err = l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		c, err := scanCertificate(rows)
		life.Certificates = append(life.Certificates, c)
		return err
	}, "SELECT "+certificateColumns+"WHERE kind = $1 AND value = $2 ORDER BY id", kind, value)
	return life, err
}

func (l *Ledger) macHoldings(ctx context.Context, life *Life, a eui48.Address) error {
	var levels [][2]int64
	if err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		var at [2]int64
		err := rows.Scan(&at[0], &at[1])
		levels = append(levels, at)
		return err
	}, "SELECT environment, level FROM mac_level ORDER BY environment, level"); err != nil {
		return err
	}
	for _, at := range levels {
		if err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
			var start, last, step, slot int64
			var row int
			h := Holding{Claim: new(Claim)}
			if err := rows.Scan(&start, &last, &step, &row, &slot, &h.Claim.ID); err != nil {
				return err
			}
			r := heldRange{rangeOf(start, last, step), row}
			if i, ok := r.Index(a); ok {
				h.Row, h.Released = r.rowAt(i), slot < 0
				life.Holdings = append(life.Holdings, h)
			}
			return nil
		}, "SELECT start, last, step, row, slot, claim FROM mac WHERE environment = $1 AND level = $2 AND start > $3 AND start <= $4 AND last >= $4",
			at[0], at[1], int64(a)-1<<at[1], int64(a)); err != nil { // #nosec G115 -- below 2^48
			return err
		}
	}
	return nil
}

func (l *Ledger) earlier(ctx context.Context, id ClaimID) (all []ClaimID, err error) {
	err = l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		var e ClaimID
		err := rows.Scan(&e)
		all = append(all, e)
		return err
	}, "SELECT earlier FROM reissue WHERE claim = $1 ORDER BY earlier", id)
	return all, err
}

// Filter chooses batches; zero fields choose all.
type Filter struct {
	Environment string
	Station     string
	Operator    string
	States      []State
	From, To    time.Time // claimed from one time on and before another
	Batch       string    // exactly this id
	Text        string    // in id, name, profile or connection, whatever the case
	Limit       int       // 0: all
}

// Batches returns the claims that a filter chooses, the newest first.
func (l *Ledger) Batches(ctx context.Context, f Filter) ([]*Claim, error) {
	var terms []string
	var args []any
	term := func(text string, value any) {
		args = append(args, value)
		terms = append(terms, strings.ReplaceAll(text, "?", fmt.Sprintf("$%d", len(args))))
	}
	if f.Environment != "" {
		term("e.name = ?", text(f.Environment))
	}
	if f.Station != "" {
		term("c.station = ?", text(f.Station))
	}
	if f.Operator != "" {
		term("c.operator = ?", text(f.Operator))
	}
	if f.Batch != "" {
		term("c.batch = ?", text(f.Batch))
	}
	if !f.From.IsZero() {
		term("c.claimed >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		term("c.claimed < ?", f.To.UnixMilli())
	}
	if len(f.States) > 0 {
		first := len(args) + 1
		for _, s := range f.States {
			args = append(args, string(s))
		}
		terms = append(terms, "c.state IN ("+l.marks(first, len(f.States))+")")
	}
	query := "SELECT " + claimColumns
	if len(terms) > 0 {
		query += "WHERE " + strings.Join(terms, " AND ")
	}
	var all []*Claim
	sought := strings.ToLower(text(f.Text))
	err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		c, err := scanClaim(rows)
		if err != nil {
			return err
		}
		// Compared here, not by the database, whose comparison without case differs between the two.
		if sought != "" && !strings.Contains(strings.ToLower(c.Batch+"\n"+c.Name+"\n"+c.Profile+"\n"+c.Connection), sought) {
			return nil
		}
		if all = append(all, c); f.Limit > 0 && len(all) >= f.Limit {
			return errStop
		}
		return nil
	}, query+" ORDER BY c.id DESC", args...)
	if errors.Is(err, errStop) {
		err = nil
	}
	return all, err
}

// ClaimOf returns the newest claim of a batch that was not released, nil where there is none.
func (l *Ledger) ClaimOf(ctx context.Context, environment, batch string) (*Claim, error) {
	all, err := l.Batches(ctx, Filter{Environment: environment, Batch: batch})
	for _, c := range all {
		if c.State != Released {
			return c, err
		}
	}
	return nil, err
}

// Get returns a claim. The error matches ErrNotFound where there is none.
func (l *Ledger) Get(ctx context.Context, id ClaimID) (*Claim, error) {
	c, err := getClaim(ctx, l.db.Reader(), id)
	if err != nil {
		return nil, l.db.Explain(err)
	}
	c.Earlier, err = l.earlier(ctx, id)
	return c, err
}

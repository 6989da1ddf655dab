package csr

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"enrollbench/core/archive"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// Add examines what lies at paths (files, folders, ZIPs), checks it against what the set has already, and returns the
// set with both. A path that does not exist is an error; everything else that is wrong with the input is a finding.
// report counts entries. Cancelling returns the context's error and leaves s as it was.
func (s *Set) Add(ctx context.Context, paths []string, report progress.Func) (*Set, error) {
	files, extra, err := walk(ctx, paths, s.opt.Limits)
	if err != nil {
		return nil, err
	}
	t := s.derive()
	t.given = true
	t.entries = slices.Clip(s.entries)
	t.extra = append(slices.Clip(s.extra), extra...)
	in := newIntake(ctx, t, report)
	if err := in.run(files); err != nil {
		return nil, err
	}
	if err := t.relate(ctx, report); err != nil {
		return nil, err
	}
	return t, nil
}

// batchSize is how many inputs a worker takes at a time: enough that handing over costs nothing beside a signature.
const batchSize = 64

// intake is one run of Add: a producer lists inputs, workers examine them, and a collector numbers them.
type intake struct {
	ctx    context.Context
	set    *Set
	report progress.Func
	total  atomic.Int64 // entries known of so far
	done   int64
	full   bool // the limit of entries was reached and told
	slab   []Entry
	send   func(job func(*examiner) ([]outcome, error)) error
}

func newIntake(ctx context.Context, t *Set, report progress.Func) *intake {
	return &intake{ctx: ctx, set: t, report: report}
}

func (in *intake) run(files []found) error {
	in.total.Store(int64(len(files)))
	return work.Ordered(in.ctx, in.set.opt.Workers,
		func(int) *examiner { return &examiner{limits: in.set.opt.Limits} },
		func(ctx context.Context, send func(func(*examiner) ([]outcome, error)) error) error {
			in.ctx, in.send = ctx, send
			return in.produce(files)
		},
		in.collect)
}

// batch hands a run of inputs to the workers.
func (in *intake) batch(do func(x *examiner)) error {
	return in.send(func(x *examiner) ([]outcome, error) {
		x.out = make([]outcome, 0, batchSize)
		if in.ctx.Err() == nil {
			do(x)
		}
		return x.out, nil
	})
}

// produce makes batches of the files: small ones by the number, large ones by their parts.
func (in *intake) produce(files []found) error {
	var small []*source
	flush := func() error {
		if len(small) == 0 {
			return nil
		}
		group := small
		small = nil
		return in.batch(func(x *examiner) {
			for _, src := range group {
				x.inFile(src)
			}
		})
	}
	for _, f := range files {
		src := &source{path: f.path, given: f.given}
		if f.size <= smallFile && !strings.EqualFold(filepath.Ext(f.path), ".zip") {
			small = append(small, src)
			if len(small) == batchSize {
				if err := flush(); err != nil {
					return err
				}
			}
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if err := in.large(src, f.size); err != nil {
			return err
		}
	}
	return flush()
}

// refuse reports a whole file through a batch, so that it keeps its place in the order.
func (in *intake) refuse(src *source, kind Kind, message string) error {
	return in.batch(func(x *examiner) { x.refuse(place{src: src, member: -1}, kind, message) })
}

// large takes in a ZIP, or a file that is too large to be read whole.
func (in *intake) large(src *source, size int64) error {
	if limit := in.set.opt.Limits.FileBytes; size > limit {
		return in.refuse(src, TooLarge, fmt.Sprintf("it has %d bytes, and the limit for a file is %d", size, limit))
	}
	f, err := os.Open(src.path)
	if err != nil {
		return in.refuse(src, Unreadable, readReason(err))
	}
	defer f.Close()
	head := make([]byte, min(size, form.HeadBytes))
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return in.refuse(src, Unreadable, readReason(err))
	}
	if isZIP(head[:n]) {
		return in.archive(src, f, size)
	}
	p := place{src: src, member: -1}
	if k := form.Detect(head[:n]); k.Archive() { // PEM can be seen within a tar, and DER beside it cannot
		return in.batch(func(x *examiner) { x.inForeign(p, k, head[:n]) })
	}
	return in.stream(p, f, head[:n], size)
}

// stream takes in a text of many PEM blocks, of whose beginning head is a copy.
func (in *intake) stream(p place, r io.Reader, head []byte, size int64) error {
	if f := form.Detect(head); wearsCoat(f) {
		inner, f, err := form.Unwrap(r)
		if err != nil {
			return in.batch(func(x *examiner) { x.refuseBy(RuleNoRequest, p, Other, err.Error()) })
		}
		r, p.coated, p.note = inner, true, "in "+f.Coats.String()
	}
	in.total.Add(-1) // it counted as one; now each of its blocks does
	var blocks []form.Block
	var offsets []int64
	flush := func() error {
		if len(blocks) == 0 {
			return nil
		}
		group, offs := blocks, offsets
		blocks, offsets = nil, nil
		in.total.Add(int64(len(group)))
		return in.batch(func(x *examiner) {
			for i := range group {
				x.inBlock(p, &group[i], offs[i])
			}
			for i := range x.out {
				x.out[i].shared = p.coated || p.member >= 0
			}
		})
	}
	var arena []byte
	count, head, err := inStream(in.ctx, r, func(b *form.Block, off int64) error {
		if cap(arena)-len(arena) < len(b.Body) { // a batch's bodies lie together: two allocations for 64 blocks
			arena = make([]byte, 0, max(batchSize*1024, len(b.Body)))
		}
		from := len(arena)
		arena = append(arena, b.Body...)
		kept := *b
		kept.Body = arena[from:len(arena):len(arena)]
		blocks, offsets = append(blocks, kept), append(offsets, off)
		if len(blocks) == batchSize {
			return flush()
		}
		return nil
	})
	if err != nil {
		if in.ctx.Err() != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
		return in.batch(func(x *examiner) { x.refuse(p, Unreadable, readReason(err)) })
	}
	if count > 0 {
		return flush()
	}
	in.total.Add(1)
	f := form.Detect(head)
	return in.batch(func(x *examiner) {
		if kindOf(f) == Request {
			x.refuse(p, TooLarge, fmt.Sprintf("it has %d bytes, and the limit for a CSR is %d", size, MaxRequestBytes))
			return
		}
		x.inForeign(p, f, head)
	})
}

// archive takes in the members of a ZIP. The file stays open until the last batch that reads from it is done.
func (in *intake) archive(src *source, f *os.File, size int64) error {
	src.zip = true
	z, err := archive.Open(f, size, in.set.opt.Limits.Archive)
	if err != nil {
		return in.batch(func(x *examiner) { x.refuseArchive(place{src: src, member: -1}, err) })
	}
	if notices := z.Notices(); len(notices) > 0 {
		if err := in.batch(func(x *examiner) {
			for _, what := range notices {
				x.aside(RuleUnusualForm, place{src: src, member: -1}, what)
			}
		}); err != nil {
			return err
		}
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	in.total.Add(int64(z.Len()) - 1) // the ZIP counted as one
	for from := 0; from < z.Len(); {
		to := from
		var big *archive.Entry
		for ; to < z.Len() && to < from+batchSize; to++ {
			e, err := z.Entry(to)
			if err == nil && e.Size > smallFile && skipMember(&e) == nil {
				big = &e
				break
			}
		}
		if to > from {
			reading.Add(1)
			first, last := from, to
			err := in.send(func(x *examiner) ([]outcome, error) {
				defer reading.Done()
				x.out = make([]outcome, 0, batchSize)
				if in.ctx.Err() == nil {
					x.inMembers(src, z, first, last)
				}
				return x.out, nil
			})
			if err != nil {
				reading.Done()
				return err
			}
		}
		if big != nil {
			if err := in.bigMember(src, z, big); err != nil {
				return err
			}
			to++
		}
		from = to
	}
	return nil
}

// inMembers examines the members [first, last) of a ZIP.
func (x *examiner) inMembers(src *source, z *archive.Reader, first, last int) {
	for i := first; i < last; i++ {
		e, err := z.Entry(i)
		if err != nil {
			x.refuseArchive(place{src: src, member: int32(i)}, err)
			continue
		}
		switch r := skipMember(&e); r {
		case nil:
			x.inMember(src, z, e)
		case skipSilently:
		default:
			x.aside(r, place{src: src, member: int32(i), inside: e.Name}, fmt.Sprintf("%q is hidden", path.Base(e.Name)))
		}
	}
}

func (in *intake) bigMember(src *source, z *archive.Reader, e *archive.Entry) error {
	p := place{src: src, member: int32(e.Index), inside: e.Name}
	r, err := z.Open(e.Index)
	if err != nil {
		return in.batch(func(x *examiner) { x.refuseArchive(p, err) })
	}
	defer r.Close()
	head := make([]byte, form.HeadBytes)
	n, err := io.ReadFull(r, head)
	if err != nil {
		return in.batch(func(x *examiner) { x.refuseArchive(p, err) })
	}
	all := io.MultiReader(bytes.NewReader(head[:n]), r)
	if isZIP(head[:n]) {
		data, err := io.ReadAll(io.LimitReader(all, hiddenBytes))
		if err != nil {
			return in.batch(func(x *examiner) { x.refuseArchive(p, err) })
		}
		return in.batch(func(x *examiner) { x.inNested(p, data) })
	}
	return in.stream(p, all, head[:n], int64(e.Size))
}

// collect numbers what one batch found, and makes entries of it.
func (in *intake) collect(out []outcome) error {
	t := in.set
	for i := range out {
		o := &out[i]
		if o.aside {
			t.extra = append(t.extra, o.exam.breaches[0].rule.Finding(finding.Location{File: o.src.path, Member: o.inside}, o.exam.breaches[0].message, ""))
			continue
		}
		if len(t.entries) >= t.opt.Limits.Entries {
			if !in.full {
				in.full = true
				t.extra = append(t.extra, RuleLimit.Finding(finding.Location{File: o.src.path},
					fmt.Sprintf("the set holds %d entries, which is the limit; this file was not read to its end", t.opt.Limits.Entries), ""))
			}
			continue
		}
		if len(in.slab) == 0 { // one allocation for many entries: less for the garbage collector to walk
			in.slab = make([]Entry, 256)
		}
		e := &in.slab[0]
		in.slab = in.slab[1:]
		o.fill(e)
		t.entries = append(t.entries, e)
	}
	in.done += int64(len(out))
	in.report.Report(in.done, max(in.total.Load(), in.done))
	return nil
}

func (o *outcome) fill(e *Entry) {
	e.At = finding.Location{File: o.src.path, Member: o.inside}
	if o.kind == Request {
		o.src.requests++
		e.At.Entry = o.src.requests
	}
	e.Kind = o.kind
	e.Name = entryName(o.src.path, o.inside)
	e.Facts = o.exam.facts
	e.src, e.member, e.off, e.size, e.bytes, e.shared, e.coated = o.src, o.member, o.off, o.size, o.bytes, o.shared, o.coated
	if len(o.exam.breaches) > 0 {
		e.Own = make([]finding.Finding, len(o.exam.breaches))
		for i, b := range o.exam.breaches {
			e.Own[i] = b.rule.Finding(e.At, b.message, b.hint)
		}
	}
}

package job

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/trustmanager"
)

func TestSeries(t *testing.T) {
	b := newBench(t)
	start, _, err := eui48.Parse("00:1a:c2:7b:00:00")
	if err != nil {
		t.Fatal(err)
	}
	q := b.batch("unused.csv")
	q.Method, q.Keys, q.Files = MAC, ByService, nil
	q.Recipient, q.Proof = rehearsed(t, b.clock.Now())
	if q.Range, err = eui48.NewRange(start, 1_200_000, 2); err != nil {
		t.Fatal(err)
	}
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[2].Range.Count != 200_000 || all[1].Range.Start != q.Range.At(500_000) || all[2].Part != 3 || all[2].Parts != 3 || all[0].Series != all[0].ID {
		t.Fatalf("%+v", all)
	}
	b.service.onStart = func(n int) error {
		if n == 2 {
			return &trustmanager.NotSentError{Err: errors.New("no network")}
		}
		return nil
	}
	s, err := b.StartSeries(ctx, all[1].ID, nil)
	if err == nil || !strings.Contains(err.Error(), "job 2 of 3") || s.Records[0].State != Started || s.Records[1].State != Prepared || s.Records[2].State != Prepared {
		t.Fatalf("%s: %v", s.Sentence(), err)
	}
	if s, err = b.StartSeries(ctx, all[0].ID, nil); err != nil || s.State != Started || s.Ordered != 1_200_000 {
		t.Fatalf("%s: %v", s.Sentence(), err)
	}
	if got := s.Sentence(); got != "3 jobs: 3 started, 0 of 1,200,000 issued" {
		t.Error(got)
	}
	for id, n := range b.service.starts {
		if n != 1 {
			t.Errorf("%s: %d times", id, n)
		}
	}

	files := b.batch("part1.csv")
	files.Files = append(files.Files, File{Path: b.write("part2.csv", threeRows), Count: 3})
	parts, err := b.Prepare(ctx, files)
	if err != nil || len(parts) != 2 || parts[1].FileName != "part2-"+parts[1].ID+".csv" || parts[1].Short() != "part1.csv (2 of 2)" {
		t.Fatalf("%+v, %v", parts, err)
	}
	var seen []int64
	if _, err := b.StartSeries(ctx, parts[0].ID, func(done, total int64) { seen = append(seen, done, total) }); err != nil {
		t.Fatal(err)
	}
	if total := parts[0].Size + parts[1].Size; !slices.Equal(seen[len(seen)-2:], []int64{total, total}) || !slices.IsSorted(seen[:1]) {
		t.Errorf("progress %v of %d", seen, total)
	}
}

func TestList(t *testing.T) {
	b := newBench(t)
	var ids []string
	for _, name := range []string{"alpha.csv", "Ökohaus.csv", "gamma.csv"} {
		ids = append(ids, b.prepare(name).ID)
		b.clock.advance(time.Second)
	}
	b.must(Started)(b.Start(ctx, ids[2], nil))
	for _, c := range []struct {
		f    Filter
		want []string
	}{
		{Filter{}, []string{ids[2], ids[1], ids[0]}},
		{Filter{States: []State{Prepared}}, []string{ids[1], ids[0]}},
		{Filter{States: []State{Started, Failed}}, []string{ids[2]}},
		{Filter{Text: "öKOHAUS"}, []string{ids[1]}},
		{Filter{Text: ids[0]}, []string{ids[0]}},
		{Filter{Connection: "c2"}, nil},
	} {
		all, err := b.List(ctx, c.f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range all {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.f, got, c.want)
		}
	}
}

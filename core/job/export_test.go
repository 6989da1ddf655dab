package job

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/archive"
	"enrollbench/core/eui48"
	"enrollbench/core/trustmanager"
)

func (b *bench) export(id string) []byte {
	b.t.Helper()
	var out bytes.Buffer
	if _, err := b.Export(ctx, id, "carried.batch.zip", &out, nil); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

func (b *bench) take(data []byte) (*Record, error) {
	return b.Import(ctx, bytes.NewReader(data), int64(len(data)), nil)
}

// TestHandedOverMeanwhile: a batch is handed over in a file while a start of it asks the list: it is not sent, and one that was handed
// over before is not even asked for.
func TestHandedOverMeanwhile(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.service.onStart = func(int) error { return &trustmanager.UnclearError{Err: errors.New("reset")} }
	_, _ = b.Start(ctx, r.ID, nil)
	b.service.onStart = nil
	b.must(Prepared)(b.DeclareNotStarted(ctx, r.ID))
	asked := 0
	b.service.onFind = func() error {
		asked++
		b.export(r.ID)
		return nil
	}
	for range 2 {
		if _, err := b.Start(ctx, r.ID, nil); !errors.Is(err, ErrExported) {
			t.Errorf("started though it was handed over: %v", err)
		}
		b.stands(r.ID, Prepared)
	}
	if len(b.service.starts) != 0 || asked != 1 {
		t.Errorf("the service took %v, and was asked %d times", b.service.starts, asked)
	}
}

// TestSeveralOfOneBatch: the service's list shows two jobs with a batch's id. Which one is paid for nobody knows: none is taken, and
// nothing is sent.
func TestSeveralOfOneBatch(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.service.afterStart = func(int) error {
		twin := *b.service.jobs[0]
		twin.ID = "JOB-TWIN"
		b.service.jobs = append(b.service.jobs, &twin)
		return &trustmanager.UnclearError{Err: errors.New("reset")}
	}
	var unsettled *UnsettledError
	for _, try := range []func() (*Record, error){
		func() (*Record, error) { return b.Start(ctx, r.ID, nil) },
		func() (*Record, error) { return b.Refresh(ctx, r.ID) },
		func() (*Record, error) {
			all, err := b.Resume(ctx)
			if len(all) != 1 {
				t.Fatalf("%d records are in doubt", len(all))
			}
			return all[0], err
		},
		func() (*Record, error) { return b.DeclareNotStarted(ctx, r.ID) },
	} {
		got, err := try()
		if !errors.As(err, &unsettled) || unsettled.Hits != 2 || got == nil || got.State != MayExist || got.RemoteID != "" {
			t.Errorf("%v, %v", got, err)
		}
	}
	// The other one is found only when it is about to be sent again.
	b.service.jobs, b.service.afterStart = b.service.jobs[:0], nil
	b.must(Prepared)(b.DeclareNotStarted(ctx, r.ID))
	for _, id := range []string{"JOB-8", "JOB-9"} {
		b.service.jobs = append(b.service.jobs, &trustmanager.Job{ID: id, FileName: r.FileName})
	}
	if got, err := b.Start(ctx, r.ID, nil); !errors.As(err, &unsettled) || unsettled.Hits != 2 || got.State != MayExist || got.RemoteID != "" {
		t.Errorf("before sending again: %v, %v", got, err)
	}
	if b.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", b.service.starts[r.ID])
	}
}

// TestCarried: a batch is prepared at one computer and sent at another; both never send it.
func TestCarried(t *testing.T) {
	here, there := newBench(t), newBench(t)
	there.service = here.service
	q := here.batch("upload.csv")
	q.Keys = ByService
	q.Recipient, q.Proof = rehearsed(t, here.clock.Now())
	q.Files[0].Order = here.write("upload.manifest.csv", "manifest")
	all, err := here.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r := all[0]
	data := here.export(r.ID)
	if _, err := here.Start(ctx, r.ID, nil); !errors.Is(err, ErrExported) || here.service.n != 0 {
		t.Errorf("started after it was handed over: %v", err)
	}
	if got := here.stands(r.ID, Prepared); !strings.Contains(got.Sentence(), "handed over in a file") || got.ExportedAs != "carried.batch.zip" {
		t.Error(got.Sentence(), got.ExportedAs)
	}
	got, err := there.take(data)
	if err != nil {
		t.Fatal(err)
	}
	got = there.stands(got.ID, Prepared)
	if got.ID != r.ID || got.SHA256 != r.SHA256 || got.FileName != r.FileName || got.RecipientText != r.RecipientText ||
		got.RecipientFingerprint != r.RecipientFingerprint || !got.Rehearsed.Equal(r.Rehearsed) || got.Profile != r.Profile || !got.AskFirst {
		t.Errorf("%+v\n%+v", got, r)
	}
	if !strings.HasPrefix(got.Path, filepath.Join(there.dir, "jobs", r.ID)) {
		t.Errorf("path %q", got.Path)
	}
	if order, err := os.ReadFile(got.OrderPath); err != nil || string(order) != "manifest" {
		t.Errorf("order %q, %v", order, err)
	}
	if _, err := there.take(data); !errors.Is(err, ErrThere) {
		t.Errorf("twice: %v", err)
	}
	there.must(Started)(there.Start(ctx, r.ID, nil))
	// The first computer takes it back, wrongly: it asks before it sends.
	if back := here.must(Prepared)(here.Retry(ctx, r.ID)); !back.Exported.IsZero() || back.ExportedAs != "" {
		t.Errorf("taken back, and still handed over as %q", back.ExportedAs)
	}
	here.must(Started)(here.Start(ctx, r.ID, nil))
	if here.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", here.service.starts[r.ID])
	}

	start, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
	q.Method, q.Files = MAC, nil
	q.Range, _ = eui48.NewRange(start, 7, 16)
	if all, err = here.Prepare(ctx, q); err != nil {
		t.Fatal(err)
	}
	mac, err := there.take(here.export(all[0].ID))
	if err != nil || mac.Range != q.Range || mac.Count != 7 || mac.Path != "" {
		t.Fatalf("%+v, %v", mac, err)
	}
	if _, err := there.Assign(ctx, mac.ID, Connection{ID: "c1", Name: "Production"}, Profile{ID: "IOT_2"}); !errors.Is(err, ErrPractice) {
		t.Errorf("from practice to production: %v", err)
	}
	if assigned, err := there.Assign(ctx, mac.ID, Connection{ID: "c9", Name: "Other", Practice: true}, Profile{ID: "IOT_2"}); err != nil || assigned.Profile.ID != "IOT_2" {
		t.Errorf("%v, %v", assigned, err)
	}
}

// edited returns the export with its manifest or members changed.
func edited(t *testing.T, data []byte, change func(p map[string]any), member func(name string, content []byte) (string, []byte)) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := f.Name
		if name == portableManifest && change != nil {
			var p map[string]any
			if err := json.Unmarshal(content, &p); err != nil {
				t.Fatal(err)
			}
			change(p)
			if content, err = json.Marshal(p); err != nil {
				t.Fatal(err)
			}
		} else if name != portableManifest && member != nil {
			name, content = member(name, content)
		}
		if name == "" {
			continue
		}
		o, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = o.Write(content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestHostileImport: nothing of a file that was changed is taken, and nothing of it is left on the disk.
func TestHostileImport(t *testing.T) {
	here, there := newBench(t), newBench(t)
	r := here.prepare("upload.csv")
	data := here.export(r.ID)
	batch := func(key string, value any) []byte {
		return edited(t, data, func(p map[string]any) { p["batch"].(map[string]any)[key] = value }, nil)
	}
	upload := func(key string, value any) []byte {
		return edited(t, data, func(p map[string]any) { p["upload"].(map[string]any)[key] = value }, nil)
	}
	flipped := bytes.Clone(data)
	flipped[len(flipped)/3] ^= 1
	for name, hostile := range map[string][]byte{
		"empty":               {},
		"no ZIP":              []byte(strings.Repeat("hello", 1000)),
		"cut":                 data[:len(data)-30],
		"flipped bit":         flipped,
		"no manifest":         edited(t, zipOf("batch.txt", "x"), nil, nil),
		"id leaves folder":    batch("id", "../../2026-11-27-1-aaaaaa"),
		"id of another form":  batch("id", "42"),
		"id and file differ":  batch("id", "2026-11-27-1-aaaaaa"),
		"method":              batch("method", "telnet"),
		"keys":                batch("keys", "service"), // and no recipient
		"format":              batch("certificate_format", "exe"),
		"negative":            batch("count", -5),
		"control characters":  batch("name", "a\x1b[2J"),
		"long":                batch("name", strings.Repeat("x", 2000)),
		"unknown member":      batch("run", "rm -rf"),
		"recipient not used":  batch("recipient", "x"),
		"newer":               edited(t, data, func(p map[string]any) { p["version"] = 2 }, nil),
		"other kind":          edited(t, data, func(p map[string]any) { p["kind"] = "letter" }, nil),
		"no upload":           edited(t, data, func(p map[string]any) { delete(p, "upload") }, nil),
		"content changed":     edited(t, data, nil, func(n string, c []byte) (string, []byte) { return n, bytes.ToUpper(c) }),
		"content longer":      edited(t, data, nil, func(n string, c []byte) (string, []byte) { return n, append(c, 'x') }),
		"member gone":         edited(t, data, nil, func(string, []byte) (string, []byte) { return "", nil }),
		"member leaves":       edited(t, data, nil, func(_ string, c []byte) (string, []byte) { return "../upload.csv", c }),
		"member in folder":    edited(t, data, nil, func(_ string, c []byte) (string, []byte) { return "upload/deep/upload.csv", c }),
		"upload elsewhere":    upload("name", "batch.json"),
		"upload leaves":       upload("name", "upload/../../x"),
		"hash of other form":  upload("sha256", "00"),
		"hash of other file":  upload("sha256", strings.Repeat("00", 32)),
		"size":                upload("bytes", 1),
		"size beyond measure": upload("bytes", 1<<40),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := there.take(hostile)
			if !errors.As(err, new(*ImportError)) {
				t.Errorf("taken: %v, %v", got, err)
			}
			all, err := there.List(ctx, Filter{})
			left, _ := filepath.Glob(filepath.Join(there.dir, "jobs", "2*"))
			more, _ := filepath.Glob(filepath.Join(there.dir, "jobs", ".*"))
			if err != nil || len(all) > 0 || len(left)+len(more) > 0 {
				t.Errorf("left %v %v %v", all, left, more)
			}
		})
	}
	if _, err := there.take(data); err != nil {
		t.Errorf("the honest one: %v", err)
	}
}

func TestExportRefused(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.write("one.csv", threeRows)
	if _, err := b.Export(ctx, r.ID, "", io.Discard, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("changed: %v", err)
	}
	if r := b.stands(r.ID, Prepared); !r.Exported.IsZero() {
		t.Error("marked as handed over")
	}
	two := b.prepare("two.csv")
	b.must(Started)(b.Start(ctx, two.ID, nil))
	if _, err := b.Export(ctx, two.ID, "", io.Discard, nil); !errors.As(err, new(*StateError)) {
		t.Errorf("started: %v", err)
	}
}

// readRecord reads an exported batch as Import does before it touches the disk.
func readRecord(data []byte) (*Record, error) {
	z, err := archive.Open(bytes.NewReader(data), int64(len(data)), portableLimits)
	if err != nil {
		return nil, &ImportError{"it is no ZIP", err}
	}
	p, _, err := readPortable(z)
	if err != nil {
		return nil, err
	}
	return p.record()
}

// FuzzImport: what is taken from a file is the same when it is exported and taken again.
func FuzzImport(f *testing.F) {
	f.Add([]byte("PK"))
	to, proof := rehearsed(f, newVirtual().at)
	text, err := to.Text()
	if err != nil {
		f.Fatal(err)
	}
	start, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
	good := &Record{ID: "2026-11-27-1-aaaaaa", Name: "lot 7", Method: MAC, Keys: ByService, Connection: Connection{ID: "c1", Name: "far"}, Profile: Profile{ID: "IOT_1"},
		Count: 3, Format: PEM, FullChain: true, RecipientText: string(text), Rehearsed: proof.At}
	good.FileName = sentName(good)
	if good.Range, err = eui48.NewRange(start, 3, 10); err != nil {
		f.Fatal(err)
	}
	var seed bytes.Buffer
	if err := (&Jobs{clock: newVirtual()}).writePortable(ctx, &seed, good, nil); err != nil {
		f.Fatal(err)
	}
	if _, err := readRecord(seed.Bytes()); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRecord(data)
		if err != nil {
			if !errors.As(err, new(*ImportError)) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if !validID(r.ID) || filepath.Base(r.Path) != r.Path && r.Path != "" || !strings.Contains(r.FileName, r.ID) {
			t.Fatalf("taken: %+v", r)
		}
		if r.Method != MAC {
			return // its files are not on the disk yet
		}
		var again bytes.Buffer
		if err := (&Jobs{clock: newVirtual()}).writePortable(context.Background(), &again, r, nil); err != nil {
			t.Fatal(err)
		}
		s, err := readRecord(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if s.ID != r.ID || s.SHA256 != r.SHA256 || s.Range != r.Range || s.RecipientText != r.RecipientText || s.FileName != r.FileName {
			t.Fatalf("%+v\n%+v", r, s)
		}
	})
}

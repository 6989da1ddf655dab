package delivery

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/osfile"
	"enrollbench/core/recipient"
)

func secret(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

// checkSums checks SHA256SUMS by the real sha256sum where there is one, and that no file is missing in it.
func checkSums(t *testing.T, dir string) {
	t.Helper()
	files := readTree(t, dir)
	lines := strings.Split(strings.TrimSuffix(string(files["SHA256SUMS"]), "\n"), "\n")
	if len(lines) != len(files)-1 {
		t.Errorf("%d sums for %d files", len(lines), len(files)-1)
	}
	for _, l := range lines {
		sum, name, ok := strings.Cut(l, "  ")
		if data, there := files[name]; !ok || !there || sum != hexSum(data) {
			t.Errorf("line %q", l)
		}
	}
	if runtime.GOOS == "linux" {
		run(t, dir, "sha256sum", "--strict", "-c", "SHA256SUMS")
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func exported(t *testing.T, d *Delivery, o ExportOptions) (string, map[string][]byte) {
	t.Helper()
	o.Dir = filepath.Join(t.TempDir(), "out")
	if err := d.Export(ctx, o, nil); err != nil {
		t.Fatal(err)
	}
	checkSums(t, o.Dir)
	err := filepath.WalkDir(o.Dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		who, err := osfile.Others(path)
		if len(who) > 0 {
			t.Errorf("%s can be opened by %q", path, who)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadDir(filepath.Dir(o.Dir)); err != nil || len(list) != 1 {
		t.Errorf("something is left beside the folder: %v", list)
	}
	return o.Dir, readTree(t, o.Dir)
}

func TestExport(t *testing.T) {
	p := newPlant(t, 3)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	leaf := p.devices[1]
	full := slices.Concat(leaf.pem(), certPEM(p.issuing.cert.Raw))
	for what, c := range map[string]struct {
		o    ExportOptions
		want map[string][]byte // of the second device
	}{
		"PEM, flat":           {ExportOptions{}, map[string][]byte{"dev-0002.pem": leaf.pem(), "dev-0002.key": leaf.keyPEM(t)}},
		"PEM, chain, folders": {ExportOptions{Layout: Folders, FullChain: true}, map[string][]byte{"dev-0002/dev-0002.pem": full, "dev-0002/dev-0002.key": leaf.keyPEM(t)}},
		"DER":                 {ExportOptions{Encoding: DER}, map[string][]byte{"dev-0002.der": leaf.cert, "dev-0002.key": leaf.keyDER(t)}},
		"template":            {ExportOptions{Names: "station-{row}_{cn}"}, map[string][]byte{"station-3_dev-0002.pem": leaf.pem(), "station-3_dev-0002.key": leaf.keyPEM(t)}},
		"one PEM": {ExportOptions{Encoding: OnePEM}, map[string][]byte{"all.pem": slices.Concat(p.devices[0].pem(), p.devices[0].keyPEM(t),
			leaf.pem(), leaf.keyPEM(t), p.devices[2].pem(), p.devices[2].keyPEM(t))}},
	} {
		t.Run(what, func(t *testing.T) {
			_, files := exported(t, d, c.o)
			for name, data := range c.want {
				if !bytes.Equal(files[name], data) {
					t.Errorf("%s: %q, want %q", name, files[name], data)
				}
			}
			if want := slices.Concat(certPEM(p.issuing.cert.Raw), certPEM(p.root.cert.Raw)); !bytes.Equal(files["chain.pem"], want) {
				t.Error("the chain differs")
			}
			rows, err := csv.NewReader(bytes.NewReader(files["manifest.csv"])).ReadAll()
			if err != nil || len(rows) != 4 || !slices.Equal(rows[0], ManifestColumns) {
				t.Fatalf("%q, %v", rows, err)
			}
			item := d.Item(1)
			want := []string{"dev-0002", item.Serial, "2026-11-22T12:00:00Z", "2036-11-23T12:00:00Z", "CN=Thermostat Issuing CA,O=Example", hexSum(leaf.cert)}
			if !slices.Equal(rows[2][:6], want) {
				t.Errorf("%q, want %q", rows[2], want)
			}
			if files[rows[2][6]] == nil || c.o.Encoding != OnePEM && files[rows[2][7]] == nil {
				t.Errorf("the manifest names %q, which are not there", rows[2][6:])
			}
		})
	}
}

func TestExportPKCS12(t *testing.T) {
	p := newPlant(t, 2)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	dir, files := exported(t, d, ExportOptions{Encoding: PKCS12, Passphrase: secret("päss word")})
	if files["dev-0001.p12"] == nil || files["dev-0001.key"] != nil {
		t.Fatalf("%d files", len(files))
	}
	out := run(t, dir, "openssl", "pkcs12", "-in", "dev-0001.p12", "-passin", "pass:päss word", "-nodes")
	for _, want := range [][]byte{bytes.TrimSpace(p.devices[0].pem()), bytes.TrimSpace(p.devices[0].keyPEM(t)), bytes.TrimSpace(certPEM(p.issuing.cert.Raw))} {
		if !bytes.Contains(out, want) {
			t.Errorf("openssl does not find %s", want)
		}
	}
	for what, o := range map[string]ExportOptions{"no passphrase": {}, "empty": {Passphrase: secret("")}, "cancelled": {Passphrase: func() ([]byte, error) { return nil, errors.New("cancelled") }}} {
		o.Encoding, o.Dir = PKCS12, filepath.Join(t.TempDir(), "x")
		if err := d.Export(ctx, o, nil); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	files = p.files(t)
	delete(files, "dev-0002.key")
	d = mustOpen(t, zipOf(t, files), OpenRequest{})
	if err := d.Export(ctx, ExportOptions{Encoding: PKCS12, Passphrase: secret("x"), Dir: filepath.Join(t.TempDir(), "x")}, nil); err == nil || !strings.Contains(err.Error(), "dev-0002") {
		t.Errorf("a device without key: %v", err)
	}
}

// Nothing is written where names collide, on any system.
func TestExportRefuses(t *testing.T) {
	p := newPlant(t, 0)
	names := []string{"Dev", "dev", "a/b", "a\\b", "..", ".hidden", "CON", "ü", "u\u0308", "manifest", "00:1A:C2:7B:00:00", strings.Repeat("n", 60), ""}
	var all []device
	for _, n := range names {
		all = append(all, p.issuing.issue(t, n, newKey(t), nil))
	}
	open := func(devices ...device) *Delivery {
		t.Helper()
		files := map[string][]byte{}
		for i, d := range devices {
			files[string(rune('a'+i))+".pem"], files[string(rune('a'+i))+".key"] = slices.Concat(d.pem(), certPEM(p.issuing.cert.Raw)), d.keyPEM(t)
		}
		return mustOpen(t, zipOf(t, files), OpenRequest{Anchors: p.anchors()})
	}
	refused := func(what string, d *Delivery, o ExportOptions, want string) {
		t.Helper()
		parent := t.TempDir()
		o.Dir = filepath.Join(parent, "out")
		err := d.Export(ctx, o, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
		if list, _ := os.ReadDir(parent); len(list) > 0 {
			t.Errorf("%s: %v was written", what, list)
		}
	}
	for what, pair := range map[string][]device{"case": all[:2], "separators": all[2:4], "composition": all[7:9]} {
		d := open(pair...)
		refused(what, d, ExportOptions{}, "two certificates would be written as")
		var c *CollisionError
		if err := d.Export(ctx, ExportOptions{Dir: filepath.Join(t.TempDir(), "x")}, nil); !errors.As(err, &c) || c.First == c.Second {
			t.Errorf("%v", err)
		}
		exported(t, d, ExportOptions{Names: "{cn}-{serial}"})
	}
	for _, layout := range []Layout{Flat, Folders} { // names that mean something get others, and stop nobody
		var odd []device
		for _, name := range []string{"chain.pem", "Manifest.csv", "manifest", "..", "...", "-rf", "con", "all", "SHA256SUMS"} {
			odd = append(odd, p.issuing.issue(t, name, newKey(t), nil))
		}
		_, files := exported(t, open(odd...), ExportOptions{Layout: layout})
		for _, want := range []string{"_chain.pem", "_Manifest.csv", "_manifest", "__", "___", "_-rf", "_con", "_all", "_SHA256SUMS"} {
			if layout == Folders {
				want += "/" + want
			}
			if files[want+".key"] == nil || files["manifest.csv"] == nil {
				t.Errorf("%s: %v", want, slices.Sorted(maps.Keys(files)))
			}
		}
	}
	for what, devices := range map[string][]device{"same names": all[:2], "our own name": all[9:10], "dots": all[4:5], "no common name": all[12:]} {
		if _, files := exported(t, open(devices...), ExportOptions{Encoding: OnePEM}); bytes.Count(files["all.pem"], []byte("BEGIN CERTIFICATE")) != len(devices) {
			t.Errorf("%s in one file: %s", what, files["all.pem"])
		}
	}
	refused("no common name", open(all[12]), ExportOptions{}, "no common name")
	refused("no MAC", open(all[0]), ExportOptions{Names: "{mac}"}, "is not a MAC address")
	refused("no row", open(all[0]), ExportOptions{Names: "{row}"}, "no {row}")
	refused("too long", open(all[11]), ExportOptions{Names: "{cn}{cn}{cn}{cn}"}, "bytes")
	for _, template := range []string{"x", "{x}", "{cn", "cn}", "{cn}/{row}", "{cn}:", "{}", "{{cn}}"} {
		if CheckNames(template) == nil {
			t.Errorf("the template %q is accepted", template)
		}
		refused(template, open(all[0]), ExportOptions{Names: template}, "template")
	}
	for i, want := range map[int]string{2: "a_b", 5: "_.hidden", 6: "_CON", 10: "00_1A_C2_7B_00_00"} {
		_, files := exported(t, open(all[i]), ExportOptions{})
		if files[want+".pem"] == nil {
			t.Errorf("%q: %v", names[i], slices.Sorted(maps.Keys(files)))
		}
	}
	_, files := exported(t, open(all[10]), ExportOptions{Names: "{mac}"})
	if files["00-1a-c2-7b-00-00.key"] == nil {
		t.Error("{mac} is not as the service writes it")
	}
	red := mustOpen(t, zipOf(t, map[string][]byte{"a.pem": p.issuing.issue(t, "a", newKey(t), func(c *certTemplate) { c.NotAfter = now.AddDate(0, 0, -1); c.NotBefore = now.AddDate(-1, 0, 0) }).pem()}), OpenRequest{})
	refused("red", red, ExportOptions{}, "not to be used")
	exported(t, red, ExportOptions{Insist: true})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(all[0]).Export(ctx, ExportOptions{Dir: dir}, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing folder: %v", err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	parent := t.TempDir()
	if err := open(all[0]).Export(stopped, ExportOptions{Dir: filepath.Join(parent, "out")}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if list, _ := os.ReadDir(parent); len(list) > 0 {
		t.Errorf("%v is left", list)
	}
}

// Keys that belong to nothing are not dropped and not mixed with the others.
func TestExportUnmatched(t *testing.T) {
	p := newPlant(t, 1)
	files := p.files(t)
	loose := device{key: newKey(t)}
	files["loose.key"] = loose.keyPEM(t)
	files["sealed.key"] = []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----")
	d := mustOpen(t, zipOf(t, files), OpenRequest{})
	_, out := exported(t, d, ExportOptions{})
	hash := must(keyOf(loose.key))
	if !bytes.Equal(out["unmatched/"+hexKey(hash)+".key"], files["loose.key"]) || !bytes.Equal(out["unmatched/sealed-000001.key"], files["sealed.key"]) {
		t.Errorf("%v", slices.Sorted(maps.Keys(out)))
	}
}

func hexKey(k keyHash) string { return hex.EncodeToString(k[:16]) }

// A file that changes between check and export is noticed.
func TestChangedSince(t *testing.T) {
	p := newPlant(t, 2)
	dir := t.TempDir()
	for name, data := range p.files(t) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := mustOpen(t, nil, OpenRequest{Paths: []string{dir}})
	other := p.issuing.issue(t, "dev-0001", newKey(t), nil)
	for name, data := range map[string][]byte{"dev-0001.key": other.keyPEM(t), "dev-0001.pem": other.pem()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		parent := t.TempDir()
		if err := d.Export(ctx, ExportOptions{Dir: filepath.Join(parent, "out")}, nil); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if list, _ := os.ReadDir(parent); len(list) > 0 {
			t.Errorf("%v is left", list)
		}
	}
}

func TestHandover(t *testing.T) {
	p := newPlant(t, 3)
	mine, theirs, g := mustLine(t, rsaLine), mustLine(t, otherLine), mustLine(t, pgpLine)
	plain := zipOf(t, p.files(t))
	request := OpenRequest{Opener: mine.opener, Order: csvOrder(t, p.names()...), Anchors: p.anchors()}
	sealed := mustOpen(t, mine.seal(t, plain, false), request)
	perKey := mustOpen(t, p.jsonOf(t, func(d device) string { return string(base64Lines(mine.seal(t, d.keyDER(t), false))) }), request)
	for what, c := range map[string]struct {
		d      *Delivery
		to     *line
		gcm    bool
		repack *ExportOptions
		same   bool
	}{
		"as it came, CMS":           {sealed, theirs, false, nil, true},
		"as it came, GCM":           {sealed, theirs, true, nil, true},
		"as it came, OpenPGP":       {sealed, g, false, nil, true},
		"packed anew":               {sealed, theirs, false, &ExportOptions{Layout: Folders, Names: "line-{row}"}, false},
		"keys sealed one by one":    {perKey, theirs, false, nil, false},
		"keys one by one, to a PGP": {perKey, g, false, nil, false},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "out")
			if err := c.d.Handover(ctx, HandoverOptions{Out: out, Seal: SealTo(c.to.to, recipient.SealOptions{GCM: c.gcm}), Repack: c.repack}, nil); err != nil {
				t.Fatal(err)
			}
			if list, _ := os.ReadDir(dir); len(list) != 1 {
				t.Errorf("%v", list)
			}
			data, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			in, err := c.to.opener.Open(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			if c.same != bytes.Equal(content, plain) {
				t.Errorf("the content is the same: %v", !c.same)
			}
			again := mustOpen(t, data, OpenRequest{Opener: c.to.opener, Order: request.Order, Anchors: p.anchors()})
			if v := again.Verdict(); v.Sentence != "3 of 3 delivered, matched, verified" {
				t.Errorf("%+v %v", v, again.Findings().All())
			}
			if _, err := openResult(t, data, OpenRequest{Opener: mine.opener}); err == nil {
				t.Error("the first recipient can still open it")
			}
			if c.same {
				return
			}
			z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			unpacked := t.TempDir()
			for _, f := range z.File {
				path := filepath.Join(unpacked, filepath.FromSlash(f.Name))
				r := must(f.Open())
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, must(io.ReadAll(r)), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			checkSums(t, unpacked)
		})
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := sealed.Handover(ctx, HandoverOptions{Out: out}, nil); err == nil {
		t.Error("nobody to hand over to")
	}
	broken := func(w io.Writer, size int64) (io.WriteCloser, error) {
		return failing{}, nil
	}
	if err := sealed.Handover(ctx, HandoverOptions{Out: out, Seal: broken}, nil); err == nil {
		t.Error("a seal whose end failed is taken")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("there is an output")
	}
}

// failing is a seal whose Close fails: an ignored error of it would leave half a message.
type failing struct{}

func (failing) Write(p []byte) (int, error) { return len(p), nil }
func (failing) Close() error                { return errors.New("disk full") }

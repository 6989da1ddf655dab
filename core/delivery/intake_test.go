package delivery

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/cms"
	"enrollbench/core/form"
	"enrollbench/core/recipient"
)

// jsonOf is a JSON result; seal makes the private_key member.
func (p *plant) jsonOf(t testing.TB, seal func(device) string) []byte {
	t.Helper()
	type object struct {
		Certificate string   `json:"certificate"`
		PrivateKey  string   `json:"private_key"`
		Chain       []string `json:"chain"`
		Identifier  string   `json:"unique_identifier"`
		Other       any      `json:"other"`
	}
	var all []object
	for i, d := range p.devices {
		all = append(all, object{string(d.pem()), seal(d), []string{string(certPEM(p.issuing.cert.Raw)), string(certPEM(p.root.cert.Raw))}, fmt.Sprint(i), map[string]int{"x": 1}})
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func base64Lines(b []byte) []byte {
	var out bytes.Buffer
	s := base64.StdEncoding.EncodeToString(b)
	for len(s) > 0 {
		n := min(64, len(s))
		out.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return out.Bytes()
}

// Every form of the contract, sealed and not, says the same of the same delivery.
func TestForms(t *testing.T) {
	p := newPlant(t, 3)
	l, g := mustLine(t, rsaLine), mustLine(t, pgpLine)
	plain := zipOf(t, p.files(t))
	der := map[string][]byte{"ca/issuing.der": p.issuing.cert.Raw, "ca/root.der": p.root.cert.Raw}
	joined := map[string][]byte{}
	for _, d := range p.devices {
		der[d.name+".der"], der[d.name+".key"] = d.cert, d.keyDER(t)
		joined[d.name+".der"], joined[d.name+".key"] = slices.Concat(d.cert, p.issuing.cert.Raw, p.root.cert.Raw), d.keyDER(t)
	}
	keyText := func(d device) string { return string(d.keyPEM(t)) }
	asJSON := p.jsonOf(t, keyText)
	inObject := func(name string) []byte { return []byte(`{"job":"1","` + name + `":` + string(asJSON) + `,"total":3}`) }
	cmsPEM := func(b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: b}) }
	smime := func(b []byte) []byte {
		return slices.Concat([]byte("MIME-Version: 1.0\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"), base64Lines(b))
	}
	sec1 := map[string][]byte{"chain.pem": certPEM(p.issuing.cert.Raw)}
	for _, d := range p.devices {
		old := must(x509.MarshalECPrivateKey(d.key.(*ecdsa.PrivateKey)))
		sec1[d.name+".pem"] = slices.Concat([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"),
			pem.EncodeToMemory(&pem.Block{Type: labelECKey, Bytes: old}), d.pem())
	}
	everything := slices.Concat(p.bundle(t), certPEM(p.root.cert.Raw))
	inZIP := func(b []byte) []byte { return zipOf(t, map[string][]byte{"result": b}) }
	first, others := map[string][]byte{}, p.files(t)
	for _, name := range []string{"dev-0001.pem", "dev-0001.key"} {
		first[name] = others[name]
		delete(others, name)
	}
	var jsonLines []byte
	for _, d := range p.devices {
		jsonLines = append(append(jsonLines, must(json.Marshal(map[string]string{"certificate": string(d.pem()) + string(certPEM(p.issuing.cert.Raw)), "private_key": keyText(d)}))...), '\n')
	}
	for what, c := range map[string]struct {
		data      []byte
		opener    Opener
		integrity string
	}{
		"ZIP of PEM":             {plain, nil, ""},
		"ZIP of DER":             {zipOf(t, der), nil, ""},
		"ZIP of joined DER":      {zipOf(t, joined), nil, ""},
		"one PEM":                {everything, nil, ""},
		"PEM after text":         {slices.Concat([]byte("subject=CN = x\r\nissuer=CN = y\r\n"), everything), nil, ""},
		"ZIP of one PEM":         {zipOf(t, map[string][]byte{"all.pem": everything}), nil, ""},
		"JSON":                   {asJSON, nil, ""},
		"JSON certificates":      {inObject("certificates"), nil, ""},
		"JSON records":           {inObject("records"), nil, ""},
		"JSON with a BOM":        {slices.Concat([]byte("\ufeff"), asJSON), nil, ""},
		"base64 of ZIP":          {base64Lines(plain), nil, ""},
		"base64 of JSON":         {[]byte(base64.StdEncoding.EncodeToString(asJSON)), nil, ""},
		"CMS of ZIP":             {l.seal(t, plain, false), l.opener, Undamaged},
		"CMS GCM of ZIP":         {l.seal(t, plain, true), l.opener, Authenticated},
		"CMS of JSON":            {l.seal(t, asJSON, false), l.opener, Undamaged},
		"CMS GCM of PEM":         {l.seal(t, everything, true), l.opener, Authenticated},
		"PEM CMS":                {cmsPEM(l.seal(t, plain, false)), l.opener, Undamaged},
		"S/MIME":                 {smime(l.seal(t, plain, false)), l.opener, Undamaged},
		"base64 of CMS":          {base64Lines(l.seal(t, plain, false)), l.opener, Undamaged},
		"CMS of base64 of ZIP":   {l.seal(t, base64Lines(plain), true), l.opener, Authenticated},
		"OpenPGP":                {g.seal(t, plain, false), g.opener, Authenticated},
		"base64 of OpenPGP":      {base64Lines(g.seal(t, plain, false)), g.opener, Authenticated},
		"JSON, keys sealed: CMS": {p.jsonOf(t, func(d device) string { return string(cmsPEM(l.seal(t, d.keyPEM(t), false))) }), l.opener, ""},
		"JSON, keys base64 CMS":  {p.jsonOf(t, func(d device) string { return base64.StdEncoding.EncodeToString(l.seal(t, d.keyDER(t), false)) }), l.opener, ""},
		"JSON, keys sealed: PGP": {p.jsonOf(t, func(d device) string { return base64.StdEncoding.EncodeToString(g.seal(t, d.keyPEM(t), false)) }), g.opener, ""},
		"JSON, keys base64 DER":  {p.jsonOf(t, func(d device) string { return base64.StdEncoding.EncodeToString(d.keyDER(t)) }), nil, ""},
		"JSON, all of it sealed": {l.seal(t, p.jsonOf(t, func(d device) string { return string(cmsPEM(l.seal(t, d.keyPEM(t), true))) }), true), l.opener, Authenticated},
		"ZIP with sealed keys":   {zipOf(t, map[string][]byte{"c.pem": slices.Concat(p.devices[0].pem(), p.devices[1].pem(), p.devices[2].pem(), certPEM(p.issuing.cert.Raw)), "1.key": l.seal(t, p.devices[0].keyPEM(t), false), "2.key": cmsPEM(l.seal(t, p.devices[1].keyPEM(t), false)), "3.key": l.seal(t, p.devices[2].keyDER(t), true)}), l.opener, ""},
		"keys as openssl writes": {zipOf(t, sec1), nil, ""},
		"ZIP of ZIP":             {inZIP(plain), nil, ""},
		"ZIP of ZIP of ZIP":      {inZIP(inZIP(plain)), nil, ""},
		"ZIP of CMS":             {inZIP(l.seal(t, plain, false)), l.opener, Undamaged},
		"ZIP of OpenPGP":         {inZIP(g.seal(t, plain, false)), g.opener, Authenticated},
		"CMS of ZIP of ZIP":      {l.seal(t, inZIP(plain), false), l.opener, Undamaged},
		"ZIP of two CMS":         {zipOf(t, map[string][]byte{"a.p7m": l.seal(t, zipOf(t, first), true), "b.p7m": l.seal(t, zipOf(t, others), true)}), l.opener, Undamaged},
		"ZIP of PEM and ZIP":     {zipOf(t, map[string][]byte{"a.pem": first["dev-0001.pem"], "a.key": first["dev-0001.key"], "b.zip": zipOf(t, others)}), nil, ""},
		"JSON with a ZIP":        {[]byte(`{"status":"COMPLETE","data":"` + base64.StdEncoding.EncodeToString(plain) + `"}`), nil, ""},
		"JSON with CMS":          {[]byte(`{"data":"` + base64.StdEncoding.EncodeToString(l.seal(t, plain, false)) + `"}`), l.opener, Undamaged},
		"PEM CMS and a footer":   {append(cmsPEM(l.seal(t, plain, false)), "Best regards\n-- \nLine 4\n"...), l.opener, Undamaged},
		"line break before ZIP":  {append([]byte("\r\n"), plain...), nil, ""},
		"JSON Lines":             {jsonLines, nil, ""},
		"CMS of JSON Lines":      {l.seal(t, jsonLines, false), l.opener, Undamaged},
	} {
		t.Run(what, func(t *testing.T) {
			d := mustOpen(t, c.data, OpenRequest{Opener: c.opener, Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
			if v := d.Verdict(); v.Sentence != "3 of 3 delivered, matched, verified" {
				t.Errorf("%v %s: %v", v.Colour, v.Sentence, d.Findings().All())
			}
			if f := d.Files(); len(f) != 1 || f[0].Integrity != c.integrity {
				t.Errorf("%+v", f)
			}
			if d.Keys() != 3 || len(d.Issuers()) != 1 {
				t.Errorf("%d keys, issuers %+v", d.Keys(), d.Issuers())
			}
			// What is read again is what was read.
			for i := range d.Len() {
				r := reader{sources: d.sources, opener: d.opener}
				if _, err := r.certificate(&d.gathering.certificates[i]); err != nil {
					t.Error(err)
				}
				if _, _, err := r.private(&d.gathering.privates[d.gathering.certificates[i].private]); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func run(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

// What the real openssl seals opens here.
func TestSealedByOpenSSL(t *testing.T) {
	p := newPlant(t, 2)
	l := mustLine(t, rsaLine)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"in.zip": zipOf(t, p.files(t)), "cert.pem": l.certificate} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, args := range map[string][]string{
		"smime":      {"smime", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", "in.zip", "-out", "out", "cert.pem"},
		"smime text": {"smime", "-encrypt", "-binary", "-aes256", "-in", "in.zip", "-out", "out", "cert.pem"},
		"cms stream": {"cms", "-encrypt", "-binary", "-stream", "-aes256", "-outform", "DER", "-in", "in.zip", "-out", "out", "cert.pem"},
		"cms gcm":    {"cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", "-in", "in.zip", "-out", "out", "cert.pem"},
		"cms PEM":    {"cms", "-encrypt", "-binary", "-aes256", "-outform", "PEM", "-in", "in.zip", "-out", "out", "cert.pem"},
	} {
		t.Run(what, func(t *testing.T) {
			run(t, dir, "openssl", args...)
			d := mustOpen(t, nil, OpenRequest{Paths: []string{filepath.Join(dir, "out")}, Opener: l.opener, Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
			if v := d.Verdict(); v.Colour != Green {
				t.Errorf("%+v %v", v, d.Findings().All())
			}
		})
	}
}

// A key that nobody here can open is kept, octet by octet.
func TestSealedKeysAreKept(t *testing.T) {
	p := newPlant(t, 1)
	other := mustLine(t, otherLine)
	sealed := base64.StdEncoding.EncodeToString(other.seal(t, p.devices[0].keyPEM(t), false))
	for what, text := range map[string]string{
		"unknown form":      "vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==",
		"sealed to another": sealed,
		"passphrase":        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIAAAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
		"legacy":            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
		"random base64":     base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x5a, 0x17}, 100)),
	} {
		t.Run(what, func(t *testing.T) {
			l := mustLine(t, rsaLine)
			d := mustOpen(t, p.jsonOf(t, func(device) string { return text }), OpenRequest{Opener: l.opener, Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
			if v := d.Verdict(); v.Colour != Amber || v.Sentence != "1 of 1 delivered; private key left sealed" || entryNames(d, SealedKey) != "dev-0001" || d.Item(0).Key != KeySealed {
				t.Errorf("%+v %v", v, d.Findings().All())
			}
			dir := filepath.Join(t.TempDir(), "out")
			if err := d.Export(ctx, ExportOptions{Dir: dir}, nil); err != nil {
				t.Fatal(err)
			}
			found := false
			for name, data := range readTree(t, dir) {
				if strings.HasPrefix(name, "dev-0001.key") {
					found = true
					if strings.TrimSpace(string(data)) != strings.TrimSpace(text) {
						t.Errorf("%s holds %q, want %q", name, data, text)
					}
				}
			}
			if !found {
				t.Error("the key was dropped")
			}
		})
	}
	// An object of an unknown form.
	data := []byte(`[{"pem":` + string(must(json.Marshal(string(p.devices[0].pem())))) + `,"private_key":{"ciphertext":"AAAA","kid":"1"}}]`)
	d := mustOpen(t, data, OpenRequest{})
	if d.Item(0).Key != KeySealed {
		t.Errorf("%v", d.Findings().All())
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// readTree reads all files below a folder.
func readTree(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestJSONForms(t *testing.T) {
	p := newPlant(t, 1)
	text := func(b []byte) string { return string(must(json.Marshal(string(b)))) }
	leaf, key, chain := text(p.devices[0].pem()), text(p.devices[0].keyPEM(t)), text(certPEM(p.issuing.cert.Raw))
	derText := text([]byte(base64.StdEncoding.EncodeToString(p.devices[0].cert)))
	for what, data := range map[string]string{
		"pem":              `[{"pem":` + leaf + `,"private_key":` + key + `,"chain":` + chain + `}]`,
		"base64 DER":       `[{"certificate":` + derText + `,"private_key":` + key + `,"chain":[` + chain + `]}]`,
		"a single object":  `{"certificate":` + leaf + `,"private_key":` + key + `,"chain":` + chain + `}`,
		"nested":           `[{"certificate":{"pem":` + leaf + `},"private_key":` + key + `,"chain":` + chain + `}]`,
		"list of texts":    `[` + leaf + `,` + chain + `,{"private_key":` + key + `}]`,
		"null":             `{"error":null,"certificates":[{"certificate":` + leaf + `,"private_key":` + key + `,"chain":` + chain + `,"x":[[[1]]]}]}`,
		"both lists":       `{"certificates":[{"certificate":` + leaf + `}],"records":[{"private_key":` + key + `,"chain":` + chain + `}]}`,
		"white space":      " \n[ \n{ \"certificate\" : " + leaf + " , \"private_key\" : " + key + ", \"chain\" : " + chain + " } \n ]\n ",
		"chain with leaf":  `[{"certificate":` + leaf + `,"private_key":` + key + `,"chain":[` + leaf + `,` + chain + `]}]`,
		"an escaped slash": `[{"certificate":` + strings.ReplaceAll(leaf, "/", `\/`) + `,"private_key":` + key + `,"chain":` + chain + `}]`,
	} {
		d, err := openResult(t, []byte(data), OpenRequest{Order: csvOrder(t, "dev-0001"), Anchors: p.anchors()})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if v := d.Verdict(); v.Colour != Green {
			t.Errorf("%s: %+v %v", what, v, d.Findings().All())
		}
	}
	for what, data := range map[string]string{
		"cut":                 `[{"certificate":` + leaf,
		"cut after an object": `[{"certificate":` + leaf + `}`,
		"two documents":       `[{"certificate":` + leaf + `}] []`,
		"too large a value":   `[{"x":"` + strings.Repeat("a", 6<<20) + `"}]`,
		"too deep":            strings.Repeat("[", maxJSONDepth+3) + strings.Repeat("]", maxJSONDepth+3),
	} {
		if d, err := openResult(t, []byte(data), OpenRequest{}); err == nil {
			t.Errorf("%s is accepted: %v", what, d.Findings().All())
		}
	}
	for what, data := range map[string]string{
		"number": `[1]`, "no list": `{"hello":"world"}`, "list is an object": `{"records":{"a":1}}`, "empty list": `[]`, "empty lists": `{"records":[],"records":[]}`,
		"hashes":           `[{"sha256":"` + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x84, 0x5e, 3}, 32)) + `","id":"MEUCIQDWl0n2kYy3n7mUeQ2Yx0l7c0sD6w4m2m1m3m4m5m6m7m=="}]`,
		"too many members": `{` + manyMembers() + `"b":2}`,
	} {
		d, err := openResult(t, []byte(data), OpenRequest{})
		if err != nil || rulesOf(d.Findings())["delivery/empty"] != 1 || rulesOf(d.Findings())["delivery/damaged"] > 0 || d.Verdict().Colour != Red {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever a member is called: what is a certificate or a key is taken as that.
func TestJSONByAnyName(t *testing.T) {
	p := newPlant(t, 2)
	text := func(b []byte) string { return string(must(json.Marshal(string(b)))) }
	base := func(b []byte) string { return text([]byte(base64.StdEncoding.EncodeToString(b))) }
	url := func(b []byte) string { return text([]byte(base64.RawURLEncoding.EncodeToString(b))) }
	d := p.devices[0]
	leaf, key, ca := text(d.pem()), text(d.keyPEM(t)), text(certPEM(p.issuing.cert.Raw))
	request := must(x509.CreateCertificateRequest(nil, &x509.CertificateRequest{}, d.key))
	more := `,"note":"the quick brown fox jumps over the lazy dog","csr":` + base(request) + `,"csr_pem":` + text(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})) +
		`,"public":` + base(must(x509.MarshalPKIXPublicKey(d.key.Public()))) + `,"random":` + base(bytes.Repeat([]byte{0xc1, 0x5e, 7, 1}, 30))
	padding := `"padding":[` + strings.Repeat(`"`+strings.Repeat("x", 1000)+`",`, 5000) + `null]`
	for what, data := range map[string]string{
		"body and blob":         `[{"body":` + leaf + `,"chain":[{"blob":` + ca + `}],"secret":` + key + more + `}]`,
		"base64":                `[{"body":` + base(d.cert) + `,"ca":` + base(p.issuing.cert.Raw) + `,"k":` + base(d.keyDER(t)) + more + `}]`,
		"base64url":             `[{"body":` + url(d.cert) + `,"ca":` + url(p.issuing.cert.Raw) + `,"k":` + url(d.keyDER(t)) + `}]`,
		"base64 of PEM":         `[{"body":` + base(d.pem()) + `,"ca":` + base(certPEM(p.issuing.cert.Raw)) + `,"k":` + base(d.keyPEM(t)) + `}]`,
		"one record":            `{"body":` + leaf + `,"links":[{"blob":` + leaf + `},{"blob":` + ca + `}],"secret":` + key + more + `}`,
		"deep in objects":       `{"data":{"page":1,"items":[{"x":{"y":{"z":` + leaf + `}},"k":` + key + `}],"ca":` + ca + `}}`,
		"lists in lists":        `[[` + leaf + `,` + ca + `],[{"k":` + key + `}]]`,
		"member twice":          `[{"certificate":` + leaf + `,"certificate":` + ca + `,"k":` + key + `}]`,
		"large, chain outside":  `{` + padding + `,"issuer":` + ca + `,"results":[{"c":` + leaf + `,"k":` + key + `}]}`,
		"PKCS#7 with the chain": `[{"c":` + leaf + `,"k":` + key + `,"p7b":` + base(pkcs7Of(p.issuing.cert.Raw, p.root.cert.Raw)) + `}]`,
		"list of chains":        `{"chain":[` + leaf + `,` + ca + `],"k":` + key + `}`,
	} {
		got, err := openResult(t, []byte(data), OpenRequest{Order: csvOrder(t, "dev-0001"), Anchors: p.anchors()})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if v := got.Verdict(); v.Colour != Green || got.Keys() != 1 {
			t.Errorf("%s: %+v, %d keys, %v", what, v, got.Keys(), got.Findings().All())
		}
	}
}

// pkcs7Of is a SignedData that holds certificates and nothing else.
func pkcs7Of(certificates ...[]byte) []byte {
	oid := func(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, last} }
	var b cryptobyte.Builder
	explicit := cbasn1.Tag(0).Constructed().ContextSpecific()
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid(2))
		b.AddASN1(explicit, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {})
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(1)) })
				b.AddASN1(explicit, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(certificates...)) })
				b.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {})
			})
		})
	})
	return b.BytesOrPanic()
}

func manyMembers() string {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, `"m%d":0,`, i)
	}
	return b.String()
}

func TestFolder(t *testing.T) {
	p := newPlant(t, 4)
	dir := t.TempDir()
	put := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := p.files(t)
	put("part1.zip", zipOf(t, map[string][]byte{"a.pem": files["dev-0001.pem"], "a.key": files["dev-0001.key"]}))
	put("unpacked/b.pem", files["dev-0002.pem"])
	put("unpacked/b.key", files["dev-0002.key"])
	put("c.json", (&plant{p.root, p.issuing, p.devices[2:3]}).jsonOf(t, func(d device) string { return string(d.keyPEM(t)) }))
	l := mustLine(t, rsaLine)
	put("d.p7m", l.seal(t, zipOf(t, map[string][]byte{"d.pem": files["dev-0004.pem"], "d.key": files["dev-0004.key"]}), false))
	put("notes.txt", []byte("hello"))
	put(".hidden", []byte("hello"))
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link.pem")); err != nil {
		t.Log(err)
	}
	d := mustOpen(t, nil, OpenRequest{Paths: []string{dir}, Opener: l.opener, Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	if v := d.Verdict(); v.Colour != Green || len(d.Files()) != 3 {
		t.Errorf("%+v %+v %v", v, d.Files(), d.Findings().All())
	}
	if r := rulesOf(d.Findings()); r["delivery/other-file"] != 1 || len(r) != 1 {
		t.Errorf("%v", r)
	}
}

func TestWhatIsNoResult(t *testing.T) {
	l := mustLine(t, rsaLine)
	other := mustLine(t, otherLine)
	p := newPlant(t, 1)
	plain := zipOf(t, p.files(t))
	formless := errors.New("a *FormError")
	deep := plain
	for range maxCoats + 1 {
		deep = base64Lines(deep)
	}
	for what, c := range map[string]struct {
		data []byte
		is   error
	}{
		"empty":            {nil, nil},
		"blank":            {[]byte(" \n\n"), nil},
		"random":           {bytes.Repeat([]byte{0xde, 0xad, 0x01}, 100), nil},
		"text":             {[]byte("hello, world"), nil},
		"sealed: words":    {l.seal(t, []byte("hello unknown payload"), false), formless},
		"words":            {[]byte("words that might be base64"), formless},
		"cut base64":       {base64Lines(plain)[:99], form.ErrCoat}, // 97 characters: no base64 has one more than a multiple of four
		"to another":       {other.seal(t, plain, false), recipient.ErrNoMatchingKey},
		"cut":              {l.seal(t, plain, false)[:800], nil},
		"flipped":          {flip(l.seal(t, plain, true), 900), cms.ErrDecrypt},
		"too many coats":   {deep, errTooDeep},
		"sealed: nothing":  {l.seal(t, nil, true), nil},
		"sealed: unknown":  {l.seal(t, bytes.Repeat([]byte{1}, 1000), true), nil},
		"cut ZIP":          {plain[:len(plain)-30], nil},
		"base64 and not":   {append(base64Lines(plain), "!!!"...), form.ErrCoat},
		"damaged in a CBC": {l.seal(t, flip(plain, len(plain)/2), false), nil},
	} {
		d, err := openResult(t, c.data, OpenRequest{Opener: l.opener})
		if _, ok := errors.AsType[*FormError](err); c.is == formless && ok {
			continue
		}
		if err == nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, %v", what, d, err)
		}
	}
	if _, err := openResult(t, l.seal(t, plain, true), OpenRequest{}); !errors.Is(err, ErrNeedKey) {
		t.Errorf("sealed and no key: %v", err)
	}
	if _, err := Open(ctx, OpenRequest{}, nil); err == nil {
		t.Error("nothing was given and something was opened")
	}
	if _, err := Open(ctx, OpenRequest{Paths: []string{filepath.Join(t.TempDir(), "none")}}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// TestNestedIsBounded: ZIPs within ZIPs end, and an answer of the service in place of a result is told in its words.
func TestNestedIsBounded(t *testing.T) {
	p := newPlant(t, 1)
	deep := zipOf(t, p.files(t))
	for range maxCoats + 1 {
		deep = zipOf(t, map[string][]byte{"a.zip": deep})
	}
	wide, one := map[string][]byte{}, zipOf(t, p.files(t))
	for i := range maxNestedEntries {
		wide[fmt.Sprint(i, ".zip")] = zipOf(t, map[string][]byte{"a.zip": one})
	}
	for what, c := range map[string][]byte{
		errTooDeep.Error():             deep,
		"more than 64 ZIPs":            zipOf(t, wide),
		`"invalid_api_key: unknown"`:   []byte(`{"errors":[{"code":"invalid_api_key","message":"unknown"}]}`),
		`"access_denied: no such job"`: []byte(`{"error":{"code":"access_denied","message":"no such job"}}`),
	} {
		if _, err := openResult(t, c, OpenRequest{}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
}

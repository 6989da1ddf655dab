package csr

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

// utf16Text is text as Windows writes it: UTF-16 with a mark, lines that end in CRLF.
func utf16Text(text []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, c := range bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) {
		out = append(out, c, 0)
	}
	return out
}

func base64Lines(b []byte) []byte {
	return []byte(strings.TrimPrefix(strings.TrimSuffix(string(AppendPEM(nil, b)), pemFooter), pemHeader))
}

// TestUnusualFormsAreRead: what can only mean one thing is read, said, and read again for the bundle, from a file and from
// a ZIP, alone and beside a second request.
func TestUnusualFormsAreRead(t *testing.T) {
	der := newRequest(t, "device", newKey(t))
	text, other := AppendPEM(nil, der), pemOf(t, "other")
	json := func(b []byte) []byte {
		return []byte(`{"csr": "` + strings.ReplaceAll(strings.ReplaceAll(string(b), "\n", `\n`), "/", `\/`) + `"}`)
	}
	lines := func(before, after string) []byte {
		return []byte(before + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", after+"\n"+before) + after + "\n")
	}
	for name, c := range map[string]struct {
		data []byte
		says string
		n    int
	}{
		"UTF-16":             {utf16Text(text), "UTF-16", 1},
		"UTF-16, two":        {utf16Text(append(bytes.Clone(text), other...)), "UTF-16", 2},
		"UTF-16 of base64":   {utf16Text(base64Lines(der)), "UTF-16", 1},
		"bare base64":        {base64Lines(der), "base64", 1},
		"base64 of PEM":      {base64Lines(text), "base64", 1},
		"base64 on one line": {[]byte(base64.StdEncoding.EncodeToString(der)), "base64", 1},
		"en dashes":          {bytes.ReplaceAll(text, []byte("-----"), []byte("–––––")), "dashes", 1},
		"cp1252 dashes":      {bytes.ReplaceAll(text, []byte("-----"), []byte("\x96\x96\x96\x96\x96")), "dashes", 1},
		"dashes, then good":  {append(bytes.ReplaceAll(text, []byte("-----"), []byte("—–-")), other...), "dashes", 2},
		"NBSP":               {bytes.ReplaceAll(text, []byte("BEGIN CERT"), []byte("BEGIN\u00A0CERT")), "dashes or spaces", 1},
		"zeros before":       {append(make([]byte, 3000), der...), "3000 zero bytes before", 1},
		"zeros in PEM":       {AppendPEM(nil, append(make([]byte, 9), der...)), "9 zero bytes before", 1},
		"line end behind":    {append(bytes.Clone(der), "\r\n"...), "2 bytes of padding", 1},
		"flash behind":       {append(bytes.Clone(der), bytes.Repeat([]byte{0xFF}, 99)...), "99 bytes of padding", 1},
		"JSON":               {json(text), `\n`, 1},
		"JSON string":        {[]byte(`"` + strings.ReplaceAll(string(text), "\n", `\n`) + `"`), `\n`, 1},
		"escaped twice":      {bytes.ReplaceAll(text, []byte("\n"), []byte(`\\n`)), `\n`, 1},
		"C string":           {lines(`"`, `\n"`), "quotation marks", 1},
		"Java string":        {lines(`"`, `\n" +`), `\n`, 1},
		"quoted mail":        {lines("> ", ""), "quoted mail", 1},
		"quoted twice":       {lines(">> ", ""), "quoted mail", 1},
		"HTML":               {lines("", "<br>"), "HTML", 1},
		"label CERTIFICATE":  {bytes.ReplaceAll(text, []byte("CERTIFICATE REQUEST"), []byte("CERTIFICATE")), `says "CERTIFICATE"`, 1},
		"JSON of base64":     {[]byte(`[{"id": 7, "csr": "` + strings.ReplaceAll(base64.StdEncoding.EncodeToString(der), "/", `\/`) + `"}]`), "without BEGIN", 1},
		"XML":                {[]byte("<?xml version=\"1.0\"?><csr>\n" + string(base64Lines(der)) + "</csr>"), "without BEGIN", 1},
		"three in JSON":      {append(json(text), append(json(other), `{"x": "`+base64.StdEncoding.EncodeToString(newRequest(t, "third", newKey(t)))+`"}`...)...), `\n`, 2},
		"PEM in base64 JSON": {[]byte(`{"spec": {"request": "` + base64.StdEncoding.EncodeToString(text) + `"}}`), "base64 around PEM", 1},
		"PEM in base64 YAML": {[]byte("kind: CertificateSigningRequest\nspec:\n  request: " + base64.StdEncoding.EncodeToString(text) + "\n  usages:\n  - client auth\n"), "base64 around PEM", 1},
		"line break before":  {append([]byte("\r\n"), der...), "line breaks before", 1},
		"mail in base64":     {append([]byte("From: a@b\nTo: c@d\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"), base64Lines(text)...), "S/MIME", 1},
		"attachment":         {[]byte("From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n--x\nContent-Type: application/pkcs10\nContent-Transfer-Encoding: base64\n\n" + string(base64Lines(text)) + "--x--\n"), "S/MIME", 1},
		"S/MIME":             {append([]byte("MIME-Version: 1.0\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"), base64Lines(der)...), "S/MIME", 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string][]byte{"a.csr": c.data, "b.zip": zipOf(t, member{"x/c.csr", bytes.Clone(c.data)})})
			for _, path := range []string{"a.csr", "b.zip"} {
				s := check(t, filepath.Join(dir, path))
				if s.Accepted() != c.n {
					t.Fatalf("%s: %d accepted, want %d: %v", path, s.Accepted(), c.n, s.Report().All())
				}
				if got := s.Findings(0); len(got) == 0 || got[len(got)-1].Rule != "csr/unusual-form" || !strings.Contains(got[len(got)-1].Message, c.says) {
					t.Errorf("%s: %v, want a notice with %q", path, got, c.says)
				}
				if again, err := s.DER(0); err != nil || !bytes.Equal(again, der) {
					t.Errorf("%s read again: %d bytes, %v", path, len(again), err)
				}
				r, err := s.Bundle(ctx, BundleOptions{Out: filepath.Join(t.TempDir(), "o.zip")}, nil)
				if err != nil || len(r.Parts) != 1 || r.Parts[0].Entries != c.n {
					t.Errorf("%s: bundle %+v, %v", path, r, err)
				}
			}
		})
	}
}

// TestCertificateBesideItsRequest: whoever keeps both in one file has lost nothing.
func TestCertificateBesideItsRequest(t *testing.T) {
	certificate := bytes.ReplaceAll(AppendPEM(nil, []byte{0x30, 0x0B, 0x30, 0x09, 0xA0, 3, 2, 1, 2, 2, 1, 1, 0x30}), []byte("CERTIFICATE REQUEST"), []byte("CERTIFICATE"))
	for name, data := range map[string][]byte{"behind.csr": append(pemOf(t, "a"), certificate...), "before.csr": append(bytes.Clone(certificate), pemOf(t, "a")...)} {
		s := check(t, filepath.Join(tree(t, map[string][]byte{name: data}), name))
		if report := s.Report(); s.Accepted() != 1 || report.Count(finding.Error) > 0 || len(report.All()) != 1 || report.All()[0].Rule != "csr/is-certificate" {
			t.Errorf("%s: %d accepted, %v", name, s.Accepted(), report.All())
		}
	}
}

// TestLargeFileInACoat: a file that is read as a stream may be in UTF-16 too.
func TestLargeFileInACoat(t *testing.T) {
	var text []byte
	one := pemOf(t, "same")
	for len(text) <= smallFile {
		text = append(text, one...)
	}
	n := bytes.Count(text, []byte("BEGIN"))
	s := check(t, filepath.Join(tree(t, map[string][]byte{"many.pem": utf16Text(text)}), "many.pem"))
	if s.Len() != n || s.Accepted() != 1 {
		t.Errorf("%d of %d found, %d accepted", s.Len(), n, s.Accepted())
	}
	if _, err := s.DER(n - 1); err != nil {
		t.Error(err)
	}
}

// TestNothingIsDroppedQuietly: what is named or placed like a request and cannot be read is an error that says what it is;
// notes, pictures and certificates beside the requests are left out with a warning.
func TestNothingIsDroppedQuietly(t *testing.T) {
	cmc := "\x30\x2b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x1e\x30\x1c\x02\x01\x03\x31\x00\x30\x15\x06\x08\x2b\x06\x01\x05\x05\x07\x0c\x02\xa0\x09\x04\x07\x30\x05\x30\x00\x30\x00\x30"
	certificate := AppendPEM(nil, []byte{0x30, 0x0B, 0x30, 0x09, 0xA0, 3, 2, 1, 2, 2, 1, 1, 0x30})
	certificate = bytes.ReplaceAll(certificate, []byte("CERTIFICATE REQUEST"), []byte("CERTIFICATE"))
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write(pemOf(t, "gz"))
	_ = w.Close()
	packed := tarOf(t, member{"a.csr", pemOf(t, "a")}, member{"b.der", newRequest(t, "b", newKey(t))})
	for name, c := range map[string]struct {
		data string
		rule string
		says string
	}{
		"lot.tar":        {packed, "csr/no-request", "a tar archive"}, // the PEM in it can be seen, the DER cannot
		"lot.zip":        {"\r\n" + string(zipOf(t, member{"a.csr", pemOf(t, "a")})), "csr/no-request", "a ZIP archive in a file with line breaks before it"},
		"lot.b64.txt":    {base64.StdEncoding.EncodeToString(zipOf(t, member{"a.csr", pemOf(t, "a")})), "csr/no-request", "a ZIP archive in base64"},
		"dump.csr":       {hex.Dump(newRequest(t, "dump", newKey(t))), "csr/no-request", "hex dump"},
		"ftp.der":        {strings.ReplaceAll(string(newRequest(t, "\n\n", newKey(t))), "\n", "\r\n"), "csr/broken-der", "transferred as text"},
		"digits.csr":     {hex.EncodeToString(newRequest(t, "digits", newKey(t))), "csr/no-request", "hex dump"},
		"text.csr":       {"see line 5", "csr/no-request", "a text"},
		"page.req":       {"<html>Sign in</html>", "csr/no-request", "web page"},
		"picture.p10":    {"\x89PNG\r\n\x1A\n....", "csr/no-request", "picture"},
		"behind.der":     {"LEN:300\n" + string(newRequest(t, "behind", newKey(t))), "csr/no-request", "begins behind its first 8 bytes"},
		"nobegin.txt":    {strings.TrimPrefix(string(pemOf(t, "cut")), pemHeader)[9:], "csr/no-request", "END CERTIFICATE REQUEST"},
		"mail.csr":       {strings.Replace(string(pemOf(t, "qp")), "\n-----END", "=3D\n-----END", 1), "csr/broken-pem", "quoted-printable"},
		"random.der":     {"\x01\x02\x03\xFE\xDE\xAD", "csr/no-request", "unknown kind"},
		"text.pem":       {"see line 5", "csr/no-request", "a text"},
		"seven.7z":       {"7z\xBC\xAF\x27\x1C\x00\x04", "csr/no-request", "7-Zip"},
		"lot.csr.gz":     {gz.String(), "csr/no-request", "gzip"},
		"cmc.req":        {cmc, "csr/no-request", "CMC"},
		"cmc.txt":        {string(AppendPEM(nil, []byte(cmc))), "csr/no-request", "CMC"},
		"mail.eml":       {"From: a\nTo: b\nSubject: c\n\nthe request is attached", "csr/no-request", "a mail"},
		"base64.txt":     {strings.Repeat("TUlJQmt3ZA", 20), "csr/no-request", "base64"},
		"cert.csr":       {string(certificate), "csr/no-request", "a certificate"},
		"words.txt":      {"BEGIN CERTIFICATE REQUEST and then nothing", "csr/no-request", "a text"},
		"label.pem":      {string(bytes.ReplaceAll(certificate, []byte("CERTIFICATE"), []byte("CERTIFICATE REQUEST"))), "csr/no-request", "a certificate"},
		"ca.pem":         {string(certificate), "csr/is-certificate", "a certificate"},
		"README.txt":     {"Świadectwa i klucze prywatne zostają w urządzeniach", "csr/not-a-csr", "a text"},
		"README":         {"\x8Awiadectwa, cp1250", "csr/not-a-csr", "a text"},
		"how-to.md":      {"Never put a -----BEGIN PRIVATE KEY----- in here", "csr/not-a-csr", "a text"},
		"label.jpg":      {"\xFF\xD8\xFF\xE0 picture", "csr/not-a-csr", "picture"},
		"orders.csv":     {"subject.common_name\nx\n", "csr/not-a-csr", "a text"},
		"manifest.json":  {`{"lot": 7}`, "csr/not-a-csr", "JSON"},
		"expired/old.in": {"[section]", "csr/not-a-csr", "a text"},
	} {
		files := map[string][]byte{"in/" + name: []byte(c.data), "in/good.csr": pemOf(t, "good"), "z.zip": zipOf(t, member{name, []byte(c.data)}, member{"good.csr", pemOf(t, "good")})}
		dir := tree(t, files)
		for _, path := range []string{"in", "z.zip"} {
			var got []finding.Finding
			for _, f := range check(t, filepath.Join(dir, path)).Report().All() {
				got = append(got, f)
				checkWords(t, f)
			}
			if len(got) != 1 || got[0].Rule != c.rule || !strings.Contains(got[0].Message, c.says) {
				t.Errorf("%s in %s: %v, want %s with %q", name, path, got, c.rule, c.says)
			}
		}
		if c.rule != "csr/is-certificate" && c.rule != "csr/broken-pem" && c.rule != "csr/broken-der" { // given by name
			if got := rulesOf(check(t, filepath.Join(dir, "in", name), filepath.Join(dir, "in", "good.csr")).Report()); got["csr/no-request"] != 1 {
				t.Errorf("%s given by name: %v", name, got)
			}
		}
	}
}

// A tar of any size is named: what can be seen in it is not all that is in it.
func TestLargeTar(t *testing.T) {
	dir := tree(t, map[string][]byte{"large.tar": []byte(tarOf(t, member{"a.csr", pemOf(t, "a")}, member{"pad", make([]byte, 2*smallFile)}))})
	s := check(t, filepath.Join(dir, "large.tar"))
	if got := rulesOf(s.Report()); s.Accepted() != 0 || got["csr/no-request"] != 1 {
		t.Errorf("%d accepted, %v", s.Accepted(), got)
	}
}

// Programs for the web write base64 with - and _ and without padding (RFC 4648 §5).
func TestBase64URL(t *testing.T) {
	key := newKey(t)
	for i := range 20 {
		der := newRequest(t, fmt.Sprint("device-", i), key)
		dir := tree(t, map[string][]byte{"a.csr": []byte(base64.RawURLEncoding.EncodeToString(der))})
		s := check(t, filepath.Join(dir, "a.csr"))
		if got := rulesOf(s.Report()); s.Accepted() != 1 || got["csr/unusual-form"] != 1 {
			t.Fatalf("%d accepted, %v: %s", s.Accepted(), s.Report().All(), base64.RawURLEncoding.EncodeToString(der))
		}
		if back, err := s.DER(0); err != nil || !bytes.Equal(back, der) {
			t.Fatalf("%x: %v", back, err)
		}
	}
}

func tarOf(t *testing.T, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Size: int64(len(m.data)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(m.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPrivateKeysAreNoticedInEveryCoat, and nothing else raises that alarm.
func TestPrivateKeysAreNoticedInEveryCoat(t *testing.T) {
	der, err := x509.MarshalPKCS8PrivateKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	flat := base64.StdEncoding.EncodeToString(der)
	tarOf := func(name string, data []byte) []byte { return []byte(tarOf(t, member{name, data})) }
	gz := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(data)
		_ = w.Close()
		return b.Bytes()
	}
	for name, data := range map[string][]byte{
		"pem.txt": text, "utf16.txt": utf16Text(text), "der.csr": der, "base64.txt": base64Lines(der), "base64-of-pem.csr": base64Lines(text), "label.pem": bytes.ReplaceAll(text, []byte("PRIVATE KEY"), []byte("CERTIFICATE")),
		"request.csr": AppendPEM(nil, der), "zeros.der": append(make([]byte, 100), der...), "dashes.txt": bytes.ReplaceAll(text, []byte("-----"), []byte("–––––")),
		"list.json": []byte(`{"device": 7, "key": "` + flat + `"}`), "pem.json": []byte(`{"key": "` + strings.ReplaceAll(string(text), "\n", `\n`) + `"}`),
		"jwk.json": []byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}`),
		"mail.eml": append([]byte("From: a\nTo: b\nSubject: key\n\nhere it is\n\n"), text...), "table.csv": []byte("name,key\nx," + flat + "\n"),
		"agent.key": []byte("(21:protected-private-key(3:rsa"), "agent2.key": []byte("Created: 20260101T000000\nKey: (private-key (ecc (curve Ed25519)\n"), "store.jks": []byte("\xFE\xED\xFE\xED\x00\x00\x00\x02\x00\x00\x00\x01"),
		"store.jceks": []byte("\xCE\xCE\xCE\xCE\x00\x00\x00\x02\x00\x00\x00\x01"), "putty.ppk": []byte("PuTTY-User-Key-File-2: ssh-rsa\r\n"),
		"inner.zip": zipOf(t, member{"a.zip", zipOf(t, member{"k/device.key", text})}), "lot.tar": tarOf("device.key", text), "lot.tar.gz": gz(tarOf("device.key", der)), "device.key.gz": gz(text),
	} {
		for path, in := range map[string][]byte{"in/" + name: data, "in.zip": zipOf(t, member{name, data})} {
			dir := tree(t, map[string][]byte{path: in})
			if got := rulesOf(check(t, dir).Report()); got["csr/private-key"] != 1 {
				t.Errorf("%s: %v", path, got)
			}
		}
	}
	for name, data := range map[string]string{
		"notes.txt": "Świadectwa", "notes2.txt": "Šarže 12", "notes3.txt": "\x8Aar\x9Ee 12", "greek.txt": "Πιστοποιητικά", "latin1.txt": "\xC4nderungen \xFCber Schl\xFCssel", "japanese.txt": "証明書と秘密鍵",
		"cyrillic.txt": "\xD1\xE5\xF0\xF2\xE8\xF4\xE8\xEA\xE0\xF2", "doc.txt": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----", "doc2.txt": "a line -----BEGIN RSA PRIVATE KEY----- begins it",
		"doc3.rst": "::\n\n  -----BEGIN PRIVATE KEY-----\n  MIIEv...\n  -----END PRIVATE KEY-----\n", "hashes.txt": strings.Repeat("0123456789abcdef", 4) + "  a.csr\n", "log.txt": "PRIVATE KEY rejected", "words.json": `{"note": "d", "kty": "none"}`,
	} {
		dir := tree(t, map[string][]byte{"in/" + name: []byte(data), "in/a.csr": pemOf(t, "a")})
		if got := rulesOf(check(t, filepath.Join(dir, "in")).Report()); got["csr/private-key"]+got["csr/is-pkcs12"] > 0 {
			t.Errorf("%s raises the alarm: %v", name, got)
		}
	}
}

// TestFolderOfWindows: PowerShell 5.1 writes folders and names with backslashes; the entry of a folder is no empty file.
func TestFolderOfWindows(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.zip": zipOf(t, member{`line4\sub\`, nil}, member{`line4\sub\one.csr`, pemOf(t, "")}, member{`line4\.hidden\two.csr`, pemOf(t, "two")})})
	s := check(t, dir)
	if got := rulesOf(s.Report()); got["csr/empty-file"] > 0 || got["csr/hidden-file"] != 1 || s.Len() != 1 || s.Entry(0).Name != "one" {
		t.Errorf("%v, %d entries", got, s.Len())
	}
}

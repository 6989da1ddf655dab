package files

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
)

// One PEM with certificate and key is a result, as the command line takes it, and can serve as a key where one is wanted.
func TestGivenKinds(t *testing.T) {
	dir := t.TempDir()
	secret := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(nil, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, secret)
	if err != nil {
		t.Fatal(err)
	}
	text := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	key := text("PRIVATE KEY", der)
	for name, c := range map[string]struct {
		data string
		uses Use
	}{
		"pair.pem":      {text("CERTIFICATE", certificate) + key, Plain | Public | Key},
		"root.crt":      {string(certificate), Plain | Public},
		"key.pem":       {key, Key},
		"dev.csr":       {text("CERTIFICATE REQUEST", request), Request},
		"dev.p10":       {string(request), Request},
		"order.csv":     {"name;\"-----BEGIN CERTIFICATE REQUEST-----\"\n", Table},
		"order.txt":     {"\"subject.common_name\"\n\"a\"\n", Table},
		"with-csrs.csv": {"name,csr\na,\"" + text("CERTIFICATE REQUEST", request) + "\"\n", Table},
		"mail.txt":      {"From: jo@example.com\nDate: Mon, 30 Nov 2026 10:00:00 +0000\nSubject: lunch\nMIME-Version: 1.0\n\nat noon\n", 0},
		"note.txt":      {"lunch at noon\n", Vague},
		"empty":         {"", Vague},
		"odd.der":       {"\x30\x03\x02\x01\x05", Vague},
		"a.json":        {"[]", Plain},
		"lines.json":    {`{"format": "enrollbench-connections/2", "connections": []}`, Connections},
		"a.pdf":         {"%PDF-1.7\n%x\n", 0},
		"a.png":         {"\x89PNG\r\n\x1A\n", 0},
		"a.tif":         {"II*\x00\x08\x00\x00\x00", 0},
		"a.exe":         {"MZ\x90\x00", 0},
		"a.docx":        {zipped(t, "[Content_Types].xml", "x", "word/document.xml", "<w/>"), 0},
		"a.xlsx":        {zipped(t, "[Content_Types].xml", "x", "xl/workbook.xml", "<w/>"), Table},
		"csrs.zip":      {zipped(t, "a.csr", string(request), "list.csv", "a"), Request | Table},
		"keys.zip":      {zipped(t, "a.csr", string(request), "a.key", key), Request | Key},
		"table.zip":     {zipped(t, "a.csv", "a"), Table},
		"result.zip":    {zipped(t, "a.pem", text("CERTIFICATE", certificate), "a.key", key), Plain},
		"stray.zip":     {zipped(t, "a.key", key), Key | Vague | Plain},
		"odd.zip":       {zipped(t, "a.txt", "lunch"), Vague | Plain},
		"b.batch.zip":   {zipped(t, "batch.json", "{}", "upload/x.zip", "x"), Batch},
		"broken.zip":    {"PK\x03\x04", Vague | Plain},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := Inspect(t.Context(), []string{path}, nil)
		if err != nil || g.Files[0].Uses != c.uses || g.Files[0].Words == "" || g.Files[0].What == "" {
			t.Errorf("%s: %+v, %v, want %b", name, g.Files, err, c.uses)
		}
		items, err := Look(t.Context(), []string{path})
		if err != nil || len(items) != 1 || items[0].Uses != c.uses || (c.uses&Key != 0) != (len(items[0].Secrets) == 1) {
			t.Errorf("%s: %+v, %v", name, items, err)
		}
	}
}

// zipped is a ZIP of names with their contents.
func zipped(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A folder belongs where most of its files do; a request or a key among them counts always.
func TestLookIntoAFolder(t *testing.T) {
	secret := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, secret)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(nil, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		files []string
		uses  Use
	}{
		"requests":         {[]string{string(request), string(request), "%PDF-1.7"}, Request | Vague},
		"one request":      {[]string{string(request), string(certificate), string(certificate)}, Request | Vague},
		"certificates":     {[]string{string(certificate), "lunch"}, Plain | Vague},
		"nothing for here": {[]string{"%PDF-1.7"}, Vague},
		"nothing":          {nil, Vague},
	} {
		dir := t.TempDir()
		for i, data := range c.files {
			if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		items, err := Look(t.Context(), []string{dir, filepath.Join(dir, "nowhere")})
		if err != nil || items[0].Uses != c.uses || items[0].Err != nil {
			t.Errorf("%s: %+v, %v, want %b", name, items, err, c.uses)
		}
		if items[1].Uses != Vague || items[1].Err == nil {
			t.Errorf("what is not there: %+v", items[1])
		}
	}
}

package form

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seq is a DER SEQUENCE of the given elements; raw gives an element of any tag.
func seq(parts ...[]byte) []byte { return raw(tagSequence, parts...) }

func raw(tag byte, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	out := []byte{tag}
	switch n := len(body); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	default:
		out = append(out, 0x82, byte(n>>8), byte(n))
	}
	return append(out, body...)
}

func oidOf(arcs ...int) []byte {
	der, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	if err != nil {
		panic(err)
	}
	return der
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	rsaKey   = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey    = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template = x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "line4"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0)}
	request  = must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "sensor-0001"}}, ecKey))
	junk     = func() []byte { b := make([]byte, 300); _, _ = rand.Read(b); return b }()
)

func pemText(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func zipMembers(names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		n, content, _ := strings.Cut(n, "=")
		w := must(z.CreateHeader(&zip.FileHeader{Name: n, Method: zip.Store}))
		_ = must(w.Write([]byte(content)))
	}
	_ = z.Close()
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_ = must(w.Write(b))
	_ = w.Close()
	return out.Bytes()
}

// info is a ContentInfo of the given type.
func info(content []byte, arcs ...int) []byte { return seq(oidOf(arcs...), raw(tagContext0, content)) }

// utf16Text writes text as UTF-16 with a mark.
func utf16Text(text string, bigEndian, mark bool) []byte {
	var out []byte
	if mark {
		text = "\uFEFF" + text
	}
	for _, r := range text {
		pair := []byte{byte(r), byte(r >> 8)}
		if bigEndian {
			pair[0], pair[1] = pair[1], pair[0]
		}
		out = append(out, pair...)
	}
	return out
}

func base64Lines(b []byte) []byte {
	text := base64.StdEncoding.EncodeToString(b)
	var out []byte
	for len(text) > 64 {
		out = append(append(out, text[:64]...), '\n')
		text = text[64:]
	}
	return append(append(out, text...), '\n')
}

// fixtures has at least one file of every kind that Detect tells.
func fixtures() map[Kind][][]byte {
	integer := func(n int) []byte { return must(asn1.Marshal(n)) }
	pkcs8 := must(x509.MarshalPKCS8PrivateKey(ecKey))
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	spki := must(x509.MarshalPKIXPublicKey(&ecKey.PublicKey))
	certificate := must(x509.CreateCertificate(rand.Reader, &template, &template, &ecKey.PublicKey, ecKey))
	issuer := must(x509.ParseCertificate(certificate))
	issuer.SubjectKeyId, issuer.KeyUsage = []byte{1}, x509.KeyUsageCRLSign
	crl := must(x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Unix(1e9, 0), NextUpdate: time.Unix(2e9, 0)}, issuer, ecKey))
	algorithm := seq(oidOf(1, 2, 840, 10045, 4, 3, 2))
	name := seq(raw(tagSet, seq(oidOf(2, 5, 4, 3), []byte("\x0C\x05line4"))))
	times := seq(raw(tagUTCTime, []byte("260101000000Z")), raw(tagUTCTime, []byte("360101000000Z")))
	encrypted := seq(seq(oidOf(1, 2, 840, 113549, 1, 5, 13), seq()), raw(tagOctets, junk))
	pfx := seq(integer(3), seq(oidOf(1, 2, 840, 113549, 1, 7, 1), raw(tagContext0, raw(tagOctets, junk))))
	indefinite := append([]byte{0x30, 0x80, 2, 1, 3, 0x30, 0x80, 6, 9}, append(oidOf(1, 2, 840, 113549, 1, 7, 1)[2:], 0xA0, 0x80, 0x24, 0x80)...)
	signedData := func(content ...int) []byte {
		return info(seq(integer(3), raw(tagSet, algorithm), seq(oidOf(content...))), 1, 2, 840, 113549, 1, 7, 2)
	}
	enveloped := info(seq(integer(0), raw(tagSet, junk)), 1, 2, 840, 113549, 1, 7, 3)
	authEnveloped := info(seq(integer(0)), 1, 2, 840, 113549, 1, 9, 16, 1, 23)
	mail := func(kind, encoding string, body []byte) []byte {
		return []byte("Received: from a by b;\n\tThu, 1 Jan 2026 00:00:00 +0000\nSubject: result\nMIME-Version: 1.0\nContent-Type: " + kind + "\nContent-Transfer-Encoding: " + encoding + "\n\n" + string(body))
	}
	armor := func(label string, packet []byte) []byte {
		return []byte("-----BEGIN PGP " + label + "-----\nVersion: GnuPG v2\n\n" + string(base64Lines(packet)) + "=abcd\n-----END PGP " + label + "-----\n")
	}
	pgp := func(tag byte, body ...byte) []byte {
		return append(append([]byte{0x80 | tag<<2 | 1, 1, 40}, body...), junk[:296]...)
	}
	publicKey := []byte{4, 0x60, 1, 2, 3, 1, 8, 0}
	return map[Kind][][]byte{
		Empty:       {nil, []byte(" \r\n\t"), utf8Mark, {0, 0, 0, 0}, {0xFF, 0xFE}},
		Text:        {[]byte("hello, world"), []byte("Świadectwa i klucze prywatne"), []byte("\x8Awiadectwa, klucze"), []byte("\x8Aar\x9Ee 12"), []byte("\xC8esky text v kodovani"), []byte("Subject: the batch of line 4\n\nIt is ready."), []byte("words that might be base64 too"), []byte("[section]\nname=x\n"), []byte("0123456789 0000"), []byte("From here on it is text\n\nSubject: x\n"), []byte("put no -----BEGIN PRIVATE KEY----- in here"), []byte("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"), []byte("-----BEGIN PRIVATE KEY-----\nMIIEv...\n-----END PRIVATE KEY-----\n")},
		Base64Text:  {base64Lines(append([]byte("\x01\x02"), junk...))},
		TooDeep:     {base64Lines(base64Lines(base64Lines(base64Lines(base64Lines(pkcs8)))))},
		JSON:        {[]byte(`{"certificates": []}`), []byte("\uFEFF[ {\"a\": 1} ] []"), []byte("[]"), []byte("{"), []byte(`[null]`)},
		HTML:        {[]byte("\n<!DOCTYPE HTML><html>"), []byte("<html lang=en>"), []byte("<?xml version=\"1.0\"?>\n<!DOCTYPE html><html>")},
		XML:         {[]byte("<?xml version=\"1.0\"?><a/>")},
		Mail:        {mail("text/plain", "7bit", []byte("hello")), []byte("From a@b Thu Jan  1 00:00:00 2026\nTo: a\nDate: b\n\nhello")},
		OutlookMail: {append([]byte("\x78\x9F\x3E\x22"), junk...), append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), toUTF16("__substg1.0_1000001F")...)},

		PKCS10: {request, pemText("CERTIFICATE REQUEST", request), pemText("NEW CERTIFICATE REQUEST", request), pemText("CERTIFICATE", request), append([]byte("Data: x\n"), pemText("CERTIFICATE REQUEST", request)...)},
		CMC:    {signedData(1, 3, 6, 1, 5, 5, 7, 12, 2), pemText("NEW CERTIFICATE REQUEST", signedData(1, 3, 6, 1, 5, 5, 7, 12, 2))},
		Certificate: {certificate, pemText("CERTIFICATE", certificate), pemText("CERTIFICATE REQUEST", certificate),
			seq(seq(integer(7), algorithm, name, times, name, spki), algorithm, raw(tagBits, junk)), []byte("-----BEGIN CERTIFICATE-----\n!!!")},
		CRL:        {crl, pemText("X509 CRL", crl), seq(seq(algorithm, name, raw(tagUTCTime, []byte("260101000000Z"))), algorithm, raw(tagBits, junk))},
		PublicKey:  {spki, pemText("PUBLIC KEY", spki), x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)},
		Parameters: {[]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n")},
		SignedData: {signedData(1, 2, 840, 113549, 1, 7, 1), pemText("PKCS7", signedData(1, 2, 840, 113549, 1, 7, 1))},
		CMS:        {info(seq(integer(0)), 1, 2, 840, 113549, 1, 7, 6), info(seq(integer(0)), 1, 2, 840, 113549, 1, 9, 16, 1, 9)},
		ASN1:       {seq(raw(tagSet, []byte{2, 1, 0})), seq(seq(integer(0), seq()))},

		EnvelopedData: {enveloped, pemText("CMS", enveloped), pemText("PKCS7", enveloped), pemText("ENCRYPTED MESSAGE", enveloped), mail("application/pkcs7-mime; smime-type=enveloped-data", "base64", base64Lines(enveloped)),
			mail("application/x-pkcs7-mime", "binary", enveloped), append([]byte("From a@b Thu Jan  1 00:00:00 2026\n"), mail("application/octet-stream", "base64", base64Lines(enveloped))...)},
		AuthEnvelopedData: {authEnveloped},
		PGPMessage: {pgp(packetPKESK, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1), {0x8C, 13, 4, 9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 96}, {0xD2, 0xEA, 1, 9, 8, 7, 6, 5}, {0xCA, 3, 'P', 'G', 'P', 0xC1, 0xC0, 0x4C, 3},
			{0xD4, 0xEA, 1, 9, 2, 16, 6, 5}, armor("MESSAGE", pgp(packetPKESK, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1)), {0xC1, 0xC0, 0x4C, 3, 1, 2, 3, 4, 5, 6, 7, 8, 18}},

		PGPPublicKey: {pgp(packetPublicKey, publicKey...), append([]byte{0xC6, 0x33}, publicKey...), armor("PUBLIC KEY BLOCK", pgp(packetPublicKey, publicKey...))},
		PGPSignature: {pgp(packetSignature, 4, 0, 1, 8), {0xA3, 2, 0x78, 0x9C, 1, 2, 3, 4}, armor("SIGNATURE", pgp(packetSignature, 4, 0, 1, 8))},
		Keybox:       {append([]byte{0, 0, 0, 32, 1, 1, 0, 2}, "KBXf\x00\x00\x00\x00"...)},
		SSHPublicKey: {[]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI line4"), []byte("---- BEGIN SSH2 PUBLIC KEY ----\n")},

		PKCS8:              {pkcs8, pemText("PRIVATE KEY", pkcs8), pemText("CERTIFICATE", pkcs8), pemText("CERTIFICATE REQUEST", pkcs8), must(x509.MarshalPKCS8PrivateKey(rsaKey)), must(x509.MarshalPKCS8PrivateKey(ed))},
		EncryptedPKCS8:     {encrypted, pemText("ENCRYPTED PRIVATE KEY", encrypted)},
		RSAKey:             {x509.MarshalPKCS1PrivateKey(rsaKey), pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))},
		ECKey:              {must(x509.MarshalECPrivateKey(ecKey)), append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), pemText("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ecKey)))...)},
		DSAKey:             {seq(integer(0), integer(1<<40), integer(1<<20), integer(1<<30), integer(1<<35), integer(1<<19)), pemText("DSA PRIVATE KEY", seq(integer(0), integer(1<<40), integer(1<<20), integer(1<<30), integer(1<<35), integer(1<<19)))},
		LegacyEncryptedKey: {[]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" + string(base64Lines(append([]byte{1}, junk...))) + "-----END RSA PRIVATE KEY-----\n")},
		PKCS12:             {pfx, indefinite, pemText("PKCS12", pfx)},
		JKS:                {append([]byte("\xFE\xED\xFE\xED\x00\x00\x00\x02"), junk...)},
		JCEKS:              {append([]byte("\xCE\xCE\xCE\xCE\x00\x00\x00\x02"), junk...)},
		BKS:                {append(append([]byte{0, 0, 0, 2, 0, 0, 0, 20}, junk[:20]...), 0, 0, 6, 0x40, 1, 2)},
		SSHKey:             {[]byte("openssh-key-v1\x00\x00\x00\x00\x04none"), pemText("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00\x00\x00\x00\x04none")), []byte("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n")},
		PuTTYKey:           {[]byte("PuTTY-User-Key-File-3: ssh-ed25519\r\n")},
		PGPSecretKey:       {pgp(packetSecretKey, publicKey...), armor("PRIVATE KEY BLOCK", pgp(packetSecretKey, publicKey...))},
		AgentKey:           {[]byte("(21:protected-private-key(3:rsa"), []byte("Created: 20260101T000000\nKey: (private-key (ecc (curve Ed25519)\n")},
		AgentStub:          {[]byte("(20:shadowed-private-key(3:rsa"), []byte("Token: D276\nKey: (shadowed-private-key (rsa\n")},
		MicrosoftKey:       {append([]byte("\x1E\xF1\xB5\xB0\x00\x00"), junk...), append([]byte("\x07\x02\x00\x00\x00\xA4\x00\x00RSA2"), junk...)},
		JWK:                {[]byte(`{"kty":"EC","crv":"P-256","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`)},
		OtherKey:           {pemText("ANY PRIVATE KEY", junk)},

		ZIP:       {zipMembers("a.csr=x"), zipMembers(), zipMembers("xl/=", "xl/a.csr=x"), zipMembers("mimetype=text/plain")},
		SevenZip:  {append([]byte("7z\xBC\xAF\x27\x1C\x00\x04"), junk...)},
		RAR:       {append([]byte("Rar!\x1A\x07\x01\x00"), junk...)},
		Gzip:      {gzipped(junk)},
		Bzip2:     {append([]byte("BZh91AY&SY"), junk...)},
		XZ:        {append([]byte("\xFD7zXZ\x00\x00\x04"), junk...)},
		Zstandard: {append([]byte("\x28\xB5\x2F\xFD"), junk...)},
		Tar:       {append([]byte("a.csr"+strings.Repeat("\x00", 252)+"ustar\x0000"), junk...)},
		Cabinet:   {append([]byte("MSCF\x00\x00\x00\x00"), junk...)},

		Workbook: {zipMembers("[Content_Types].xml=<x/>", "_rels/.rels=<x/>", "xl/workbook.xml=<x/>"), zipMembers("docProps/app.xml=<x/>", "xl/worksheets/sheet1.xml=<x/>")},
		OldWorkbook: {append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), toUTF16("Workbook")...), append([]byte("\x09\x08\x08\x00\x00\x05\x10\x00"), junk...), append([]byte("\x09\x00\x04\x00\x02\x00\x10\x00"), junk...),
			append([]byte("\x09\x02\x06\x00\x00\x00\x10\x00"), junk...), append([]byte("\x09\x04\x06\x00\x00\x00\x10\x00"), junk...)},
		HTMLWorkbook:    {[]byte(`<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table>`), []byte("<table border=1><tr><td>a"), []byte("<?xml version=\"1.0\"?><html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">")},
		SymbolicLink:    {[]byte("ID;PWXL;N;E\r\nC;Y1;X1;K\"a\"\r\n")},
		Numbers:         {zipMembers("Index/Document.iwa=x", "Index/Tables/Tile.iwa=x")},
		ODS:             {zipMembers("mimetype=application/vnd.oasis.opendocument.spreadsheet")},
		XMLWorkbook:     {[]byte("<?xml version=\"1.0\"?>\n<office:document office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">"), []byte("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>")},
		ProtectedOffice: {append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), toUTF16("EncryptedPackage")...)},
		OfficeDocument:  {zipMembers("[Content_Types].xml=<x/>", "word/document.xml=<x/>"), zipMembers("mimetype=application/vnd.oasis.opendocument.text"), []byte("{\\rtf1"), zipMembers("Index/Document.iwa=x", "Index/Slide.iwa=x")},

		PDF:     {[]byte("%PDF-1.7\n")},
		Picture: {append([]byte("\x89PNG\r\n\x1A\n"), junk...), append([]byte("\xFF\xD8\xFF\xE0"), junk...)},
		Program: {append([]byte("\x7FELF\x02"), junk...)},
		Mangled: {[]byte(strings.ToValidUTF8(string(append([]byte{0x30, 0x82, 1, 0x2C}, junk...)), "\uFFFD")), func() []byte {
			var latin []byte
			for _, c := range append([]byte{0x30, 0x82, 1, 0x2C}, junk...) {
				latin = utf8.AppendRune(latin, rune(c))
			}
			return latin
		}()},
		XMLKey: {[]byte("<RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent><D>AA==</D></RSAKeyValue>"), []byte("<?xml version=\"1.0\"?>\n<RSAKeyValue><Modulus>AA==</Modulus><D>AA==</D></RSAKeyValue>")},
		HexDump: {[]byte("unsigned char a_der[] = {\n  0x30, 0x81, 0xf0, 0x30, 0x81, 0x98, 0x02, 0x01, 0x00, 0x30, 0x10, 0x31,\n  0x0e, 0x30, 0x0c, 0x06, 0x03, 0x55\n};\nunsigned int a_der_len = 18;\n"),
			[]byte("308201543081fb020100301e311c301a06035504030c13\n6465766963652d\n"), []byte("30:82:01:54:30:81:FB:02:01:00:30:1E:31:1C:30:1A:06:03\n"),
			[]byte("{ 0x30, 0x82, 0x01, 0x54, 0x30, 0x81, 0xfb, 0x02, 0x01, 0x00, 0x30, 0x1e, 0x31, 0x1c, 0x30, 0x1a, 0x06 }\n"),
			[]byte("00000000: 3081 f030 8198 0201 0030 1031 0e30 0c06  0..0.....0.1.0..\n00000010: 0355 0403 0c05 6465  .U....de\n"),
			[]byte("00000000  30 81 f0 30 81 98 02 01  00 30 10 31 0e 30 0c 06  |0..0.....0.1.0..|\n"), []byte("000000 30 81 f0 30 81 98 02 01 00 30 10 31 0e 30 0c 06  >0..0.....0.1.0..<\n"),
			[]byte("2d2d2d2d2d424547494e204345525449464943415445205245515545\n")},
		OtherArchive: {append([]byte("\x1F\x9D\x90"), junk...), append([]byte("\x04\x22\x4D\x18d@\xA7"), junk...), append([]byte("LZIP\x01"), junk...),
			append([]byte("!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n"), junk...), append([]byte("xar!\x00\x1C\x00\x01"), junk...),
			append([]byte("\x25\x01-lh5-\x10\x02\x00\x00"), junk...), append([]byte("070701"+strings.Repeat("000081A4", 13)+"name\x00"), junk...),
			append([]byte("\xED\xAB\xEE\xDB\x03\x00"), junk...)},
		Shortcut: {append([]byte("L\x00\x00\x00\x01\x14\x02\x00"), junk...)},
		Database: {append([]byte("SQLite format 3\x00"), junk...)},
		Unknown:  {{0x01, 0x02, 0x03, 0xFE, 0xDE, 0xAD}, bytes.Repeat([]byte{0xFE, 0xAD, 0x01}, 100)},
	}
}

// isASCII tells the fixtures that another encoding of text can hold.
func isASCII(b []byte) bool {
	return len(b) > 0 && !bytes.ContainsFunc(b, func(r rune) bool { return r >= 0x7F || r < ' ' && r != '\n' && r != '\r' && r != '\t' })
}

// TestEveryKindHasAFixture: each row of the table is proven by a file, in every coat that Detect looks through.
func TestEveryKindHasAFixture(t *testing.T) {
	all := fixtures()
	for k := range kinds {
		kind := Kind(k)
		if len(all[kind]) == 0 {
			t.Errorf("kind %d (%s) has no fixture", k, kind)
		}
		if kind.String() == "" || strings.HasSuffix(kind.Advice(), ".") {
			t.Errorf("kind %d has words %q and advice %q", k, kind, kind.Advice())
		}
		for i, data := range all[kind] {
			f := Detect(data)
			if f.Kind != kind {
				t.Errorf("%s, fixture %d: %s (%v)", kind, i, f, f.Coats)
			}
			if want := kinds[kind].traits&private != 0; f.Private() != want {
				t.Errorf("%s, fixture %d: private %v, want %v", kind, i, f.Private(), want)
			}
			coats := map[Coat][]byte{}
			if kind.Known() && len(data) > 12 {
				coats[Base64] = base64Lines(data)
				coats[SMIME] = []byte("MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + string(base64Lines(data)))
				if isASCII(data) {
					coats[UTF16] = utf16Text(string(data), i%2 == 0, i%3 == 0)
				}
				if data[0] == tagSequence {
					coats[Zeros] = append(make([]byte, 512), data...)
				}
			}
			for coat, dressed := range coats {
				if f := Detect(dressed); f.Kind != kind || len(f.Coats) == 0 || f.Coats[0] != coat {
					t.Errorf("%s, fixture %d, in %s: %s (%v)", kind, i, coat, f, f.Coats)
				}
			}
		}
	}
}

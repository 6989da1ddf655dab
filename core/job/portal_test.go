package job

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	sumA = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	sumB = "FF:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
	id1  = "3f1c9e0a-7d52-4f0e-9a51-0c8f5e5b2a11"
	id2  = "b0a8c6d4-11aa-4c0e-8f51-9c8f5e5b2a12"
	sha1 = "0011223344556677889900112233445566778899"
)

// TestPortal: a list of certificates is read by what stands in its columns and by their names, in any case and spacing; what was taken for
// what is said; where it can mean two things it is asked, and nothing is taken over.
func TestPortal(t *testing.T) {
	first := "dev-1 ab12cd34ef56ab12 2026-01-02 2027-01-02"
	second := "dev-2 1122334455667788 2026-01-02 2028-02-03"
	for name, c := range map[string]struct {
		csv    string
		choice PortalChoice
		want   string // the certificates, or the names where there are none
		taken  string
		asked  string
	}{
		"by names": {csv: "Common name,Serial number,Valid from,Valid to,SHA-256 fingerprint\ndev-1,AB:12:CD:34:EF:56:AB:12,2026-01-02,2027-01-02," + sumA + "\n", want: first,
			taken: "name=Common name serial=Serial number fingerprint=SHA-256 fingerprint from=Valid from to=Valid to"},
		"any case and spacing": {csv: " COMMON_NAME ,serial-NUMBER,validFrom,Not After,sha256 Thumbprint\ndev-1,0xAB12CD34EF56AB12,2026-01-02T00:00:00Z,2027-01-02 00:00:00," + sumB + "\n", want: first,
			taken: "name=COMMON_NAME serial=serial-NUMBER fingerprint=sha256 Thumbprint from=validFrom to=Not After"},
		"other columns between": {csv: "Certificate ID,Status,Subject,Order,Certificate serial,Created,Valid until,Thumbprint,Issued on,SHA256\n" +
			id1 + ",issued,\"C=DE, O=Plant, CN=dev-1\",4711,ab12cd34ef56ab12,2025-12-24,2 January 2027," + sha1 + ",02 Jan 2026," + sumA + "\n", want: first,
			taken: "name=Subject serial=Certificate serial fingerprint=SHA256 from=Issued on to=Valid until"},
		"by content": {csv: "A,B,C,D,Valid to\n" + id2 + ",CN=dev-1,AB:12:CD:34:EF:56:AB:12," + sumA + ",2027-01-02\n", want: "dev-1 ab12cd34ef56ab12 0001-01-01 2027-01-02",
			taken: "name=B serial=C fingerprint=D to=Valid to"},
		"German":                   {csv: "CN;Seriennummer;Gültig ab;Gültig bis;SHA-256-Fingerabdruck\ndev-1;AB12CD34EF56AB12;02.01.2026;2.1.2027;" + sumA + "\n", want: first},
		"OpenSSL's times":          {csv: "cn,serial,notBefore,notAfter,fingerprint\ndev-1,AB12CD34EF56AB12,Jan  2 00:00:00 2026 GMT,Jan  2 00:00:00 2027 GMT," + sumA + "\n", want: first},
		"the day first":            {csv: "cn,serial,from,valid from,valid to,sha256\ndev-2,1122334455667788A,,02/01/2026,28/02/2028," + sumA + "\n", want: "dev-2 1122334455667788a 2026-01-02 2028-02-28", taken: "name=cn serial=serial fingerprint=sha256 from=valid from(day-first) to=valid to(day-first)"},
		"the month first":          {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788A,01/02/2026,02/28/2028 11:59:59 PM," + sumA + "\n", want: "dev-2 1122334455667788a 2026-01-02 2028-02-28"},
		"day or month":             {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788A,01/02/2026,03/02/2028," + sumA + "\n", asked: "day-first month-first"},
		"day or month, said":       {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788A,02/01/2026,03/02/2028," + sumA + "\n", choice: PortalChoice{Read: []string{ReadDayFirst}}, want: "dev-2 1122334455667788a 2026-01-02 2028-02-03"},
		"both orders in one list":  {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788A,31/01/2026,01/31/2028," + sumA + "\n", asked: "day-first month-first"},
		"decimal or not":           {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788,2026-01-02,2028-02-03," + sumA + "\n", asked: "hex decimal"},
		"decimal, said":            {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1234605616436508552,2026-01-02,2028-02-03," + sumA + "\n", choice: PortalChoice{Read: []string{ReadDecimal}}, want: second, taken: "name=cn serial=serial(decimal) fingerprint=sha256 from=valid from to=valid to"},
		"hex, said":                {csv: "cn,serial,valid from,valid to,sha256\ndev-2,1122334455667788,2026-01-02,2028-02-03," + sumA + "\n", choice: PortalChoice{Read: []string{ReadHex}}, want: second},
		"decimal for certain":      {csv: "cn,serial,valid to,sha256\ndev-2,1234605616436508552,2028-02-03," + sumA + "\ndev-3,5234605616436508552,2028-02-03," + sumB + "\ndev-4,6234605616436508552,2028-02-03," + sumA + "\n", want: "dev-2 1122334455667788 0001-01-01 2028-02-03 dev-3 48a50e12f2f67788 0001-01-01 2028-02-03 dev-4 5685c4c69a5a7788 0001-01-01 2028-02-03"},
		"two serials":              {csv: "cn,serial number,Serial-Number,valid to\ndev-1,AB12CD34EF56AB12,BB12CD34EF56AB12,2027-01-02\n", asked: "serial number Serial-Number"},
		"two serials, said":        {csv: "cn,serial number,Serial-Number,valid from,valid to,sha256\ndev-1,FF12CD34EF56AB12,AB12CD34EF56AB12,2026-01-02,2027-01-02," + sumA + "\n", choice: PortalChoice{Columns: map[Meaning]string{MeansSerial: "Serial-Number"}}, want: first},
		"one of them is empty":     {csv: "cn,serial number,Serial-Number,valid from,valid to,sha256\ndev-1,n/a,AB12CD34EF56AB12,2026-01-02,2027-01-02," + sumA + "\n", want: first},
		"not enough":               {csv: "Name,Expires\ndev-1,soon\ndev-2,later\n", want: "dev-1 dev-2", taken: "name=Name"},
		"a device id":              {csv: "Device ID,Name\n4711,dev-1\n", want: "dev-1 4711"},
		"formulas are plain again": {csv: "Name,Expires\n\"'=dev-1\",\n", want: "=dev-1"},
	} {
		path := filepath.Join(t.TempDir(), "portal.csv")
		if err := os.WriteFile(path, []byte(c.csv), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := ReadEarlier(ctx, path, c.choice, nil)
		if c.asked != "" {
			var doubt *AmbiguousError
			if !errors.As(err, &doubt) || strings.Join(append(slices.Clone(doubt.Columns), doubt.Read...), " ") != c.asked {
				t.Errorf("%s: %v, want to be asked for %s", name, err, c.asked)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got, taken []string
		for _, x := range e.Certificates {
			got = append(got, fmt.Sprintf("%s %x %s %s", x.Identity.Value, x.Serial, x.NotBefore.Format("2006-01-02"), x.NotAfter.Format("2006-01-02")))
		}
		if len(e.Certificates) == 0 {
			for _, id := range e.Identities {
				got = append(got, id.Value)
			}
		}
		for _, x := range e.Taken {
			text := string(x.Meaning) + "=" + x.Column
			if x.Read != "" {
				text += "(" + x.Read + ")"
			}
			taken = append(taken, text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q (%q)", name, strings.Join(got, " "), c.want, taken)
		}
		if c.taken != "" && strings.Join(taken, " ") != c.taken {
			t.Errorf("%s: taken %q, want %q", name, strings.Join(taken, " "), c.taken)
		}
	}
	for name, text := range map[string]string{"a list of anything": "a,b\n1,2\n", "measurements": "time,value\n2026-01-02,ab12cd34ef56ab12\n"} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadEarlier(ctx, path, PortalChoice{}, nil); err == nil || errors.As(err, new(*AmbiguousError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadEarlier(ctx, "nowhere.csv", PortalChoice{}, nil); err == nil {
		t.Error("a file that is not there")
	}
}

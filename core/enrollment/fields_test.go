package enrollment

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"enrollbench/core/attribute"
)

func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields {
		if seen[f.Name] || f.Title == "" {
			t.Errorf("%q: twice, or without a title", f.Name)
		}
		seen[f.Name] = true
		if got, ok := FieldOf(f.Name); !ok || got.Name != f.Name {
			t.Errorf("%q is not found", f.Name)
		}
	}
	for _, name := range []string{nameColumn, "subject.organization_name", "subject.organization_unit", "san.dns_name", csrColumn, "subject.country", "subject.state", "signature_algorithm", idColumn} {
		if f, ok := FieldOf(name); !ok || !f.Confirmed {
			t.Errorf("the documentation names %q", name)
		}
	}
	for name, attr := range map[string]int{nameColumn: 64, "subject.postal_code": 40, "subject.locality": 128} {
		f, _ := FieldOf(name)
		if attribute.Length(f.Attribute, strings.Repeat("x", attr)) != nil || attribute.Length(f.Attribute, strings.Repeat("x", attr+1)) == nil {
			t.Errorf("the bound of %q is not %d", name, attr)
		}
	}
	for name, want := range map[string]bool{
		"key_usage.digital_signature": true, "key_usage.magic": false, "extended_key_usage.client_auth": true, "Subject.common_name": false, "line": false, "": false,
	} {
		if f, ok := FieldOf(name); ok != want || ok && f.Kind != flag {
			t.Errorf("%q: %+v %v", name, f, ok)
		}
	}
}

func TestSimilar(t *testing.T) {
	for header, want := range map[string]string{
		"Subject.Common_Name": nameColumn, "subject.common-name": nameColumn, "subject common name": nameColumn, "subject.comon_name": nameColumn,
		"\ufeffsubject.common_name": nameColumn, "san.dns": "", "CSR": csrColumn, "csr ": csrColumn, "cs": csrColumn, "cn": "", "": "", "...": "",
		"subject.organisation_unit": "subject.organization_unit", "unique_identifer": idColumn, "serial": "", "mac": "",
	} {
		if got := Similar(header, knownNames); got != want {
			t.Errorf("%q looks like %q, want %q", header, got, want)
		}
	}
	if got := Similar("abcdefg1", []string{"abcdefg2", "abcdefg3"}); got != "" {
		t.Errorf("two names are equally near, and %q was chosen", got)
	}
}

func TestTemplate(t *testing.T) {
	utf16 := func(s string) []byte {
		b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want := []string{nameColumn, idColumn, "line", csrColumn}
	for _, data := range [][]byte{
		[]byte("subject.common_name,unique_identifier,line,csr\n"),
		[]byte("\"subject.common_name\",\"unique_identifier\",\"line\",\"csr\""),
		[]byte("\xef\xbb\xbfsubject.common_name;unique_identifier;line;csr;;\r\nexample;;;\r\n"),
		utf16("subject.common_name\tunique_identifier\tline\tcsr\r\n"),
	} {
		x, err := ParseTemplate(data, "profile")
		if err != nil {
			t.Errorf("%.30q: %v", data, err)
			continue
		}
		if !slices.Equal(x.Names(), want) || !slices.Equal(x.DeviceFields(), []string{"line"}) {
			t.Errorf("%.30q: %q", data, x.Names())
		}
		for _, c := range x.Columns {
			if c.Required != (c.Name != idColumn) || (c.Field == nil) != (c.Name == "line") {
				t.Errorf("%+v", c)
			}
		}
	}
	for _, bad := range []string{"", "\n", ",,\n", "a,b,a\n", "PK\x03\x04", "\x00\x01\xff"} {
		if _, err := ParseTemplate([]byte(bad), "profile"); err == nil {
			t.Errorf("%q is a template", bad)
		}
	}
	if _, err := ParseTemplate(nil, "profile"); !errors.Is(err, ErrEmptyTemplate) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(nameColumn+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if x, err := ReadTemplate(path); err != nil || x.Source != path {
		t.Error(err)
	}
	if _, err := ReadTemplate(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestJSONObject(t *testing.T) {
	for s, want := range map[string]bool{`{}`: true, `{"a": [1, "b"]}`: true, `null`: false, `[1]`: false, `"a"`: false, `{"a": 1`: false, `{'a': 1}`: false, `a`: false, `{} {}`: false} {
		if err := jsonObject(s); (err == nil) != want {
			t.Errorf("%s: %v", s, err)
		}
	}
}

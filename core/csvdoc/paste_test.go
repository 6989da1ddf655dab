package csvdoc

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParsePaste(t *testing.T) {
	const pem = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\nAAAA\n-----END CERTIFICATE REQUEST-----"
	for _, c := range []struct {
		text      string
		delimiter byte
		want      [][]string
	}{
		{"a\tb\r\nc\td\r\n", '\t', [][]string{{"a", "b"}, {"c", "d"}}},
		{"a\tb\nc", '\t', [][]string{{"a", "b"}, {"c"}}},
		{"a\tb\rc\td", '\t', [][]string{{"a", "b"}, {"c", "d"}}},
		{"\t\n", '\t', [][]string{{"", ""}}},
		{"007\t1.23E+11\t 5 \n", '\t', [][]string{{"007", "1.23E+11", " 5 "}}},
		{"\"two\nlines\"\tb\n", '\t', [][]string{{"two\nlines", "b"}}},
		{"\"say \"\"hi\"\"\n\"\tb\n", '\t', [][]string{{"say \"hi\"\n", "b"}}},
		{"\"tab\there\"\nplain\n", 0, [][]string{{"tab\there"}, {"plain"}}},
		{"5\" pipe\tx\n", '\t', [][]string{{"5\" pipe", "x"}}},
		{"\"5 pipe\tx\n", '\t', [][]string{{"\"5 pipe", "x"}}},
		{"\"a\" b\tx\n", '\t', [][]string{{"\"a\" b", "x"}}},
		{"a,b\tc,d\n", '\t', [][]string{{"a,b", "c,d"}}},
		{"one\ntwo\n\nfour\n", 0, [][]string{{"one"}, {"two"}, {""}, {"four"}}},
		{"\n", 0, [][]string{{""}}},
		{"a,b\nc,d\n", 0, [][]string{{"a,b"}, {"c,d"}}}, // one column of a spreadsheet
		{"a;b\r\nc;d\r\n", 0, [][]string{{"a;b"}, {"c;d"}}},
		{"a|1,5\nb|2,5", 0, [][]string{{"a|1,5"}, {"b|2,5"}}},
		{"\"a\",b\n\"c\",\"d\"\n", ',', [][]string{{"a", "b"}, {"c", "d"}}},
		{"\"a\",\"b,c\"\n", ',', [][]string{{"a", "b,c"}}},
		{"\"a\";\"x\ny\"\r\n\"b\";\"\"\r\n", ';', [][]string{{"a", "x\ny"}, {"b", ""}}},
		{"a,b\n", 0, [][]string{{"a,b"}}},
		{"Doe, John\nRoe, Jane\n", 0, [][]string{{"Doe, John"}, {"Roe, Jane"}}},
		{"a,b\nc\n", 0, [][]string{{"a,b"}, {"c"}}},
		{pem + "\n", 0, [][]string{{pem}}},
		{pem + "\r\n\r\n" + pem, 0, [][]string{{pem}, {pem}}},
		{"-----BEGIN X-----MII-----END X-----\n-----BEGIN X-----MII-----END X-----\n", 0,
			[][]string{{"-----BEGIN X-----MII-----END X-----"}, {"-----BEGIN X-----MII-----END X-----"}}},
		{pem + "\nand more\n", 0, nil},
		{"\"" + pem + "\"\tdevice\n", '\t', [][]string{{pem, "device"}}},
	} {
		p, err := ParsePaste(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if c.want == nil {
			if p.PEM || len(p.Cells) != 5 {
				t.Errorf("%q: %q", c.text, p.Cells)
			}
			continue
		}
		if !reflect.DeepEqual(p.Cells, c.want) || p.Delimiter != c.delimiter {
			t.Errorf("%q: %q by %q, want %q", c.text, p.Cells, p.Delimiter, c.want)
		}
	}
}

func TestParsePasteLimits(t *testing.T) {
	if _, err := ParsePaste(""); !errors.Is(err, ErrPasteEmpty) {
		t.Error(err)
	}
	var limit *PasteLimitError
	if _, err := parsePaste(strings.Repeat("a\tb\n", 500), '\t', 999); !errors.As(err, &limit) || limit.What != "cells" {
		t.Error(err)
	}
	if _, err := ParsePasteAs(strings.Repeat("x", PasteLimitBytes+1), 0); !errors.As(err, &limit) || limit.What != "bytes" {
		t.Error(err)
	}
	if cells, err := parsePaste(strings.Repeat("a\tb\n", 500), '\t', 1000); err != nil || len(cells) != 500 {
		t.Error(err)
	}
	// A quote that has no end is looked for once, not once a cell.
	if p, err := ParsePaste(strings.Repeat("\"x\"y\t", 200_000)); err != nil || p.Columns() != 200_001 {
		t.Error(err)
	}
}

func TestClipboardText(t *testing.T) {
	for want, cells := range map[string][][]string{
		"a\tb\nc\td\n":     {{"a", "b"}, {"c", "d"}},
		"plain":            {{"plain"}},
		"a,b":              {{"a,b"}},
		"a,b\nc\n":         {{"a,b"}, {"c"}},
		"\"x\ny\"\n":       {{"x\ny"}},
		"\"\"\"q\"\"\"\n":  {{`"q"`}},
		"\n":               {{""}},
		"\t\n":             {{"", ""}},
		"5\"\t\"\"\"6\"\n": {{`5"`, `"6`}},
	} {
		if got := ClipboardText(cells); got != want {
			t.Errorf("%q is copied as %q, want %q", cells, got, want)
		}
	}
}

// What is copied is pasted again as the same cells.
func FuzzClipboard(f *testing.F) {
	f.Add("a\x1fb\x1ec\x1fd")
	f.Add("\x1f\x1e\x1f")
	f.Add("a,b\x1ec,d")
	f.Add("\"\x1e\"\"\x1e\"a\"b")
	f.Add("-----BEGIN X-----\nMII\n-----END X-----\x1e-----BEGIN X-----\nMII\n-----END X-----")
	f.Add("a\r\nb\x1f\t")
	f.Fuzz(func(t *testing.T, s string) {
		var cells [][]string
		for line := range strings.SplitSeq(s, "\x1e") {
			cells = append(cells, strings.Split(line, "\x1f"))
		}
		width := 0
		for _, row := range cells {
			width = max(width, len(row))
		}
		for i := range cells { // a selection is a rectangle
			for len(cells[i]) < width {
				cells[i] = append(cells[i], "")
			}
		}
		p, err := ParsePaste(ClipboardText(cells))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(p.Cells, cells, slices.Equal) {
			t.Fatalf("%q became %q by %q", cells, p.Cells, ClipboardText(cells))
		}
	})
}

// Whatever is pasted: no cell holds what the text does not, and copied again it is the same.
func FuzzParsePaste(f *testing.F) {
	f.Add("a\tb\r\nc\td\r\n")
	f.Add("\"two\nlines\"\tb\n\"x\"y\t\"")
	f.Add("\"a\",\"b,c\"\n\"d\",\"\"\"\"\n")
	f.Add("Doe, John\nRoe, Jane\n")
	f.Add("-----BEGIN X-----\nMII\n-----END X-----\n\n-----BEGIN Y-----\nMII\n-----END Y-----")
	f.Add("\r\r\n\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePaste(text)
		if err != nil {
			if text != "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		n, width := 0, p.Columns()
		for i, row := range p.Cells {
			if len(row) == 0 {
				t.Fatalf("%q: row %d has no cell", text, i)
			}
			for _, v := range row {
				n += len(v)
			}
			for len(row) < width {
				row = append(row, "")
			}
			p.Cells[i] = row
		}
		if n > len(text) {
			t.Fatalf("%q: cells of %d bytes", text, n)
		}
		again, err := ParsePaste(ClipboardText(p.Cells))
		if err != nil || !slices.EqualFunc(again.Cells, p.Cells, slices.Equal) {
			t.Fatalf("%q: copied again it is %q, was %q (%v)", text, again.Cells, p.Cells, err)
		}
	})
}

package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xlsx is what the parts beside the sheet say.
type xlsx struct {
	from1904 bool
	strings  []byte
	begin    int      // of the string that is read
	ends     []uint32 // of each string
	formats  []format // by style
}

const (
	partBook    = "xl/workbook.xml"
	partRels    = "xl/_rels/workbook.xml.rels"
	partStyles  = "xl/styles.xml"
	partStrings = "xl/sharedstrings.xml"
)

func (b *Book) openXLSX() error {
	rel := ""
	err := b.each(partBook, func(d *xml.Decoder) error {
		return walk(d, func(name string, attr func(string) string) error {
			switch name {
			case "workbookPr":
				b.xlsx.from1904 = attr("date1904") == "1" || attr("date1904") == "true"
			case "sheet":
				if attr("state") != "" && attr("state") != "visible" {
					break
				}
				if b.count(attr("name")) {
					rel = attr("id")
				}
			}
			return nil
		}, nil, nil)
	})
	if err != nil {
		return err
	}
	if b.Sheets == 0 {
		return fmt.Errorf("%w: it names no sheet", errShape)
	}
	err = b.each(partRels, func(d *xml.Decoder) error {
		return walk(d, func(name string, attr func(string) string) error {
			if name == "Relationship" && attr("Id") == rel {
				b.part = attr("Target")
				if b.part = strings.TrimPrefix(b.part, "/"); b.part == attr("Target") {
					b.part = path.Join("xl", b.part)
				}
			}
			return nil
		}, nil, nil)
	})
	if err != nil {
		return err
	}
	if _, ok := b.entries[partName(b.part)]; !ok {
		return fmt.Errorf("%w: the sheet %q is missing", errShape, b.Sheet)
	}
	if _, ok := b.entries[partStyles]; ok {
		if err := b.each(partStyles, b.readStyles); err != nil {
			return err
		}
	}
	if _, ok := b.entries[partStrings]; ok {
		return b.each(partStrings, b.readStrings)
	}
	return nil
}

func (b *Book) readStyles(d *xml.Decoder) error {
	codes := map[string]string{}
	inside := false
	return walk(d, func(name string, attr func(string) string) error {
		switch name {
		case "numFmt":
			codes[attr("numFmtId")] = attr("formatCode")
		case "cellXfs":
			inside = true
		case "xf":
			if inside {
				id, _ := strconv.Atoi(attr("numFmtId"))
				b.xlsx.formats = append(b.xlsx.formats, formatOf(id, codes[attr("numFmtId")]))
			}
		}
		return nil
	}, nil, func(name string) error {
		inside = inside && name != "cellXfs"
		return nil
	})
}

func (b *Book) readStrings(d *xml.Decoder) error {
	x := &b.xlsx
	take, phonetic := false, false
	return walk(d, func(name string, _ func(string) string) error {
		switch name {
		case "t":
			take = !phonetic
		case "rPh": // how to read it aloud
			phonetic = true
		}
		return nil
	}, func(text []byte) {
		if take && len(x.strings) <= maxStrings {
			x.strings = append(x.strings, text...)
		}
	}, func(name string) error {
		switch name {
		case "t":
			take = false
		case "rPh":
			phonetic = false
		case "si":
			x.strings = append(x.strings[:x.begin], unescaped(x.strings[x.begin:])...)
			x.begin = len(x.strings)
			x.ends = append(x.ends, uint32(len(x.strings))) // #nosec G115 -- maxStrings bounds it
		}
		if len(x.strings) > maxStrings {
			return fmt.Errorf("its texts have more than %d bytes", maxStrings)
		}
		return nil
	})
}

func (x *xlsx) shared(index string) (string, error) {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(x.ends) {
		return "", fmt.Errorf("%w: there is no text number %q", errShape, index)
	}
	from := uint32(0)
	if i > 0 {
		from = x.ends[i-1]
	}
	return string(x.strings[from:x.ends[i]]), nil
}

// rowsXLSX reads the rows of a sheet. failed is set to an error of emit, which is the caller's own.
func (b *Book) rowsXLSX(d *xml.Decoder, emit func([]Cell, int) error, failed *error) error {
	var cells []Cell
	var value []byte
	kind, style := "", ""
	row, column := 0, 0
	inRow, take, hidden, formula, result := false, false, false, false, false
	return walk(d, func(name string, attr func(string) string) error {
		switch name {
		case "row":
			next := row + 1
			if r := attr("r"); r != "" {
				n, err := strconv.Atoi(r)
				if err != nil || n <= row || n > maxRows {
					return fmt.Errorf("%w: row %q", errShape, r)
				}
				next = n
			}
			if *failed = emit(nil, next-row-1); *failed != nil {
				return *failed
			}
			row = next
			cells, column, inRow = cells[:0], 0, true
			hidden = attr("hidden") == "1" || attr("hidden") == "true"
		case "c":
			if !inRow {
				return fmt.Errorf("%w: a cell outside a row", errShape)
			}
			at := column
			if r := attr("r"); r != "" {
				var err error
				if at, err = columnOf(r); err != nil || at < column {
					return fmt.Errorf("%w: cell %q", errShape, r)
				}
			}
			for len(cells) <= at {
				cells = append(cells, Cell{})
			}
			column = at + 1
			kind, style, value = attr("t"), attr("s"), value[:0]
			formula, result = false, false
		case "f":
			formula = true
		case "v", "t":
			take, result = inRow, true
		}
		return nil
	}, func(text []byte) {
		if take {
			value = append(value, text...)
		}
	}, func(name string) error {
		switch name {
		case "v", "t":
			take = false
		case "c":
			if inRow && formula && !result {
				b.Empty.add(row, 1)
			}
			if column > 0 && len(value) > 0 {
				cell, err := b.xlsx.cell(kind, style, string(value))
				if err != nil {
					return err
				}
				cells[column-1] = cell
			}
			value = value[:0]
		case "row":
			inRow = false
			if hidden && slices.ContainsFunc(cells, func(c Cell) bool { return c.Text != "" }) {
				b.Hidden.add(row, 1)
			}
			*failed = emit(cells, 1)
			return *failed
		}
		return nil
	})
}

// cell reads a value by its type (ECMA-376 part 1, §18.18.11).
func (x *xlsx) cell(kind, style, value string) (Cell, error) {
	switch kind {
	case "s":
		text, err := x.shared(value)
		return Cell{text, Text}, err
	case "b":
		return Cell{map[bool]string{true: "TRUE", false: "FALSE"}[value == "1"], Text}, nil
	case "d":
		return Cell{strings.TrimSuffix(value, "T00:00:00"), Date}, nil
	case "", "n":
		var f format
		if s, err := strconv.Atoi(style); err == nil && s >= 0 && s < len(x.formats) {
			f = x.formats[s]
		}
		return number(value, f, x.from1904), nil
	}
	return Cell{string(unescaped([]byte(value))), Text}, nil
}

// unescaped reads _x000D_ and the like, by which a text holds characters that XML does not have, and an underscore that only looks like the
// beginning of one (ECMA-376 part 1, §22.9.2.19). The result may lie in text.
func unescaped(text []byte) []byte {
	at := bytes.Index(text, []byte("_x"))
	if at < 0 {
		return text
	}
	out := text[:at:at]
	for rest := text[at:]; len(rest) > 0; {
		if len(rest) >= 7 && rest[0] == '_' && rest[1] == 'x' && rest[6] == '_' {
			if c, err := strconv.ParseUint(string(rest[2:6]), 16, 16); err == nil && (c < 0xD800 || c > 0xDFFF) {
				out = utf8.AppendRune(out, rune(c))
				rest = rest[7:]
				continue
			}
		}
		out = append(out, rest[0])
		rest = rest[1:]
	}
	return out
}

// columnOf is the column of a place such as "AB12", from 0.
func columnOf(place string) (int, error) {
	n := 0
	for i := 0; i < len(place) && place[i] >= 'A' && place[i] <= 'Z'; i++ {
		if n = n*26 + int(place[i]-'A') + 1; n > maxColumns {
			break
		}
	}
	if n == 0 || n > maxColumns {
		return 0, errors.New("no such column")
	}
	return n - 1, nil
}

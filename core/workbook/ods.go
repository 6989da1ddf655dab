package workbook

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

const partContent = "content.xml"

func (b *Book) openODS() error {
	b.part = partContent
	err := b.each(partContent, func(d *xml.Decoder) error {
		return walk(d, func(name string, attr func(string) string) error {
			if name == "table" {
				b.count(attr("name"))
			}
			return nil
		}, nil, nil)
	})
	if err == nil && b.Sheets == 0 {
		err = fmt.Errorf("%w: it has no sheet", errShape)
	}
	return err
}

// odsCell is a cell under way.
type odsCell struct {
	kind, value, day string // office:value-type, office:value, office:date-value
	formula          bool
	repeat           int
	text             []byte
	paragraphs       int
}

// rowsODS reads the rows of the first sheet. failed is set to an error of emit, which is the caller's own.
func (b *Book) rowsODS(d *xml.Decoder, emit func([]Cell, int) error, failed *error) error {
	var cells []Cell
	var cell *odsCell
	rows, table, repeat, notes, blanks := 0, 0, 1, 0, 0
	inText, hidden := false, false
	return walk(d, func(name string, attr func(string) string) error {
		switch name {
		case "table":
			table++
		case "table-row":
			cells, blanks, repeat = cells[:0], 0, count(attr("number-rows-repeated"))
			hidden = attr("visibility") == "collapse" || attr("visibility") == "filter"
		case "table-cell", "covered-table-cell":
			cell = &odsCell{kind: attr("value-type"), value: attr("value"), day: attr("date-value"), repeat: count(attr("number-columns-repeated")), formula: attr("formula") != ""}
		case "annotation":
			notes++
		case "p":
			if cell != nil && notes == 0 {
				if cell.paragraphs++; cell.paragraphs > 1 {
					cell.text = append(cell.text, '\n')
				}
				inText = true
			}
		case "s", "tab", "line-break":
			if cell != nil && inText {
				cell.text = append(cell.text, strings.Repeat(map[string]string{"s": " ", "tab": "\t", "line-break": "\n"}[name], min(count(attr("c")), 1024))...)
			}
		}
		return nil
	}, func(text []byte) {
		if inText && notes == 0 && cell != nil {
			cell.text = append(cell.text, text...)
		}
	}, func(name string) error {
		switch name {
		case "annotation":
			notes--
		case "p":
			inText = inText && notes > 0
		case "table-cell", "covered-table-cell":
			if cell == nil || table != 1 {
				break
			}
			value := cell.read()
			if value.Text == "" {
				if cell.formula && cell.kind == "" {
					b.Empty.add(rows+1, 1)
				}
				blanks += cell.repeat // a sheet ends with thousands of them
				cell = nil
				break
			}
			if len(cells)+blanks+cell.repeat > maxColumns {
				return fmt.Errorf("%w: more than %d columns", errShape, maxColumns)
			}
			cells = append(cells, make([]Cell, blanks)...)
			for blanks = 0; cell.repeat > 0; cell.repeat-- {
				cells = append(cells, value)
			}
			cell = nil
		case "table-row":
			if table != 1 {
				break
			}
			repeat = min(repeat, maxRows-rows)
			if hidden && len(cells) > 0 {
				b.Hidden.add(rows+1, repeat)
			}
			rows += repeat
			*failed = emit(cells, repeat)
			return *failed
		}
		return nil
	})
}

// count reads a number of repetitions, 1 where none is given.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// read gives the text as displayed, unless the display hides digits of the value.
func (c *odsCell) read() Cell {
	text := string(c.text)
	switch c.kind {
	case "date":
		return Cell{strings.TrimSuffix(strings.Replace(c.day, "T", " ", 1), " 00:00:00"), Date}
	case "time":
		return Cell{text, Date}
	case "float", "currency", "percentage":
		stored := number(c.value, format{}, false)
		shown, err := strconv.ParseFloat(text, 64)
		if value, e := strconv.ParseFloat(c.value, 64); err == nil && e == nil && shown == value && !strings.ContainsAny(text, "eE") {
			stored.Text = text
		}
		return stored
	}
	return Cell{text, Text}
}

package csvdoc

import (
	"fmt"
	"strings"
)

// Escape is how a quote within a quoted cell is written.
type Escape uint8

// The two ways to write a quote within quotes.
const (
	Doubled   Escape = iota // "" as RFC 4180 §2.7 has it
	Backslash               // \" as MySQL and some programs write it; "" is read there too
)

// String returns "doubled" or "backslash".
func (e Escape) String() string {
	if e == Backslash {
		return "backslash"
	}
	return "doubled"
}

// Newline is what ends a row.
type Newline uint8

// Ends of rows. Rows keep the end that they have; Mixed says that a file holds more than one kind.
const (
	LF Newline = iota
	CRLF
	Mixed
	CR // old Macintosh; only where a file has no LF at all
)

var newlineNames = [...]string{"LF", "CRLF", "mixed", "CR"}

// String returns "LF", "CRLF", "mixed" or "CR".
func (n Newline) String() string {
	if int(n) < len(newlineNames) {
		return newlineNames[n]
	}
	return fmt.Sprintf("newline(%d)", uint8(n))
}

// Delimiters are what may stand between cells, in the order in which detection prefers them.
var Delimiters = []byte{',', ';', '\t', '|'}

// Dialect is the form of a CSV file. Detection fills all of it; Open and Reopen take another one from the user.
type Dialect struct {
	Encoding  Encoding
	Guessed   bool // the file does not say its encoding, and nobody has confirmed it; see Document.Guess
	BOM       bool // a byte order mark stands at the beginning
	Delimiter byte // one of Delimiters
	Escape    Escape
	Newline   Newline
	NewRows   Newline // the end of rows that are added: LF, CRLF or CR, the most frequent one of a mixed file
	Header    bool    // the first row holds the names of the columns
	QuoteAll  bool    // cells that are added are quoted even where they need not be, because the file's are
}

// defaultDialect is that of a new document: RFC 4180, every cell quoted as in the service's example.
var defaultDialect = Dialect{Delimiter: ',', Newline: CRLF, NewRows: CRLF, Header: true, QuoteAll: true}

// DelimiterName names the delimiter for people.
func (d Dialect) DelimiterName() string {
	switch d.Delimiter {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "pipe"
	}
	return fmt.Sprintf("%q", d.Delimiter)
}

// String tells the dialect in words: "UTF-8 with BOM, semicolon, quotes doubled, CRLF, header".
func (d Dialect) String() string {
	words := []string{d.Encoding.String(), d.DelimiterName(), "quotes " + d.Escape.String(), d.Newline.String()}
	if d.BOM {
		words[0] += " with BOM"
	}
	if d.Header {
		words = append(words, "header")
	}
	return strings.Join(words, ", ")
}

// check refuses what cannot be a dialect.
func (d Dialect) check() error {
	for _, c := range Delimiters {
		if d.Delimiter == c {
			if int(d.Encoding) >= len(encodings) || d.Escape > Backslash || d.Newline > CR {
				return fmt.Errorf("dialect: unknown encoding, escape or end of rows (%s)", d)
			}
			if d.Encoding.wide() && (c == '|' || d.Escape == Backslash) {
				return fmt.Errorf("dialect: in %s the bytes of a pipe and a backslash occur within characters, so they can neither separate nor escape", d.Encoding)
			}
			return nil
		}
	}
	return fmt.Errorf("dialect: %q cannot separate cells", d.Delimiter)
}

// newline returns the bytes that end a row that is added.
func (d Dialect) newline() string {
	n := d.NewRows
	if d.Newline != Mixed {
		n = d.Newline
	}
	switch n {
	case CRLF:
		return "\r\n"
	case CR:
		return "\r"
	}
	return "\n"
}

// bom returns the bytes of the byte order mark.
func (d Dialect) bom() string {
	if !d.BOM {
		return ""
	}
	switch d.Encoding {
	case UTF8:
		return "\xEF\xBB\xBF"
	case UTF16LE:
		return "\xFF\xFE"
	case UTF16BE:
		return "\xFE\xFF"
	}
	return ""
}

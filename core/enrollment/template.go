package enrollment

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"enrollbench/core/csvdoc"
)

// MaxTemplateBytes is how much of a template is read: a header row is a few hundred bytes long, and rows that follow it
// mean nothing.
const MaxTemplateBytes = 1 << 20

// Template is the header row that a profile wants (DigiCert IoT Trust Manager, "Prepare enrollment data"). It does not
// change once read and is safe for concurrent use.
type Template struct {
	Source  string // where it comes from, for messages: a path, or the profile's name
	Columns []TemplateColumn
}

// TemplateColumn is one column of a template.
type TemplateColumn struct {
	Name     string
	Field    *Field // nil for a device field, which only the profile knows
	Required bool   // its cells must not be empty
}

// ErrEmptyTemplate is the cause where a template names no column.
var ErrEmptyTemplate = errors.New("it names no column")

// ReadTemplate reads a template from a file: a CSV whose first row is the header.
func ReadTemplate(path string) (*Template, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, MaxTemplateBytes))
	if err != nil {
		return nil, err
	}
	return ParseTemplate(head, path)
}

// ParseTemplate reads a template from bytes, as the service delivers them or a spreadsheet saved them, in any dialect. source names them in messages. Every column of a template is required, but for
// unique_identifier, which the service documents as optional.
func ParseTemplate(data []byte, source string) (*Template, error) {
	header, err := csvdoc.Header(data[:min(len(data), MaxTemplateBytes)])
	if err != nil {
		return nil, fmt.Errorf("template %q: %w", source, err)
	}
	t := &Template{Source: source}
	for _, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			continue // what a spreadsheet leaves behind the last column
		}
		if slices.ContainsFunc(t.Columns, func(c TemplateColumn) bool { return c.Name == name }) {
			return nil, fmt.Errorf("template %q: the column %q is there twice", source, name)
		}
		f, _ := FieldOf(name)
		t.Columns = append(t.Columns, TemplateColumn{Name: name, Field: f, Required: name != idColumn})
	}
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("template %q: %w", source, ErrEmptyTemplate)
	}
	return t, nil
}

// WithRequired returns the template with what is known otherwise of which columns must be filled, such as from the profile's
// specification (DigiCert IoT Trust Manager, "Enrollment profile specification"). Columns of which nothing is known stay as
// they are.
func (t *Template) WithRequired(required func(name string) (must, known bool)) *Template {
	out := &Template{Source: t.Source, Columns: slices.Clone(t.Columns)}
	for i := range out.Columns {
		if must, known := required(out.Columns[i].Name); known {
			out.Columns[i].Required = must
		}
	}
	return out
}

// Names are the names of the columns, in order.
func (t *Template) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Column finds a column by its exact name.
func (t *Template) Column(name string) (TemplateColumn, bool) {
	if i := slices.IndexFunc(t.Columns, func(c TemplateColumn) bool { return c.Name == name }); i >= 0 {
		return t.Columns[i], true
	}
	return TemplateColumn{}, false
}

// DeviceFields are the names of the columns that are no fields of a certificate.
func (t *Template) DeviceFields() (names []string) {
	for _, c := range t.Columns {
		if c.Field == nil {
			names = append(names, c.Name)
		}
	}
	return names
}

package delivery

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"enrollbench/core/archive"
)

// DefaultNames is the template that the service itself follows: files are called after the common name.
const DefaultNames = "{cn}"

// reserved are the names, without endings too, of what an export writes beside certificates and keys.
var reserved = []string{"manifest", "chain", "sha256sums", "unmatched", "all", "aws-iot", "aws-iot-template", "azure-dps", "manifest.csv", "chain.pem"}

// maxName keeps a name with its endings below what every file system takes, in octets.
const maxName = 200

// nameTemplate makes the names of files: literal text and placeholders.
type nameTemplate []namePiece

type namePiece struct {
	placeholder bool
	text        string
}

// CheckNames says what is wrong with a template for file names, nil if it can be used. It holds literal text and at
// least one of {cn} (common name), {mac} (the common name as a MAC address, lower case with hyphens), {serial} (of the
// certificate, hexadecimal), {row} (of the order).
func CheckNames(template string) error {
	_, err := parseNames(template)
	return err
}

func parseNames(template string) (nameTemplate, error) {
	if template == "" {
		template = DefaultNames
	}
	bad := func(reason string) error { return fmt.Errorf("template of file names %q: %s", template, reason) }
	var t nameTemplate
	found := false
	for rest := template; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		switch {
		case i < 0:
			t, rest = append(t, namePiece{text: rest}), ""
			continue
		case i > 0:
			t, rest = append(t, namePiece{text: rest[:i]}), rest[i:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '}' || end < 0 {
			return nil, bad("only {cn}, {mac}, {serial} and {row} may be in braces")
		}
		switch name := rest[1:end]; name {
		case "cn", "mac", "serial", "row":
			t, rest, found = append(t, namePiece{true, name}), rest[end+1:], true
		default:
			return nil, bad(fmt.Sprintf("{%s} is not known; use {cn}, {mac}, {serial} or {row}", name))
		}
	}
	if !found {
		return nil, bad("every device would get the same name; use {cn}, {mac}, {serial} or {row}")
	}
	for _, p := range t {
		if !p.placeholder && storable(p.text) != p.text {
			return nil, bad(fmt.Sprintf("%q holds a character that cannot be in the name of a file", p.text))
		}
	}
	return t, nil
}

// name makes the name for one certificate, without an ending.
func (t nameTemplate) name(r *record, row int) (string, error) {
	var b strings.Builder
	for _, p := range t {
		if !p.placeholder {
			b.WriteString(p.text)
			continue
		}
		switch p.text {
		case "cn":
			if r.name == "" {
				return "", errors.New("it has no common name; use {serial} or {row}")
			}
			b.WriteString(storable(r.name))
		case "mac":
			a, err := macOf(r.name)
			if err != nil {
				return "", fmt.Errorf("its common name is not a MAC address: %w", err)
			}
			b.WriteString(a.String())
		case "serial":
			b.WriteString(hex.EncodeToString([]byte(r.serial)))
		case "row":
			if row == 0 {
				return "", errors.New("it was not ordered, so it has no {row}")
			}
			b.WriteString(strconv.Itoa(row))
		}
	}
	given := b.String()
	name := strings.TrimRight(given, ". ")
	if name == "" {
		name = strings.Repeat("_", len(given)) // "..", which is a folder everywhere
	}
	if len(name) > maxName {
		return "", fmt.Errorf("its name would have %d bytes, at most %d are possible; use {serial} or {row}", len(name), maxName)
	}
	// Hidden, an option to programs (-rf), a device of Windows (CON, NUL, COM1), or a file of the export itself.
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || archive.CheckName(name+".key") != nil || slices.Contains(reserved, folded(name)) {
		name = "_" + name
	}
	if err := archive.CheckName(name + ".key"); err != nil {
		return "", err
	}
	return name, nil
}

// storable replaces what some file system does not take, or takes for something else, by an underscore.
func storable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// CollisionError is two certificates whose files would have one name, on some system at least.
type CollisionError struct {
	Name          string
	First, Second string // where the certificates stand
}

func (e *CollisionError) Error() string {
	return fmt.Sprintf("two certificates would be written as %q: %s and %s; put {serial} or {row} into the template of names", e.Name, e.First, e.Second)
}

// folded is equal for names that Windows or macOS would not keep apart.
func folded(name string) string { return norm.NFC.String(strings.ToLower(strings.ToUpper(name))) }

// names makes the names of all certificates before anything is written.
func (d *Delivery) names(t nameTemplate) ([]string, error) {
	g := d.gathering
	all := make([]string, len(g.certificates))
	taken := make(map[string]int32, len(all))
	for i := range g.certificates {
		r := &g.certificates[i]
		row := 0
		if r.line != none {
			row = d.request.Order.lines.line(int(r.line)).Row
		}
		name, err := t.name(r, row)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate of %q: %w", g.location(r.at), r.name, err)
		}
		if j, ok := taken[folded(name)]; ok {
			return nil, &CollisionError{Name: name, First: g.location(g.certificates[j].at).String(), Second: g.location(r.at).String()}
		}
		taken[folded(name)] = int32(i) // #nosec G115 -- below maxParts a unit
		all[i] = name
	}
	return all, nil
}

package words

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"enrollbench/resources"
)

// english reads the file of the texts: the forms of each key, "other" for one that does not count.
func english(t *testing.T) map[string]map[string]string {
	t.Helper()
	raw, err := resources.Translations.ReadFile(resources.TranslationsDir + "/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count("\n"+string(raw), "\n  \""); lines != len(file) {
		t.Errorf("en.json has %d keys on %d lines: one stands there twice", len(file), lines)
	}
	all := map[string]map[string]string{}
	for key, value := range file {
		forms, text := map[string]string{}, ""
		if json.Unmarshal(value, &text) == nil {
			forms["text"] = text
		} else if err := json.Unmarshal(value, &forms); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		all[key] = forms
	}
	return all
}

var opening = regexp.MustCompile(`{{\.(\w+)}}`)

// TestEveryTextHasItsKey holds the English file to the calls of T and N below gui: each key that is used exists, with singular
// and plural where it counts and without where it does not; each name that the text leaves open is given, and no other; and
// no text stands there that nothing uses.
func TestEveryTextHasItsKey(t *testing.T) {
	texts, used := english(t), map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if name := called(call); name != "" {
					check(t, path, name, call.Args, texts, used)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range texts {
		if !used[key] {
			t.Errorf("en.json holds %s, which nothing uses", key)
		}
	}
	if len(used) < 100 {
		t.Errorf("only %d keys were found: the test looks in the wrong place", len(used))
	}
}

// called is T or N for a call of words.T or words.N.
func called(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "T" || sel.Sel.Name == "N") {
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "words" {
			return sel.Sel.Name
		}
	} else if id, ok := call.Fun.(*ast.Ident); ok && (id.Name == "T" || id.Name == "N") && len(call.Args) > 0 && literal(call.Args[0]) != "" {
		return id.Name // within this package
	}
	return ""
}

func check(t *testing.T, path, name string, args []ast.Expr, texts map[string]map[string]string, used map[string]bool) {
	key := literal(args[0])
	if key == "" {
		t.Errorf("%s: a key that is no literal", path)
		return
	}
	used[key] = true
	forms, ok := texts[key]
	switch {
	case !ok:
		t.Errorf("%s: %s is not in en.json", path, key)
		return
	case name == "T" && forms["text"] == "", name == "N" && (forms["one"] == "" || forms["other"] == ""):
		t.Errorf("%s: words.%s of %s, which is %v in en.json", path, name, key, forms)
		return
	}
	given, open := []string{}, args[1:]
	if name == "N" {
		given, open = append(given, "Number"), args[2:]
	}
	if len(open) == 1 {
		return // a map that was made before, for several texts
	}
	if len(open)%2 != 0 {
		t.Errorf("%s: %s: a name without a value", path, key)
	}
	for i := 0; i < len(open); i += 2 {
		given = append(given, literal(open[i]))
	}
	for _, form := range forms {
		if strings.Count(form, "{{") != len(opening.FindAllString(form, -1)) {
			t.Errorf("%s: %s: only {{.Name}} can be filled in", path, key)
		}
		for _, m := range opening.FindAllStringSubmatch(form, -1) {
			if !slices.Contains(given, m[1]) {
				t.Errorf("%s: %s leaves %s open, which is not given", path, key, m[1])
			}
		}
	}
	for _, g := range given {
		if g != "Number" && !strings.Contains(forms["text"]+forms["other"], "{{."+g+"}}") {
			t.Errorf("%s: %s is given %s, which it does not ask for", path, key, g)
		}
	}
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}

func TestTexts(t *testing.T) {
	for want, got := range map[string]string{
		"Close":                         T("dialog.close"),
		"Encrypt to: line4":             T("app.encrypt-to", "Key", "line4"),
		"for one day":                   N("connection.since", 1),
		"for 3 days":                    N("connection.since", 3),
		"for 2 days":                    N("connection.since", 3, "Number", 2),
		"Encrypt to: nobody":            T("app.encrypt-to", map[string]any{"Key": "nobody"}),
		"no.such-key":                   T("no.such-key"),
		"for " + Group(12340) + " days": N("connection.since", 12340),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

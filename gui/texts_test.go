package gui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/widgets"
	"enrollbench/resources"
)

// allText is every text within an object, for tests.
func allText(o fyne.CanvasObject) string {
	var out []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.Text:
			out = append(out, o.Text())
		case *widget.Label:
			out = append(out, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case *container.Scroll:
			walk(o.Content)
		}
	}
	walk(o)
	return strings.Join(out, "\n")
}

// TestEveryTextHasItsKey holds the English file to what the program says: each key that is used exists with the same
// text, with singular and plural where it counts, and no other does.
func TestEveryTextHasItsKey(t *testing.T) {
	raw, err := resources.Translations.ReadFile(resources.TranslationsDir + "/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var english map[string]any
	if err := json.Unmarshal(raw, &english); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "lang" || (sel.Sel.Name != "X" && sel.Sel.Name != "XN") {
				return true
			}
			key, fallback := literal(call.Args[0]), literal(call.Args[1])
			if key == "" {
				t.Errorf("%s: a key that is no literal", path)
				return true
			}
			used[key] = true
			switch e := english[key].(type) {
			case string:
				if sel.Sel.Name == "XN" || e != fallback {
					t.Errorf("%s: %s is %q in en.json and %q here", path, key, e, fallback)
				}
			case map[string]any:
				if sel.Sel.Name != "XN" || e["other"] != fallback || e["one"] == nil {
					t.Errorf("%s: %s is %v in en.json and %q here", path, key, e, fallback)
				}
			default:
				t.Errorf("%s: %s is not in en.json", path, key)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range english {
		if !used[key] {
			t.Errorf("en.json holds %s, which nothing uses", key)
		}
	}
	if len(used) < 100 {
		t.Errorf("only %d keys were found: the test looks in the wrong place", len(used))
	}
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}

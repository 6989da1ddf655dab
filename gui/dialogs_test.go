package gui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// waysBack are the texts of answers that change nothing: Escape takes the first answer. What is done in options is done at once.
var waysBack = []string{"dialog.back", "dialog.close", "options.done"}

// Every dialog in the source of the window has a way back as its first answer, which Escape takes, and it is not dangerous.
// What Enter and Escape do in a dialog stands in one place, gui/widgets/dialog.go, with its tests.
func TestEveryDialogHasAWayBack(t *testing.T) {
	fset, dialogs := token.NewFileSet(), 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			list, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			array, ok := list.Type.(*ast.ArrayType)
			if !ok || name(array.Elt) != "Answer" {
				return true
			}
			dialogs++
			if len(list.Elts) == 0 {
				return true
			}
			first, ok := list.Elts[0].(*ast.CompositeLit)
			if !ok {
				if name(list.Elts[0]) != "back" {
					t.Errorf("%s: the first answer is not written out", fset.Position(list.Pos()))
				}
				return true
			}
			text, danger := "", false
			for _, f := range first.Elts {
				kv, ok := f.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				switch name(kv.Key) {
				case "Text":
					if call, ok := kv.Value.(*ast.CallExpr); ok && len(call.Args) > 0 {
						if key, ok := call.Args[0].(*ast.BasicLit); ok {
							text = strings.Trim(key.Value, `"`)
						}
					}
				case "Danger":
					danger = true
				}
			}
			if danger || !slices.Contains(waysBack, text) {
				t.Errorf("%s: Escape takes %q, dangerous: %v", fset.Position(list.Pos()), text, danger)
			}
			return true
		})
		return nil
	})
	if err != nil || dialogs < 50 {
		t.Errorf("%d dialogs were looked at: %v", dialogs, err)
	}
}

// name is the last name of an expression.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

// taskFile is the one file below gui that starts goroutines and hands results back to the window's thread.
const taskFile = "gui/frame/task.go"

// strayThreads returns every go statement and every call of fyne.Do and fyne.DoAndWait in the Go files below root, tests
// and taskFile aside.
func strayThreads(root string) (breaches []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.ToSlash(path) == taskFile {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		breaches = append(breaches, threads(files, file)...)
		return nil
	})
	return breaches, err
}

func threads(files *token.FileSet, file *ast.File) (breaches []string) {
	complain := func(at token.Pos, what string) {
		p := files.Position(at)
		breaches = append(breaches, fmt.Sprintf("%s:%d: %s: only %s does that", filepath.ToSlash(p.Filename), p.Line, what, taskFile))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			complain(n.Pos(), "starts a goroutine")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "fyne" && (n.Sel.Name == "Do" || n.Sel.Name == "DoAndWait") {
				complain(n.Pos(), "calls fyne."+n.Sel.Name)
			}
		}
		return true
	})
	return breaches
}

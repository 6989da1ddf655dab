package main

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

// taskFile is the one file below gui that starts goroutines and hands results back to the window's thread.
const taskFile = "gui/frame/task.go"

// notifyFile is the one file that gives texts to the desktop's notifications. It must not be built for Windows, where Fyne
// pastes the text into a script for PowerShell.
const notifyFile = "gui/frame/notify_other.go"

// strayThreads returns, of the Go files below root and tests aside, every go statement and every call of fyne.Do and
// fyne.DoAndWait outside taskFile, and every notification outside notifyFile.
func strayThreads(root string) (breaches []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		breaches = append(breaches, threads(files, file)...)
		return nil
	})
	return breaches, err
}

func threads(files *token.FileSet, file *ast.File) (breaches []string) {
	path := filepath.ToSlash(files.Position(file.Package).Filename)
	complain := func(at token.Pos, what string, only string) {
		if path != only {
			breaches = append(breaches, fmt.Sprintf("%s:%d: %s: only %s does that", path, files.Position(at).Line, what, only))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			complain(n.Pos(), "starts a goroutine", taskFile)
		case *ast.SelectorExpr:
			switch x, _ := n.X.(*ast.Ident); n.Sel.Name {
			case "Do", "DoAndWait":
				if x != nil && x.Name == "fyne" {
					complain(n.Pos(), "calls fyne."+n.Sel.Name, taskFile)
				}
			case "SendNotification", "ScheduleNotification":
				complain(n.Pos(), "calls "+n.Sel.Name, notifyFile)
			}
		}
		return true
	})
	if path == notifyFile && builtFor(file, "windows") {
		breaches = append(breaches, path+": is built for Windows, where PowerShell would run a notification's text")
	}
	return breaches
}

// builtFor says whether a file's build constraint lets it in on that system.
func builtFor(file *ast.File, system string) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if rule, err := constraint.Parse(c.Text); err == nil && c.Pos() < file.Package {
				return rule.Eval(func(tag string) bool { return tag == system })
			}
		}
	}
	return true
}

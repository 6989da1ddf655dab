package main

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// taskFile is the one file below gui that starts goroutines and hands results back to the window's thread.
const taskFile = "gui/frame/task.go"

// notifyFile is the one file that gives texts to the desktop's notifications. It must not be built for Windows, where Fyne
// pastes the text into a script for PowerShell.
const notifyFile = "gui/frame/notify_other.go"

// makerPackage is the one package that makes files and folders through package os, whose modes keep nobody out on Windows.
const makerPackage = "core/osfile"

// makers are the functions of package os that make files and folders. OpenFile is one where its mode is not 0.
var makers = []string{"Create", "CreateTemp", "Mkdir", "MkdirAll", "MkdirTemp", "OpenFile", "WriteFile"}

// strays returns, of the Go files below the roots and tests aside, every go statement and every call of fyne.Do and
// fyne.DoAndWait below gui and outside taskFile, every notification outside notifyFile, every theme override, and every file that
// is made outside makerPackage.
func strays(roots ...string) (breaches []string, err error) {
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && strings.HasSuffix(d.Name(), "test") {
				return fs.SkipDir // frametest and its like are for tests alone
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution|parser.ParseComments)
			if err != nil {
				return err
			}
			if root == "gui" {
				breaches = append(breaches, threads(files, file)...)
			}
			breaches = append(breaches, made(files, file)...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return breaches, nil
}

// made finds what makes files without access control on Windows.
func made(files *token.FileSet, file *ast.File) (breaches []string) {
	path := filepath.ToSlash(files.Position(file.Package).Filename)
	if strings.HasPrefix(path, makerPackage+"/") {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(makers, f.Sel.Name) {
			return true
		}
		if x, ok := f.X.(*ast.Ident); !ok || x.Name != "os" {
			return true
		}
		if f.Sel.Name == "OpenFile" && len(call.Args) == 3 {
			if mode, ok := call.Args[2].(*ast.BasicLit); ok && mode.Value == "0" {
				return true
			}
		}
		breaches = append(breaches, fmt.Sprintf("%s:%d: calls os.%s, which keeps nobody out on Windows: call atomicfile, or %s", path, files.Position(n.Pos()).Line, f.Sel.Name, makerPackage))
		return true
	})
	return breaches
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
			case "NewThemeOverride", "ThemeOverride":
				breaches = append(breaches, fmt.Sprintf("%s:%d: a theme override loads every font again for each refresh and keeps them all: set the size of the one text", path, files.Position(n.Pos()).Line))
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

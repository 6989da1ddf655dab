package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// silent are places of core whose texts no user reads in the window: practice plays a service, which answers in English as the real one
// does; a diagnosis is for those who support the program; and the words of a job traveller are given by who makes it.
var silent = []string{"core/diagnosis", "core/practice", "core/store", "core/progress", "core/traveller"}

// citing are the calls whose argument of that number is a citation or a name, which no language changes.
var citing = map[string][]int{"NewRule": {0, 2}}

// sentencesOf reads what core has to say: each text of its code that reads as words, with its verbs (%s) for what is put in, also where
// it is put together by +. The place of the first use is kept for whoever translates it.
func sentencesOf(root string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, "core"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		for _, s := range silent {
			if rel == s {
				return filepath.SkipDir
			}
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		collect(file, func(s string) {
			if _, ok := found[s]; !ok && isSentence(s) {
				found[s] = rel
			}
		})
		return nil
	})
	for _, w := range words {
		found[w] = "a word in a place of a sentence"
	}
	return found, err
}

func collect(n ast.Node, give func(string)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field: // a tag is no text
			if v.Type != nil {
				collect(v.Type, give)
			}
			return false
		case *ast.CallExpr:
			skip := citing[callee(v)]
			if skip == nil {
				return true
			}
			for i, a := range v.Args {
				if i != skip[0] && i != skip[1] {
					collect(a, give)
				}
			}
			return false
		case *ast.BinaryExpr:
			if v.Op == token.ADD {
				if s, hasText := joined(v); hasText {
					give(s)
					for _, part := range operands(v) { // what is put in may hold texts of its own
						if _, isText := part.(*ast.BasicLit); !isText {
							collect(part, give)
						}
					}
					return false
				}
			}
		case *ast.BasicLit:
			if v.Kind == token.STRING {
				s, _ := strconv.Unquote(v.Value)
				give(s)
			}
		}
		return true
	})
}

func callee(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// joined is the format that a sum of texts and values amounts to.
func joined(e ast.Expr) (format string, hasText bool) {
	for _, part := range operands(e) {
		if l, ok := part.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			format, hasText = format+s, true
		} else {
			format += "%s"
		}
	}
	return format, hasText
}

func operands(e ast.Expr) []ast.Expr {
	switch v := e.(type) {
	case *ast.BinaryExpr:
		if v.Op == token.ADD {
			return append(operands(v.X), operands(v.Y)...)
		}
	case *ast.ParenExpr:
		return operands(v.X)
	}
	return []ast.Expr{e}
}

var (
	verbs    = regexp.MustCompile(`%(?:\[\d+\])?[-+# 0]*(?:\d+)?(?:\.\d+)?[a-zA-Z%]`)
	word     = regexp.MustCompile(`(^|[^A-Za-z/_.\-])[A-Za-z]?[a-z]{2,}`)
	question = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|ALTER|DROP|BEGIN (IMMEDIATE|TRANSACTION|EXCLUSIVE)|COMMIT|ROLLBACK|VACUUM|WITH|ON CONFLICT|WHERE|ORDER BY|FROM|AND|LOCK|SET)\b`)
	machine  = regexp.MustCompile("[\x00-\x09\x0b-\x1f\\x{fffd}]|\\(\\?|\\[\\^|\\\\[dsw]|^-+BEGIN|<[a-z]+>|^(application|text|multipart)/")
)

// isSentence says whether a text of the code is written for people: it has a space and a word, begins and ends as a sentence does and not as
// a piece of one, and is neither a question to a database nor a pattern.
func isSentence(s string) bool {
	bare := verbs.ReplaceAllString(s, "")
	return strings.Contains(s, " ") && word.MatchString(bare) && strings.TrimSpace(s) == s && !strings.ContainsAny(s[:1], ",;:.)") &&
		!question.MatchString(s) && !machine.MatchString(s)
}

// verbsOf are the places of a format in their order, by number: what a translation has to keep.
func verbsOf(format string) map[string]int {
	all, next := map[string]int{}, 0
	for _, v := range verbs.FindAllString(format, -1) {
		if strings.HasSuffix(v, "%") {
			continue
		}
		next++
		if i := strings.Index(v, "["); i >= 0 {
			fmt.Sscanf(v[i+1:], "%d", &next)
		}
		all[fmt.Sprint(next)]++
	}
	return all
}

package main

import (
	_ "embed"
	"html/template"
)

//go:embed layout.html
var layoutText string

// layout is what stands around the text of each page: the menu. It needs no script and no other file.
var layout = template.Must(template.New("page").Parse(layoutText))

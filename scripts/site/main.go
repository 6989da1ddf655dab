// Command site makes plain HTML of README.md, docs/ and the other pages, for reading without a network: into the folder that is named,
// build/site if none is. Packages ship it. It fails when a link leads nowhere. Run it in the module's folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := filepath.Join("build", "site")
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	if err := run(os.DirFS("."), out); err != nil {
		fmt.Fprintf(os.Stderr, "site: %v\n", err)
		os.Exit(1)
	}
}

// Command filenames proves that every system can check the repository out: no file has a name that Windows cannot store, and no
// two names differ only in what Windows or macOS does not keep apart. It reads the names from standard input, one a line, as
// "git ls-files" prints them with core.quotePath off; it prints what is wrong and exits with status 1.
package main

import (
	"bufio"
	"fmt"
	"os"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"enrollbench/core/archive"
)

func main() {
	var names []string
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		names = append(names, lines.Text())
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintf(os.Stderr, "filenames: %v\n", err)
		os.Exit(3)
	}
	problems := judge(names)
	for _, p := range problems {
		fmt.Println(p)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d names can be stored on every system\n", len(names))
}

// judge returns a line for each name that some system cannot store, and for each file or folder whose name is already taken there.
func judge(names []string) (problems []string) {
	spelling := map[string]string{} // of each file and folder, by what is left of its name where case does not count
	for _, name := range names {
		if err := archive.CheckName(name); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		}
		for at := range name + "/" {
			if at < len(name) && name[at] != '/' {
				continue
			}
			path := name[:at]
			folded := cases.Fold().String(norm.NFC.String(path))
			if other, taken := spelling[folded]; taken && other != path {
				problems = append(problems, fmt.Sprintf("%s: on Windows and macOS this is the same name as %s", path, other))
			}
			spelling[folded] = path
		}
	}
	return problems
}

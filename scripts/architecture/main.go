// Command architecture proves the dependency rule of docs/ARCHITECTURE.md from what the go command says about the
// packages, for each system that the program is built for. It also finds what belongs into one place only: the goroutines of
// the window, notifications, and what makes files.
//
//	main → gui → core services → core formats → core base
//	cmd        → core
//
// It prints every breach and exits with status 1 when there is one. Run it in the module's folder.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	var breaches []string
	packages := 0
	for _, system := range []string{"linux", "windows", "darwin"} {
		listed, err := list(system)
		if err != nil {
			fmt.Fprintf(os.Stderr, "architecture: %v\n", err)
			os.Exit(3)
		}
		packages = max(packages, len(listed))
		for _, b := range judge(listed) {
			breaches = append(breaches, system+": "+b)
		}
	}
	stray, err := strays("core", "cmd", "gui", "main.go")
	if err != nil {
		fmt.Fprintf(os.Stderr, "architecture: %v\n", err)
		os.Exit(3)
	}
	breaches = append(breaches, stray...)
	for _, b := range breaches {
		fmt.Println(b)
	}
	if len(breaches) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d packages of this module keep the dependency rule on linux, windows and darwin\n", packages)
}

// list asks the go command for every package of this module with what it imports itself and what it needs in the end.
// Cgo is off, so that the answer does not depend on which C libraries this computer has; -e because the window's own
// driver cannot be built that way and need not be.
func list(system string) ([]imports, error) {
	cmd := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}}|{{join .Imports " "}}|{{join .Deps " "}}`, "./...")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list for %s: %w", system, err)
	}
	var all []imports
	for line := range strings.Lines(string(out)) {
		field := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if len(field) != 3 {
			return nil, fmt.Errorf("go list for %s printed %q", system, line)
		}
		all = append(all, imports{path: field[0], direct: strings.Fields(field[1]), all: strings.Fields(field[2])})
	}
	return all, nil
}

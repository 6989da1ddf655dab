package csr

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestContributing adds the rule of CONTRIBUTING.md to a copy of the source, exactly as it says there, and runs the tests
// of the copy: what a stranger is told to do has to work.
func TestContributing(t *testing.T) {
	const inCopy = "ENROLLBENCH_TEST_COPY"
	if os.Getenv(inCopy) != "" {
		t.Skip("this is the copy")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	needs(t, "go")
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	for _, part := range []string{"core", "cmd", "testdata"} {
		if err := os.CopyFS(filepath.Join(copied, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, section, ok := strings.Cut(string(text), "## Add a rule\n")
	section, _, closed := strings.Cut(section, "\n## ")
	if !ok || !closed {
		t.Fatal("CONTRIBUTING.md has no section that says how to add a rule")
	}
	additions := 0
	for i, part := range strings.Split(section, "```") {
		if code, isCode := strings.CutPrefix(part, "go\n"); isCode && i%2 == 1 {
			for _, addition := range strings.Split(code, "   // core/")[1:] {
				place, lines, _ := strings.Cut(addition, "\n")
				file, behind, ok := strings.Cut(place, ", behind: ")
				if !ok {
					t.Fatalf("%q does not say where the lines go", place)
				}
				insert(t, filepath.Join(copied, "core", filepath.FromSlash(file)), behind, strings.ReplaceAll("\n"+lines, "\n   ", "\n"))
				additions++
			}
		}
	}
	if additions < 5 {
		t.Fatalf("only %d additions were found", additions)
	}
	run := func(args ...string) string {
		command := exec.Command("go", args...)
		command.Dir = copied
		command.Env = append(os.Environ(), inCopy+"=1", "CGO_ENABLED=0", "GOFLAGS=-trimpath") // flags that share the build cache
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run("test", "./core/csr", "-skip", "Flipped|PSS|PKCS1v15|AgainstTheLibrary|Bundle|Load")
	program := filepath.Join(copied, "enrollctl.exe")
	run("build", "-o", program, "./cmd/enrollctl")
	d := good()
	d.drop(oidSerial)
	table := filepath.Join(copied, "order.csv")
	if err := os.WriteFile(table, []byte("csr\n"+strings.ReplaceAll(string(d.text()), "\n", "")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"csr", "rules", "--markdown"}, {"csv", "check", table}} {
		if out, err := exec.Command(program, args...).CombinedOutput(); !strings.Contains(string(out), "csr/no-serial-number") { // #nosec G204 -- a test
			t.Errorf("enrollctl %s does not name the rule: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// insert puts lines behind the first line of a file that contains a text.
func insert(t *testing.T, path, behind, lines string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), behind)
	if !ok {
		t.Fatalf("%s has no line with %q", path, behind)
	}
	end, rest, _ := strings.Cut(rest, "\n")
	if err := os.WriteFile(path, []byte(before+behind+end+strings.TrimRight(lines, " \n")+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
}

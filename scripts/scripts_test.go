// Package scripts has the tests of the shell scripts beside it.
package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestVersion: a build never names itself a release unless it is one.
func TestVersion(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts need a POSIX shell")
	}
	const identity = "git -c user.name=t -c user.email=t@example.com "
	const commit = "git init -q && git add FyneApp.toml && " + identity + "commit -q -m first"
	const tag = commit + " && " + identity + "tag -a v9.8.7-rc.2 -m t"
	const change = " && echo >>FyneApp.toml"
	tests := []struct {
		name, prepared, version string
		want                    string // a regular expression; "" where the script fails and prints no version
	}{
		{"no git", "true", "", `^9\.8\.7$`},
		{"named", "true", "1.2.3-rc.1", `^1\.2\.3-rc\.1$`},
		{"no version", "true", "1.2", ""},
		{"a commit", commit, "", `^9\.8\.7-dev\.1\+g[0-9a-f]{9}$`},
		{"a commit, changed", commit + change, "", `^9\.8\.7-dev\.1\+g[0-9a-f]{9}\.changed$`},
		{"a tag", tag, "", `^9\.8\.7-rc\.2$`},
		{"a tag, changed", tag + change, "", `^9\.8\.7-dev\.1\+g[0-9a-f]{9}\.changed$`},
		{"git refuses", "echo 'gitdir: nowhere' >.git", "", ""},
		{"git refuses, named", "echo 'gitdir: nowhere' >.git", "1.2.3", `^1\.2\.3$`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			script, err := os.ReadFile("version.sh")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(folder, "scripts"), 0o700); err != nil {
				t.Fatal(err)
			}
			for name, content := range map[string]string{"scripts/version.sh": string(script), "FyneApp.toml": "[Details]\nVersion = \"9.8.7\"\n"} {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run := func(line string) (string, error) {
				command := exec.Command("bash", "-c", line)
				command.Dir = folder
				command.Env = append(os.Environ(), "VERSION="+test.version, "GIT_CEILING_DIRECTORIES="+filepath.Dir(folder), "GIT_CONFIG_GLOBAL=/dev/null")
				output, err := command.Output()
				return strings.TrimSpace(string(output)), err
			}
			if _, err := run(test.prepared); err != nil {
				t.Fatal(err)
			}
			got, err := run("bash scripts/version.sh")
			if test.want == "" {
				if err == nil || got != "" {
					t.Errorf("printed %q with %v, want a failure", got, err)
				}
			} else if err != nil || !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("printed %q with %v, want %s", got, err, test.want)
			}
		})
	}
}

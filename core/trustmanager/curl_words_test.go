package trustmanager

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func firstWords(text string, shell Shell) ([]string, error) {
	found, _, err := curlWords(text, shell)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		shell Shell
		text  string
		want  []string // nil for an error
	}{
		{Sh, `curl a 'b c' "d \"e\" \\ \$f \x" g\ h`, []string{"a", "b c", `d "e" \ $f \x`, "g h"}},
		{Sh, "$ curl \\\n  -X POST \\\n  url", []string{"-X", "POST", "url"}},
		{Sh, "curl \\  \n -X POST \\ \n url", []string{"-X", "POST", "url"}},
		{Sh, "curl url\n-H a:b\n  --form x=y\n\necho done", []string{"url", "-H", "a:b", "--form", "x=y"}},
		{Sh, `curl $'a\tb\n\'\\ \x41\101\u00e4\U0001F600\cA'`, []string{"a\tb\n'\\ AA\u00e4\U0001F600\x01"}},
		{Sh, `curl "$KEY" ${KEY} "${KEY:-x y}" $(cat "a b") '$KEY' "$(cat x)"`, []string{"$KEY", "${KEY}", "${KEY:-x y}", `$(cat "a b")`, "$KEY", "$(cat x)"}},
		{Sh, `API=1 sudo /usr/bin/curl x | jq . ; curl y`, []string{"x"}},
		{Sh, `cd /tmp && curl x > out.zip 2>&1 -L`, []string{"x", "-L"}},
		{Sh, `curl -H x-api-key:<key> -o<your file> url`, []string{"-H", "x-api-key:<key>", "-o<your file>", "url"}},
		{Sh, `curl https://h/x?a=1&b=2 -s`, []string{"https://h/x?a=1&b=2", "-s"}},
		{Sh, "# how to\ncurl x # comment\n", []string{"x"}},
		{Sh, "curl '' \"\" a''b", []string{"", "", "ab"}},
		{Sh, "curl 'a\nb'", []string{"a\nb"}},
		{Sh, "curl 'a", nil},
		{Sh, `curl "a`, nil},
		{Sh, `curl $'a`, nil},
		{Sh, `curl $(a`, nil},
		{Sh, "wget x", nil},
		{Sh, "", nil},
		{Sh, "\ufeffcurl\u00a0x\r\n", []string{"x"}},
		{Cmd, "C:\\Users\\jo>curl.exe ^\r\n  -X POST ^\r\n  \"a b\" c^&d", []string{"-X", "POST", "a b", "c&d"}},
		{Cmd, `curl -H "x-api-key: %KEY%" -d "{\"a\":\"b c\"}" "q""q" "C:\new\\" e`, []string{"-H", "x-api-key: %KEY%", "-d", `{"a":"b c"}`, `q"q`, `C:\new\`, "e"}},
		{Cmd, "curl ^\"https://h/^?a^=1^&b=%^%20^\" ^\n -H ^\"a: ^\\^\"b^\\^\"^\"", []string{"https://h/?a=1&b=%%20", "-H", `a: "b"`}},
		{Cmd, `curl "a%%20b" x > out & echo y`, []string{"a%20b", "x"}},
		{Cmd, `curl "a`, nil},
		{Cmd, `curl a\\b \\"c d\\" ""`, []string{`a\\b`, `\c d\`, ""}},
		{PowerShell, "PS C:\\> curl.exe `\n  -X POST `\n  'it''s' \"a `\"b`\" $env:KEY\" c`td", []string{"-X", "POST", "it's", "a \"b\" $env:KEY", "c\td"}},
		{PowerShell, "& curl.exe -d '{\\\"a\\\":1}' \"q\"\"q\" # c", []string{"-d", `{"a":1}`, `q"q`}},
		{PowerShell, "curl.exe -d @'\n{\"a\": \"b\nc\"}\n'@ -s; curl y", []string{"-d", "{\"a\": \"b\nc\"}", "-s"}},
		{PowerShell, "curl.exe “a b” ‘c’", []string{"a b", "c"}},
		{PowerShell, "curl.exe `u{e4}$(Get-Content k)", []string{"ä$(Get-Content k)"}},
		{PowerShell, "curl.exe 'a", nil},
		{PowerShell, "curl.exe @'\na", nil},
	} {
		got, err := firstWords(c.text, c.shell)
		if (err != nil) != (c.want == nil) || !slices.Equal(got, c.want) && c.want != nil {
			t.Errorf("%s: %s\n got %q, %v\nwant %q", c.shell, c.text, got, err, c.want)
		}
	}
}

func TestDetectShell(t *testing.T) {
	for text, want := range map[string]Shell{
		"curl -X POST 'https://h' \\\n -H 'a: b'":   Sh,
		"curl \"https://h\" -H \"a: b\"":            Sh,
		"curl ^\n -X POST https://h":                Cmd,
		"curl ^\"https://h^\"":                      Cmd,
		"curl -H \"x-api-key: %KEY%\" https://h":    Cmd,
		"C:\\>curl https://h":                       Cmd,
		"curl.exe -H \"a: b\" https://h":            Cmd,
		"curl.exe `\n -X POST https://h":            PowerShell,
		"curl.exe -H 'a: b' https://h":              PowerShell,
		"curl.exe -H \"k: $env:KEY\" \"https://h\"": PowerShell,
		"curl -d '50%A%B' https://h":                Sh,
	} {
		if got := DetectShell(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// What we read is what bash would hand to the program.
func TestShWordsAgainstBash(t *testing.T) {
	bash := need(t, "bash")
	for _, text := range []string{
		`curl a 'b c' "d \"e\" \\ \$f \x \' 'x'" g\ h i\'j "k"'l'm`,
		"curl \\\n  -X POST \\\n\t'u\\n' \"a\\\nb\" 'c\\\nd'",
		`curl $'a\tb\n\'\\ \x41\x4142\101\7\u00e4\U0001F600\ca\e\?\"\q'`,
		`curl '' "" a'' ''b $''  x`,
		`curl -F data=@"my file.zip";type=application/zip --data '{"a":"b"}' # and so on`,
		"curl 'ünï' \"日本\" \\ä",
		`curl a;true`,
		`curl a&&true`,
		`curl "a#b" c#d`,
		"curl a\\\nb",
	} {
		script := "curl() { for a in \"$@\"; do printf '%s\\0' \"$a\"; done; exit; }\n" + text
		cmd := exec.Command(bash, "--norc", "--noprofile", "-c", script)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := strings.Split(string(bytes.TrimSuffix(out, []byte{0})), "\x00")
		got, err := firstWords(text, Sh)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s\n got %q, %v\nbash %q", text, got, err, want)
		}
	}
}

// need finds a program that a test needs.
func need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

// quoted writes a word so that a shell reads it back.
func quoted(shell Shell, word string) string {
	switch shell {
	case Sh:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	case PowerShell:
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(word) + "'"
	}
	var b strings.Builder // as for a program, within quotes that cmd sees too
	b.WriteByte('"')
	slashes := 0
	for _, r := range word {
		switch r {
		case '\\':
			slashes++
			continue
		case '"':
			b.WriteString(strings.Repeat(`\`, 2*slashes) + `""`)
		case '%':
			b.WriteString(strings.Repeat(`\`, slashes) + "%%")
		default:
			b.WriteString(strings.Repeat(`\`, slashes))
			b.WriteRune(r)
		}
		slashes = 0
	}
	b.WriteString(strings.Repeat(`\`, 2*slashes) + `"`)
	return b.String()
}

// Whatever a word is, quoted for a shell it is read as it was.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "a b", `it's "quoted"`, `C:\path\`, "{\"a\":\"b\"}", "$KEY %KEY% ^x `y", "a\nb", "日本\u00e4", `\\"`, "&|<>;", "-H"} {
		f.Add(seed, "second")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		plain := func(s string) bool {
			return strings.ToValidUTF8(s, "") == s && !strings.ContainsAny(s, "\x00\r\u00a0\u2028\ufeff") && len(s) < 10_000 &&
				!strings.Contains(s, "```") // which ends a command that is copied out of Markdown
		}
		if !plain(one) || !plain(two) {
			t.Skip()
		}
		for _, shell := range Shells {
			if shell == PowerShell && strings.Contains(one+two, `\"`) {
				continue // which is taken for what Windows PowerShell needs
			}
			text := "curl " + quoted(shell, one) + " " + quoted(shell, two)
			got, err := firstWords(text, shell)
			if err != nil || !slices.Equal(got, []string{one, two}) {
				t.Errorf("%s: %s\n got %q, %v", shell, text, got, err)
			}
		}
	})
}

package diagnosis

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// keptCrashes is how many crash files stay.
const keptCrashes = 5

const crashPrefix, crashSuffix = "crash-", ".txt"

// Crash writes a crash file into the folder and returns its path. It holds where in the program it happened and no data: of a
// panic's value only what the language itself said, because another's text may quote what a user typed. stack is that of the
// panic; version names the program.
func Crash(folder, version string, now time.Time, value any, stack []byte) (string, error) {
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	what := fmt.Sprintf("a panic with a value of type %T", value)
	if e, ok := value.(runtime.Error); ok {
		what = e.Error()
	}
	text := fmt.Sprintf("EnrollBench %s\n%s %s/%s\n%s\n\n%s\n\n%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		now.Format(time.RFC3339), what, stack)
	path := filepath.Join(folder, crashPrefix+now.Format("20060102-150405.000")+crashSuffix)
	if all := Crashes(folder); len(all) >= keptCrashes {
		for _, old := range all[:len(all)-keptCrashes+1] {
			_ = os.Remove(old)
		}
	}
	return path, atomicfile.WriteFile(path, []byte(text), atomicfile.Options{Mode: 0o600})
}

// Crashes are the crash files in the folder, the latest last.
func Crashes(folder string) (all []string) {
	entries, _ := os.ReadDir(folder) // sorted, and the names are times
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), crashPrefix) && strings.HasSuffix(e.Name(), crashSuffix) {
			all = append(all, filepath.Join(folder, e.Name()))
		}
	}
	return all
}

// Package crash writes down where the program broke, for whoever mends it, and nothing of what it was working on.
package crash

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// Report writes a crash file into the user's cache folder, where only the user can read it, and says where on stderr.
// value and stack are those of the panic; version names the program.
func Report(stderr io.Writer, version string, value any, stack []byte) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	path, err := write(filepath.Join(dir, "enrollbench"), version, time.Now(), value, stack)
	if err != nil {
		fmt.Fprintf(stderr, "enrollbench: a defect ended the work, and the crash file could not be written: %v\n%s", err, stack)
		return
	}
	fmt.Fprintf(stderr, "enrollbench: a defect ended the work; the details are in %s\n", path)
}

// write writes one crash file. It holds where in the program it happened and no data: of a panic's value only what the
// language itself said, because another's text may quote what a user typed.
func write(dir, version string, now time.Time, value any, stack []byte) (string, error) {
	if err := osfile.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	what := fmt.Sprintf("a panic with a value of type %T", value)
	if e, ok := value.(runtime.Error); ok {
		what = e.Error()
	}
	text := fmt.Sprintf("EnrollBench %s\n%s %s/%s\n%s\n\n%s\n\n%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		now.Format(time.RFC3339), what, stack)
	path := filepath.Join(dir, "crash-"+now.Format("20060102-150405.000")+".txt")
	return path, atomicfile.WriteFile(path, []byte(text), atomicfile.Options{Mode: 0o600})
}

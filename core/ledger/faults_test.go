//go:build unix

package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"enrollbench/core/store"
	"enrollbench/core/store/storetest"
)

// faultChild claims until it cannot, in a file system that its parent has made small or read-only, and says why.
func faultChild() int {
	l, err := Open(ctx, Config{Path: os.Getenv("LEDGER_TEST_PATH"), Station: "line 1"})
	if err != nil {
		fmt.Println("open:", kindOf(err), err)
		return 0
	}
	defer l.Close()
	for n := range 100_000 {
		var many []string
		for i := range 500 {
			many = append(many, fmt.Sprintf("device %d of batch %d", i, n))
		}
		if _, err = l.Claim(ctx, batch(fmt.Sprint(n), nil, names(many...))); err != nil {
			break
		}
	}
	fmt.Println("claim:", kindOf(err), err)
	all, err := l.Batches(ctx, Filter{})
	broken, err2 := l.Verify(ctx)
	fmt.Println("after:", len(all), err, broken, err2, l.CheckFile(ctx))
	if os.Getenv("LEDGER_TEST_ROOM") != "" {
		if err := os.Remove(os.Getenv("LEDGER_TEST_ROOM")); err != nil {
			fmt.Println(err)
		}
		_, err = l.Claim(ctx, batch("more", nil, names("after room was made")))
		fmt.Println("more:", err)
	}
	return 0
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, store.ErrFull):
		return "FULL"
	case errors.Is(err, fs.ErrPermission):
		return "PERMISSION"
	}
	return "OTHER"
}

// inMount runs faultChild where folder is a file system mounted by script.
func inMount(t *testing.T, folder, script string, env ...string) string {
	t.Helper()
	if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
		t.Skip("SKIPPED: no file systems of one's own here: ", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-rm", "sh", "-c", script+` && exec "$1"`, "sh", self)
	cmd.Env = append(append(os.Environ(), "LEDGER_TEST_CHILD=fault", "FOLDER="+folder, "LEDGER_TEST_PATH="+filepath.Join(folder, "ledger.db")), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	out := inMount(t, folder, `mount -t tmpfs -o size=3m tmpfs "$FOLDER" && head -c 1000000 /dev/zero >"$FOLDER/room"`, "LEDGER_TEST_ROOM="+filepath.Join(folder, "room"))
	if !strings.Contains(out, "claim: FULL no room is left for the database") || !strings.Contains(out, "<nil> <nil> <nil> <nil>\n") || !strings.Contains(out, "more: <nil>") {
		t.Error(out)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	folder := t.TempDir()
	l := open(t, Config{Path: filepath.Join(folder, "ledger.db")})
	l.Close()
	out := inMount(t, folder, `mount --bind "$FOLDER" "$FOLDER" && mount -o remount,ro,bind "$FOLDER"`)
	if !strings.Contains(out, ": PERMISSION ") {
		t.Error(out)
	}
}

func TestCorrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := open(t, Config{Path: path})
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprint("device ", i))
	}
	claim(t, l, batch("a", nil, names(many...)))
	if err := l.CheckFile(ctx); err != nil {
		t.Fatal(err)
	}
	l.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 2; i < len(data)/2+6*4096; i++ {
		data[i] ^= 0x5a
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err = Open(ctx, Config{Path: path})
	if err == nil {
		err = l.CheckFile(ctx)
		l.Close()
	}
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("a damaged file: %v", err)
	}
	if err := os.WriteFile(path, data[:40_000], 0o600); err != nil { // cut short
		t.Fatal(err)
	}
	l, err = Open(ctx, Config{Path: path})
	if err == nil {
		err = l.CheckFile(ctx)
		l.Close()
	}
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("a file cut short: %v", err)
	}
}

// TestServerRestarted: the server is gone in the middle, then there again.
func TestServerRestarted(t *testing.T) {
	server, err := storetest.Start("-c", "fsync=off")
	if errors.Is(err, storetest.ErrMissing) && os.Getenv("CI") == "" {
		t.Skip("SKIPPED: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	url, err := server.Database()
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, Config{Server: url, Station: "line 1"})
	claim(t, l, batch("a", nil, names("a")))
	if err := server.Stop(); err != nil {
		t.Log(err)
	}
	b := batch("b", nil, names("b"))
	if _, err := l.Claim(ctx, b); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a server: %v", err)
	}
	if _, err := l.Check(ctx, b); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a server: %v", err)
	}
	if _, err := Open(ctx, Config{Server: url}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("opened without a server: %v", err)
	}
	if err := server.Run("-c", "fsync=off"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, b)
	refused(t, l, batch("c", nil, names("a")))
	if err := server.Stop(); err != nil {
		t.Log(err)
	}
	if err := server.Run("-c", "fsync=off"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, batch("d", nil, names("d"))) // nobody was told that the connection is cut
	verify(t, l)
}

// cutter passes a connection on until it is told to cut it after some octets.
type cutter struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	left     int // octets to the server until the cut; -1: no cut
}

func (c *cutter) serve() {
	for {
		from, err := c.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", c.to)
		if err != nil {
			from.Close()
			continue
		}
		cut := func() { from.Close(); to.Close() }
		go func() { _, _ = io.Copy(from, to); cut() }()
		go func() {
			defer cut()
			b := make([]byte, 64)
			for {
				n, err := from.Read(b)
				if err != nil {
					return
				}
				c.mu.Lock()
				if c.left >= 0 {
					n = min(n, c.left)
					c.left -= n
				}
				over := c.left == 0
				c.mu.Unlock()
				if _, err := to.Write(b[:n]); err != nil || over {
					return
				}
			}
		}()
	}
}

// TestConnectionCut cuts the connection at every place of a claim. Afterwards the claim is there as a whole or not at all, and
// asking again gives it.
func TestConnectionCut(t *testing.T) {
	url := storetest.Database(t)
	folder := strings.TrimPrefix(strings.Fields(url)[0], "host=")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := &cutter{listener: listener, to: filepath.Join(folder, ".s.PGSQL.5432"), left: -1}
	go c.serve()
	through := strings.Replace(url, "host="+folder, fmt.Sprintf("host=127.0.0.1 sslmode=disable port=%d", listener.Addr().(*net.TCPAddr).Port), 1)
	direct := open(t, Config{Server: url, Station: "judge"})
	l := open(t, Config{Server: through, Station: "line 1"})
	cuts, promised := 0, map[ClaimID]string{}
	for octets := 1; ; octets += octets/8 + 23 {
		claim(t, l, batch(fmt.Sprint("warm ", octets), nil, nil)) // a connection is open
		c.mu.Lock()
		c.left = octets
		c.mu.Unlock()
		b := batch(fmt.Sprint("cut ", octets), nil, names(fmt.Sprint("x ", octets), fmt.Sprint("y ", octets)))
		id, err := l.Claim(ctx, b)
		c.mu.Lock()
		over := c.left > 0
		c.left = -1
		c.mu.Unlock()
		if err != nil {
			cuts++
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("cut after %d octets: %v", octets, err)
			}
			id = claim(t, l, b)
		}
		promised[id] = "claimed"
		if all, err := direct.Batches(ctx, Filter{Batch: b.ID}); err != nil || len(all) != 1 {
			t.Errorf("cut after %d octets: %d claims, %v", octets, len(all), err)
		}
		if over { // the whole claim needed fewer
			break
		}
	}
	if cuts < 10 {
		t.Errorf("cut %d times", cuts)
	}
	judge(t, direct, promised)
}

// TestClock tells a clock that is off from the newest entry of the audit log.
func TestClock(t *testing.T) {
	both(t, func(t *testing.T, openOne func(string) *Ledger) {
		l := openOne("line 1")
		if off, err := l.ClockOff(ctx); err != nil || off.Abs() > time.Minute {
			t.Errorf("%v, %v", off, err)
		}
		slow := l.config
		slow.Now = func() time.Time { return time.Now().Add(-48 * time.Hour) }
		late := open(t, slow)
		if off, err := late.ClockOff(ctx); err != nil || (off+48*time.Hour).Abs() > time.Minute {
			t.Errorf("%v, %v", off, err)
		}
		claim(t, late, batch("a", nil, names("a")))
		claim(t, l, batch("b", nil, names("b")))
		var said []bool
		for e, err := range l.Entries(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Act == ActClaimed {
				said = append(said, strings.Contains(e.Detail, "the clock of this station is 48 hours behind"))
			}
		}
		if !slices.Equal(said, []bool{true, false}) {
			t.Errorf("said of the clocks: %v", said)
		}
		verify(t, l)
	})
}

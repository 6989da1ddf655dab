package instance

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// begin starts the first and returns it with what is handed over to it.
func begin(t *testing.T, folder string) (*First, <-chan []string) {
	t.Helper()
	first, err := Start(folder, "window", []string{"its own"})
	if first == nil || err != nil {
		t.Fatalf("the first start: %v, %v", first, err)
	}
	taken := make(chan []string, 1)
	go first.Serve(func(paths []string) { taken <- paths })
	return first, taken
}

func TestHandOver(t *testing.T) {
	folder := t.TempDir()
	first, taken := begin(t, folder)
	for _, paths := range [][]string{{"/data/line 4/result.p7m", "C:\\Aufträge\\日本.csv", "a\nb"}, nil} {
		if next, err := Start(folder, "window", paths); next != nil || err != nil {
			t.Fatalf("a later start: %v, %v", next, err)
		}
		if got := <-taken; !slices.Equal(got, paths) {
			t.Errorf("handed over %q, got %q", paths, got)
		}
	}
	if other, err := Start(folder, "another", nil); other == nil || err != nil {
		t.Errorf("another name: %v, %v", other, err)
	} else if err := other.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, taken := begin(t, folder)
	defer again.Close()
	if len(taken) != 0 {
		t.Errorf("the next first was given %q", <-taken)
	}
}

// What a program left that was killed is no living window.
func TestAfterACrash(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "window.instance"), []byte(`{"Address":"127.0.0.1:1","Key":"K","More":"`+strings.Repeat("x", 500)+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	first, taken := begin(t, folder)
	defer first.Close()
	if next, err := Start(folder, "window", []string{"a"}); next != nil || err != nil {
		t.Fatalf("a later start: %v, %v", next, err)
	}
	if got := <-taken; !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %q", got)
	}
}

// Nobody without the key can hand anything over, and nobody without it is told a name.
func TestStranger(t *testing.T) {
	folder := t.TempDir()
	first, taken := begin(t, folder)
	defer first.Close()
	conn, err := net.Dial("tcp", first.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	fmt.Fprintln(conn, "nonce")
	if answer, err := in.ReadString('\n'); err != nil || strings.Contains(answer, first.key) {
		t.Errorf("answered %q, %v", answer, err)
	}
	fmt.Fprintln(conn, `{"Key":"","Paths":["/etc/passwd"]}`)
	if answer, err := in.ReadString('\n'); err == nil {
		t.Errorf("a stranger was answered %q", answer)
	}
	if len(taken) != 0 {
		t.Errorf("a stranger handed over %q", <-taken)
	}

	// Somebody else listens where the first did.
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := stranger.Accept()
		if err != nil {
			return
		}
		in := bufio.NewReader(conn)
		_, _ = in.ReadString('\n')
		fmt.Fprintln(conn, proof("guessed", "nonce"))
		rest, _ := in.ReadString('\n')
		heard <- rest
	}()
	note := strings.NewReader(fmt.Sprintf(`{"Address":%q,"Key":"K"}`, stranger.Addr()))
	if err := handOver(note, []string{"secret-customer.csv"}); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("handed over to a stranger: %v", err)
	}
	if rest := <-heard; rest != "" {
		t.Errorf("the stranger heard %q", rest)
	}
}

func TestNoFolder(t *testing.T) {
	if first, err := Start(filepath.Join(t.TempDir(), "missing"), "window", nil); first != nil || err == nil {
		t.Errorf("%v, %v", first, err)
	}
}

// Several that start at once: one becomes the first, each other one's file arrives.
func TestTogether(t *testing.T) {
	const starts = 12
	folder := t.TempDir()
	type end struct {
		first *First
		err   error
	}
	ends, taken := make(chan end, starts), make(chan []string, starts)
	for i := range starts {
		go func() {
			first, err := Start(folder, "window", []string{fmt.Sprint(i)})
			if first != nil {
				go first.Serve(func(paths []string) { taken <- paths })
			}
			ends <- end{first, err}
		}()
	}
	firsts := 0
	for range starts {
		e := <-ends
		if e.err != nil {
			t.Error(e.err)
		}
		if e.first != nil {
			firsts++
			defer e.first.Close()
		}
	}
	if firsts != 1 {
		t.Fatalf("%d are the first", firsts)
	}
	seen := map[string]bool{}
	for range starts - 1 {
		seen[(<-taken)[0]] = true
	}
	if len(seen) != starts-1 {
		t.Errorf("only %d files arrived", len(seen))
	}
}

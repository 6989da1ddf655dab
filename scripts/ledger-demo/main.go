//go:build unix

// Command ledger-demo shows two workstations on one ledger: it starts a PostgreSQL server in a temporary folder, enters it in the
// settings of two stations, and opens a window for each. The server and both stations are gone when the windows are closed.
// `make ledger-demo` calls it with build/enrollbench made; without a display it shows the same with two claims.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/ledger"
	"enrollbench/core/store/storetest"
	"enrollbench/core/trustmanager"
)

func main() {
	if err := demo(); err != nil {
		fmt.Fprintf(os.Stderr, "ledger-demo: %v\n", err)
		os.Exit(1)
	}
}

func demo() error {
	server, err := storetest.Start()
	if err != nil {
		return err
	}
	defer server.Close()
	url, err := server.Database()
	if err != nil {
		return err
	}
	fmt.Printf("The shared ledger: %s\n", url)
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		fmt.Println("There is no display here: two stations claim the same addresses.")
		return claims(url)
	}
	return windows(url)
}

// claims has two stations claim ranges that overlap.
func claims(url string) error {
	start, _, err := eui48.Parse("00-1a-c2-7b-00-00")
	if err != nil {
		return err
	}
	for i, name := range []string{"Line 1", "Line 2"} {
		l, err := ledger.Open(context.Background(), ledger.Config{Server: url, Station: name})
		if err != nil {
			return err
		}
		defer l.Close()
		b := ledger.Batch{Environment: "demo.example/demo", ID: fmt.Sprint("batch-", i+1), Name: "demo", Operator: []string{"Ada", "Grace"}[i],
			Ranges: []eui48.Range{{Start: start + eui48.Address(i*50), Count: 100, Step: 1}}}
		_, err = l.Claim(context.Background(), b)
		var taken *ledger.ConflictError
		switch {
		case errors.As(err, &taken):
			fmt.Printf("%s is refused: %v\n", name, err)
		case err != nil:
			return err
		default:
			fmt.Printf("%s has claimed 100 addresses from %s on.\n", name, b.Ranges[0].Start)
		}
	}
	return nil
}

// windows opens two windows with settings of their own.
func windows(url string) error {
	folder, err := os.MkdirTemp("", "ledger-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ended := make(chan error)
	names := []string{"Line 1", "Line 2"}
	for _, name := range names {
		settings := filepath.Join(folder, name)
		s := job.NewStation(settings, keychain.New())
		if err := s.SaveLedgerSettings(job.LedgerSettings{Station: name, Server: url}); err != nil {
			return err
		}
		window := exec.CommandContext(ctx, "build/enrollbench") // #nosec G204 -- this program's window
		window.Env = append(slices.Clone(os.Environ()), trustmanager.FolderVariable+"="+settings)
		window.Stderr = os.Stderr
		go func() { ended <- window.Run() }()
	}
	fmt.Println("Two windows open: Line 1 and Line 2. Close both to end.")
	for range names {
		err = errors.Join(err, <-ended)
	}
	return err
}

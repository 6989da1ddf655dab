package job

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"enrollbench/core/keychain"
	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
)

// memory is a keychain that holds only what it was told to remember.
type memory map[string][]byte

func (m memory) Get(_ context.Context, account string) ([]byte, error) {
	if b, ok := m[account]; ok {
		return bytes.Clone(b), nil
	}
	return nil, keychain.ErrNotFound
}

func (m memory) Remember(account string, secret []byte) { m[account] = bytes.Clone(secret) }

// A station reaches the practice service without anything having been set up, keeps its token out of every file, and shares
// the service with nobody.
func TestStation(t *testing.T) {
	folder, secrets := t.TempDir(), memory{}
	s := NewStation(folder, secrets)
	if err := s.OpenJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	client, err := s.Client(t.Context(), "Practice")
	if err != nil {
		t.Fatal(err)
	}
	if r := client.Test(t.Context()); !r.OK() || r.Profiles == 0 {
		t.Errorf("the test of the practice service: %v, %d profiles", r.Err(), r.Profiles)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	c := PracticeConnection()
	token := secrets[c.Account(trustmanager.SecretAPIKey)]
	if len(token) < 16 {
		t.Fatalf("a token of %d bytes", len(token))
	}
	err = filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, token) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := s.Client(t.Context(), "nobody"); !errors.Is(err, trustmanager.ErrNoConnection) {
		t.Errorf("an unknown connection: %v", err)
	}

	other := NewStation(folder, memory{})
	if err := other.OpenJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Practice(t.Context()); !errors.Is(err, practice.ErrBusy) {
		t.Errorf("a second practice service on the folder: %v", err)
	}
	for range 2 {
		if err := errors.Join(other.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Practice(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("after closing: %v", err)
	}
}

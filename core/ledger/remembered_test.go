package ledger

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// hasty is a memory whose owner gives up as soon as a ledger is remembered.
type hasty struct {
	FileMemory
	giveUp func()
}

func (h hasty) Save(data []byte) error {
	err := h.FileMemory.Save(data)
	if !strings.Contains(string(data), `"ledger":""`) {
		h.giveUp()
	}
	return err
}

// TestRememberedWhenThere: a station remembers a ledger once it is there, not one whose making was broken off.
func TestRememberedWhenThere(t *testing.T) {
	dir := t.TempDir()
	memory := FileMemory(filepath.Join(dir, "memory"))
	ctx, cancel := context.WithCancel(t.Context())
	c := Config{Path: filepath.Join(dir, "ledger.db"), Station: "line 4", Memory: hasty{memory, cancel}}
	if l, err := Open(ctx, c); err == nil {
		l.Close()
	}
	c.Memory = memory
	l, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if r := l.Restored(); r != nil {
		t.Error(r)
	}
}

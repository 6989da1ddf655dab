//go:build window

package windowtest

import (
	"path/filepath"
	"testing"

	"enrollbench/windowtest/desktop"
)

func TestMACRange(t *testing.T) {
	s := open(t)
	s.typeRange("00:1A:C2:7B:00:00", "500", "10")
	state := s.ready("500 addresses ready")
	if state.Rows != 500 {
		t.Errorf("the list shows %d rows, want 500", state.Rows)
	}

	out := t.TempDir()
	byWindow, byCtl := filepath.Join(out, "window.csv"), filepath.Join(out, "ctl.csv")
	s.key("ctrl+s")
	s.saveAs("Save the MAC addresses", byWindow)
	ctl(t, 0, "mac", "list", "--start", "00:1a:c2:7b:00:00", "--count", "500", "--increment", "10", "-o", byCtl)
	equalFiles(t, byWindow, byCtl)
}

// typeRange types a series into the MAC tab.
func (s *shown) typeRange(start, count, step string) {
	s.Helper()
	s.key("ctrl+3")
	s.expect("the MAC tab with the focus on the scan field", func(s desktop.State) bool { return s.Tab == "MAC range" && s.Focus != "" })
	s.key("Tab") // to the start
	for i, value := range []string{start, count, step} {
		if i > 0 {
			s.key("Return")
		}
		s.key("ctrl+a")
		s.typed(value)
	}
}

// A range that cannot be ordered disables the button and says why.
func TestMACRangeWithErrors(t *testing.T) {
	s := open(t)
	s.key("ctrl+3")
	s.expect("the MAC tab", func(s desktop.State) bool { return s.Tab == "MAC range" && s.Focus != "" })
	s.key("Tab", "ctrl+a")
	s.typed("ff-ff-ff-ff-ff-f0")
	s.key("Return")
	s.typed("500")
	s.expect("an error", func(s desktop.State) bool { return !s.Busy && !s.Enabled && s.Sentence == "1 error" })
	s.key("ctrl+s")
	s.expect("the reason instead of a dialog", func(s desktop.State) bool { return s.Toast != "" && s.Dialog == "" })
}

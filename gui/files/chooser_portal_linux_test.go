package files

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestPortalAnswer(t *testing.T) {
	body := []any{uint32(0), map[string]dbus.Variant{"uris": dbus.MakeVariant([]string{"file:///a%20b/x+y.csr", "https://example.com/z"})}}
	if got, err := portalAnswer(body); err != nil || !slices.Equal(got, []string{"/a b/x+y.csr"}) {
		t.Errorf("%q, %v", got, err)
	}
	body[0] = uint32(1)
	if got, err := portalAnswer(body); err != nil || got != nil {
		t.Errorf("a cancelled dialog gave %q, %v", got, err)
	}
	if got, err := portalAnswer([]any{"nonsense", 1}); err != nil || got != nil {
		t.Errorf("nonsense gave %q, %v", got, err)
	}
}

func TestPortalWithoutABus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
	if _, err := (Portal{}).Files(context.Background(), Options{}); !errors.Is(err, ErrNone) {
		t.Errorf("without a bus: %v", err)
	}
}

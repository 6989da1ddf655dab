package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Names of the Secret Service API, version 0.2 (freedesktop.org).
const (
	secretsName       = "org.freedesktop.secrets" // #nosec G101 -- the name of a service
	secretsPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsInterface  = "org.freedesktop.Secret.Service"
	lockedProperty    = "org.freedesktop.Secret.Collection.Locked"
	loginCollection   = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	defaultCollection = "default"
)

// errNoService is the keychain's absence, with the reason.
type errNoService struct{ reason string }

func (e errNoService) Error() string { return e.reason }

// Ready looks for the bus and the service on it, and whether the collection that the library uses (login, else the
// default) is locked. It starts a service that the bus can start, and nothing else: the bus library would launch a bus
// of its own where there is none, on which no keychain lives.
func (system) Ready(ctx context.Context) (readiness, error) {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		folder := os.Getenv("XDG_RUNTIME_DIR")
		if _, err := os.Stat(filepath.Join(folder, "bus")); err != nil || folder == "" { // #nosec G703 -- where the system keeps the bus; looked at only
			return readiness{}, errNoService{"no session bus"}
		}
	}
	bus, err := dbus.SessionBus()
	if err != nil {
		return readiness{}, errNoService{"no session bus: " + err.Error()}
	}
	service := bus.Object(secretsName, secretsPath)
	collections, err := property[[]dbus.ObjectPath](ctx, service, secretsInterface+".Collections")
	if err != nil {
		return readiness{}, err
	}
	collection := loginCollection
	if !slices.Contains(collections, loginCollection) {
		if err := service.CallWithContext(ctx, secretsInterface+".ReadAlias", 0, defaultCollection).Store(&collection); err != nil {
			return readiness{}, err
		}
		if collection == "/" {
			return readiness{}, errNoService{"the secret service runs, but has no collection yet: create one in its own program"}
		}
	}
	locked, err := property[bool](ctx, bus.Object(secretsName, collection), lockedProperty)
	return readiness{locked: locked}, err
}

// property reads a property of an object, within the context's time.
func property[T any](ctx context.Context, object dbus.BusObject, name string) (value T, err error) {
	var variant dbus.Variant
	dot := strings.LastIndexByte(name, '.')
	err = object.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, name[:dot], name[dot+1:]).Store(&variant)
	if err != nil {
		return value, err
	}
	value, ok := variant.Value().(T)
	if !ok {
		return value, fmt.Errorf("%s is %s", name, variant.Signature())
	}
	return value, nil
}

// Explain knows the errors of D-Bus and of the Secret Service.
func (system) Explain(err error) error {
	var none errNoService
	if errors.As(err, &none) {
		return ErrUnavailable
	}
	var answer dbus.Error
	var pointer *dbus.Error
	if errors.As(err, &pointer) {
		answer = *pointer
	} else if !errors.As(err, &answer) {
		if errors.Is(err, dbus.ErrClosed) || strings.Contains(err.Error(), "connection") && strings.Contains(err.Error(), "refused") {
			return ErrUnavailable
		}
		return nil
	}
	switch answer.Name {
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.Disconnected", "org.freedesktop.DBus.Error.NoServer",
		"org.freedesktop.DBus.Error.UnknownInterface", "org.freedesktop.DBus.Error.UnknownMethod":
		return ErrUnavailable
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut":
		return ErrTimeout
	case "org.freedesktop.Secret.Error.IsLocked":
		return ErrLocked
	case "org.freedesktop.Secret.Error.NoSuchObject":
		return ErrNotFound
	case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed":
		return ErrRefused
	}
	if strings.HasPrefix(answer.Name, "org.freedesktop.DBus.Error.Spawn.") {
		return ErrUnavailable // it is installed and could not be started
	}
	return nil
}

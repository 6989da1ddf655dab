package files

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
)

// portalChooser shows the desktop's own dialogs through the XDG desktop portal (org.freedesktop.portal.FileChooser),
// which also works from within a sandbox. It speaks to the bus itself, because it must be able to give up when its
// context ends and must keep a '+' in a name, which rymdport/portal v0.4.2 takes for a blank.
type Portal struct{}

const (
	portalName     = "org.freedesktop.portal.Desktop"
	portalPath     = "/org/freedesktop/portal/desktop"
	portalChoosing = "org.freedesktop.portal.FileChooser."
	portalRequest  = "org.freedesktop.portal.Request"
)

// call opens a dialog and waits for its answer: paths, or none if it was cancelled.
func (Portal) call(ctx context.Context, method, title string, options map[string]dbus.Variant) ([]string, error) {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" && os.Getenv("XDG_RUNTIME_DIR") == "" {
		return nil, ErrNone
	}
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return nil, ErrNone
	}
	defer conn.Close()

	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	token := "enrollbench" + hex.EncodeToString(random[:])
	options["handle_token"] = dbus.MakeVariant(token)
	// The answer may come before the call returns, so listening begins first, at the path that the token leads to.
	sender := strings.ReplaceAll(strings.TrimPrefix(conn.Names()[0], ":"), ".", "_")
	handle := dbus.ObjectPath(portalPath + "/request/" + sender + "/" + token)
	if err := conn.AddMatchSignal(dbus.WithMatchObjectPath(handle), dbus.WithMatchInterface(portalRequest), dbus.WithMatchMember("Response")); err != nil {
		return nil, ErrNone
	}
	signals := make(chan *dbus.Signal, 4)
	conn.Signal(signals)
	if err := conn.Object(portalName, portalPath).CallWithContext(ctx, portalChoosing+method, 0, "", title, options).Err; err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, ErrNone
	}
	for {
		select {
		case <-ctx.Done():
			conn.Object(portalName, handle).Call(portalRequest+".Close", dbus.FlagNoReplyExpected)
			return nil, ctx.Err()
		case s, open := <-signals:
			if !open {
				return nil, ErrNone
			}
			if s.Path == handle && len(s.Body) == 2 {
				return portalAnswer(s.Body)
			}
		}
	}
}

// portalAnswer reads a response: 0 with addresses, or another number if the user closed the dialog.
func portalAnswer(body []any) ([]string, error) {
	if status, ok := body[0].(uint32); !ok || status != 0 {
		return nil, nil
	}
	results, _ := body[1].(map[string]dbus.Variant)
	addresses, _ := results["uris"].Value().([]string)
	var paths []string
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err == nil && u.Scheme == "file" {
			paths = append(paths, u.Path)
		}
	}
	return paths, nil
}

func portalOptions(o Options) map[string]dbus.Variant {
	m := map[string]dbus.Variant{"modal": dbus.MakeVariant(true)}
	if o.Folder != "" {
		m["current_folder"] = dbus.MakeVariant(append([]byte(o.Folder), 0))
	}
	if o.Name != "" {
		m["current_name"] = dbus.MakeVariant(o.Name)
	}
	type pattern struct {
		Kind uint32 // 0: a glob
		Glob string
	}
	type filter struct {
		Name     string
		Patterns []pattern
	}
	if len(o.Ends) > 0 {
		named := filter{Name: o.Kind}
		for _, e := range o.Ends {
			named.Patterns = append(named.Patterns, pattern{0, "*" + e}, pattern{0, "*" + strings.ToUpper(e)})
		}
		m["filters"] = dbus.MakeVariant([]filter{named, {Name: "*", Patterns: []pattern{{0, "*"}}}})
	}
	return m
}

// Files implements Chooser.
func (p Portal) Files(ctx context.Context, o Options) ([]string, error) {
	m := portalOptions(o)
	m["multiple"] = dbus.MakeVariant(true)
	return p.call(ctx, "OpenFile", o.Title, m)
}

// Folder implements Chooser.
func (p Portal) Folder(ctx context.Context, o Options) (string, error) {
	o.Ends = nil
	m := portalOptions(o)
	m["directory"] = dbus.MakeVariant(true)
	return firstPath(p.call(ctx, "OpenFile", o.Title, m))
}

// Save implements Chooser. The portal asks about a file that is there.
func (p Portal) Save(ctx context.Context, o Options) (string, bool, error) {
	path, err := firstPath(p.call(ctx, "SaveFile", o.Title, portalOptions(o)))
	if err != nil || path == "" {
		return "", false, err
	}
	_, missing := os.Lstat(path)
	return path, missing == nil, nil
}

func firstPath(paths []string, err error) (string, error) {
	if err != nil || len(paths) == 0 {
		return "", err
	}
	return paths[0], nil
}

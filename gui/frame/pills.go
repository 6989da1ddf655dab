package frame

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/job"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// ConnectionMenu offers the connections, practice where it is none of them yet, and the way to the settings.
func (a *Frame) ConnectionMenu() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, c := range a.connected.All {
		name, icon := words.Visible(c.Name), look.Icon("connection")
		if c.Kind == trustmanager.Practice {
			icon = PracticeIcon()
		} else {
			name += " · " + c.Host()
		}
		item := fyne.NewMenuItem(words.Short(name), func() { a.UseConnection(c.ID) })
		item.Icon, item.Checked = icon, c.ID == a.connected.Standard
		items = append(items, item)
	}
	if a.connected.Find(job.PracticeID) == nil {
		item := fyne.NewMenuItem(words.T("welcome.practise"), func() { a.Practise(nil) })
		item.Icon = PracticeIcon()
		items = append(items, item)
	}
	return append(items, fyne.NewMenuItemSeparator(), widgets.MenuItem(words.T("start.connections"), "settings", a.ShowConnections))
}

// recentRecipients is how many recipients the menu offers.
const recentRecipients = 5

// rememberRecipient puts a recipient first among the recent ones: by the path of its file and its fingerprint.
func (a *Frame) rememberRecipient(r *recipient.Recipient, path string) {
	p, print := a.Preferences(), r.Fingerprint()
	list := append([]string{print + "\t" + path + "\t" + strings.ReplaceAll(words.Visible(r.Title()), "\t", " ")},
		slices.DeleteFunc(p.StringList(prefRecipients), func(line string) bool { return strings.HasPrefix(line, print+"\t") })...)
	p.SetStringList(prefRecipients, list[:min(len(list), recentRecipients)])
}

// RecipientMenu offers the recipients that were used lately and are still there, none, and the way to choose another one.
func (a *Frame) RecipientMenu() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, line := range a.Preferences().StringList(prefRecipients) {
		part := strings.SplitN(line, "\t", 3)
		if len(part) < 3 {
			continue
		}
		if info, err := os.Stat(part[1]); err != nil || !info.Mode().IsRegular() {
			continue
		}
		item := widgets.MenuItem(words.Short(part[2])+" · "+words.Short(filepath.Base(part[1])), "key", func() { a.UseRecipient(part[1], part[0]) })
		item.Checked = a.recipient != nil && a.recipient.Fingerprint() == part[0]
		items = append(items, item)
	}
	if a.recipient != nil {
		items = append(items, widgets.MenuItem(words.T("keys.none"), "remove", func() { a.SetRecipient(nil, "") }))
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	return append(items, widgets.MenuItem(words.T("start.key"), "key", a.ShowKeys))
}

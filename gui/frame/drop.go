package frame

import (
	"context"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// OnDropped leads what was dropped anywhere on the window to where it belongs.
func (a *Frame) OnDropped(_ fyne.Position, uris []fyne.URI) {
	if a.Covered() {
		return
	}
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, filepath.FromSlash(u.Path()))
		}
	}
	if len(paths) > 0 {
		a.lead(paths, a.Current())
	}
}

// OpenPaths opens each file and folder in the room where it belongs, such as those that the command line names.
func (a *Frame) OpenPaths(paths []string) {
	a.given = true
	a.lead(paths, nil)
}

// Given says whether files came with the start of the program, so that its user came to see them.
func (a *Frame) Given() bool { return a.given }

// HandOver takes what a second start of the program was given: the window comes to the front, and the paths open where they belong. A
// dialog that is open is answered first.
func (a *Frame) HandOver(paths []string) {
	a.window.RequestFocus()
	a.openUncovered(paths)
}

func (a *Frame) openUncovered(paths []string) {
	switch {
	case len(paths) == 0:
	case a.Covered():
		a.tasks.After(sampling, func() { a.openUncovered(paths) })
	default:
		a.OpenPaths(paths)
	}
}

// lead looks at paths off the UI thread and gives each to the room where it belongs. What the room in front takes it gets at once; for
// the rest another room is offered. Without a room in front nothing is asked that can be told from the files.
func (a *Frame) lead(paths []string, front Room) {
	if a.alone != nil {
		a.alone.Drop(paths)
		return
	}
	a.leading++ // each has a lane of its own: a second drop does not replace the first
	Run(a.tasks.NewRunner(nil), "", func(ctx context.Context, _ progress.Func) ([]files.Item, error) { return files.Look(ctx, paths) },
		func(items []files.Item, err error) {
			a.leading--
			if err != nil {
				if !Cancelled(err) {
					a.Fail(words.T("csv.drop-failed"), err)
				}
				return
			}
			a.give(items, front)
		})
}

// place is a room with the items that belong there.
type place struct {
	room  Room
	items []files.Item
}

// give leads items to the rooms.
func (a *Frame) give(items []files.Item, front Room) {
	var mine []string
	var rest []files.Item
	room, _ := front.(Dropper)
	if room == nil && front != nil { // a page that takes nothing stands in front of its room
		room, _ = a.rooms[a.active].(Dropper)
	}
	for _, i := range items {
		if room != nil && a.takes(room, i.Uses) {
			mine = append(mine, i.Path)
		} else {
			rest = append(rest, i)
		}
	}
	if len(mine) > 0 {
		if y, ok := front.(Yielder); ok {
			y.Yield()
		}
		a.ToFront(room.(Room))
		room.Drop(mine)
	}
	if len(rest) > 0 {
		a.offer(rest, front == nil)
	}
}

// takes says whether a room takes what serves as this, if it is dropped there. What belongs nowhere the one in front may still
// know how to name.
func (a *Frame) takes(r Dropper, u files.Use) bool {
	const last = files.Vague | files.Key
	home, also := r.Takes()
	return u&(home|also&^last) != 0 || u&also != 0 && len(a.homes(u)) == 0
}

// homes are the rooms and pages where what serves as this belongs.
func (a *Frame) homes(u files.Use) (out []Room) {
	for _, r := range slices.Concat(a.rooms, a.pages) {
		if d, ok := r.(Dropper); ok {
			if home, _ := d.Takes(); u&home != 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// tries are the rooms that may know what a file is that nobody knows by its beginning.
func (a *Frame) tries(u files.Use) (out []Room) {
	for _, r := range a.rooms {
		if d, ok := r.(Dropper); ok {
			if _, also := d.Takes(); u&also&files.Vague != 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// ToFront brings a room or a page to the front, if it is not there.
func (a *Frame) ToFront(r Room) {
	switch {
	case a.Current() == r:
	case slices.Contains(a.rooms, r):
		a.Bring(r)
	default:
		a.ShowAside(r)
	}
}

// offer leads what the room in front does not take to others. unasked does so without a question where each has one place.
func (a *Frame) offer(items []files.Item, unasked bool) {
	var places []place
	var secrets []string
	var strange []files.Item
	single := true // each belongs in one place
	for _, i := range items {
		homes := a.homes(i.Uses)
		if i.Uses&files.Key != 0 {
			secrets = append(secrets, i.Secrets...)
		} else if len(homes) == 0 {
			strange = append(strange, i)
			if homes = a.tries(i.Uses); unasked {
				homes = homes[:min(len(homes), 1)]
			}
		}
		single = single && len(homes) == 1
		for _, r := range homes {
			at := slices.IndexFunc(places, func(p place) bool { return p.room == r })
			if at < 0 {
				places, at = append(places, place{room: r}), len(places)
			}
			places[at].items = append(places[at].items, i)
		}
	}
	all := func() {
		for _, p := range slices.Backward(places) { // the first ends in front
			a.openIn(p)
		}
	}
	var answers []widgets.Answer
	switch {
	case len(places) > 1 && single && len(secrets) == 0:
		answers = append(answers, widgets.Answer{Text: words.T("drop.open-all"), Act: all})
	default:
		for _, p := range slices.Backward(places) { // the last is the one to recommend
			answers = append(answers, widgets.Answer{Text: words.T("drop.open-in", "Room", p.room.Name()), Act: func() { a.openIn(p) }})
		}
	}
	switch {
	case len(secrets) > 0:
		a.AskSecrets(Rules[csr.RulePrivateKey.Name], secrets, answers...)
	case unasked && single:
		all()
	default:
		a.Ask(a.offerDialog(items, places, len(strange) > 0, answers))
	}
}

func (a *Frame) openIn(p place) {
	var paths []string
	for _, i := range p.items {
		paths = append(paths, i.Path)
	}
	a.ToFront(p.room)
	p.room.(Dropper).Drop(paths)
}

// offerDialog says what was given and where it can be opened.
func (a *Frame) offerDialog(items []files.Item, places []place, strange bool, answers []widgets.Answer) *widgets.Dialog {
	d := &widgets.Dialog{State: look.Notice, Answers: append([]widgets.Answer{{Text: words.T("dialog.back")}}, answers...)}
	if len(answers) == 0 {
		d.Answers[0].Text = words.T("dialog.close")
	}
	is := func(i files.Item) string {
		return words.T("drop.is", "Name", words.Visible(filepath.Base(i.Path)), "What", words.Visible(words.Core(i.What)))
	}
	if len(items) == 1 {
		d.Title = is(items[0])
		if err := items[0].Err; err != nil {
			d.Detail = words.Error(err)
		}
	} else {
		d.Title = words.N("drop.several", len(items))
		for _, i := range items {
			d.List = append(d.List, is(i))
		}
	}
	switch {
	case !strange && len(places) == 1:
		d.Text = words.T("drop.one-place", "Room", places[0].room.Name())
	case !strange:
		d.Text = words.T("drop.places")
	default:
		d.State, d.Text = look.Warning, words.T("drop.strange")
		for _, i := range items {
			if i.To != "" && len(items) == 1 {
				d.Text = words.Sentence(i.To)
			}
		}
		if len(places) > 0 {
			d.Text += " " + words.T("drop.try")
		}
	}
	return d
}

// AskSecrets stops everybody where a private key lies among what was given. names are of the files; next is what can be done with
// the rest.
func (a *Frame) AskSecrets(rule *finding.Rule, names []string, next ...widgets.Answer) {
	d := &widgets.Dialog{State: look.Failed, Title: words.Core(rule.Title), Text: words.Sentence(rule.Why) + " " + words.Sentence(rule.Hint) + " " + words.T("drop.own-key"),
		Answers: append([]widgets.Answer{{Text: words.T("dialog.back")}}, next...)}
	for _, n := range names {
		d.List = append(d.List, words.Visible(n))
	}
	for i := range d.Answers[1:] {
		d.Answers[i+1].Danger = true
	}
	a.Ask(d)
}

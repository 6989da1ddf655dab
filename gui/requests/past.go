package requests

import (
	"context"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// undoDepth is how many changes of the list can be taken back.
const undoDepth = 20

// undoEntries is how many entries are held for that besides those that are shown, some 50 MB; larger lists are read again.
// Tests set less.
var undoEntries = 50_000

// past is the list as it was before a change. One that would hold too much memory forgets its entries, and reads its sources
// again when it is wanted.
type past struct {
	csrState
	out map[finding.Location]bool // what was left out; nil while the entries are held
}

// restore makes the list again.
func (p past) restore(ctx context.Context, report progress.Func) (csrState, error) {
	if p.out == nil {
		return p.csrState, nil
	}
	next, _, err := p.reread(ctx, p.out, report)
	return next, err
}

// remember keeps a list to go back to. Lists that were made of each other share their entries: each such line counts once, and
// what the list that is shown now holds itself not at all.
func (t *Room) remember(before, now csrState) {
	t.before = append(t.before, past{csrState: before})
	if len(t.before) > undoDepth {
		t.before[0] = past{}
		t.before = t.before[1:]
	}
	held, counted := 0, map[*byte]int{now.origin: now.set.Len()}
	for i := len(t.before) - 1; i >= 0; i-- {
		p := &t.before[i]
		if p.out != nil {
			continue
		}
		if more := p.set.Len() - counted[p.origin]; more > 0 {
			held, counted[p.origin] = held+more, p.set.Len()
		}
		if held > undoEntries {
			p.out, p.set = p.leftOut(), nil
		}
	}
}

// Undo goes back to the state before the latest change.
func (t *Room) Undo() {
	if len(t.before) == 0 {
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csr.nothing-to-undo")})
		return
	}
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	last := t.before[len(t.before)-1]
	t.change(words.T("csr.undoing"), words.T("csr.undo-failed"), false,
		func(ctx context.Context, _ csrState, report progress.Func) (csrState, error) {
			return last.restore(ctx, report)
		},
		func() {
			t.before = t.before[:len(t.before)-1]
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csr.undone")})
		})
}

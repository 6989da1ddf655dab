package table

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Save writes the document back in its own dialect (Ctrl+S).
func (t *Room) Save() { t.saveThen(nil) }

// saveThen saves and goes on once that went well.
func (t *Room) saveThen(then func()) {
	f := t.file
	if f != nil {
		t.editor.Commit()
	}
	switch {
	case f == nil:
		return
	case f.indexing:
		t.app.Busy()
		return
	case f.facts.path == "":
		t.saveAs(then)
		return
	case !f.facts.dirty:
		t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csv.saved-already")})
		if then != nil {
			then()
		}
		return
	}
	t.write(f.facts.path, csvdoc.SaveOptions{}, then)
}

// saveAs asks for a name and writes the document there; it is edited there from then on.
func (t *Room) saveAs(then func()) {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	p := t.app.Preferences()
	o := files.Options{Title: words.T("csv.save-title"), Folder: p.String(frame.PrefSaveFolder), Name: "enrollment.csv",
		Kind: words.T("csv.template-kind"), Ends: []string{".csv"}}
	if path := f.facts.path; path != "" {
		o.Folder, o.Name = filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".csv"
	}
	t.app.PickTarget(o, func(path string, agreed bool) { t.write(path, csvdoc.SaveOptions{Force: agreed}, then) })
}

// write saves, and asks where something has to be decided first.
func (t *Room) write(path string, o csvdoc.SaveOptions, then func()) {
	f := t.file
	step(t, words.T("csv.saving", "Name", words.Visible(filepath.Base(path))),
		func(ctx context.Context, report progress.Func) (struct{}, error) {
			return struct{}{}, f.doc.Save(ctx, path, o, report)
		}, func(_ struct{}, err error) {
			if t.file != f {
				return
			}
			if err == nil {
				t.saved(path)
				if then != nil {
					then()
				}
				return
			}
			t.notSaved(path, o, then, err)
		})
}

// saved shows that all edits are in the file.
func (t *Room) saved(path string) {
	f := t.file
	t.remember(path)
	f.learn()
	f.saved = f.doc.Snapshot()
	f.rows = f.show(f.rows.view)
	t.editor.SetModel(f.rows)
	t.source.show()
	t.showBar()
	n := f.rows.snap.Rows()
	t.app.Note(widgets.Note{State: look.Ready, Detail: filepath.Dir(path), Text: words.N("csv.saved", n, "Name", words.Visible(filepath.Base(path)))})
}

// askEncoding lists the cells that the file's encoding cannot hold.
func (t *Room) askEncoding(e *csvdoc.EncodingError, again func(func(*csvdoc.SaveOptions)) func()) {
	names := make([]string, 0, len(e.Cells))
	for _, c := range e.Cells {
		if len(names) == listedCells {
			names = append(names, words.T("csv.and-more", "Number", words.Group(len(e.Cells)-listedCells)))
			break
		}
		names = append(names, words.T("csv.unencodable", "Character", words.Visible(string(c.Rune)), "Row", words.Group(c.Row), "Column", columnTitle(c.Column.Name)))
	}
	first := e.Cells[0]
	t.app.Ask(&widgets.Dialog{State: look.Warning, List: names,
		Title: words.N("csv.encoding", len(e.Cells), "Encoding", e.Encoding.String()),
		Text:  words.T("csv.encoding-text", "Encoding", e.Encoding.String()),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back"), Act: func() {
				if first.Row > 1 {
					t.reveal(first.ID, first.Column.ID)
				}
			}},
			{Text: words.T("csv.question-marks"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.ReplaceUnencodable = true })},
		}})
}

// listedCells is how many cells a dialog names.
const listedCells = 200

// notSaved asks what shall be done about what stands in the way.
func (t *Room) notSaved(path string, o csvdoc.SaveOptions, then func(), err error) {
	again := func(change func(*csvdoc.SaveOptions)) func() {
		return func() {
			next := o
			change(&next)
			t.write(path, next, then)
		}
	}
	back := widgets.Answer{Text: words.T("dialog.back")}
	elsewhere := widgets.Answer{Text: words.T("csv.save-elsewhere"), Act: func() { t.saveAs(then) }}
	name := words.Visible(filepath.Base(path))
	changed, encoding, space := (*csvdoc.ChangedError)(nil), (*csvdoc.EncodingError)(nil), (*csvdoc.SpaceError)(nil)
	switch {
	case errors.As(err, &changed) && changed.Damaged:
		t.app.Ask(&widgets.Dialog{State: look.Failed, Detail: words.Error(err),
			Title:   words.T("csv.damaged", "Name", name),
			Text:    words.T("csv.damaged-text"),
			Answers: []widgets.Answer{back}})
	case errors.As(err, &changed) && changed.Gone:
		t.app.Ask(&widgets.Dialog{State: look.Warning, Detail: words.Error(err),
			Title: words.T("csv.gone", "Name", name),
			Text:  words.T("csv.gone-text"),
			Answers: []widgets.Answer{back, elsewhere,
				{Text: words.T("csv.write-again"), Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}}})
	case errors.As(err, &changed):
		t.app.Ask(&widgets.Dialog{State: look.Warning, Detail: words.Error(err),
			Title: words.T("csv.changed", "Name", name),
			Text:  words.T("csv.changed-text"),
			Answers: []widgets.Answer{back,
				{Text: words.T("csv.overwrite"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}, elsewhere}})
	case errors.As(err, &encoding):
		t.askEncoding(encoding, again)
	case errors.As(err, &space):
		t.app.Ask(&widgets.Dialog{State: look.Failed, Detail: words.Error(err),
			Title:   words.T("csv.no-space"),
			Text:    words.T("csv.no-space-text", "Need", words.Size(space.Need), "Free", words.Size(space.Free)),
			Answers: []widgets.Answer{back, elsewhere}})
	case frame.IsExist(err):
		t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("mac.exists", "Name", name),
			Text:    words.T("csv.exists-text"),
			Answers: []widgets.Answer{back, {Text: words.T("save.replace-it"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}}})
	default:
		t.app.Fail(words.T("csv.save-failed", "Name", name), err)
	}
}

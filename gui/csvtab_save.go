package gui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// save writes the document back in its own dialect (Ctrl+S).
func (t *csvTab) save() { t.saveThen(nil) }

// saveThen saves and goes on once that went well.
func (t *csvTab) saveThen(then func()) {
	f := t.file
	if f != nil {
		t.editor.Commit()
	}
	switch {
	case f == nil:
		return
	case f.indexing:
		t.app.busy()
		return
	case f.facts.path == "":
		t.saveAs(then)
		return
	case !f.facts.dirty:
		t.app.note(widgets.Note{State: look.Ready, Text: lang.X("csv.saved-already", "Everything is saved.")})
		if then != nil {
			then()
		}
		return
	}
	t.write(f.facts.path, csvdoc.SaveOptions{}, then)
}

// saveAs asks for a name and writes the document there; it is edited there from then on.
func (t *csvTab) saveAs(then func()) {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	p := t.app.fyne.Preferences()
	o := ChooserOptions{Title: lang.X("csv.save-title", "Save the CSV"), Folder: p.String(prefSaveFolder), Name: "enrollment.csv",
		Kind: lang.X("csv.template-kind", "CSV files"), Ends: []string{".csv"}}
	if path := f.facts.path; path != "" {
		o.Folder, o.Name = filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".csv"
	}
	t.askTarget(o, ".csv", func(path string, agreed bool) { t.write(path, csvdoc.SaveOptions{Force: agreed}, then) })
}

// askTarget lets the user name a file to write; agreed says that one of that name may be replaced.
func (t *csvTab) askTarget(o ChooserOptions, end string, then func(path string, agreed bool)) {
	type target struct {
		path   string
		agreed bool
	}
	pick(t.app, func(ctx context.Context) (target, error) {
		path, agreed, err := t.app.choose.Save(ctx, o)
		return target{path, agreed}, err
	}, func(to target) {
		if to.path == "" {
			return
		}
		t.app.fyne.Preferences().SetString(prefSaveFolder, filepath.Dir(to.path))
		if filepath.Ext(to.path) == "" {
			to.path += end
			to.agreed = false
		}
		then(to.path, to.agreed)
	})
}

// write saves, and asks where something has to be decided first.
func (t *csvTab) write(path string, o csvdoc.SaveOptions, then func()) {
	f := t.file
	step(t, lang.X("csv.saving", "Saving {{.Name}}", map[string]any{"Name": visible(filepath.Base(path))}),
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
func (t *csvTab) saved(path string) {
	f := t.file
	t.remember(path)
	f.learn()
	f.saved = f.doc.Snapshot()
	f.rows = f.show(f.rows.view)
	t.editor.SetModel(f.rows)
	t.source.show()
	t.showBar()
	n := f.rows.snap.Rows()
	t.app.note(widgets.Note{State: look.Ready, Detail: filepath.Dir(path),
		Text: lang.XN("csv.saved", "{{.Number}} rows saved as {{.Name}}.", n, map[string]any{"Number": numbers.Group(n), "Name": visible(filepath.Base(path))})})
}

// askEncoding lists the cells that the file's encoding cannot hold.
func (t *csvTab) askEncoding(e *csvdoc.EncodingError, again func(func(*csvdoc.SaveOptions)) func()) {
	names := make([]string, 0, len(e.Cells))
	for _, c := range e.Cells {
		if len(names) == listedCells {
			names = append(names, lang.X("csv.and-more", "and {{.Number}} more", map[string]any{"Number": numbers.Group(len(e.Cells) - listedCells)}))
			break
		}
		names = append(names, lang.X("csv.unencodable", "“{{.Character}}” in row {{.Row}}, {{.Column}}", map[string]any{
			"Character": visible(string(c.Rune)), "Row": numbers.Group(c.Row), "Column": columnTitle(c.Column.Name)}))
	}
	first := e.Cells[0]
	t.app.ask(&widgets.Dialog{State: look.Warning, List: names,
		Title: lang.XN("csv.encoding", "{{.Encoding}} cannot hold what stands in {{.Number}} cells", len(e.Cells),
			map[string]any{"Encoding": e.Encoding.String(), "Number": numbers.Group(len(e.Cells))}),
		Text: lang.X("csv.encoding-text", "The file is written in {{.Encoding}}. Go back and write these another way, or save question marks in their place. Save for upload is not concerned: it is UTF-8 always.",
			map[string]any{"Encoding": e.Encoding.String()}),
		Answers: []widgets.Answer{
			{Text: lang.X("dialog.back", "Go back"), Act: func() {
				if first.Row > 1 {
					t.reveal(first.ID, first.Column.ID)
				}
			}},
			{Text: lang.X("csv.question-marks", "Save question marks"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.ReplaceUnencodable = true })},
		}})
}

// listedCells is how many cells a dialog names.
const listedCells = 200

// notSaved asks what shall be done about what stands in the way.
func (t *csvTab) notSaved(path string, o csvdoc.SaveOptions, then func(), err error) {
	again := func(change func(*csvdoc.SaveOptions)) func() {
		return func() {
			next := o
			change(&next)
			t.write(path, next, then)
		}
	}
	back := widgets.Answer{Text: lang.X("dialog.back", "Go back")}
	elsewhere := widgets.Answer{Text: lang.X("csv.save-elsewhere", "Save under another name…"), Act: func() { t.saveAs(then) }}
	name := visible(filepath.Base(path))
	changed, encoding, space := (*csvdoc.ChangedError)(nil), (*csvdoc.EncodingError)(nil), (*csvdoc.SpaceError)(nil)
	switch {
	case errors.As(err, &changed) && changed.Damaged:
		t.app.ask(&widgets.Dialog{State: look.Failed, Detail: visible(err.Error()),
			Title:   lang.X("csv.damaged", "{{.Name}} was written to while it was open", map[string]any{"Name": name}),
			Text:    lang.X("csv.damaged-text", "Another program changed the bytes that this document rests on, so rows that were not edited here are lost to it and nothing can be saved. Restore the file from a copy and open it again; the edits are in the journal and are offered then."),
			Answers: []widgets.Answer{back}})
	case errors.As(err, &changed) && changed.Gone:
		t.app.ask(&widgets.Dialog{State: look.Warning, Detail: visible(err.Error()),
			Title: lang.X("csv.gone", "{{.Name}} is not there any more", map[string]any{"Name": name}),
			Text:  lang.X("csv.gone-text", "Somebody moved, renamed or deleted it. All rows are here still: write the file there again, or under another name."),
			Answers: []widgets.Answer{back, elsewhere,
				{Text: lang.X("csv.write-again", "Write it there again"), Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}}})
	case errors.As(err, &changed):
		t.app.ask(&widgets.Dialog{State: look.Warning, Detail: visible(err.Error()),
			Title: lang.X("csv.changed", "{{.Name}} was changed by another program", map[string]any{"Name": name}),
			Text:  lang.X("csv.changed-text", "It is not what it was when it was opened. Saving now would undo what the other program wrote. Your edits are safe: they are kept in this window and in the journal."),
			Answers: []widgets.Answer{back,
				{Text: lang.X("csv.overwrite", "Replace it"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}, elsewhere}})
	case errors.As(err, &encoding):
		t.askEncoding(encoding, again)
	case errors.As(err, &space):
		t.app.ask(&widgets.Dialog{State: look.Failed, Detail: visible(err.Error()),
			Title: lang.X("csv.no-space", "There is not enough room on the drive"),
			Text: lang.X("csv.no-space-text", "{{.Need}} are needed and {{.Free}} are free. Nothing was written. Make room and save again, or save on another drive.",
				map[string]any{"Need": numbers.Size(space.Need), "Free": numbers.Size(space.Free)}),
			Answers: []widgets.Answer{back, elsewhere}})
	case isExist(err):
		t.app.ask(&widgets.Dialog{State: look.Warning, Title: lang.X("mac.exists", "{{.Name}} is there already", map[string]any{"Name": name}),
			Text:    lang.X("csv.exists-text", "It would be replaced by what is open here."),
			Answers: []widgets.Answer{back, {Text: lang.X("save.replace-it", "Replace it"), Danger: true, Act: again(func(s *csvdoc.SaveOptions) { s.Force = true })}}})
	default:
		t.app.fail(lang.X("csv.save-failed", "{{.Name}} was not saved", map[string]any{"Name": name}), err)
	}
}

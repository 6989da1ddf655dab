package requests

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/csr"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Preferences of the upload file.
const (
	prefNames   = "upload.names"   // a csr.NameBy
	prefEntries = "upload.entries" // a part's at most, 0 for as many as a plain ZIP holds
)

// Save writes the upload file, after asking what is to be asked.
func (t *Room) Save() {
	v := t.view
	switch {
	case t.work.Busy():
		t.app.Busy()
		return
	case v.accepted == 0:
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	case v.set.Count(csr.Failed) > 0:
		t.askErrors(v)
		return
	}
	t.askWhere(v, false)
}

// askErrors lets the user go back and mend, or leave the entries with errors out.
func (t *Room) askErrors(v *csrView) {
	n := v.set.Count(csr.Failed)
	data := map[string]any{"Number": words.Group(n), "Ready": words.Group(v.accepted)}
	var causes []string
	for _, g := range v.groups {
		if look.OfSeverity(g.Severity) == look.Failed {
			causes = append(causes, frame.RuleTitle(g.Rule)+" — "+words.Places(len(g.Findings)))
		}
	}
	t.app.Ask(&widgets.Dialog{State: look.Failed, List: causes,
		Title: words.N("save.errors", n, data),
		Text:  words.N("save.errors-text", n, data),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back"), Act: t.NextProblem},
			{Text: words.N("save.leave-out", n, data), Act: func() { t.askWhere(v, true) }},
		}})
}

// askWhere lets the user name the file.
func (t *Room) askWhere(v *csrView, leaveOut bool) {
	p := t.app.Preferences()
	folder := p.String(frame.PrefSaveFolder)
	if folder == "" {
		folder = p.String(frame.PrefOpenFolder)
	}
	if folder == "" && len(v.sources) > 0 {
		folder = filepath.Dir(v.sources[0])
	}
	o := files.Options{Title: words.T("save.title"), Folder: folder, Name: uploadName(v), Kind: words.T("save.kind"), Ends: []string{".zip"}}
	t.app.PickTarget(o, func(path string, agreed bool) {
		if !strings.EqualFold(filepath.Ext(path), ".zip") {
			path, agreed = path+".zip", false
		}
		t.write(v, csr.BundleOptions{
			Out: path, LeaveOutErrors: leaveOut,
			Names: csr.NameBy(p.Int(prefNames)), MaxEntries: p.Int(prefEntries), // #nosec G115 -- one of two
		}, agreed)
	})
}

// uploadName proposes a name after what was given.
func uploadName(v *csrView) string {
	if len(v.sources) == 1 {
		base := filepath.Base(v.sources[0])
		if stem := strings.TrimSuffix(base, filepath.Ext(base)); files.IsFolder(v.sources[0]) {
			return base + "-upload.zip"
		} else if stem != "" {
			return stem + "-upload.zip"
		}
	}
	return "upload.zip"
}

// write writes the bundle. Files of an earlier one are replaced once the user agreed; agreed says that the user was
// asked already about the file of just this name.
func (t *Room) write(v *csrView, o csr.BundleOptions, agreed bool) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	frame.Run(t.work, words.T("save.saving"), func(ctx context.Context, report progress.Func) (csr.BundleResult, error) {
		return v.set.Bundle(ctx, o, report)
	}, func(r csr.BundleResult, err error) {
		t.showBar()
		old := (*upload.LeftoverError)(nil)
		switch {
		case errors.As(err, &old) && !o.Replace:
			if again := o; agreed && len(old.Files) == 1 && old.Files[0] == filepath.Base(o.Out) {
				again.Replace = true
				t.write(v, again, false)
				return
			}
			t.askReplace(v, o, old.Files)
		case err != nil:
			t.app.Fail(words.T("save.failed"), err, t.afterFailure(v, o, err))
		default:
			t.saved(r)
		}
		t.addPending()
	})
}

// afterFailure is the next step when the upload file was not written: check again what has changed, or another place.
func (t *Room) afterFailure(v *csrView, o csr.BundleOptions, err error) widgets.Answer {
	if errors.As(err, new(*csr.ChangedError)) {
		return widgets.Answer{Text: words.T("csr.check-again"), Act: t.Recheck}
	}
	return widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { t.askWhere(v, o.LeaveOutErrors) }}
}

func (t *Room) askReplace(v *csrView, o csr.BundleOptions, files []string) {
	t.app.Ask(&widgets.Dialog{State: look.Warning, List: files,
		Title: words.T("save.exists"),
		Text:  words.T("save.exists-text", "Folder", filepath.Dir(o.Out)),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back")},
			{Text: words.T("save.replace"), Danger: true, Act: func() { o.Replace = true; t.write(v, o, true) }},
		}})
}

// saved says what was written and where.
func (t *Room) saved(r csr.BundleResult) {
	n := 0
	var names []string
	for _, p := range r.Parts {
		n += p.Entries
		names = append(names, filepath.Base(p.File))
	}
	data := map[string]any{"Number": words.Group(n), "Names": strings.Join(names, ", "), "Out": words.Group(r.LeftOut)}
	text := words.N("save.done", n, data)
	if len(names) > 3 {
		data["Parts"] = words.Group(len(names))
		text = words.T("save.done-parts", data)
	}
	if r.LeftOut > 0 {
		text += " " + words.N("save.done-left-out", r.LeftOut, data)
	}
	folder := filepath.Dir(r.Manifest)
	t.app.Note(widgets.Note{State: look.Ready, Text: text, Detail: folder,
		Action: words.T("save.show"), Act: func() { t.app.ShowInFolder(r.Parts[0].File) }})
}

// openOptions asks how the upload file is made.
func (t *Room) openOptions() {
	p := t.app.Preferences()
	names := widgets.NewSelect([]string{
		words.T("options.by-name"),
		words.T("options.by-file"),
	}, func(i int) { p.SetInt(prefNames, i) })
	changed := names.OnChanged
	names.OnChanged = nil
	names.SetSelectedIndex(min(max(p.Int(prefNames), 0), 1))
	names.OnChanged = changed

	entries := widgets.NewEntry()
	entries.PlaceHolder = words.Group(upload.MaxPlainEntries)
	if n := p.Int(prefEntries); n > 0 {
		entries.SetText(strconv.Itoa(n))
	}
	d := &widgets.Dialog{State: look.Notice, Title: words.T("options.title")}
	remark := widgets.NewParagraph("").Small()
	entries.OnChanged = func(s string) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if bad := strings.TrimSpace(s) != "" && (err != nil || n < 1 || n > upload.MaxPlainEntries); bad {
			remark.Color = look.Failed.Color()
			remark.SetText(words.T("options.bad-number", "Most", words.Group(upload.MaxPlainEntries)))
			d.Enable(0, false)
			return
		}
		remark.SetText("")
		d.Enable(0, true)
		p.SetInt(prefEntries, max(n, 0))
	}
	d.Text = words.T("options.text", "Limit", words.Group(upload.MaxBytes/1_000_000))
	d.Body = widgets.Down(look.Gap, container.New(layout.NewFormLayout(),
		widgets.Middle(widgets.NewText(words.T("options.names"))), widgets.Inset(look.Gap/2, look.Gap, widgets.Outlined(names)),
		widgets.Middle(widgets.NewText(words.T("options.entries"))), widgets.Inset(look.Gap/2, look.Gap, entries)), remark)
	d.Answers = []widgets.Answer{{Text: words.T("options.done")}}
	t.app.Ask(d)
}

package frame

import (
	"context"
	"path/filepath"

	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// pick lets the user choose with work, which runs off the UI thread and waits for the answer, and hands the answer on
// unless there is none.
func pick[T any](a *Frame, work func(ctx context.Context) (T, error), done func(T)) {
	if a.asking.Busy() {
		return // one file dialog at a time
	}
	Run(a.asking, "", func(ctx context.Context, _ progress.Func) (T, error) { return work(ctx) },
		func(v T, err error) {
			if err != nil {
				if !Cancelled(err) {
					a.Fail(words.T("problem.no-dialog"), err)
				}
				return
			}
			done(v)
		})
}

// PickFiles lets the user choose files; the dialog begins where files were chosen last, unless a folder is named.
func (a *Frame) PickFiles(o files.Options, then func(paths []string)) {
	a.pickFiles(o, PrefOpenFolder, then)
}

// PickFile lets the user choose one file that is no batch of files, such as a key: those lie elsewhere.
func (a *Frame) PickFile(title string, ends []string, kind string, then func(path string)) {
	a.pickFiles(files.Options{Title: title, Kind: kind, Ends: ends}, prefKeyFolder, func(paths []string) { then(paths[0]) })
}

func (a *Frame) pickFiles(o files.Options, remembered string, then func(paths []string)) {
	p := a.Preferences()
	if o.Folder == "" {
		o.Folder = p.String(remembered)
	}
	pick(a, func(ctx context.Context) ([]string, error) { return a.choose.Files(ctx, o) }, func(paths []string) {
		if len(paths) > 0 {
			p.SetString(remembered, filepath.Dir(paths[0]))
			then(paths)
		}
	})
}

// PickFolder lets the user choose a folder; the dialog begins where files were chosen last, unless a folder is named.
func (a *Frame) PickFolder(o files.Options, then func(path string)) {
	p, remember := a.Preferences(), o.Folder == ""
	if remember {
		o.Folder = p.String(PrefOpenFolder)
	}
	pick(a, func(ctx context.Context) (string, error) { return a.choose.Folder(ctx, o) }, func(path string) {
		if path == "" {
			return
		}
		if remember {
			p.SetString(PrefOpenFolder, filepath.Dir(path))
		}
		then(path)
	})
}

// PickTarget lets the user name a file to write; agreed says that one of just this name may be replaced. A name without any
// ending gets the first of o.Ends.
func (a *Frame) PickTarget(o files.Options, then func(path string, agreed bool)) {
	p := a.Preferences()
	if o.Folder == "" {
		o.Folder = p.String(PrefSaveFolder)
	}
	type target struct {
		path   string
		agreed bool
	}
	pick(a, func(ctx context.Context) (target, error) {
		path, agreed, err := a.choose.Save(ctx, o)
		return target{path, agreed}, err
	}, func(to target) {
		if to.path == "" {
			return
		}
		a.savedBefore = p.String(PrefSaveFolder)
		p.SetString(PrefSaveFolder, filepath.Dir(to.path))
		if len(o.Ends) > 0 && filepath.Ext(to.path) == "" {
			to = target{to.path + o.Ends[0], false}
		}
		then(to.path, to.agreed)
	})
}

// SaveFile lets the user name a file to write, and asks before one that is there is replaced.
func (a *Frame) SaveFile(o files.Options, write func(path string, replace bool)) {
	a.PickTarget(o, func(path string, agreed bool) {
		if agreed || !files.Exists(path) {
			write(path, agreed)
			return
		}
		a.AskReplace(path, words.T("save.replace-text"), func() { write(path, true) })
	})
}

// AskReplace asks whether a file that is there may go.
func (a *Frame) AskReplace(path, text string, replace func()) {
	a.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("mac.exists", "Name", filepath.Base(path)), Text: text,
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("mac.replace"), Danger: true, Act: replace}}})
}

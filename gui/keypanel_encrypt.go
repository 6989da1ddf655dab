package gui

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// encrypt seals a file to the chosen key.
func (p *keyPanel) encrypt() {
	a := p.app
	prefs := a.fyne.Preferences()
	o := ChooserOptions{Title: lang.X("encrypt.pick", "Choose the file to encrypt"), Folder: prefs.String(prefOpenFolder)}
	pick(a, func(ctx context.Context) ([]string, error) { return a.choose.Files(ctx, o) }, func(paths []string) {
		if len(paths) == 0 {
			return
		}
		prefs.SetString(prefOpenFolder, filepath.Dir(paths[0]))
		r := a.Recipient
		a.saveFile(ChooserOptions{Title: lang.X("encrypt.save", "Save the sealed file"), Folder: filepath.Dir(paths[0]), Name: filepath.Base(paths[0]) + sealedEnding(r)},
			func(path string, replace bool) { p.sealFile(r, paths[0], path, replace) })
	})
}

// sealedEnding is what sealed files are called.
func sealedEnding(r *recipient.Recipient) string {
	if r.Kind() == recipient.OpenPGP {
		return ".gpg"
	}
	return ".p7m"
}

func (p *keyPanel) sealFile(r *recipient.Recipient, in, out string, replace bool) {
	a := p.app
	Run(p.work, lang.X("encrypt.working", "Encrypting"), func(ctx context.Context, report progress.Func) (struct{}, error) {
		return struct{}{}, sealFile(ctx, r, in, out, replace, report)
	}, func(_ struct{}, err error) {
		p.showBar()
		if err != nil {
			a.fail(lang.X("encrypt.failed", "The file was not encrypted"), err)
			return
		}
		a.note(widgets.Note{State: look.Ready, Detail: out, Text: lang.X("encrypt.done", "Sealed to {{.Name}}. The file itself was left as it is.", map[string]any{"Name": visible(r.Title())}),
			Action: lang.X("save.copy-path", "Copy path"), Act: func() { a.fyne.Clipboard().SetContent(out) }})
	})
}

// sealFile seals in to out, which appears when it is whole.
func sealFile(ctx context.Context, r *recipient.Recipient, in, out string, replace bool, report progress.Func) error {
	from, err := os.Open(in) // #nosec G304 -- the user's own choice
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := atomicfile.Create(out, atomicfile.Options{Mode: 0o600, Replace: replace})
	if err != nil {
		return err
	}
	defer to.Abort()
	w, err := r.Seal(to, recipient.SealOptions{Size: info.Size()})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, progress.Reader(ctx, from, info.Size(), report)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return to.Commit()
}

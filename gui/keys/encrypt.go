package keys

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// encrypt seals a file to the chosen key.
func (p *Room) encrypt() {
	p.app.PickFiles(files.Options{Title: words.T("encrypt.pick")}, func(paths []string) {
		p.sealTo(p.app.Recipient(), paths[0])
	})
}

// sealTo asks where a file is to be sealed to.
func (p *Room) sealTo(r *recipient.Recipient, in string) {
	p.app.SaveFile(files.Options{Title: words.T("encrypt.save"), Folder: filepath.Dir(in), Name: filepath.Base(in) + frame.SealedEnding(r)},
		func(path string, replace bool) { p.sealFile(r, in, path, replace) })
}

func (p *Room) sealFile(r *recipient.Recipient, in, out string, replace bool) {
	a := p.app
	frame.Run(p.work, words.T("encrypt.working"), func(ctx context.Context, report progress.Func) (struct{}, error) {
		return struct{}{}, sealFile(ctx, r, in, out, replace, report)
	}, func(_ struct{}, err error) {
		p.showBar()
		if err != nil {
			a.Fail(words.T("encrypt.failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { p.sealTo(r, in) }})
			return
		}
		a.Written(look.Ready, words.T("encrypt.done", "Name", words.Visible(r.Title())), out)
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

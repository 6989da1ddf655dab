package frame

import (
	"context"
	"fmt"
	"log"
	"path/filepath"
	"strings"

	"enrollbench/core/diagnosis"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// prefCrash remembers the crash file that was offered last.
const prefCrash = "crash.seen"

// CopyDiagnosis puts onto the clipboard what support asks for: versions, settings without secrets, the last errors.
func (a *Frame) CopyDiagnosis() {
	size, scale := a.Canvas().Size(), a.Canvas().Scale()
	r := diagnosis.Report{Program: "enrollbench", Version: a.fyne.Metadata().Version, Config: a.config, Now: a.tasks.Now(),
		More: []string{fmt.Sprintf("%-12s %.0f × %.0f, scale %.2f", "Window", size.Width, size.Height, scale)}}
	Run(a.tasks.NewRunner(nil), "", func(context.Context, progress.Func) (string, error) {
		var b strings.Builder
		err := r.Write(&b)
		return b.String(), err
	}, func(text string, err error) {
		if err != nil {
			a.Fail(words.T("diagnosis.failed"), err)
			return
		}
		a.Clipboard().SetContent(text)
		a.Note(widgets.Note{State: look.Ready, Text: words.T("diagnosis.copied")})
	})
}

// offerCrash tells once of a crash file that an earlier run left, with the way to those who help.
func (a *Frame) offerCrash() {
	all := diagnosis.Crashes(filepath.Join(a.config, "log"))
	if len(all) == 0 {
		return
	}
	latest := all[len(all)-1]
	if a.Preferences().String(prefCrash) == latest {
		return
	}
	a.Preferences().SetString(prefCrash, latest)
	a.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("diagnosis.crash"), Text: words.T("diagnosis.crash-text"), Detail: latest,
		Answers: []widgets.Answer{
			{Text: words.T("dialog.close")},
			{Text: words.T("save.show"), Act: func() { a.ShowInFolder(latest) }},
			{Text: words.T("diagnosis.copy"), Act: a.CopyDiagnosis},
		}})
}

// logFailure keeps what went wrong for a diagnosis. The program's own log is where package log writes to.
func logFailure(what string, err error) {
	if !Cancelled(err) {
		log.Printf("%s: %v", what, err)
	}
}

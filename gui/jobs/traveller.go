package jobs

import (
	"context"
	"io"

	"enrollbench/core/atomicfile"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/traveller"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// askTraveller asks which paper is to go with a batch.
func (t *Room) askTraveller(r *job.Record) {
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("jobs.traveller-title"), Text: words.T("jobs.traveller-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("jobs.traveller-label"), Act: func() { t.saveTraveller(r, true) }},
			{Text: words.T("jobs.traveller-page"), Act: func() { t.saveTraveller(r, false) }}}})
}

// saveTraveller writes a page, or a label as a page or a picture.
func (t *Room) saveTraveller(r *job.Record, label bool) {
	ends := []string{".pdf"}
	if label {
		ends = append(ends, ".png")
	}
	o := files.Options{Title: words.T("jobs.traveller-title"), Name: traveller.FileName(r, label, traveller.PDF), Kind: words.T("jobs.traveller-kind"), Ends: ends}
	t.app.SaveFile(o, func(path string, replace bool) {
		form, err := traveller.FormOf(path)
		if err != nil || form == traveller.PNG && !label {
			path, form = path+".pdf", traveller.PDF
			replace = replace && !files.Exists(path)
		}
		said := travellerWords()
		frame.Run(t.paper, "", func(context.Context, progress.Func) (struct{}, error) {
			return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace}, func(w io.Writer) error {
				if label {
					return traveller.Label(w, r, form, said)
				}
				return traveller.Page(w, r, said)
			})
		}, func(_ struct{}, err error) {
			if err != nil {
				t.app.Fail(words.T("jobs.traveller-failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { t.saveTraveller(r, label) }})
				return
			}
			t.app.Written(look.Ready, words.T("jobs.traveller-saved"), path)
		})
	})
}

// travellerWords are the words of the papers in the user's language.
func travellerWords() traveller.Words {
	return traveller.Words{Title: words.T("jobs.traveller-title"), Practice: words.T("traveller.practice"), Batch: words.T("traveller.batch"),
		Certificates: words.T("traveller.certificates"), First: words.T("traveller.first"), Last: words.T("traveller.last"), Step: words.T("traveller.step"),
		File: words.T("traveller.file"), Profile: words.T("traveller.profile"), Connection: words.T("traveller.connection"), Prepared: words.T("traveller.prepared"),
		SealedTo: words.T("traveller.sealed-to"), Task: words.T("traveller.task"), Date: words.T("traveller.date"), Name: words.T("traveller.name"),
		Sent: words.T("traveller.sent"), Opened: words.T("traveller.opened"), HandedOver: words.T("traveller.handed-over"), Installed: words.T("traveller.installed")}
}

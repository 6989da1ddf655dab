package ledger

import (
	"context"

	core "enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Save is Ctrl+S: a backup of the ledger, while everybody goes on working.
func (t *Room) Save() {
	name := "ledger-" + t.app.Tasks().Now().Format("2006-01-02") + ".db"
	t.app.PickTarget(files.Options{Title: words.T("ledger.backup"), Name: name, Kind: words.T("ledger.database"), Ends: []string{".db"}}, func(path string, _ bool) {
		t.write(words.T("ledger.backing-up"), words.T("ledger.backup-failed"), func(ctx context.Context, l *core.Ledger, _, operator string, _ progress.Func) (string, error) {
			return words.T("ledger.backed-up"), l.Backup(ctx, path, operator)
		})
	})
}

// askAdopt asks who takes a restored ledger over, and why: what is missing in it could be issued twice.
func (t *Room) askAdopt() {
	reason := widgets.NewField(words.T("ledger.reason"), words.T("ledger.adopt-example"), "", false, nil)
	d := &widgets.Dialog{State: look.Warning, Title: words.T("ledger.adopt-title"), Text: words.T("ledger.adopt-text"), Body: reason.Content()}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.adopt"), Danger: true, Stays: true, Act: func() {
		why := reason.Entry.Text
		if why == "" {
			reason.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.reason-missing")})
			return
		}
		d.Close()
		t.write(words.T("ledger.adopt"), words.T("ledger.adopt-failed"), func(ctx context.Context, l *core.Ledger, _, operator string, _ progress.Func) (string, error) {
			return words.T("ledger.adopted"), l.Adopt(ctx, operator, why)
		})
	}}}
	d.FocusFirst(reason.Entry)
	t.app.Ask(d)
}

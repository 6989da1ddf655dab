package ledger

import (
	"context"
	"path/filepath"
	"slices"

	"enrollbench/core/job"
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

// Open is Ctrl+O: what was issued before the ledger existed is taken over from files.
func (t *Room) Open() {
	t.app.PickFiles(files.Options{Title: words.T("ledger.import-title"), Kind: words.T("ledger.import-kind"), Ends: []string{".csv", ".zip", ".pem", ".crt", ".cer"}}, t.importFiles)
}

// importFiles takes files and folders over: uploaded CSVs and ZIPs, manifests, lists that a portal exported, certificates.
func (t *Room) importFiles(paths []string) {
	t.write(words.T("ledger.importing"), words.T("ledger.import-failed"), func(ctx context.Context, l *core.Ledger, environment, operator string, report progress.Func) (string, error) {
		var identities, certificates, known int64
		for _, path := range paths {
			e, err := job.ReadEarlier(ctx, path, report)
			if err != nil {
				return "", err
			}
			name := filepath.Base(path)
			done, err := l.Import(ctx, core.Batch{Environment: environment, ID: name, Name: name, Operator: operator, Identities: slices.Values(e.Identities)}, slices.Values(e.Certificates))
			if err != nil {
				return "", err
			}
			identities, certificates = identities+done.Identities, certificates+done.Certificates
			for i := range done.Known {
				known += int64(done.Known[i].Count()) // #nosec G115 -- of files
			}
		}
		return words.T("ledger.imported", "Identities", words.Group(identities), "Certificates", words.Group(certificates), "Known", words.Group(known)), nil
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

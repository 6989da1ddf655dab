package ledger

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"

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
	t.app.PickFiles(files.Options{Title: words.T("ledger.import-title"), Kind: words.T("ledger.import-kind"), Ends: []string{".csv", ".zip", ".pem", ".crt", ".cer"}},
		func(paths []string) { t.importFiles(paths, job.PortalChoice{}) })
}

// importFiles takes files and folders over: uploaded CSVs and ZIPs, manifests, lists that a portal exported, certificates. choice is what
// the user said of a list that can mean two things.
func (t *Room) importFiles(paths []string, choice job.PortalChoice) {
	var doubt *job.AmbiguousError
	var done, taken []string
	t.write(words.T("ledger.importing"), words.T("ledger.import-failed"), func(ctx context.Context, l *core.Ledger, environment, operator string, report progress.Func) (string, error) {
		var identities, certificates, known int64
		for i, path := range paths {
			said := choice
			if i > 0 { // it was said of the first
				said = job.PortalChoice{}
			}
			e, err := job.ReadEarlier(ctx, path, said, report)
			if err != nil {
				return "", err
			}
			name := filepath.Base(path)
			took, err := l.Import(ctx, core.Batch{Environment: environment, ID: name, Name: name, Operator: operator, Identities: slices.Values(e.Identities)}, slices.Values(e.Certificates))
			if err != nil {
				return "", err
			}
			done = append(done, path)
			for _, c := range e.Taken {
				taken = append(taken, meaningWords(c.Meaning)+": "+words.Visible(c.Column))
			}
			identities, certificates = identities+took.Identities, certificates+took.Certificates
			for i := range took.Known {
				known += int64(took.Known[i].Count()) // #nosec G115 -- of files
			}
		}
		said := words.T("ledger.imported", "Identities", words.Group(identities), "Certificates", words.Group(certificates), "Known", words.Group(known))
		if len(taken) > 0 {
			said += " " + words.T("ledger.columns-taken", "Columns", strings.Join(taken, ", "))
		}
		return said, nil
	}, func(err error) bool {
		if errors.As(err, &doubt) {
			t.askMeaning(doubt, paths[len(done):], choice)
		}
		return doubt != nil
	})
}

// askMeaning asks what a list says where it can mean two things, and goes on with the files that are left.
func (t *Room) askMeaning(doubt *job.AmbiguousError, paths []string, choice job.PortalChoice) {
	shown := doubt.Columns
	for _, way := range doubt.Read {
		shown = append(shown, map[string]string{job.ReadDayFirst: words.T("ledger.day-first"), job.ReadMonthFirst: words.T("ledger.month-first"),
			job.ReadHex: words.T("ledger.hex"), job.ReadDecimal: words.T("ledger.decimal")}[way])
	}
	which := widgets.NewSelect(shown, func(int) {})
	which.SetSelectedIndex(0)
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("ledger.meaning-title", "File", words.Visible(filepath.Base(paths[0]))), Body: widgets.Outlined(which),
		Text: words.Sentence(words.Error(doubt)) + " " + words.T("ledger.meaning-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.meaning-go"), Act: func() {
			i := max(which.SelectedIndex(), 0)
			if i < len(doubt.Columns) {
				choice.Columns = maps.Clone(choice.Columns)
				if choice.Columns == nil {
					choice.Columns = map[job.Meaning]string{}
				}
				choice.Columns[doubt.Meaning] = doubt.Columns[i]
			} else {
				choice.Read = append(slices.Clone(choice.Read), doubt.Read[i-len(doubt.Columns)])
			}
			t.importFiles(paths, choice)
		}}}})
}

// meaningWords is what a column of a portal's list holds.
func meaningWords(m job.Meaning) string {
	return map[job.Meaning]string{job.MeansName: words.T("ledger.means-name"), job.MeansID: words.T("ledger.means-id"), job.MeansSerial: words.T("ledger.means-serial"),
		job.MeansFingerprint: words.T("ledger.means-fingerprint"), job.MeansFrom: words.T("ledger.means-from"), job.MeansTo: words.T("ledger.means-to")}[m]
}

// askAdopt asks who takes a restored ledger over, and why: what is missing in it could be issued twice.
func (t *Room) askAdopt() {
	reason := widgets.NewField(words.T("ledger.reason"), words.T("ledger.adopt-example"), "", false, nil)
	d := &widgets.Dialog{State: look.Warning, Title: words.T("ledger.adopt-title"), Text: words.T("ledger.adopt-text"), Body: reason.Content()}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.adopt"), Danger: true, Stays: true, Act: func() {
		why := strings.TrimSpace(reason.Entry.Text)
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

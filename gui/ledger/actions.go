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
		func(paths []string) { t.importFiles(takeover{paths: paths}) })
}

// takeover is how far the taking over of some files has come.
type takeover struct {
	paths                           []string         // those that are left
	choice                          job.PortalChoice // what the user said of the first of them, a list that can mean two things
	identities, certificates, known int64
	columns                         []string // what which was taken for
}

// importFiles takes files and folders over: uploaded CSVs and ZIPs, manifests, lists that a portal exported, certificates.
func (t *Room) importFiles(so takeover) {
	t.write(words.T("ledger.importing"), words.T("ledger.import-failed"), func(ctx context.Context, l *core.Ledger, environment, operator string, report progress.Func) (string, error) {
		for len(so.paths) > 0 {
			e, err := job.ReadEarlier(ctx, so.paths[0], so.choice, report)
			if err != nil {
				return "", err
			}
			name := filepath.Base(so.paths[0])
			took, err := l.Import(ctx, core.Batch{Environment: environment, ID: name, Name: name, Operator: operator, Identities: slices.Values(e.Identities)}, slices.Values(e.Certificates))
			if err != nil {
				return "", err
			}
			so.paths, so.choice = so.paths[1:], job.PortalChoice{}
			for _, c := range e.Taken {
				so.columns = append(so.columns, meaningWords(c.Meaning)+": "+words.Visible(c.Column))
			}
			so.identities, so.certificates = so.identities+took.Identities, so.certificates+took.Certificates
			for i := range took.Known {
				so.known += int64(took.Known[i].Count()) // #nosec G115 -- of files
			}
		}
		said := words.T("ledger.imported", "Identities", words.Group(so.identities), "Certificates", words.Group(so.certificates), "Known", words.Group(so.known))
		if len(so.columns) > 0 {
			said += " " + words.T("ledger.columns-taken", "Columns", strings.Join(so.columns, ", "))
		}
		return said, nil
	}, func(err error) bool {
		var doubt *job.AmbiguousError
		if errors.As(err, &doubt) {
			t.askMeaning(doubt, so)
		}
		return doubt != nil
	})
}

// askMeaning asks what the first file says where it can mean two things, and goes on.
func (t *Room) askMeaning(doubt *job.AmbiguousError, so takeover) {
	shown := doubt.Columns
	for _, way := range doubt.Read {
		shown = append(shown, map[string]string{job.ReadDayFirst: words.T("ledger.day-first"), job.ReadMonthFirst: words.T("ledger.month-first"),
			job.ReadHex: words.T("ledger.hex"), job.ReadDecimal: words.T("ledger.decimal")}[way])
	}
	which := widgets.NewSelect(shown, func(int) {})
	which.SetSelectedIndex(0)
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("ledger.meaning-title", "File", words.Visible(filepath.Base(so.paths[0]))), Body: widgets.Outlined(which),
		Text: words.Sentence(words.Error(doubt)) + " " + words.T("ledger.meaning-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.meaning-go"), Act: func() {
			i := max(which.SelectedIndex(), 0)
			if i < len(doubt.Columns) {
				so.choice.Columns = maps.Clone(so.choice.Columns)
				if so.choice.Columns == nil {
					so.choice.Columns = map[job.Meaning]string{}
				}
				so.choice.Columns[doubt.Meaning] = doubt.Columns[i]
			} else {
				so.choice.Read = append(slices.Clone(so.choice.Read), doubt.Read[i-len(doubt.Columns)])
			}
			t.importFiles(so)
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

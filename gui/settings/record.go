package settings

import (
	"context"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// record writes what the service answers to a test, without keys, names or ids, for whoever looks into a problem.
func (t *Room) record(c trustmanager.Connection) {
	d := t.app.Desk()
	t.app.SaveFile(files.Options{Title: words.T("settings.record-title"), Name: "connection.transcript",
		Kind: words.T("settings.record-kind"), Ends: []string{".transcript"}}, func(path string, replace bool) {
		if !t.free() {
			return
		}
		frame.Run(t.work, words.T("settings.recording"), func(ctx context.Context, _ progress.Func) (int, error) {
			client, err := d.ClientOf(ctx, c)
			if err != nil {
				return 0, err
			}
			defer client.Close()
			recorded, err := client.RecordContract(ctx)
			if err != nil {
				return 0, err
			}
			f, err := atomicfile.Create(path, atomicfile.Options{Replace: replace, Mode: 0o600})
			if err != nil {
				return 0, err
			}
			defer f.Abort()
			if err := recorded.Write(f); err != nil {
				return 0, err
			}
			return len(recorded.Exchanges), f.Commit()
		}, func(n int, err error) {
			t.showBar()
			if err != nil {
				t.app.Fail(words.T("settings.record-failed"), err)
				return
			}
			t.app.Note(widgets.Note{State: look.Ready, Text: words.N("settings.recorded", n), Detail: path})
		})
	})
}

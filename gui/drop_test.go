package gui

import (
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/gui/frame/frametest"
)

func TestFilesOnTheWrongTab(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Bring(r.MAC)
	r.Drop(dir)
	if rows(r.CSR) != 0 || r.ToastText() == "" {
		t.Error("files dropped on the MAC range went somewhere without a word")
	}
	r.Bring(r.CSR)
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if r.Dialog().Title != "Keys" {
		t.Error("F1 does not show the keys")
	}
	r.Drop(dir) // behind a dialog
	if rows(r.CSR) != 0 {
		t.Error("a drop went behind an open dialog")
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.NoDialog()
}

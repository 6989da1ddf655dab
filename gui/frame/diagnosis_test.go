package frame_test

import (
	"bytes"
	"errors"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/diagnosis"
	"enrollbench/gui/frame"
)

// A crash of the run before is offered once, and says where its file is; the diagnosis on the clipboard holds it.
func TestCrashIsOffered(t *testing.T) {
	r := newRig(t)
	if len(r.Dialogs()) != 0 {
		t.Fatal("something is asked without a crash")
	}
	path, err := diagnosis.Crash(filepath.Join(r.Config(), "log"), "1", time.Unix(1000, 0), "x", []byte("goroutine 42"))
	if err != nil {
		t.Fatal(err)
	}
	r.OfferCrash()
	d := r.Dialog()
	if d.Detail != path || len(d.Answers) != 3 {
		t.Errorf("the offer is %+v", d)
	}
	d.Take(2)
	r.Until(func() bool { return r.Clipboard().Content() != "" })
	text := r.Clipboard().Content()
	for _, want := range []string{"goroutine 42", r.Config(), "enrollbench", "Window"} {
		if !strings.Contains(text, want) {
			t.Errorf("the diagnosis lacks %q:\n%s", want, text)
		}
	}
	r.OfferCrash()
	if len(r.Dialogs()) != 0 {
		t.Error("it is offered a second time")
	}
}

// What the user was told of stands in the log too.
func TestFailuresAreLogged(t *testing.T) {
	r := newRig(t)
	var b bytes.Buffer
	log.SetOutput(&b)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	r.Fail("The file was not saved", errors.New("the disk burns"))
	r.Dialog().Take(0)
	if !strings.Contains(b.String(), "The file was not saved: the disk burns") {
		t.Errorf("the log holds %q", b.String())
	}
	if p := frame.Explain("x", &frame.PanicError{Value: "x", File: "/log/crash-1.txt"}); !strings.Contains(p.Text, "/log/crash-1.txt") {
		t.Errorf("a defect does not say where its details are: %q", p.Text)
	}
}

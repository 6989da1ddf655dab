package start

import (
	"strings"
	"testing"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// The page says what is ordered: from which files, what is left out with the first names, what is sent and where to.
func TestWhatIsOrdered(t *testing.T) {
	r := newRig(t)
	p, o := r.Start, r.Order()
	o.Sources = []string{"/line/a", "/line/b", "/line/c", "/line/d", "/line/e", "/line/f", "/line/g"}
	o.LeftOut, o.LeftNames = 1234, []string{"dev-2", "dev-10"}
	p.Take(o)
	if text := frametest.AllText(p.request); text != "" {
		t.Errorf("before anything is known it says that %q is sent", text)
	}
	r.Wait()
	text := frametest.AllText(p.ordered)
	for _, want := range []string{"/line/a, /line/b", "/line/e and 2 more", "1,234: dev-2, dev-10 and 1,232 more", "good-upload.zip"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "/line/f") {
		t.Errorf("it names all files: %s", text)
	}
	if text := frametest.AllText(p.request); !strings.Contains(text, "POST https://") || !strings.Contains(text, "good-upload.zip") {
		t.Errorf("of the request it says %q", text)
	}
	start, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
	series, err := eui48.NewRange(start, 500, 10)
	if err != nil {
		t.Fatal(err)
	}
	p.leave()
	p.Take(&frame.Order{Batch: job.Batch{Method: job.MAC, Keys: job.ByService, Range: series}})
	if text := frametest.AllText(p.request); text != "" {
		t.Errorf("it still says what the batch before would have sent: %q", text)
	}
	r.Wait()
	text = frametest.AllText(p.ordered)
	for _, want := range []string{series.Start.String(), series.Last().String(), "10\nStep"} {
		if !strings.Contains(text, want) {
			t.Errorf("of the range it does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Left out") {
		t.Errorf("a range leaves something out: %s", text)
	}
	p.leave()
	p.Take(r.Order())
	r.Wait()
	if text := frametest.AllText(p.ordered); !strings.Contains(text, "Nothing\nLeft out") {
		t.Errorf("with nothing left out it says %s", text)
	}
}

// Package traveller makes the paper that goes with a batch through the plant: a page (PDF), and a label (PDF, PNG) for a reel or a box.
// Both have a QR code that names the batch, its range and its count, so that a scanner finds the batch again.
//
// Call Page or Label with a record. Text is written in the Go fonts (Latin, Greek, Cyrillic), which are embedded. What they lack, such as
// Chinese and Japanese, is drawn as a picture with a font of the system. Where that has none either, the character's number stands there
// (U+65E5): never a box.
package traveller

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"rsc.io/qr"

	"enrollbench/core/finding"
	"enrollbench/core/job"
)

// Form of a label.
type Form int

// The forms.
const (
	PDF Form = iota
	PNG      // 300 dots an inch
)

// millimetres of the papers.
const (
	pageWidth, pageHeight   = 210, 297 // A4; it fits Letter, too
	labelWidth, labelHeight = 100, 50
)

// Code is what the QR code of a batch says, on one line: "BATCH=2026-11-27-3-k7q2m9;COUNT=500;FIRST=…;LAST=…;STEP=10".
// job.Jobs.Scanned finds the batch by it.
func Code(r *job.Record) string {
	code := fmt.Sprintf("BATCH=%s;COUNT=%d", r.ID, r.Expected())
	if r.Method == job.MAC {
		code += fmt.Sprintf(";FIRST=%s;LAST=%s;STEP=%d", r.Range.Start, r.Range.Last(), r.Range.Step)
	}
	return code
}

// Words are what the papers say besides the record, in the reader's language.
type Words struct {
	Title, Practice                                       string
	Batch, Certificates, First, Last, Step, File          string
	Profile, Connection, Prepared, SealedTo               string
	Task, Date, Name, Sent, Opened, HandedOver, Installed string
}

// English are the words of the command line.
var English = Words{Title: "Job traveller", Practice: "PRACTICE", Batch: "Batch", Certificates: "Certificates", First: "First address", Last: "Last address", Step: "Step",
	File: "Upload file", Profile: "Profile", Connection: "Connection", Prepared: "Prepared", SealedTo: "Sealed to",
	Task: "Task", Date: "Date", Name: "Name", Sent: "Sent", Opened: "Opened", HandedOver: "Handed over", Installed: "Installed"}

// fact is a line of the page: what it is, and what it says.
type fact struct{ name, value string }

// facts are what the page says of a batch.
func (t *Words) facts(r *job.Record) []fact {
	all := []fact{{t.Batch, r.ID}}
	if n := r.Expected(); n > 0 {
		all = append(all, fact{t.Certificates, finding.Grouped(n)})
	}
	if r.Method == job.MAC {
		all = append(all, fact{t.First, r.Range.Start.String()}, fact{t.Last, r.Range.Last().String()}, fact{t.Step, fmt.Sprint(r.Range.Step)})
	} else {
		all = append(all, fact{t.File, r.FileName})
	}
	profile := r.Profile.Name
	if profile == "" {
		profile = r.Profile.ID
	}
	all = append(all, fact{t.Profile, profile}, fact{t.Connection, r.Connection.Name}, fact{t.Prepared, day(r.Created)})
	if r.RecipientTitle != "" {
		all = append(all, fact{t.SealedTo, r.RecipientTitle})
	}
	return all
}

func day(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// Page writes the page of a batch as PDF. Equal records give equal bytes.
func Page(w io.Writer, r *job.Record, t Words) error {
	code, err := qr.Encode(Code(r), qr.M)
	if err != nil {
		return err
	}
	p := newPDF(pageWidth, pageHeight, r.Created, r.Short())
	const left, right = 20.0, pageWidth - 20.0
	head := t.Title
	if r.Connection.Practice {
		head = t.Practice + " · " + head
	}
	p.text(left, 28, 11, false, right-left, head)
	p.text(left, 42, 26, true, right-left, r.Short())
	p.rule(left, 48, right-left)
	drawCode(p, code, right-52, 54, 52)
	y := 62.0
	for i, f := range t.facts(r) {
		room := right - left
		if y < 54+52+8 {
			room -= 52 + 6
		}
		p.text(left, y, 10, false, room, f.name)
		p.text(left, y+7, 15, i < 2, room, f.value)
		y += 17
	}
	y += 6
	p.text(left, y, 11, true, 48, t.Task)
	p.text(left+50, y, 11, true, 43, t.Date)
	p.text(left+95, y, 11, true, 70, t.Name)
	for _, s := range []string{t.Sent, t.Opened, t.HandedOver, t.Installed} {
		p.rule(left, y+3, right-left)
		y += 13
		p.text(left, y, 12, false, 48, s)
	}
	p.rule(left, y+3, right-left)
	p.text(left, pageHeight-14, 8, false, right-left, Code(r))
	return p.finish(w)
}

// Label writes the label of a batch, 100 by 50 millimetres.
func Label(w io.Writer, r *job.Record, form Form, t Words) error {
	code, err := qr.Encode(Code(r), qr.M)
	if err != nil {
		return err
	}
	var p paper
	if form == PNG {
		p = newPNG(labelWidth, labelHeight)
	} else {
		p = newPDF(labelWidth, labelHeight, r.Created, r.Short())
	}
	const edge, size = 3.0, 44.0
	drawCode(p, code, edge, edge, size)
	x := edge + size + 2
	room := labelWidth - x - edge
	y := 10.0
	put := func(points float64, bold bool, s string) {
		p.text(x, y, points, bold, room, s)
		y += points*0.42 + 2
	}
	if r.Connection.Practice {
		put(9, true, t.Practice)
	}
	put(14, true, r.Short())
	put(9, false, r.ID)
	if n := r.Expected(); n > 0 { // else the file was not counted
		put(12, true, t.Certificates+": "+finding.Grouped(n))
	}
	if r.Method == job.MAC {
		put(8, false, r.Range.Start.String())
		put(8, false, r.Range.Last().String())
	}
	return p.finish(w)
}

// FileName proposes a name for a page or label of a batch.
func FileName(r *job.Record, label bool, form Form) string {
	name := "traveller-" + r.ID
	if label {
		name = "label-" + r.ID
	}
	if form == PNG {
		return name + ".png"
	}
	return name + ".pdf"
}

// FormOf is the form that the ending of a path asks for.
func FormOf(path string) (Form, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".pdf":
		return PDF, nil
	case ".png":
		return PNG, nil
	}
	return PDF, fmt.Errorf("%q must end in .pdf or .png", path)
}

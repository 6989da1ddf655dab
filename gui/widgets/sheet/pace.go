package sheet

import (
	"time"

	"fyne.io/fyne/v2"
)

// pace limits how many new texts a second scrolling may draw. The toolkit keeps the picture of every text for a minute,
// about 10 kB each: holding PageDown would fill gigabytes. Within the burst nothing is held back; beyond it the screen
// turns a few times a second and always ends where the scrolling did.
type pace struct {
	cells float64 // that may be drawn now
	last  time.Time
	wait  *fyne.Animation // until the screen may turn, nil if it is where it should be
}

const (
	paceRate  = 600  // cells a second
	paceBurst = 6000 // cells at once, after some rest
)

// take takes so many cells out of the allowance, or says how long until they are there.
func (p *pace) take(cells int, now time.Time) time.Duration {
	if p.last.IsZero() {
		p.cells = paceBurst
	} else {
		p.cells = min(p.cells+now.Sub(p.last).Seconds()*paceRate, paceBurst)
	}
	p.last = now
	need := min(float64(cells), paceBurst)
	if p.cells >= need {
		p.cells -= need
		return 0
	}
	// Rounded up: a shortage that is less than a nanosecond's worth must not pass for none.
	return time.Duration((need-p.cells)/paceRate*float64(time.Second)) + time.Microsecond
}

// turn shows the rows from top on, now or as soon as the pace allows.
func (v *view) turn() {
	if v.pace.wait != nil || v.top == v.seen && v.left == v.across {
		v.place()
		return
	}
	cells := v.fresh()
	delay := v.pace.take(cells, time.Now())
	if delay == 0 {
		v.settle()
		return
	}
	v.pace.wait = fyne.NewAnimation(delay, func(done float32) {
		if done == 1 && v.pace.wait != nil {
			v.pace.take(cells, time.Now())
			v.settle()
		}
	})
	v.pace.wait.Start()
	if v.pace.wait != nil {
		v.place() // the scroll bar moves at once
	}
}

// fresh is the number of cells that would come into sight.
func (v *view) fresh() int {
	before, beyond := v.visibleAt(v.across)
	from, to := v.visibleAt(v.left)
	stay := max(min(beyond, to)-max(before, from), 0)
	rows := min(max(v.top-v.seen, v.seen-v.top), v.page.shown)
	return (stay+v.page.fixed)*rows + (to-from-stay)*v.page.shown
}

// settle shows the rows from top on now.
func (v *view) settle() {
	if v.pace.wait != nil {
		v.pace.wait.Stop()
		v.pace.wait = nil
	}
	v.seen, v.across = v.top, v.left
	v.leave()
	v.place()
}

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
func (s *Sheet) turn() {
	if s.pace.wait != nil || s.top == s.seen {
		s.place()
		return
	}
	cells := 0
	for col := range s.columns {
		if s.columnVisible(col) {
			cells += min(max(s.top-s.seen, s.seen-s.top), s.page.shown)
		}
	}
	delay := s.pace.take(cells, time.Now())
	if delay == 0 {
		s.settle()
		return
	}
	s.pace.wait = fyne.NewAnimation(delay, func(done float32) {
		if done == 1 && s.pace.wait != nil {
			s.pace.take(cells, time.Now())
			s.settle()
		}
	})
	s.pace.wait.Start()
	if s.pace.wait != nil {
		s.place() // the scroll bar moves at once
	}
}

// settle shows the rows from top on now.
func (s *Sheet) settle() {
	if s.pace.wait != nil {
		s.pace.wait.Stop()
		s.pace.wait = nil
	}
	s.seen = s.top
	s.leave()
	s.place()
}

package sheet

import (
	"sort"
	"time"

	"fyne.io/fyne/v2"
)

// rowsPerPixel turns the drivers' wheel distance into rows: a notch, 25 units where most mice are used, moves 3 rows.
const rowsPerPixel = 3.0 / 25

// Scrolled moves by whole rows and keeps the rest for the next turn, so that a touchpad's small steps add up.
func (v *view) Scrolled(ev *fyne.ScrollEvent) {
	v.countRows()
	dx, dy := ev.Scrolled.DX, ev.Scrolled.DY
	if dx == 0 && v.heldModifiers()&fyne.KeyModifierShift != 0 {
		dx, dy = dy, 0
	}
	v.wheel -= dy * rowsPerPixel
	rows := int(v.wheel)
	v.wheel -= float32(rows)
	if v.wheel < 0 && v.top == 0 || v.wheel > 0 && v.top == v.lastTop() {
		v.wheel = 0 // turning on at the end must not have to be turned back
	}
	v.scrollTo(v.top+rows, v.left-dx)
}

// drift is the scrolling while a drag is held beyond an edge.
type drift struct {
	animation *fyne.Animation
	beyond    fyne.Delta // pixels beyond the edge, negative above or on the left
	last      time.Time
	part      fyne.Delta // part of a column and row not yet moved
}

const (
	driftRate = 0.5  // rows a second for each pixel beyond the edge
	driftMost = 400  // rows a second
	driftSide = 0.05 // columns for each row
)

// beyond is how far a place lies outside of 0…end: 0 within, negative before.
func beyond(at, end float32) float32 {
	switch {
	case at < 0:
		return at
	case at >= end:
		return at - end + 1
	}
	return 0
}

// startDrift scrolls by a row or column at once and then on, driven by the animations of the toolkit, until the pointer
// returns.
func (v *view) startDrift(right, down float32) {
	v.drift.beyond = fyne.NewDelta(right, down)
	if v.drift.animation != nil {
		return
	}
	v.drift.part, v.drift.last = fyne.Delta{}, time.Now()
	v.driftBy(sign(down), sign(right))
	if !v.press.dragging {
		return // the owner put an end to it
	}
	v.drift.animation = &fyne.Animation{Duration: time.Second, RepeatCount: fyne.AnimationRepeatForever, Tick: func(float32) {
		now := time.Now()
		elapsed := float32(min(now.Sub(v.drift.last), time.Second/10).Seconds())
		v.drift.last = now
		v.driftFor(elapsed)
	}}
	v.drift.animation.Start()
}

func sign(x float32) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// driftFor scrolls what is due after so many seconds.
func (v *view) driftFor(seconds float32) {
	due := func(part *float32, beyond, rate float32) int {
		*part += min(max(beyond*driftRate, -driftMost), driftMost) * rate * seconds
		whole := int(*part)
		*part -= float32(whole)
		return whole
	}
	v.driftBy(due(&v.drift.part.DY, v.drift.beyond.DY, 1), due(&v.drift.part.DX, v.drift.beyond.DX, driftSide))
}

func (v *view) driftBy(down, right int) {
	v.countRows()
	if down == 0 && right == 0 || v.rows == 0 || !v.press.dragging {
		return
	}
	left := v.left
	for range max(right, -right) {
		left = v.columnBeside(left, right)
	}
	v.scrollTo(v.top+down, left)
	v.host.drifted(down, right)
}

// columnBeside is the horizontal position that shows one column more than left does, on the left (direction negative) or
// on the right.
func (v *view) columnBeside(left float32, direction int) float32 {
	within := v.page.frozen + left
	if direction < 0 {
		i := sort.Search(len(v.columns), func(i int) bool { return v.columns[i].x >= within }) - 1
		if i < v.page.fixed {
			return 0
		}
		return v.columns[i].x - v.page.frozen
	}
	i := sort.Search(len(v.columns), func(i int) bool { return v.columns[i].x > within })
	if i == len(v.columns) {
		return v.lastLeft()
	}
	return v.columns[max(i, v.page.fixed)].x - v.page.frozen
}

func (v *view) stopDrift() {
	if v.drift.animation != nil {
		v.drift.animation.Stop()
		v.drift.animation = nil
	}
}

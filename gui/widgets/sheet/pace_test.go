package sheet

import (
	"math/rand/v2"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func TestPaceNeverExceedsItsRate(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var p pace
	begin := time.Unix(1000, 0)
	now, drawn, turned := begin, 0, 0
	for now.Sub(begin) < time.Minute {
		cells := 50 + random.IntN(500)
		delay := p.take(cells, now)
		if delay > 0 {
			if again := p.take(cells, now.Add(delay)); again != 0 {
				t.Fatalf("told to wait %v for %d cells, and then %v again", delay, cells, again)
			}
			now = now.Add(delay)
		}
		drawn, turned = drawn+cells, turned+1
		if most := paceBurst + now.Sub(begin).Seconds()*paceRate; float64(drawn) > most+1 {
			t.Fatalf("%d cells drawn after %v, the most is %g", drawn, now.Sub(begin), most)
		}
		now = now.Add(33 * time.Millisecond) // a key that repeats
	}
	if turned < 100 {
		t.Errorf("the screen turned %d times in a minute", turned)
	}
	p = pace{}
	if delay := p.take(1e9, now); delay != 0 {
		t.Errorf("a screen larger than the allowance waits %v even after rest", delay)
	}
}

func TestNormalScrollingIsNotHeldBack(t *testing.T) {
	var p pace
	now := time.Unix(1000, 0)
	for range 300 { // ten notches a second of three rows and ten columns
		if delay := p.take(30, now); delay != 0 {
			t.Fatalf("the wheel is held back by %v", delay)
		}
		now = now.Add(100 * time.Millisecond)
	}
}

// While the screen is held back it is consistent in itself: what is clicked is what is seen.
func TestHeldBackScreen(t *testing.T) {
	g := &grid{t: t, rows: 5000, cols: 1}
	s, _ := shown(t, g, columns(1))
	s.pace.wait = fyne.NewAnimation(time.Hour, func(float32) {})
	s.scrollTo(2000, 0)
	if got := onScreenFrom(s, 0); len(got) != 10 || got[3][0] != "3.0" {
		t.Fatalf("the screen shows %v, want the rows from 0", got)
	}
	if s.vbar.value != 2000 {
		t.Errorf("the scroll bar stands at %g, want 2000", s.vbar.value)
	}
	click(s, 3, 0)
	wantSelected(t, s, 3, [2]int{3, 3})
	s.settle()
	wantScreen(t, s, 2000, 10, 1)

	s.pace.wait = fyne.NewAnimation(time.Hour, func(float32) {})
	s.scrollTo(4000, 0)
	g.rows = 1000
	s.Refresh()
	if got := onScreenFrom(s, 990); len(got) != 10 || got[999][0] != "999.0" {
		t.Errorf("the screen shows %v, want the last rows", got)
	}
	s.settle()
	wantScreen(t, s, 990, 10, 1)
}

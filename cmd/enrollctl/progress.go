package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// sampling is how often the progress line is drawn.
const sampling = 100 * time.Millisecond

// track shows a progress line on a terminal until stop is called, which removes it. what says what is being done
// ("checking"); the numbers come from report. Elsewhere report is nil and nothing is shown.
func (s *session) track(what string) (report progress.Func, stop func()) {
	if !s.terminal {
		return nil, func() {}
	}
	var (
		counter progress.Counter
		line    = &line{session: s}
		started = time.Now()
		done    = make(chan struct{})
		drawing sync.WaitGroup
	)
	line.show(what + "…")
	drawing.Go(func() {
		tick := time.NewTicker(sampling)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				n, of := counter.Get()
				line.show(progressText(what, n, of, time.Since(started)))
			}
		}
	})
	return counter.Set, sync.OnceFunc(func() {
		close(done)
		drawing.Wait()
		line.show("")
	})
}

// progressText is "checking 12,340 of 20,000 (61 %), 8,100/s".
func progressText(what string, done, total int64, spent time.Duration) string {
	var b strings.Builder
	b.WriteString(what)
	if done > 0 {
		b.WriteString(" " + finding.Grouped(done))
	}
	if total > 0 {
		fmt.Fprintf(&b, " of %s", finding.Grouped(total))
		if done <= total {
			fmt.Fprintf(&b, " (%d %%)", int64(float64(done)/float64(total)*100))
		}
	}
	if seconds := spent.Seconds(); done > 0 && seconds >= 0.5 {
		fmt.Fprintf(&b, ", %s/s", finding.Grouped(int64(float64(done)/seconds)))
	}
	return b.String()
}

// line is one line of the terminal that is written over and over. It pads with blanks instead of using control
// sequences, which not every Windows console understands.
type line struct {
	session *session
	width   int
}

func (l *line) show(text string) {
	l.session.screen.Lock()
	defer l.session.screen.Unlock()
	width := utf8.RuneCountInString(text)
	fmt.Fprintf(l.session.stderr, "\r%s%s", text, strings.Repeat(" ", max(0, l.width-width)))
	if text == "" {
		fmt.Fprint(l.session.stderr, "\r")
	}
	l.width = width
}

// ask asks for a secret on the terminal, in the place of a progress line that may be there.
func (s *session) ask(ctx context.Context, prompt string) ([]byte, error) {
	s.screen.Lock()
	defer s.screen.Unlock()
	if s.terminal {
		fmt.Fprintf(s.stderr, "\r%s\r", strings.Repeat(" ", widestLine))
	}
	return s.hidden(ctx, prompt)
}

// widestLine is what no progress line exceeds and every terminal has room for.
const widestLine = 79

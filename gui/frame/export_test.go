package frame

import (
	"time"
)

// What tests from outside need of the inside.

func (t *Tasks) SetNow(now func() time.Time)                          { t.clock = now }
func (t *Tasks) SetOnPanic(told func(value any, stack []byte) string) { t.onPanic = told }

// OfferCrash is what happens at the start.
func (a *Frame) OfferCrash()                         { a.offerCrash() }
func (a *Frame) Asking() *Runner                     { return a.asking }
func (a *Frame) Sweep(traces string)                 { a.sweep(traces) }
func (a *Frame) ProvenWords(f *RecipientFile) string { return a.provenWords(f.Recipients[0]) }

// Restart forgets the recipient as the end of the program does, and recalls it.
func (a *Frame) Restart() {
	a.recipient = nil
	a.recall()
}

func (a *Frame) AskWho()          { a.askWho() }
func (a *Frame) WhoShown() string { return a.whoText.Text() }

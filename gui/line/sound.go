package line

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"

	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
)

// tone is a sine wave of that frequency (Hz) for so many milliseconds; 0 Hz is a pause.
type tone struct{ hertz, millis int }

// The sounds: good rises, bad is low and comes twice.
var (
	good = []tone{{660, 120}, {880, 200}}
	bad  = []tone{{220, 250}, {0, 80}, {220, 400}}
)

const (
	sampleRate = 22050 // Hz
	fade       = 220   // samples at the ends of a tone, against clicks
	loudness   = 0.5   // of the most
)

// wave makes a RIFF WAVE file of tones: PCM, one channel, 16 bits.
func wave(tones []tone) []byte {
	var samples []int16
	for _, t := range tones {
		n := sampleRate * t.millis / 1000
		for i := range n {
			edge := min(float64(min(i, n-1-i))/fade, 1)
			samples = append(samples, int16(loudness*edge*math.MaxInt16*math.Sin(2*math.Pi*float64(t.hertz)*float64(i)/sampleRate)))
		}
	}
	var b bytes.Buffer
	size := uint32(2 * len(samples)) // #nosec G115 -- a second at most
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // into memory
		}
	}
	put([]byte("RIFF"), 36+size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(sampleRate), uint32(2*sampleRate), uint16(2), uint16(16), []byte("data"), size, samples)
	return b.Bytes()
}

// sound plays what a state sounds like, if it has a sound and sounds are on. Where nothing can play it, it stays silent.
func (t *Room) sound(s look.State) {
	var tones []tone
	switch s {
	case look.Ready:
		tones = good
	case look.Failed, look.Warning:
		tones = bad
	}
	if tones == nil || !t.on || t.app.Preferences().Bool(frame.PrefSilent) {
		return
	}
	frame.Run(t.playing, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		return struct{}{}, play(ctx, wave(tones))
	}, func(struct{}, error) {})
}

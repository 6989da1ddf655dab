package form

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzDetect: whatever the bytes are, they get a kind that has words; what is known in itself is known in base64 too, and
// the alarm for a private key is the same in both.
func FuzzDetect(f *testing.F) {
	for _, all := range fixtures() {
		for _, data := range all {
			f.Add(data[:min(len(data), 1<<10)])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := Detect(data)
		if got.String() == "" || len(got.Coats) > maxCoats {
			t.Fatalf("%+v", got)
		}
		if !got.Kind.Known() || len(data) < 12 || len(got.Coats) == maxCoats {
			return
		}
		again := Detect(base64Lines(data))
		if again.Kind != got.Kind || again.Private() != got.Private() || !slices.Contains(again.Coats, Base64) {
			t.Fatalf("%s, and in base64 %s", got, again)
		}
	})
}

// TestDetectCutShort: a file that is cut anywhere keeps its kind once its first structures are there, and never becomes one
// that raises an alarm that the whole does not.
func TestDetectCutShort(t *testing.T) {
	for kind, all := range fixtures() {
		for i, data := range all {
			for n := range min(len(data), 600) {
				if f := Detect(data[:n]); f.Private() && !kind.has(private) {
					t.Errorf("%s, fixture %d cut to %d bytes: %s", kind, i, n, f)
				}
			}
		}
	}
}

// TestTextsRaiseNoAlarm: the first byte of a text says nothing, in whichever 8-bit character set and language.
func TestTextsRaiseNoAlarm(t *testing.T) {
	line := []byte("wiadectwa urz\x9Fdze\xF1 linii 4, seria 12; klucze prywatne zostaj\xB9 w urz\xB9dzeniach\r\n")
	for first := 0x80; first <= 0xFF; first++ {
		for second := range 256 {
			text := append([]byte{byte(first), byte(second)}, line...)
			if f := Detect(text); f.Private() || f.Sealed() || f.Kind == PGPPublicKey || f.Kind == PGPSignature {
				t.Fatalf("a text that begins % x is %s", text[:2], f)
			}
		}
	}
	if f := Detect(bytes.Repeat([]byte("0"), 100)); f.Kind != Text && f.Kind != Base64Text {
		t.Errorf("digits are %s", f)
	}
}

package ber

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// FuzzDER: whatever is read as an element comes out as DER, which reads to itself again, and which cryptobyte takes.
func FuzzDER(f *testing.F) {
	for _, seed := range [][]byte{
		{}, {0x30, 0}, {0x30, 0x80, 0, 0}, {0x24, 0x80, 4, 1, 1, 0x24, 2, 4, 0, 0, 0}, {4, 0x84, 0, 0, 0, 2, 1, 2},
		{0x30, 0x80, 0xa0, 3, 4, 1, 9, 0, 0}, {0x1f, 0x81, 1, 0}, {4, 0x80, 0, 0}, {4, 0xff}, {0x30, 3, 4, 5, 0},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		der, rest, err := DER(data, 64<<10)
		if err != nil {
			if broken := (*Error)(nil); !errors.As(err, &broken) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		// Four octets of an indefinite length become at most four of a definite one: 64 KiB are the bound.
		if len(der) > len(data)-len(rest) {
			t.Fatalf("%d bytes became %d", len(data)-len(rest), len(der))
		}
		again, rest, err := DER(der, 64<<10)
		if err != nil || len(rest) != 0 || !bytes.Equal(again, der) {
			t.Fatalf("%x is not its own normal form: %x, %v", der, again, err)
		}
		s := cryptobyte.String(der)
		if !s.ReadAnyASN1Element(new(cryptobyte.String), nil) || !s.Empty() {
			t.Fatalf("%x is not one DER element", der)
		}
	})
}

// DER stops at the end of its element, and keeps to its bounds.
func TestDER(t *testing.T) {
	der, rest, err := DER([]byte{0x30, 0x80, 0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0, 0, 0, 9}, 100)
	if err != nil || !bytes.Equal(der, []byte{0x30, 4, 4, 2, 1, 2}) || !bytes.Equal(rest, []byte{9}) {
		t.Errorf("%x, %x, %v", der, rest, err)
	}
	if _, _, err := DER(bytes.Repeat([]byte{0x30, 0x80}, MaxDepth+1), 100); err == nil {
		t.Error("nested too deep")
	}
	if _, _, err := DER([]byte{0x30, 3, 4, 1, 1}, 2); err == nil {
		t.Error("larger than asked for")
	}
}

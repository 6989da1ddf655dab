package form

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestBlocksWithOtherDashes: word processors, mail programs and people write BEGIN and END lines that can only mean one thing.
func TestBlocksWithOtherDashes(t *testing.T) {
	good := string(pemText("CERTIFICATE REQUEST", request))
	body := strings.TrimSuffix(strings.TrimPrefix(good, "-----BEGIN CERTIFICATE REQUEST-----"), "-----END CERTIFICATE REQUEST-----\n")
	lines := func(begin, end string) string { return begin + body + end + "\n" }
	for name, text := range map[string]string{
		"en dashes":       strings.ReplaceAll(good, "-----", "–––––"),
		"em dashes":       strings.ReplaceAll(good, "-----", "—————"),
		"Word":            strings.ReplaceAll(good, "-----", "—–-"),
		"non-breaking":    strings.ReplaceAll(good, "-----", "‑‑‑‑‑"),
		"Windows-1252":    strings.ReplaceAll(good, "-----", "\x96\x96\x96\x96\x96"),
		"Windows-1252 em": strings.ReplaceAll(good, "-----", "\x97\x97"),
		"four":            strings.ReplaceAll(good, "-----", "----"),
		"six":             strings.ReplaceAll(good, "-----", "------"),
		"spaces":          lines("----- BEGIN CERTIFICATE REQUEST -----", "----- END CERTIFICATE REQUEST -----"),
		"NBSP":            lines("-----BEGIN CERTIFICATE\u00A0REQUEST-----", "-----END CERTIFICATE\u00A0REQUEST-----"),
		"BEGIN alone":     lines("–––––BEGIN CERTIFICATE REQUEST–––––", "-----END CERTIFICATE REQUEST-----"),
		"END alone":       lines("-----BEGIN CERTIFICATE REQUEST-----", "–––––END CERTIFICATE REQUEST–––––"),
	} {
		all := "The request of line 4 - BEGIN of the batch:\n" + text + text + good
		at := 0
		for i := range 3 {
			b, ok, _ := NextBlock([]byte(all), at)
			if !ok || b.Err != nil || b.Label != "CERTIFICATE REQUEST" || b.Odd != (i < 2) || strings.TrimSpace(string(b.Body)) != strings.TrimSpace(body) {
				t.Fatalf("%s, block %d: %+v", name, i, b)
			}
			again, ok, _ := NextBlock([]byte(all[b.Start:b.End]), 0)
			if !ok || again.Err != nil || again.Start != 0 || again.End != b.End-b.Start || !bytes.Equal(again.Body, b.Body) {
				t.Fatalf("%s, block %d alone: %+v", name, i, again)
			}
			at = b.End
		}
		if b, ok, _ := NextBlock([]byte(all), at); ok {
			t.Errorf("%s: one more, %+v", name, b)
		}
	}
	for _, prose := range []string{"- BEGIN of the list - and its END", "IT BEGINS - HERE", "BEGIN CERTIFICATE REQUEST without dashes", "– BEGIN here –"} {
		if b, ok, _ := NextBlock([]byte(prose), 0); ok {
			t.Errorf("%q holds %+v", prose, b)
		}
	}
	glued := strings.TrimSpace(good) + strings.TrimSpace(good)
	if b, ok, _ := NextBlock([]byte(glued), len(glued)/2); !ok || b.Odd || b.Err != nil || b.End != len(glued) {
		t.Errorf("joined without a line break: %+v", b)
	}
}

// TestBlocksAreFoundInLinearWork counts the bytes that are searched: half a megabyte of BEGIN lines once took four seconds.
func TestBlocksAreFoundInLinearWork(t *testing.T) {
	const size = 512 << 10
	for _, piece := range []string{
		"-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE REQUEST-----", "-----BEGIN ", "-----END CERTIFICATE-----\n", "BEGIN ", "- BEGIN ", "END ", "N", "-",
		"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "–––––BEGIN PRIVATE KEY–––––\nAAAA", "-----BEGIN A-----\n- END\n", "-----BEGIN PRIVATE KEY", "PRIVATE KEY ",
	} {
		text := bytes.Repeat([]byte(piece), size/len(piece))
		s := blocks{text: text}
		n := 0
		for at := 0; ; n++ {
			b, ok, _ := s.next(at)
			if !ok {
				break
			}
			if b.End <= at {
				t.Fatalf("%q: no way on at %d", piece, at)
			}
			at = b.End
		}
		if most := 20 * len(text); s.looked > most {
			t.Errorf("%q: %d bytes were searched in %d, for %d blocks", piece, s.looked, len(text), n)
		}
	}
}

// FuzzNextBlock: a block that is whole reads as itself where it stands alone, and the text is always gone through.
func FuzzNextBlock(f *testing.F) {
	good := string(pemText("CERTIFICATE REQUEST", []byte("abc")))
	for _, s := range []string{good, good + good, strings.ReplaceAll(good, "-----", "–––––"), strings.ReplaceAll(good, "-----", "------"), "-----BEGIN A----------END A-----", "-----BEGIN A\n", "- BEGIN PKCS7 -", "\x96BEGIN CMS\x97\xA0END CMS-"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for at, n := 0, 0; ; n++ {
			b, ok, _ := NextBlock(text, at)
			if !ok {
				return
			}
			if b.Start < at || b.End <= b.Start || b.End > len(text) || n > len(text) {
				t.Fatalf("from %d: %+v", at, b)
			}
			if b.Err == nil {
				alone, ok, _ := NextBlock(text[b.Start:b.End], 0)
				if !ok || fmt.Sprint(alone.Err, alone.Label, alone.Start, alone.End, string(alone.Body)) != fmt.Sprint(b.Err, b.Label, 0, b.End-b.Start, string(b.Body)) {
					t.Fatalf("%+v, alone %+v", b, alone)
				}
			}
			at = b.End
		}
	})
}

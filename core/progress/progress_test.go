package progress

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReaderReportsAndObeys(t *testing.T) {
	var c Counter
	ctx, stop := context.WithCancel(context.Background())
	r := Reader(ctx, strings.NewReader("hello, world"), 12, c.Set)
	if _, err := io.ReadFull(r, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if done, total := c.Get(); done != 5 || total != 12 {
		t.Errorf("%d of %d", done, total)
	}
	stop()
	if _, err := r.Read(make([]byte, 5)); !errors.Is(err, context.Canceled) {
		t.Errorf("read after cancel: %v", err)
	}
}

func TestWriterReportsAndObeys(t *testing.T) {
	var c Counter
	var b bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	w := Writer(ctx, &b, 10, c.Set)
	for range 2 {
		if _, err := w.Write([]byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	if done, total := c.Get(); done != 6 || total != 10 {
		t.Errorf("%d of %d", done, total)
	}
	stop()
	if _, err := w.Write([]byte("abc")); !errors.Is(err, context.Canceled) || b.String() != "abcabc" {
		t.Errorf("write after cancel: %v, %q", err, b.String())
	}
}

func TestNilFuncIsValid(t *testing.T) {
	var f Func
	f.Report(1, 2)
	if _, err := io.ReadAll(Reader(context.Background(), strings.NewReader("x"), 1, nil)); err != nil {
		t.Error(err)
	}
}

package progress

import (
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

func TestNilFuncIsValid(t *testing.T) {
	var f Func
	f.Report(1, 2)
	if _, err := io.ReadAll(Reader(context.Background(), strings.NewReader("x"), 1, nil)); err != nil {
		t.Error(err)
	}
}

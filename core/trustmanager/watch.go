package trustmanager

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// meter is a connection that counts what moves.
type meter struct {
	net.Conn
	moved atomic.Int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.moved.Add(int64(n))
	return n, err
}

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.moved.Add(int64(n))
	return n, err
}

// watch ends a request on whose connection nothing moves any more. It looks at the connection itself, below TLS, so that
// a slow line is no stall however large the pieces are that the layers above ask for.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	limits Timeouts

	begun   atomic.Bool // the connection stood: from here on bytes may have arrived
	written atomic.Bool // the request is out: the service may take its time
	reading atomic.Bool // somebody waits for the answer's body
	answer  atomic.Bool // the answer has begun
	conn    atomic.Pointer[meter]
	touched atomic.Int64 // counts what else was progress, such as the disk's
}

// watchTick is how often a watch looks, at most.
const watchTick = time.Second

func newWatch(ctx context.Context, limits Timeouts) *watch {
	w := &watch{limits: limits}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	go w.run(min(watchTick, limits.Stall/4, limits.Answer/4))
	return w
}

func (w *watch) run(tick time.Duration) {
	t := time.NewTicker(max(tick, time.Millisecond))
	defer t.Stop()
	last, since := int64(-1), time.Now()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-t.C:
		}
		conn := w.conn.Load()
		if conn == nil { // being dialled: that has limits of its own
			since = time.Now()
			continue
		}
		if now := conn.moved.Load() + w.touched.Load(); now != last {
			last, since = now, time.Now()
			continue
		}
		limit, waiting := w.limits.Stall, "the service to take data"
		switch {
		case w.answer.Load():
			waiting = "data"
			if !w.reading.Load() { // nobody asks for more just now
				since = time.Now()
				continue
			}
		case w.written.Load():
			limit, waiting = w.limits.Answer, "the answer"
		}
		if time.Since(since) >= limit {
			w.cancel(&StallError{waiting, limit})
			return
		}
	}
}

// touch notes progress that the connection does not show.
func (w *watch) touch() { w.touched.Add(1) }

func (w *watch) stop() { w.cancel(context.Canceled) }

// cause returns why the request really ended: a stall rather than the cancelling that it led to.
func (w *watch) cause(err error) error {
	if stall, ok := context.Cause(w.ctx).(*StallError); ok {
		return stall
	}
	return err
}

func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			w.conn.Store(meterOf(info.Conn))
			w.begun.Store(true)
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { w.written.Store(true) },
	}
}

// meterOf looks below the layers of TLS, of which a proxy spoken to by https makes two.
func meterOf(conn net.Conn) *meter {
	for {
		switch c := conn.(type) {
		case *meter:
			return c
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return nil
		}
	}
}

// watchedBody is an answer's body under watch.
type watchedBody struct {
	body  io.ReadCloser
	watch *watch
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.touch()
	b.watch.reading.Store(true)
	n, err := b.body.Read(p)
	b.watch.reading.Store(false)
	if err != nil && b.watch.ctx.Err() != nil {
		// An end after we gave up is no end: told so, a service may close a chunked answer as if it were whole.
		return n, context.Cause(b.watch.ctx)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.body.Close()
	b.watch.stop()
	return err
}

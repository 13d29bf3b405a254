package component

import (
	"cmp"
	"context"
	"io"
	"time"
)

const defaultDrain = 10 * time.Second

// leave ends the stream in order. What still arrives is read and thrown away until the host ends its side: a connection
// that is closed over unread bytes may be reset, and the host then loses what it has not read of ours.
func (c *Component) leave(ctx context.Context, conn *conn, w *writer) {
	conn.SetReadDeadline(time.Time{})
	c.Outbox.leave()
	discarded := make(chan struct{})
	go func() {
		defer close(discarded)
		io.Copy(io.Discard, conn)
	}()
	c.drain(ctx, w)
	w.end(conn)
	conn.SetReadDeadline(time.Now().Add(farewellTime))
	<-discarded
}

// drain lets what was read have its effects, and writes them.
func (c *Component) drain(ctx context.Context, w *writer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(c.Drain, defaultDrain))
	defer cancel()
	defer context.AfterFunc(w.ended, cancel)()
	if c.Settle != nil {
		c.Settle(ctx)
	}
	if err := c.Outbox.Flush(ctx); err != nil {
		c.Log.Warn().Int("bytes", c.Outbox.Size()).Msg("the host did not take everything before the end")
	}
}

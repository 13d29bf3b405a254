package component

import (
	"context"
	"errors"
	"time"
)

// writer is the one goroutine that writes to a connection.
type writer struct {
	stop  context.CancelFunc
	ended context.Context // its end is the writer's, its cause the write error
}

func (c *Component) startWriter(conn *conn) *writer {
	ctx, stop := context.WithCancel(context.Background())
	ended, end := context.WithCancelCause(context.Background())
	go func() {
		err := c.Outbox.Write(ctx, conn)
		if err != nil {
			conn.Close() // so that the reader ends, too
		}
		end(err)
	}()
	return &writer{stop, ended}
}

// end stops the writer and ends the stream unless it was cut. The error is that of a write which failed before.
func (w *writer) end(conn *conn) error {
	failed := w.failed()
	w.stop()
	conn.SetWriteDeadline(time.Now().Add(farewellTime))
	<-w.ended.Done()
	if w.failed() == nil {
		farewell(conn)
	}
	return failed
}

func (w *writer) failed() error {
	err := context.Cause(w.ended)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

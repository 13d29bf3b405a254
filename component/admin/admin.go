// Package admin is the operator's door: over HTTP it tells whether the daemon is well and how much it does. It changes
// nothing and shows nothing of what people write, but asks for no password: it belongs on the machine's own addresses.
package admin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Door is what is served. Its functions are called for each request, at the same time too.
type Door struct {
	Checks  []Check
	Metrics []Metric
}

// Check asks one part of the daemon whether it works. Its error is the end of the sentence "Name: …" and is shown to
// whoever asks.
type Check struct {
	Name string
	Ask  func(context.Context) error
}

// Times, so that a client that dawdles holds nothing for long. A check has less than the whole answer.
const (
	headTime   = 5 * time.Second
	checkTime  = 5 * time.Second
	answerTime = 10 * time.Second
	idleTime   = time.Minute
)

// Handler answers /healthz and /metrics.
func (d Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", d.health)
	mux.HandleFunc("GET /metrics", d.metrics)
	return mux
}

// Serve serves the door on l until ctx ends, which is no error, and closes l.
func (d Door) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler: d.Handler(), ReadHeaderTimeout: headTime, ReadTimeout: headTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		MaxHeaderBytes: 8 << 10,
	}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

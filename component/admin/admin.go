// Package admin is the operator's door: over HTTP it tells whether the daemon is well and what it does. It changes
// nothing and shows nothing of what people write, but asks for no password: it belongs on the machine's own addresses. The
// operator's commands have a door of their own, a socket in the file system.
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
	Checks   []Check
	Metrics  []Metric
	Families func(context.Context) ([]Family, error) // more metrics, which have to be asked for; nil = none
	Page     func(context.Context) (Page, error)     // nil = none
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
	lastTime   = time.Second
)

// Handler answers /healthz, /metrics and, for people, the page at the root.
func (d Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", d.health)
	mux.HandleFunc("GET /metrics", d.metrics)
	if d.Page != nil {
		mux.HandleFunc("GET /{$}", d.page)
	}
	return mux
}

// Serve serves the door on l until ctx ends, which is no error, and closes l.
func (d Door) Serve(ctx context.Context, l net.Listener) error {
	return serve(ctx, l, d.Handler(), answerTime)
}

// Serve serves commands on l until ctx ends, which is no error, and closes l.
func (run Run) Serve(ctx context.Context, l net.Listener) error {
	return serve(ctx, l, run.Handler(), commandTime+answerTime)
}

func serve(ctx context.Context, l net.Listener, h http.Handler, answer time.Duration) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: headTime, ReadTimeout: headTime, WriteTimeout: answer, IdleTimeout: idleTime,
		MaxHeaderBytes: 8 << 10,
	}
	closed := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(closed)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
		defer cancel()
		if s.Shutdown(last) != nil {
			_ = s.Close()
		}
	})()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-closed // whoever asked last has the answer
	return nil
}

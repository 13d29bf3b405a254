package component

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
)

// sinks are where the benchmark writes: into nothing, and into a socket with a reader behind it.
var sinks = map[string]func(*testing.B) io.Writer{
	"discard": func(*testing.B) io.Writer { return io.Discard },
	"tcp":     tcpSink,
}

func tcpSink(b *testing.B) io.Writer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if c, err := l.Accept(); err == nil {
			io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c})
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		c.Close()
		<-done
	})
	return c
}

// One op is one copy of a message of 340 bytes.
func BenchmarkOutbox(b *testing.B) {
	for name, sink := range sinks {
		for _, recipients := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprint(name, "/", recipients), func(b *testing.B) { benchmarkOutbox(b, sink(b), recipients) })
		}
	}
}

func benchmarkOutbox(b *testing.B, sink io.Writer, recipients int) {
	o := NewOutbox(0)
	out := numbered("a", 0, 250)
	to := addrs(recipients)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- o.Write(ctx, sink) }()
	b.ResetTimer()
	for n := 0; n < b.N; n += recipients {
		o.Ready(ctx)
		o.Enqueue("a", out, to)
	}
	o.Flush(ctx)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "copies/s")
	cancel()
	<-done
}

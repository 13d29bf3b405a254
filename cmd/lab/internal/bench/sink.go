package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// sink is a host that costs next to nothing: it takes one component, and counts what comes from it. xep:0114
type sink struct {
	l        net.Listener
	conn     net.Conn
	out      *bufio.Writer
	bytes    atomic.Int64
	watching atomic.Pointer[watch]
	attached chan error
}

func newSink() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{l: l, attached: make(chan error, 1)}
	s.watching.Store(newWatch("\x00", 1))
	go s.accept()
	return s, nil
}

func (s *sink) close() {
	s.l.Close()
	if s.conn != nil {
		s.conn.Close()
	}
}

// accept shakes hands with the component, whatever it says.
func (s *sink) accept() {
	conn, err := s.l.Accept()
	if err != nil {
		s.attached <- err
		return
	}
	in := bufio.NewReaderSize(conn, 1<<20)
	for _, step := range []struct{ until, answer string }{
		{"<stream:stream", ""},
		{">", "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' " +
			"from='" + domain + "' id='1'>"},
		{"</handshake>", "<handshake/>"},
	} {
		if err = skip(in, step.until); err == nil {
			_, err = io.WriteString(conn, step.answer)
		}
		if err != nil {
			s.attached <- err
			return
		}
	}
	s.conn, s.out = conn, bufio.NewWriterSize(conn, 64<<10)
	s.attached <- nil
	s.read(in)
}

func skip(in *bufio.Reader, until string) error {
	var seen []byte
	for !bytes.HasSuffix(seen, []byte(until)) {
		b, err := in.ReadByte()
		if err != nil {
			return err
		}
		seen = append(seen, b)
	}
	return nil
}

func (s *sink) read(in io.Reader) {
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := in.Read(buf[kept:])
		if err != nil {
			return
		}
		s.bytes.Add(int64(n))
		p, w := buf[:kept+n], s.watching.Load()
		w.see(p)
		kept = copy(buf, w.tail(p))
	}
}

// feed is what a sink sends while it counts.
type feed struct {
	out *bufio.Writer
	w   *watch
}

func (f *feed) printf(format string, args ...any) { fmt.Fprintf(f.out, format, args...) }

// await returns when so many tokens have come: a service that gets more than it can store refuses what is too much.
func (f *feed) await(ctx context.Context, count int) {
	if f.w.count.Load() < int64(count) {
		f.out.Flush()
	}
	f.w.await(ctx, count)
}

// until sends what say says, and returns when enough tokens have come.
func (s *sink) until(ctx context.Context, token string, want int, say func(*feed)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := newWatch(token, want)
	s.watching.Store(w)
	sent := make(chan error, 1)
	go func() {
		say(&feed{s.out, w})
		sent <- s.out.Flush()
	}()
	err := w.wait(ctx)
	if err != nil {
		cancel()
		s.conn.Close()
	}
	if failed := <-sent; err == nil {
		err = failed
	}
	return err
}

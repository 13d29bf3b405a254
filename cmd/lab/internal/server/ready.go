package server

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"

	"isthmus/cmd/lab/internal/ports"
)

var errEnded = errors.New("it ended")

// ready returns when every port that should be open is and a client's stream
// is answered: ejabberd listens long before it accepts.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := s.child.Done()
	go func() {
		select {
		case <-ended:
			cancel(errEnded)
		case <-ctx.Done():
		}
	}()
	addrs := []string{s.C2S, s.S2S, s.Web}
	if len(s.options.Components) > 0 {
		addrs = append(addrs, s.Component)
	}
	for _, addr := range addrs {
		if err := ports.WaitOpen(ctx, addr); err != nil {
			return err
		}
	}
	return greeted(ctx, s.C2S, s.Domain)
}

// greeted opens a client's stream and returns when its features have come.
func greeted(ctx context.Context, addr, domain string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	var to bytes.Buffer
	xml.EscapeText(&to, []byte(domain))
	_, err = fmt.Fprintf(conn, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='%s'>", &to)
	if err != nil {
		return err
	}
	greeting := make([]byte, 0, 4096)
	for !bytes.Contains(greeting, []byte("</stream:features>")) {
		if len(greeting) == cap(greeting) {
			return fmt.Errorf("a stream to %s is answered with %q", addr, greeting)
		}
		n, err := conn.Read(greeting[len(greeting):cap(greeting)])
		greeting = greeting[:len(greeting)+n]
		if err != nil {
			return errors.Join(fmt.Errorf("a stream to %s is answered with %q", addr, greeting), noEOF(err), context.Cause(ctx))
		}
	}
	_, err = io.WriteString(conn, "</stream:stream>")
	return err
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Package server starts real XMPP servers, privately.
//
// Each runs from a directory of its own with generated configuration, on
// reserved ports of 127.0.0.1, as a child that cannot outlive this process.
// No service, file or user of the machine's own installation is touched. Any
// user may log in with any password, by SASL PLAIN and without TLS; servers
// reach each other by dialback, also without TLS.
package server

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"isthmus/cmd/lab/internal/child"
	"isthmus/cmd/lab/internal/ports"
)

// Component is a domain that an external component may serve.
type Component struct {
	Domain string
	Secret string
}

// Options describe a server.
type Options struct {
	// Domain is the server's own, where users are.
	Domain string
	// Dir takes configuration, data and logs; it is made where it is missing.
	Dir string
	// Names is the DNS server to ask, at port 53. The zero value leaves the
	// server without any.
	Names netip.Addr
	// Components are the domains open to external components (XEP-0114).
	Components []Component
	// Rooms is the domain of the server's own rooms; empty means none.
	Rooms string
	// Multicast is the domain of ejabberd's XEP-0033 service; empty means
	// none. Prosody has our module for it then, at its own domain.
	Multicast string
	// MulticastClosed makes ejabberd's service refuse what it offers.
	MulticastClosed bool
	// StanzaLimit bounds a stanza on every kind of stream, in bytes; zero
	// means 10 MB.
	StanzaLimit int
	// Debug makes the server log everything.
	Debug bool
}

const defaultStanzaLimit = 10_000_000

// Server is a running server.
type Server struct {
	// Kind is "prosody" or "ejabberd".
	Kind string
	// Domain is where its users are.
	Domain string
	// C2S, S2S and Component are the addresses it listens on, as
	// "127.0.0.1:port". Nobody listens on Component when none was declared.
	C2S, S2S, Component string
	// Web is where browsers connect by WebSocket (RFC 7395), as "127.0.0.1:port"
	// with the path WebPath.
	Web string
	// Log is the file with its output.
	Log string

	options Options
	spec    child.Spec
	child   *child.Child
	ports   [4]*ports.Port
}

// WebPath is the path of the WebSocket on Web.
const WebPath = "/xmpp-websocket"

// stopGrace is for ejabberd, which closes its tables.
const stopGrace = 5 * time.Second

// launch reserves ports, lets plan write the configuration for them and say
// what to run, and starts the server.
func launch(ctx context.Context, kind string, o Options, plan func(*Server) (child.Spec, error)) (_ *Server, err error) {
	if o.StanzaLimit == 0 {
		o.StanzaLimit = defaultStanzaLimit
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	s := &Server{Kind: kind, Domain: o.Domain, Log: filepath.Join(o.Dir, kind+".log"), options: o}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	for i, addr := range []*string{&s.C2S, &s.S2S, &s.Component, &s.Web} {
		if s.ports[i], err = ports.Reserve(); err != nil {
			return nil, err
		}
		*addr = s.ports[i].Addr()
	}
	if s.spec, err = plan(s); err != nil {
		return nil, err
	}
	return s, s.Start(ctx)
}

// Start runs the server again after Stop, with the same configuration, ports
// and data, and returns when it accepts connections. It is killed when ctx
// ends.
func (s *Server) Start(ctx context.Context) (err error) {
	if s.child, err = child.Start(ctx, s.spec); err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return fmt.Errorf("%s for %s: %w\n%s", s.Kind, s.Domain, err, child.Tail(s.Log, 4000))
	}
	return nil
}

// Pid is the running server's process number.
func (s *Server) Pid() int { return s.child.Pid() }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.child.Done() }

// Stop ends the server; its ports refuse.
func (s *Server) Stop() {
	if s.child != nil {
		s.child.Stop(stopGrace)
	}
}

// Kill9 ends the server without a chance to tell anybody.
func (s *Server) Kill9() {
	if s.child != nil {
		s.child.Kill()
	}
}

// Close stops the server and gives its ports back. Its directory stays.
func (s *Server) Close() {
	s.Stop()
	for i, port := range s.ports {
		if port != nil {
			port.Close()
		}
		s.ports[i] = nil
	}
}

// port is the number of a reserved port: 0 c2s, 1 s2s, 2 component, 3 web.
func (s *Server) port(i int) uint16 { return s.ports[i].Number }

// path is what a child needs to find programs; nothing else of our
// environment reaches it.
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Package names is a DNS server that knows where server-to-server streams go.
//
// It answers SRV queries for _xmpp-server._tcp.NAME with target localhost and
// a port from a table, and everything else with an empty answer. It listens on
// an address of its own in 127.0.0.0/8, at port 53 because Erlang's resolver
// configuration names no other; so several laboratories, and several servers
// of one, each ask their own.
package names

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"

	"github.com/miekg/dns"
)

// Server answers until its context ends or it is closed.
type Server struct {
	addr   netip.Addr
	udp    *dns.Server
	tcp    *dns.Server
	forget func() bool
	served sync.WaitGroup

	mu        sync.Mutex
	ports     map[string]uint16
	otherwise uint16
}

// attempts bounds the search for a free address among sixteen million.
const attempts = 64

// Start listens on a free address, for UDP and TCP.
func Start(ctx context.Context) (*Server, error) {
	var err error
	for range attempts {
		addr := netip.AddrFrom4([4]byte{127, byte(rand.IntN(256)), byte(1 + rand.IntN(255)), byte(1 + rand.IntN(254))})
		var s *Server
		s, err = listen(addr)
		if err == nil {
			s.forget = context.AfterFunc(ctx, s.shutdown)
			return s, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, fmt.Errorf("no address for the name server: %w", err)
}

func listen(addr netip.Addr) (*Server, error) {
	at := netip.AddrPortFrom(addr, 53)
	packets, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	streams, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
	if err != nil {
		packets.Close()
		return nil, err
	}
	s := &Server{addr: addr, ports: map[string]uint16{}}
	s.udp = s.serve(&dns.Server{PacketConn: packets})
	s.tcp = s.serve(&dns.Server{Listener: streams})
	return s, nil
}

// serve returns when the server may be shut down.
func (s *Server) serve(d *dns.Server) *dns.Server {
	ready := make(chan struct{})
	d.Handler = dns.HandlerFunc(s.answer)
	d.NotifyStartedFunc = func() { close(ready) }
	s.served.Go(func() { d.ActivateAndServe() })
	<-ready
	return d
}

// Addr is where to ask, at port 53.
func (s *Server) Addr() netip.Addr { return s.addr }

// Set makes streams to domain go to a port of localhost.
func (s *Server) Set(domain string, port uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ports[canonical(domain)] = port
}

// Remove makes domain unknown.
func (s *Server) Remove(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ports, canonical(domain))
}

// SetOthers makes streams to every domain that is not Set go to a port of
// localhost; zero means that they are answered with nothing. A server that is
// told of no stream looks for the domain's address with the machine's own
// resolver, beyond loopback; a port that refuses spares it that.
func (s *Server) SetOthers(port uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.otherwise = port
}

func (s *Server) port(domain string) (uint16, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	port, ok := s.ports[canonical(domain)]
	if !ok {
		port = s.otherwise
	}
	return port, port != 0
}

func canonical(domain string) string { return strings.ToLower(dns.Fqdn(domain)) }

// Close stops answering.
func (s *Server) Close() {
	s.forget()
	s.shutdown()
}

func (s *Server) shutdown() {
	s.udp.Shutdown()
	s.tcp.Shutdown()
	s.served.Wait()
}

const service = "_xmpp-server._tcp."

func (s *Server) answer(w dns.ResponseWriter, query *dns.Msg) {
	reply := new(dns.Msg).SetReply(query)
	reply.RecursionAvailable = true // unbound takes forwarders only that say so
	for _, q := range query.Question {
		if record := s.record(q); record != nil {
			reply.Answer = append(reply.Answer, record)
		}
	}
	w.WriteMsg(reply)
}

// record is the answer to one question, or nil. Its time to live is zero: the
// table changes while servers run.
func (s *Server) record(q dns.Question) dns.RR {
	domain, ours := strings.CutPrefix(strings.ToLower(q.Name), service)
	if !ours || q.Qtype != dns.TypeSRV || q.Qclass != dns.ClassINET {
		return nil
	}
	port, ok := s.port(domain)
	if !ok {
		return nil
	}
	return &dns.SRV{
		Hdr:    dns.RR_Header{Name: q.Name, Rrtype: dns.TypeSRV, Class: dns.ClassINET},
		Port:   port,
		Target: "localhost.",
	}
}

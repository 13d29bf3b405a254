package names

import (
	"context"
	"net"
	"testing"

	"github.com/miekg/dns"
)

func ask(t *testing.T, s *Server, network, name string, kind uint16) []dns.RR {
	t.Helper()
	query := new(dns.Msg).SetQuestion(name, kind)
	reply, _, err := (&dns.Client{Net: network}).ExchangeContext(t.Context(), query, net.JoinHostPort(s.Addr().String(), "53"))
	if err != nil {
		t.Fatal(err)
	}
	if reply.Rcode != dns.RcodeSuccess {
		t.Fatalf("%s: %s", name, dns.RcodeToString[reply.Rcode])
	}
	return reply.Answer
}

func TestAnswersTheTableAndNothingElse(t *testing.T) {
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Set("rooms.wonderland.lit", 7001)

	for _, network := range []string{"udp", "tcp"} {
		// Resolvers vary the case of a question (0x20) and compare the answer.
		answer := ask(t, s, network, "_xmpp-server._tcp.Rooms.wonderland.LIT.", dns.TypeSRV)
		if len(answer) != 1 {
			t.Fatalf("over %s: %v", network, answer)
		}
		srv := answer[0].(*dns.SRV)
		if srv.Port != 7001 || srv.Target != "localhost." || srv.Hdr.Name != "_xmpp-server._tcp.Rooms.wonderland.LIT." {
			t.Errorf("over %s: %v", network, srv)
		}
	}

	for name, kind := range map[string]uint16{
		"_xmpp-server._tcp.denmark.lit.":           dns.TypeSRV,
		"_xmpps-server._tcp.rooms.wonderland.lit.": dns.TypeSRV,
		"rooms.wonderland.lit.":                    dns.TypeA,
		"localhost.":                               dns.TypeAAAA,
	} {
		if answer := ask(t, s, "udp", name, kind); len(answer) != 0 {
			t.Errorf("%s: %v", name, answer)
		}
	}
}

func TestTableChangesWhileItRuns(t *testing.T) {
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for port := uint16(1); port < 5; port++ {
		s.Set("denmark.lit", port)
		if srv := ask(t, s, "udp", "_xmpp-server._tcp.denmark.lit.", dns.TypeSRV)[0].(*dns.SRV); srv.Port != port {
			t.Errorf("got port %d after setting %d", srv.Port, port)
		}
	}
	s.Remove("denmark.lit")
	if answer := ask(t, s, "udp", "_xmpp-server._tcp.denmark.lit.", dns.TypeSRV); len(answer) != 0 {
		t.Errorf("removed, but answered: %v", answer)
	}
}

func TestOthers(t *testing.T) {
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Set("denmark.lit", 1)
	s.SetOthers(2)
	for domain, port := range map[string]uint16{"denmark.lit.": 1, "norway.lit.": 2} {
		if srv := ask(t, s, "udp", service+domain, dns.TypeSRV)[0].(*dns.SRV); srv.Port != port {
			t.Errorf("%s: port %d", domain, srv.Port)
		}
	}
}

// Each laboratory has an address of its own, and gives it back.
func TestSeveralAtOnceAndTheContextEndsThem(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	first, err := Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Addr() == second.Addr() {
		t.Fatalf("both at %v", first.Addr())
	}
	cancel()
	first.served.Wait()
	again, err := listen(first.Addr())
	if err != nil {
		t.Fatal(err)
	}
	again.shutdown()
}

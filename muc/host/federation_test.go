package host_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// net is two hosts whose servers reach each other: what one sends to the other's rooms arrives there, in order.
type net struct {
	t     *testing.T
	hosts map[string]*host.Host // by domain
	queue chan []byte
	mu    sync.Mutex
	since map[string]time.Time // when the hosts were attached, by domain
	store map[string]*memory.Store
	ends  map[string]func()
	tune  map[string]func(*muc.LinkConfig) // how links are, by domain
	deaf  string                           // what has this in it is lost between the hosts; set it while nothing moves
	cut   bool                             // nothing gets from one to the other
	rooms map[string]muc.Federation
	users []string // what users received
	wire  []string // what crossed between the hosts
	log   page     // of all hosts
}

// page is a log that several write to.
type page struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// exit is the outbox of one host.
type exit struct{ n *net }

func (e exit) Ready(context.Context) error { return nil }

func (e exit) Enqueue(_ string, out stanza.Out, to []stanza.Addr) {
	for _, a := range to {
		e.n.queue <- out.To(a)
	}
}

func federated(t *testing.T, rooms map[string]muc.Federation) *net { return tuned(t, rooms, nil) }

func tuned(t *testing.T, rooms map[string]muc.Federation, tune map[string]func(*muc.LinkConfig)) *net {
	n := &net{t: t, tune: tune, hosts: map[string]*host.Host{}, queue: make(chan []byte, 10000), since: map[string]time.Time{}}
	n.rooms, n.store, n.ends = rooms, map[string]*memory.Store{}, map[string]func(){}
	for domain := range peers {
		n.store[domain] = memory.New()
		n.start(domain)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { n.route(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		for _, end := range n.ends {
			end()
		}
	})
	return n
}

var peers = map[string]string{"a.example": "b.example", "b.example": "a.example"}

// start makes a host of what its store has.
func (n *net) start(domain string) {
	h := host.New(host.Options{
		Settings: n.settings(domain), Store: n.store[domain], Out: exit{n}, Log: zerolog.New(&n.log), Shards: 2, Attached: n.attached(domain),
	})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.Run(ctx) })
	n.ends[domain] = func() { cancel(); wg.Wait() }
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[domain] = h
}

// settings are the rules of a host.
func (n *net) settings(domain string) *muc.Settings {
	s := muctest.Defaults()
	s.Service, s.Peers, s.Defaults.Persistent = domain, []string{peers[domain]}, true
	s.LocalDomains = []string{"users." + domain[:1]}
	s.Federation = map[string]muc.Federation{"den": n.rooms[domain]}
	s.Link.Ping = time.Minute
	if f := n.tune[domain]; f != nil {
		f(&s.Link)
	}
	return s
}

// host is the one for a domain, nil for users.
func (n *net) host(domain string) *host.Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hosts[domain]
}

// part cuts the servers off from each other, or brings them together again.
func (n *net) part(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
}

// lost tells whether a stanza is between two hosts that cannot hear each other.
func (n *net) lost(st *stanza.Stanza) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cut && peers[st.From.Domain] == st.To.Domain
}

func (n *net) attached(domain string) func() (time.Time, bool) {
	return func() (time.Time, bool) {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.since[domain], true
	}
}

// reattach says that a host's server was away for a moment.
func (n *net) reattach(domain string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.since[domain] = time.Now()
}

// route carries stanzas until the end.
func (n *net) route(ctx context.Context) {
	for {
		select {
		case raw := <-n.queue:
			st, err := stanza.Parse(raw)
			if err != nil {
				n.t.Errorf("sent a broken stanza: %s", raw)
				return
			}
			if n.lost(st) || n.deaf != "" && strings.Contains(string(raw), n.deaf) {
				continue
			}
			n.keep(st.To.Domain, string(raw))
			if h := n.host(st.To.Domain); h != nil {
				h.Deliver(ctx, st)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (n *net) keep(domain, raw string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[domain] != nil {
		n.wire = append(n.wire, raw)
		return
	}
	n.users = append(n.users, raw)
}

// send lets a user act, waits until nothing moves, and returns what users received and what crossed.
func (n *net) send(xml string) (users, wire string) {
	n.t.Helper()
	st, err := stanza.Parse([]byte(xml))
	if err != nil {
		n.t.Fatal(err)
	}
	n.host(st.To.Domain).Deliver(context.Background(), st)
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	users, wire = strings.Join(n.users, "\n"), strings.Join(n.wire, "\n")
	n.users, n.wire = nil, nil
	return users, wire
}

func (n *net) enter(who, room, nick string) (users, wire string) {
	return n.send("<presence from='" + who + "' to='" + room + "/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
}

func (n *net) configure(who, room, fields string) (users, wire string) {
	return n.send("<iq type='set' id='c' from='" + who + "' to='" + room + "'><query xmlns='http://jabber.org/protocol/muc#owner'>" +
		"<x xmlns='jabber:x:data' type='submit'>" + fields + "</x></query></iq>")
}

func (n *net) say(who, room, body string) (users, wire string) {
	return n.send("<message type='groupchat' id='" + body + "' from='" + who + "' to='" + room + "'><body>" + body + "</body></message>")
}

func count(t *testing.T, in, what string, want int) {
	t.Helper()
	if n := strings.Count(in, what); n != want {
		t.Fatalf("%s came %d times, expected %d, in\n%s", what, n, want, in)
	}
}

const (
	alice, bob     = "alice@users.a/pc", "bob@users.b/pc"
	denOfA, denOfB = "den@a.example", "den@b.example"
)

// TestFederatedHosts links two rooms by the administrators' word, and lets the last user of the joining side leave.
func TestFederatedHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := federated(t, map[string]muc.Federation{"a.example": {Accept: []string{"b.example"}}, "b.example": {Join: denOfA}})
		n.enter(alice, denOfA, "Alice")
		n.configure(alice, denOfA, "")
		_, wire := n.enter(bob, denOfB, "Bob")
		count(t, wire, "<presence", 0) // the room is not open yet
		users, _ := n.configure(bob, denOfB, "")
		count(t, users, "from='den@b.example/Alice'", 1)
		users, wire = n.say(alice, denOfA, "m1")
		count(t, users, "<body>m1</body>", 2)
		count(t, wire, "<body>m1</body>", 1)
		users, wire = n.say(bob, denOfB, "m2")
		count(t, users, "<body>m2</body>", 2)
		count(t, wire, "<body>m2</body>", 1)
		_, wire = n.send("<presence type='unavailable' from='" + bob + "' to='den@b.example/Bob'/>")
		count(t, wire, "<left/>", 1)
		if rooms := n.hosts["b.example"].Rooms(); rooms != 0 {
			t.Fatalf("%d rooms in memory with nobody there", rooms)
		}
		_, wire = n.say(alice, denOfA, "m3")
		count(t, wire, "<", 0)
		users, _ = n.enter(bob, denOfB, "Bob")
		count(t, users, "<body>m3</body>", 1)
		count(t, users, "<body>m1</body>", 1)
	})
}

// TestFederatedByForm lets the owners do the same, and take it back.
func TestFederatedByForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := federated(t, nil)
		n.enter(alice, denOfA, "Alice")
		n.enter(bob, denOfB, "Bob")
		n.configure(alice, denOfA, "<field var='{urn:isthmus:0}federation_accept'><value>den@b.example</value></field>")
		users, _ := n.configure(bob, denOfB, "<field var='{urn:isthmus:0}federation_join'><value>stranger@c.example</value></field>")
		count(t, users, "not-acceptable", 1)
		users, _ = n.configure(bob, denOfB, "<field var='{urn:isthmus:0}federation_join'><value>den@a.example</value></field>")
		count(t, users, "from='den@a.example/Bob'", 1)
		count(t, users, "from='den@b.example/Alice'", 1)
		users, wire := n.configure(alice, denOfA, "<field var='{urn:isthmus:0}federation_accept'/>")
		count(t, wire, "<left/>", 1)
		count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
		count(t, users, "<presence from='den@b.example/Alice' type='unavailable'", 1)
		_, wire = n.say(bob, denOfB, "m1")
		count(t, wire, "m1", 0)
	})
}

// TestBothJoin configures each room to join the other: exactly one link results, whoever enters first.
func TestBothJoin(t *testing.T) {
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			n := federated(t, map[string]muc.Federation{
				"a.example": {Join: denOfB, Accept: []string{denOfB}}, "b.example": {Join: denOfA, Accept: []string{denOfA}},
			})
			order := [][2]string{{alice, denOfA}, {bob, denOfB}}
			if !first {
				order[0], order[1] = order[1], order[0]
			}
			for _, o := range order {
				n.enter(o[0], o[1], o[0][:3])
				n.configure(o[0], o[1], "")
			}
			time.Sleep(time.Hour) // whatever tries again has tried
			n.say(alice, denOfA, "warm")
			users, wire := n.say(alice, denOfA, "m1")
			count(t, users, "<body>m1</body>", 2)
			count(t, wire, "<body>m1</body>", 1)
			users, wire = n.say(bob, denOfB, "m2")
			count(t, users, "<body>m2</body>", 2)
			count(t, wire, "<body>m2</body>", 1)
		})
	}
}

// TestUnwelcome: nobody may federate by default, and is told so.
func TestUnwelcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := federated(t, map[string]muc.Federation{"b.example": {Join: denOfA}})
		n.enter(alice, denOfA, "Alice")
		n.configure(alice, denOfA, "")
		n.enter(bob, denOfB, "Bob")
		users, wire := n.configure(bob, denOfB, "")
		count(t, wire, "<reject>", 1)
		count(t, users, "den@a.example/Bob", 0)
		users, _ = n.say(bob, denOfB, "m1")
		count(t, users, "<body>m1</body>", 1)
	})
}

// linked is two rooms of which B's has joined A's, with alice and bob in them under these nicks.
func linked(t *testing.T, nickOfAlice, nickOfBob string) *net {
	n := federated(t, map[string]muc.Federation{"a.example": {Accept: []string{"b.example"}}, "b.example": {Join: denOfA}})
	n.enter(alice, denOfA, nickOfAlice)
	n.configure(alice, denOfA, "")
	n.enter(bob, denOfB, nickOfBob)
	n.configure(bob, denOfB, "")
	return n
}

// TestSameNick: two users never share a nick, and private messages reach whom they mean.
func TestSameNick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Sam", "Sam")
		users, _ := n.say(bob, denOfB, "m1")
		count(t, users, "from='den@a.example/Sam (users.b)'", 1)
		count(t, users, "from='den@b.example/Sam'", 1)
		users, _ = n.send("<message type='chat' id='p1' from='" + alice + "' to='den@a.example/Sam (users.b)'><body>psst</body></message>")
		count(t, users, "from='den@b.example/Sam (users.a)'", 1)
		count(t, users, "to='"+bob+"'", 1)
		users, _ = n.send("<message type='chat' id='p2' from='" + bob + "' to='den@b.example/Sam (users.a)'><body>yes?</body></message>")
		count(t, users, "from='den@a.example/Sam (users.b)'", 1)
		count(t, users, "to='"+alice+"'", 1)
		users, _ = n.send("<message type='error' id='p1' from='" + bob + "' to='den@b.example/Sam (users.a)'><error type='cancel'>" +
			"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
		count(t, users, "<service-unavailable", 1)
		count(t, users, "to='"+alice+"'", 1)
	})
}

// TestKickAcrossNodes: a moderator removes somebody of another node, whose own room takes him out.
func TestKickAcrossNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Alice", "Bob")
		users, _ := n.send("<iq type='set' id='k' from='" + alice + "' to='" + denOfA + "'><query xmlns='http://jabber.org/protocol/muc#admin'>" +
			"<item nick='Bob' role='none'><reason>enough</reason></item></query></iq>")
		count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
		count(t, users, "<presence from='den@b.example/Bob' type='unavailable'", 1)
		count(t, users, "<status code='110'/><status code='307'/>", 1)
		count(t, users, "<reason>enough</reason>", 2)
	})
}

// TestOwnUserThroughPeer: whoever a peer says is a user of ours is not let in, and hears why; the link stays.
func TestOwnUserThroughPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Alice", "Bob")
		users, wire := n.enter("alice@users.a/evil", denOfB, "Alice2")
		count(t, users, "den@a.example/Alice2", 0)
		count(t, wire, "<reason>The other node takes nobody of your domain from this one.</reason>", 2) // and the confirmation
		count(t, users, "<status code='110'/><status code='307'/>", 1)
		users, _ = n.say("alice@users.a/evil", denOfB, "m1")
		count(t, users, "<body>m1</body>", 0)
		users, _ = n.say(bob, denOfB, "m2")
		count(t, users, "<body>m2</body>", 2)
	})
}

// TestFullForAll: the limit of a room holds for users of other nodes, who are sent home.
func TestFullForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Alice", "Bob")
		n.configure(alice, denOfA, "<field var='muc#roomconfig_maxusers'><value>2</value></field>")
		users, _ := n.enter("carl@users.b/pc", denOfB, "Carl")
		count(t, users, "den@a.example/Carl", 0)
		count(t, users, "<status code='110'/><status code='307'/>", 1)
	})
}

// TestOwnStreamLost: what was under way when our own stream was lost may never arrive, so the rooms join again, and nobody is
// seen to leave or to come.
func TestOwnStreamLost(t *testing.T) {
	for _, domain := range []string{"a.example", "b.example"} {
		synctest.Test(t, func(t *testing.T) {
			n := linked(t, "Alice", "Bob")
			time.Sleep(time.Minute)
			n.reattach(domain)
			_, wire := n.say(alice, denOfA, "m1")
			_, again := n.say(bob, denOfB, "m2")
			time.Sleep(time.Minute)
			users, more := n.say(alice, denOfA, "m3")
			count(t, wire+again+more, "<history", 1)
			count(t, users, "<body>m3</body>", 2)
			count(t, users, "unavailable", 0)
			count(t, more, "<body>m3</body>", 1)
		})
	}
}

// TestTooManyPeers: where a whole service may join, no more of its rooms do than the room can bear; whoever is too many is told.
func TestTooManyPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := federated(t, map[string]muc.Federation{"a.example": {Accept: []string{"b.example"}}})
		n.enter(alice, denOfA, "Alice")
		n.configure(alice, denOfA, "")
		rejected := 0
		for i := range 120 {
			_, wire := n.send(fmt.Sprintf("<presence from='r%[1]d@b.example/Ghost%[1]d' to='den@a.example/Ghost%[1]d'>"+
				"<x xmlns='http://jabber.org/protocol/muc'/><x xmlns='http://jabber.org/protocol/muc#user'/>"+
				"<fmuc xmlns='http://isode.com/protocol/fmuc' from='ghost%[1]d@users.b/pc'/></presence>", i))
			rejected += strings.Count(wire, "<reject>Too many rooms have joined this one.</reject>")
		}
		if rejected != 20 {
			t.Errorf("%d of 120 rooms were rejected", rejected)
		}
	})
}

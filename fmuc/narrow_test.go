package fmuc_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// lane is what lies between a pair: so much passes in a second, and it takes its time. What waits in front of it waits in a
// server.
type lane struct {
	p       *pair
	rate    int // bit/s, 0 = any
	latency time.Duration
	longest int // seconds that something has waited in front of it
	way     []parcel
	busy    map[wire]time.Time
}

type parcel struct {
	at time.Time
	st *stanza.Stanza
}

// run lets time go by, in steps.
func (n *lane) run(d time.Duration) {
	const step = 100 * time.Millisecond
	p := n.p
	if n.busy == nil {
		n.busy = map[wire]time.Time{}
	}
	for end := p.now.Add(d); p.now.Before(end); {
		p.held = true
		p.pass(step)
		for _, k := range p.loaded() {
			list := p.wires[k]
			delete(p.wires, k)
			for _, st := range list {
				b := later(n.busy[k], p.now)
				if n.rate > 0 {
					size := 250
					for _, e := range st.Children {
						size += len(e.Raw)
					}
					b = b.Add(time.Duration(size*8) * time.Second / time.Duration(n.rate))
				}
				n.busy[k] = b
				n.longest = max(n.longest, int(b.Sub(p.now)/time.Second))
				n.way = append(n.way, parcel{b.Add(n.latency), st})
			}
		}
		var rest []parcel
		for _, x := range n.way {
			if x.at.After(p.now) {
				rest = append(rest, x)
				continue
			}
			p.take(x.st)
		}
		n.way = rest
		p.see(p.outsNow())
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *pair) outsNow() []muctest.Out {
	outs := p.outs
	p.outs = nil
	return outs
}

func (p *pair) outages() (n int) {
	for _, x := range p.notes {
		if fmuc.Kinds[x.Kind].Outage || x.Kind == fmuc.Vain {
			n++
		}
	}
	return n
}

// G2: with patient timers a link with a latency of four minutes is up and stays up.
func TestFarAway(t *testing.T) {
	p := newPair(t, func(c *muc.LinkConfig) {
		c.JoinTimeout, c.Ping, c.PingTimeout, c.Retry = 10*time.Minute, 10*time.Minute, 10*time.Minute, 10*time.Minute
	})
	n := &lane{p: p, latency: 4 * time.Minute}
	p.held = true
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	n.run(20 * time.Minute)
	p.notes = nil
	for range 10 {
		p.held = true
		p.say(alice)
		p.say(hamlet)
		n.run(12 * time.Minute)
	}
	p.agree()
	if p.outages() > 0 || len(alice.order) != 20 || len(hamlet.order) != 20 {
		t.Errorf("%v; heard %d and %d", p.notes, len(alice.order), len(hamlet.order))
	}
}

// A link of whose speed nothing was said finds out: so much is under way as the link carries, a slow one is not taken for
// dead, and a far one is not kept idle.
func TestWindowFindsOut(t *testing.T) {
	for _, test := range []struct {
		name    string
		rate    int
		latency time.Duration
		count   int
		within  time.Duration
		waiting int // seconds
	}{
		{"2400 bit/s", slow, 1500 * time.Millisecond, 300, 600 * time.Second, 75},
		{"satellite", 2_000_000, 300 * time.Millisecond, 1000, 8 * time.Second, 2},
		{"near", 0, 0, 300, 4 * time.Second, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPair(t)
			n := &lane{p: p, rate: test.rate, latency: test.latency}
			alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
			p.pass(time.Minute)
			p.notes = nil
			p.held = true
			for range test.count {
				p.say(hamlet)
			}
			n.run(test.within)
			if p.outages() > 0 || len(alice.order) != test.count || n.longest > test.waiting {
				t.Errorf("%v; heard %d, waited %d s", p.notes, len(alice.order), n.longest)
			}
		})
	}
}

// A message that needs longer than a ping may take is no outage.
func TestLongMessage(t *testing.T) {
	p := slowPair(t, slow, muc.PresenceFull)
	n := &lane{p: p, rate: slow, latency: time.Second}
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	p.calm()
	p.notes = nil
	p.held = true
	p.from(hamlet.jid, hamlet.room, "<message type='groupchat' id='long' to='%s'><body>"+strings.Repeat("words ", 10_000)+"</body></message>")
	n.run(4 * time.Minute)
	if p.outages() > 0 || alice.heard["long"] != 1 {
		t.Errorf("%v; heard %v", p.notes, alice.heard)
	}
	if d := p.link(roomJ).Status().RoundTrip; d > 10*time.Second {
		t.Errorf("a round trip took %s", d)
	}
}

// After an outage everybody is announced again, one after the other: whoever has stayed has not left for anybody, however long
// that takes.
func TestSlowReturn(t *testing.T) {
	p := newPair(t, func(c *muc.LinkConfig) { c.Rate, c.Grace = slow, time.Hour })
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	for i := range 35 {
		p.enter(roomJ, "j"+strconv.Itoa(i))
		p.enter(roomP, "p"+strconv.Itoa(i))
	}
	p.calm()
	p.agree()
	p.hole(5 * time.Minute)
	clear(alice.shown)
	clear(hamlet.shown)
	n := &lane{p: p, rate: slow, latency: 1500 * time.Millisecond}
	n.run(20 * time.Minute)
	p.agree()
	if len(alice.shown)+len(hamlet.shown) > 0 || p.link(roomJ).State() != "up" {
		t.Errorf("alice was shown %v, hamlet %v", alice.shown, hamlet.shown)
	}
}

// What is in no log waits for a while. When too much does, the author of a private message is told.
func TestUnlogged(t *testing.T) {
	p := slowPair(t, 300, muc.PresenceFull)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	p.calm()
	failed := 0
	send := func(i int) {
		st := fromPeer(t, "<message type='chat' id='p%d' to='j@muc.example/alice'><body>%d</body></message>", i, i)
		st.From = stanza.MustJID(hamlet.jid)
		for _, o := range p.Deliver(p.now, st) {
			if strings.Contains(string(o.XML), "<resource-constraint") && o.To == hamlet.jid {
				failed++
			} else {
				p.see([]muctest.Out{o})
			}
		}
	}
	for i := range 100 {
		send(i)
	}
	p.from(hamlet.jid, hamlet.room, "<message type='groupchat' id='typing' to='%s'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>")
	p.calm()
	if n := len(alice.order); n+failed != 100 || failed < 20 || n < 50 {
		t.Errorf("%d have come, %d have not", n, failed)
	}
}

// B8, G3: a peer that says nothing more costs no memory and no time, whatever happens in the room.
func TestDeadPeerCostsNothing(t *testing.T) {
	for _, rate := range []int{0, slow} {
		c := config(true)
		c.Rate, c.Ping, c.PingTimeout = rate, time.Hour, time.Hour
		l := fmuc.New(c)
		l.Handle(fmuc.Event{At: muctest.Start, Stanza: fromPeer(t, announcement, "first")})
		l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.State{Occupants: []muc.Entered{{Person: person("ann")}}}})
		now, sent := muctest.Start, 0
		handle := func(f muc.Fact) {
			now = now.Add(time.Second / 100)
			sent += sends(l.Handle(fmuc.Event{At: now, Fact: f}))
		}
		for i := range 50_000 {
			who := person("guest" + strconv.Itoa(i))
			handle(muc.Entered{Person: who})
			handle(muc.Changed{Person: who, Payload: []byte("<show>away</show>")})
			handle(muc.Said{Person: person("ann"), ID: strconv.Itoa(i), StanzaID: strconv.Itoa(i)})
			handle(muc.Left{Person: who})
		}
		if n := l.Size(); n > 5_000 || sent > 2_500 {
			t.Errorf("rate %d: %d things are remembered, %d stanzas were sent", rate, n, sent)
		}
	}
}

// G3: what a message in a room of 50 costs, with no link and with one whose peer says nothing and whose people come and go.
func BenchmarkFanOut(b *testing.B) {
	for _, linked := range []bool{false, true} {
		b.Run("linked "+strconv.FormatBool(linked), func(b *testing.B) {
			p := slowPair(b, slow, muc.PresenceFull)
			if !linked {
				p.settings.Federation = nil
				p.settle(roomJ)
			}
			for i := range 50 {
				p.enter(roomJ, "u"+strconv.Itoa(i))
			}
			p.held = true
			u := p.users["u7@j.example/pc"]
			took := make([]time.Duration, b.N)
			b.ResetTimer()
			for i := range b.N {
				st := fromPeer(b, "<message type='groupchat' id='b%d' to='j@muc.example'><body>To be, or not to be</body></message>", i)
				st.From = stanza.MustJID(u.jid)
				began := time.Now()
				p.Deliver(p.now.Add(time.Millisecond), st)
				took[i] = time.Since(began)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
		})
	}
}

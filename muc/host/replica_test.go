package host_test

import (
	"context"
	"fmt"
	"slices"
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
	"isthmus/storage"
	"isthmus/storage/memory"
)

// mortal is a host with a replica that is killed after so many commits and stanzas, and the world around it: its primary, and
// alice in it. Of what the dead one does nothing is seen or stored.
type mortal struct {
	t     *testing.T
	store *memory.Store
	mu    sync.Mutex
	fuse  int // negative for never
	dead  bool
	life  *host.Host
	stop  func()
	inbox []*stanza.Stanza // of the primary

	log   []string // what the primary has
	heard map[string]int
	told  map[string]int // errors
}

func (m *mortal) burns() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fuse == 0 {
		m.dead = true
	}
	m.fuse--
	return m.dead
}

// hand is what one life of the host writes with.
type hand struct {
	storage.Store
	m   *mortal
	ctx context.Context
}

func (h hand) Commit(ctx context.Context, batch []storage.Change) error {
	if h.ctx.Err() == nil && !h.m.burns() {
		return h.Store.Commit(ctx, batch)
	}
	<-h.ctx.Done()
	<-ctx.Done()
	return ctx.Err()
}

func (h hand) Ready(context.Context) error { return nil }

func (h hand) Enqueue(_ string, out stanza.Out, to []stanza.Addr) {
	if h.ctx.Err() != nil || h.m.burns() {
		return
	}
	for _, a := range to {
		st, err := stanza.Parse(out.To(a))
		if err != nil {
			panic(err)
		}
		h.m.take(st)
	}
}

// take takes what the host has sent.
func (m *mortal) take(st *stanza.Stanza) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case st.To.Domain == "far.example":
		m.inbox = append(m.inbox, st)
	case st.IsError() && st.Kind == stanza.Message:
		m.told[st.ID]++
	case st.Has("", "body"):
		m.heard[st.ID]++
	}
}

func (m *mortal) start() {
	s := muctest.Defaults()
	s.Peers, s.Federation = []string{"far.example"}, map[string]muc.Federation{"den": {Join: "rabbithole@far.example"}}
	s.Link.Mode, s.PingIdle = muc.MasterSlave, 0
	ctx, cancel := context.WithCancel(context.Background())
	h := hand{m.store, m, ctx}
	m.life = host.New(host.Options{Settings: s, Store: h, Out: h, Log: zerolog.Nop(), Birth: muctest.Birth})
	var wg sync.WaitGroup
	wg.Go(func() { _ = m.life.Run(ctx) })
	m.stop = func() { cancel(); wg.Wait() }
	synctest.Wait()
}

// deliver hands the host a stanza, and lets the primary do its part until nothing moves: it repeats what it is asked to, if it
// does at all, and answers requests to join with what it has.
func (m *mortal) deliver(repeats bool, xml string) {
	st, err := stanza.Parse([]byte(strings.NewReplacer(
		"{muc}", "http://jabber.org/protocol/muc", "{fmuc}", "http://isode.com/protocol/fmuc", "{user}", "http://jabber.org/protocol/muc#user",
	).Replace(xml)))
	if err != nil {
		m.t.Fatal(err)
	}
	m.life.Deliver(context.Background(), st)
	m.answer(repeats)
}

func (m *mortal) answer(repeats bool) {
	synctest.Wait()
	m.mu.Lock()
	list := m.inbox
	m.inbox = nil
	m.mu.Unlock()
	for _, st := range list {
		m.primary(repeats, st)
	}
}

// pass lets time go by.
func (m *mortal) pass(repeats bool, d time.Duration) {
	for range d / time.Second {
		time.Sleep(time.Second)
		m.answer(repeats)
	}
}

func (m *mortal) primary(repeats bool, st *stanza.Stanza) {
	const delay = "<delay xmlns='urn:xmpp:delay' from='rabbithole@far.example' stamp='2026-01-01T00:00:01Z'/>"
	say := func(id, late string) {
		m.deliver(repeats, "<message type='groupchat' id='"+id+"' from='rabbithole@far.example/Alice' to='den@muc.example'><body>hi</body>"+
			late+"<fmuc xmlns='{fmuc}' from='alice@a.example/pc'/></message>")
	}
	switch {
	case st.Type == "get":
		m.deliver(repeats, fmt.Sprintf("<iq type='result' id='%s' from='rabbithole@far.example' to='den@muc.example'/>", st.ID))
	case strings.HasPrefix(st.ID, "isthmus:join:"):
		for _, id := range m.log {
			say(id, delay)
		}
		m.deliver(repeats, "<message type='groupchat' from='rabbithole@far.example' to='den@muc.example'><subject/>"+delay+
			"<fmuc xmlns='{fmuc}' from='rabbithole@far.example'/></message>")
	case st.Has("", "body") && !slices.Contains(m.log, st.ID):
		m.log = append(m.log, st.ID)
		if repeats {
			say(st.ID, "")
		}
	}
}

// TestReplicaIsKilled kills a replica at each instant between a message's arrival and its end. Its author hears the message if
// the primary has it, and an error if not, whatever the primary has managed to repeat; and no instant leaves him with both.
func TestReplicaIsKilled(t *testing.T) {
	for _, repeats := range []bool{true, false} {
		over := false
		for fuse := 0; !over; fuse++ {
			synctest.Test(t, func(t *testing.T) { over = killedAt(t, repeats, fuse) })
		}
	}
}

// killedAt tells whether the message had come to its end before.
func killedAt(t *testing.T, repeats bool, fuse int) (over bool) {
	time.Sleep(time.Until(muctest.Start))
	m := &mortal{t: t, store: memory.New(), fuse: -1, heard: map[string]int{}, told: map[string]int{}}
	m.start()
	m.deliver(true, "<presence from='alice@a.example/pc' to='den@muc.example/Alice'><x xmlns='{muc}'/></presence>")
	m.deliver(true, "<iq type='set' id='c' from='alice@a.example/pc' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
		"<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
	time.Sleep(time.Second)
	synctest.Wait() // who is in the room is stored
	m.mu.Lock()
	m.fuse = fuse
	m.mu.Unlock()
	m.deliver(repeats, "<message type='groupchat' id='m1' from='alice@a.example/pc' to='den@muc.example'><body>hi</body></message>")
	m.mu.Lock()
	early := m.dead
	m.mu.Unlock()
	if !early {
		m.pass(repeats, 10*time.Minute)
	}
	m.mu.Lock()
	over = !m.dead
	m.dead, m.fuse = false, -1
	m.mu.Unlock()
	stored, err := m.store.Load(t.Context(), "den@muc.example", 10)
	if err != nil {
		t.Fatal(err)
	}
	go m.stop()
	old := m.stop
	m.start()
	m.pass(repeats, 20*time.Minute)
	m.check(over, early, stored, fmt.Sprintf("killed after %d steps, over: %v, the primary repeats: %v", fuse, over, repeats))
	m.stop()
	old()
	return over
}

func (m *mortal) check(over, early bool, stored *storage.Room, when string) {
	heard, told, has := m.heard["m1"], m.told["m1"], len(m.log) > 0
	switch {
	case heard > 0 && told > 0:
		m.t.Errorf("%s: she heard the message and %d errors", when, told)
	case len(stored.Proposals)+len(stored.History) > 0 && heard+told == 0 && len(stored.History) == 0:
		m.t.Errorf("%s: she heard nothing", when)
	case early && has && told > 0:
		m.t.Errorf("%s: it was refused, and the primary has it", when)
	case !has && heard > 0, heard > 1:
		m.t.Errorf("%s: she heard it %d times", when, heard)
	case over && heard+told != 1, told > 2:
		m.t.Errorf("%s: %d errors", when, told)
	}
}

package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/server"
	"isthmus/component"
	"isthmus/component/stanza"
	"isthmus/fmuc/openfire"
)

// fire is a service with rooms of Openfire, attached to a server as a component. Its users are made up.
type fire struct {
	t      *testing.T
	ctx    context.Context
	domain string
	outbox *component.Outbox

	mu      sync.Mutex
	rooms   map[string]*openfire.Room
	changed chan struct{} // closed when something has happened
}

// ignite attaches it, and waits until it is.
func ignite(t *testing.T, ctx context.Context, s *server.Server, c server.Component) *fire {
	f := &fire{t: t, ctx: ctx, domain: c.Domain, outbox: component.NewOutbox(0), rooms: map[string]*openfire.Room{}, changed: make(chan struct{})}
	up := make(chan struct{})
	once := sync.OnceFunc(func() { close(up) })
	k := &component.Component{
		Addr: s.Component, Domain: c.Domain, Secret: c.Secret, Outbox: f.outbox, Log: zerolog.Nop(),
		Handle: f.take, Up: func() { once() },
	}
	run, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = k.Run(run) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	select {
	case <-up:
	case <-ctx.Done():
		t.Fatal("the component is not let in")
	}
	return f
}

// room makes one.
func (f *fire) room(name string) *openfire.Room {
	r := openfire.New(stanza.MustJID(name + "@" + f.domain))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rooms[r.JID.String()] = r
	return r
}

func (f *fire) take(_ context.Context, st *stanza.Stanza) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.rooms[st.To.Bare().String()]; r != nil {
		r.Now = time.Now()
		r.Take(st)
		f.flush(r)
	}
}

// flush sends what a room has to say, and tells whoever waits.
func (f *fire) flush(r *openfire.Room) {
	for _, raw := range r.Sent() {
		st, err := stanza.Parse(raw)
		if err != nil {
			f.t.Errorf("%v: %s", err, raw)
			continue
		}
		to := st.To.Addr()
		head, tail, _ := bytes.Cut(raw, []byte(" to='"+string(to)+"'"))
		f.outbox.Enqueue(r.JID.String(), stanza.Out{Head: append(bytes.Clone(head), " to='"...), Tail: append([]byte("'"), tail...)}, []stanza.Addr{to})
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// do lets a room's users do something.
func (f *fire) do(r *openfire.Room, what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Now = time.Now()
	what()
	f.flush(r)
}

// await waits until something is so.
func (f *fire) await(what string, is func() bool) {
	f.t.Helper()
	for {
		f.mu.Lock()
		done, changed := is(), f.changed
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-f.ctx.Done():
			f.t.Fatalf("waiting for %s", what)
		}
	}
}

// TestOpenfire links rooms with a model of Openfire's, in both directions, over two real servers.
func TestOpenfire(t *testing.T) {
	for _, p := range []struct {
		ours, theirs lab.Kind
	}{{lab.Prosody, lab.Ejabberd}, {lab.Ejabberd, lab.Prosody}} {
		t.Run(string(p.theirs), func(t *testing.T) {
			flames := server.Component{Domain: "conference.wonderland.lit", Secret: "tea"}
			l := lab.ForTest(t, lab.Plan{
				Servers: []lab.ServerPlan{
					{Kind: p.ours, Domain: denmark.users},
					{Kind: p.theirs, Domain: wonderland.users, Components: []server.Component{flames}},
				},
				Nodes: []lab.NodePlan{{Domain: denmark.rooms, Server: denmark.users, Config: `
					[federation]
					peers = ["conference.wonderland.lit"]
					[[federation.peer]]
					peer = "conference.wonderland.lit"
					dialect = "openfire"
					[[federation.room]]
					room = "castle"
					accept = ["garden@conference.wonderland.lit"]
					[[federation.room]]
					room = "elsinore"
					join = "rabbithole@conference.wonderland.lit"`}},
			})
			s := atLab(t, l, denmark)
			f := ignite(t, s.ctx, l.Server(wonderland.users), flames)
			hamlet, ophelia := s.login("hamlet"), s.login("ophelia")
			t.Run("Openfire joins", func(t *testing.T) { burned(t, f, hamlet, ophelia) })
			t.Run("Openfire is joined", func(t *testing.T) { burns(t, f, hamlet) })
			for _, r := range f.rooms {
				for _, fault := range r.Faults {
					t.Errorf("%s: %s", r.JID, fault)
				}
			}
			for _, u := range []*user{hamlet, ophelia} {
				for _, n := range u.Received() {
					if strings.Contains(n.Raw, "isode.com") && strings.Contains(n.Attr("from"), denmark.rooms) {
						t.Errorf("%s received %s", u.jid, n.Raw)
					}
				}
			}
		})
	}
}

var (
	aliceThere  = stanza.MustJID("alice@wonderland.lit/of")
	hatterThere = stanza.MustJID("hatter@wonderland.lit/of")
)

// burned is a room of ours that Openfire joins.
func burned(t *testing.T, f *fire, hamlet, ophelia *user) {
	const castle = "castle@talk.denmark.lit"
	r := f.room("garden")
	r.Joins = stanza.MustJID(castle)
	hamlet.join(castle, "Hamlet")
	hamlet.configure(castle, "persistentroom=1")
	prince := stanza.MustJID(hamlet.jid)

	f.do(r, func() { r.Enter(aliceThere, "Alice") })
	hamlet.expect("Alice", presence(castle+"/Alice", ""))
	f.await("the answer", func() bool { joined, _ := r.Linked(); return joined && r.Has(prince, "Hamlet") })
	f.do(r, func() { r.Say(aliceThere, "curiouser") })
	hamlet.hears("curiouser")
	hamlet.say(castle, "words")
	f.await("Hamlet's words", func() bool { return r.Heard(aliceThere, "words") == 1 })

	ophelia.join(castle, "Ophelia")
	f.await("Ophelia", func() bool { return r.Has(stanza.MustJID(ophelia.jid), "Ophelia") })
	f.do(r, func() { r.Enter(hatterThere, "Hatter") })
	ophelia.expect("Hatter", presence(castle+"/Hatter", ""))
	hamlet.send("<presence to='%s/Prince'/>", castle)
	f.await("Hamlet's new nick", func() bool { return r.Has(prince, "Prince") && !r.Has(prince, "Hamlet") })
	f.do(r, func() { r.Rename(aliceThere, "Liddell") })
	ophelia.expect("Alice's new nick", presence(castle+"/Liddell", ""))

	f.do(r, func() { r.Whisper(aliceThere, "Prince", "psst") })
	if from := hamlet.hears("psst").Attr("from"); from != r.JID.String()+"/Liddell" {
		t.Errorf("the whisper came from %s", from)
	}
	hamlet.send("<message to='%s/Hatter' type='chat' id='aside'><body>tea?</body></message>", castle)
	refused := hamlet.expect("a refusal", func(n *client.Node) bool { return n.Attr("type") == "error" && n.Attr("id") == "aside" })
	if refused.Condition() != "feature-not-implemented" {
		t.Errorf("%v", refused)
	}

	f.do(r, func() { r.Kick(aliceThere, "Ophelia", "Off with her head.") })
	out := ophelia.expect("the kick", func(n *client.Node) bool {
		return presence(castle+"/Ophelia", "unavailable")(n) && n.Status("307") && n.Status("110")
	})
	if !strings.Contains(out.Raw, "Off with her head.") {
		t.Errorf("no reason: %s", out.Raw)
	}
	hamlet.say(castle, "still here")
	f.await("what Hamlet says", func() bool { return r.Heard(aliceThere, "still here") == 1 })

	f.do(r, func() { r.Leave(hatterThere); r.Leave(aliceThere) })
	hamlet.expect("Alice's leave", presence(castle+"/Liddell", "unavailable"))
	f.await("left", func() bool { joined, _ := r.Linked(); return !joined && len(r.Who()) == 0 })
	hamlet.destroy(castle)
}

// burns is a room of ours that joins Openfire.
func burns(t *testing.T, f *fire, hamlet *user) {
	r := f.room("rabbithole")
	prince := stanza.MustJID(hamlet.jid)
	f.do(r, func() {
		r.Enter(aliceThere, "Alice")
		r.Subject(aliceThere, "A mad tea party")
		r.Say(aliceThere, "an old message")
	})
	hamlet.join(elsinore, "Hamlet")
	hamlet.configure(elsinore, "persistentroom=1")
	hamlet.expect("Alice", presence(elsinore+"/Alice", ""))
	old := hamlet.hears("an old message")
	if old.Child("urn:xmpp:delay", "delay") == nil || old.Attr("from") != elsinore+"/Alice" {
		t.Errorf("history: %s", old.Raw)
	}
	hamlet.expect("the subject", func(n *client.Node) bool { return text(n, "subject") == "A mad tea party" })
	f.await("Hamlet", func() bool { return r.Has(prince, "Hamlet") })
	f.do(r, func() { r.Say(aliceThere, "hello") })
	hamlet.hears("hello")

	hamlet.send("<presence to='%s/Prince'/>", elsinore) // the only one: he leaves there, and the room joins again
	f.await("Hamlet's new nick", func() bool { return r.Has(prince, "Prince") && len(r.Nodes()) == 1 })
	f.do(r, func() { r.Say(aliceThere, "who are you?") })
	hamlet.hears("who are you?")
	hamlet.say(elsinore, "the prince")
	f.await("his answer", func() bool { return r.Heard(aliceThere, "the prince") == 1 })

	f.do(r, func() { r.Kick(aliceThere, "Prince", "") })
	hamlet.expect("the kick", func(n *client.Node) bool {
		return presence(elsinore+"/Prince", "unavailable")(n) && n.Status("307") && n.Status("110")
	})
	hamlet.join(elsinore, "Hamlet")
	f.await("Hamlet again", func() bool { return r.Has(prince, "Hamlet") })
	f.do(r, func() { r.Say(aliceThere, "welcome back") })
	hamlet.hears("welcome back")
	if err := hamlet.Leave(hamlet.s.ctx, elsinore, "Hamlet"); err != nil {
		t.Fatal(err)
	}
	f.await("his leave", func() bool { return len(r.Nodes()) == 0 && len(r.Who()) == 1 })
}

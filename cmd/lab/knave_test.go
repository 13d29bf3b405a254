package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/server"
	"isthmus/component"
	"isthmus/component/stanza"
)

// knave is a component that plays an allowed room, and says whatever it likes.
type knave struct {
	t      *testing.T
	ctx    context.Context
	outbox *component.Outbox
	got    chan *stanza.Stanza
}

func (k *knave) send(format string, args ...any) {
	k.t.Helper()
	raw := strings.NewReplacer("{muc}", "http://jabber.org/protocol/muc", "{user}", "http://jabber.org/protocol/muc#user",
		"{fmuc}", "http://isode.com/protocol/fmuc").Replace(fmt.Sprintf(format, args...))
	if _, err := stanza.Parse([]byte(raw)); err != nil {
		k.t.Fatalf("%v: %s", err, raw)
	}
	head, tail, _ := strings.Cut(raw, " to='")
	to, tail, _ := strings.Cut(tail, "'")
	k.outbox.Enqueue("", stanza.Out{Head: []byte(head + " to='"), Tail: []byte("'" + tail)}, []stanza.Addr{stanza.Addr(to)})
}

func (k *knave) expect(what string, is func(*stanza.Stanza) bool) {
	k.t.Helper()
	for {
		select {
		case st := <-k.got:
			if is(st) {
				return
			}
		case <-k.ctx.Done():
			k.t.Fatalf("waiting for %s", what)
		}
	}
}

// TestHostilePeer lets a room that may join speak for users of ours, claim to be owner, forge, flood and send what is no FMUC at
// all: nothing of it has an effect, and the link stays up for those who behave.
func TestHostilePeer(t *testing.T) {
	tricks := server.Component{Domain: "tarts.wonderland.lit", Secret: "tea"}
	l := lab.ForTest(t, lab.Plan{
		Servers: []lab.ServerPlan{
			{Kind: lab.Prosody, Domain: denmark.users},
			{Kind: lab.Ejabberd, Domain: wonderland.users, Components: []server.Component{tricks}},
		},
		Nodes: []lab.NodePlan{{Domain: denmark.rooms, Server: denmark.users, Config: `
			[rooms]
			local_domains = ["denmark.lit"]
			[federation]
			peers = ["tarts.wonderland.lit"]
			users = ["wonderland.lit"]
			[[federation.room]]
			room = "castle"
			accept = ["knave@tarts.wonderland.lit"]`}},
	})
	s := atLab(t, l, denmark)
	const castle = "castle@talk.denmark.lit"
	hamlet, ophelia := s.login("hamlet"), s.login("ophelia")
	hamlet.join(castle, "Hamlet")
	hamlet.configure(castle, "persistentroom=1")
	ophelia.join(castle, "Ophelia")

	k := &knave{t, s.ctx, component.NewOutbox(0), make(chan *stanza.Stanza, 100_000)}
	c := &component.Component{
		Addr: l.Server(wonderland.users).Component, Domain: tricks.Domain, Secret: tricks.Secret, Outbox: k.outbox, Log: zerolog.Nop(),
		Handle: func(_ context.Context, st *stanza.Stanza) {
			if st.Kind == stanza.IQ && st.Type == "get" { // or nothing more would be sent to it
				k.send("<iq type='result' id='%s' from='knave@tarts.wonderland.lit' to='%s'/>", st.ID, castle)
			}
			k.got <- st
		},
		Up: func() {},
	}
	run, cancel := context.WithCancel(s.ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = c.Run(run) })
	t.Cleanup(func() { cancel(); wg.Wait() })

	const envelope = "<%[1]s%[2]s from='knave@tarts.wonderland.lit/%[3]s' to='castle@talk.denmark.lit'>%[4]s<fmuc xmlns='{fmuc}' from='%[5]s'/></%[1]s>"
	ids := 0
	say := func(typ, nick, payload, user string) {
		ids++
		k.send(envelope, "message", fmt.Sprintf(" type='%s' id='k%d'", typ, ids), nick, payload, user)
	}
	show := func(nick, payload, user string) { k.send(envelope, "presence", "", nick, payload, user) }
	owner := "<x xmlns='{user}'><item affiliation='owner' role='moderator'/></x>"

	show("Alice", "<x xmlns='{muc}'><history maxstanzas='0'/></x>"+owner, "alice@wonderland.lit/pc")
	hamlet.expect("Alice", presence(castle+"/Alice", ""))
	k.expect("the subject", func(st *stanza.Stanza) bool { return st.Has("", "subject") })

	show("King", owner, "king@denmark.lit/pc") // of ours
	k.expect("the kick", func(st *stanza.Stanza) bool { return st.Type == "unavailable" && st.From.Resource == "King" })
	show("Dorothy", owner, "dorothy@oz.lit/pc") // of somebody else's
	k.expect("the kick", func(st *stanza.Stanza) bool { return st.Type == "unavailable" && st.From.Resource == "Dorothy" })
	for _, user := range []string{"king@denmark.lit/pc", "KING@DENMARK.LIT/pc", "hamlet@denmark.lit/lab", "dorothy@oz.lit/pc", "castle@talk.denmark.lit/Hamlet", "@", ""} {
		say("groupchat", "Hamlet", "<body>forged</body>", user)
		say("groupchat", "Hamlet", "<body>forged</body><delay xmlns='urn:xmpp:delay' from='knave@tarts.wonderland.lit' stamp='2020-01-01T00:00:00Z'/>", user)
		say("groupchat", "Hamlet", "<subject>forged</subject>", user)
	}
	k.send("<iq type='set' id='i1' from='knave@tarts.wonderland.lit/Alice' to='castle@talk.denmark.lit'>" +
		"<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Ophelia' role='none'/></query></iq>")
	k.expect("forbidden", func(st *stanza.Stanza) bool { return st.ID == "i1" && st.IsError() })
	k.send("<iq type='set' id='i2' from='knave@tarts.wonderland.lit/Alice' to='castle@talk.denmark.lit'>" +
		"<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query><fmuc xmlns='{fmuc}' from='hamlet@denmark.lit/lab'/></iq>")
	k.expect("an error", func(st *stanza.Stanza) bool { return st.ID == "i2" && st.IsError() })
	for i := range 2000 {
		show(fmt.Sprint("Card", i%500), "<status>"+strings.Repeat("x", i)+"</status>", fmt.Sprintf("card%d@oz.lit/pc", i))
	}
	say("groupchat", "Alice", "<body>after all that</body>", "alice@wonderland.lit/pc")
	for _, u := range []*user{hamlet, ophelia} {
		if n := u.hears("after all that"); n.Attr("from") != castle+"/Alice" {
			t.Errorf("%s heard %s", u.jid, n.Raw)
		}
		for _, n := range u.Received() {
			for _, bad := range []string{"forged", "isode.com", castle + "/King", castle + "/Dorothy", castle + "/Card", "oz.lit"} {
				if strings.Contains(n.Raw, bad) {
					t.Errorf("%s received %s", u.jid, n.Raw)
				}
			}
		}
	}
	hamlet.say(castle, "the rest is silence")
	k.expect("what Hamlet says", func(st *stanza.Stanza) bool { return st.Child("", "body").Text() == "the rest is silence" })
}

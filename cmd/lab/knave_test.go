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
	o := s.onlookers(castle, hamlet, ophelia)
	alice := "alice@wonderland.lit/pc"
	send := func(format string, args ...any) func() {
		return func() { k.send(format, append([]any{"knave@tarts.wonderland.lit/Alice", castle}, args...)...) }
	}
	stripped := strings.NewReplacer("<delay xmlns='urn:xmpp:delay' from='%[1]s' stamp='2001-01-01T00:00:00Z'/>", "", "%[1]s", castle).Replace(forgery)
	for i, trick := range []struct {
		name  string
		times int
		does  func()
		shows []string // words of what the others may see
	}{
		{"forged payloads", 1, func() { say("groupchat", "Alice", "<body>hello</body>"+stripped, alice) }, []string{"<body>hello</body>"}},
		{"a forged whisper", 1, send("<message type='chat' from='%s' to='%s/Hamlet'><body>psst</body>%s<fmuc xmlns='{fmuc}' from='alice@wonderland.lit/pc'/></message>", stripped), []string{"<body>psst</body>"}},
		{"a forged presence", 1, func() { show("Alice", "<status>there</status>"+stripped, alice) }, []string{"<status>there</status>"}},
		{"a giant message", 3, func() { say("groupchat", "Alice", "<body>"+giant+"</body>", alice) }, nil},
		{"a giant presence", 3, func() { show("Alice", "<status>"+giant+"</status>", alice) }, nil},
		{"a nick as long as nicks may be", 3, func() { show(giant[:1023], "", "card@wonderland.lit/pc") }, []string{giant[:1023]}},
		// They are those of Alice to what Hamlet might have whispered, and have nothing else in them.
		{"errors that nobody asked for", 20, send("<message type='error' from='%s' to='%s/Hamlet'><body>forged</body><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"), []string{"<gone"}},
		{"results that nobody asked for", 20, send("<iq type='result' id='lab-1' from='%s' to='%s/Hamlet'/>"), nil},
		{"an invitation in the room's name", 5, send("<message from='%s' to='%s/Hamlet'><x xmlns='{user}'><invite from='king@denmark.lit'/><password>forged</password></x></message>"), nil},
		{"a room that may not join", 20, func() {
			k.send("<presence from='queen@tarts.wonderland.lit/Queen' to='%s/Queen'><x xmlns='{muc}'/><fmuc xmlns='{fmuc}' from='queen@wonderland.lit/pc'/></presence>", castle)
			k.send("<message type='groupchat' from='queen@tarts.wonderland.lit/Alice' to='%s'><body>forged</body><fmuc xmlns='{fmuc}' from='alice@wonderland.lit/pc'/></message>", castle)
			k.send("<presence type='unavailable' from='queen@tarts.wonderland.lit/Alice' to='%s'><fmuc xmlns='{fmuc}' from='alice@wonderland.lit/pc'/></presence>", castle)
		}, nil},
		{"queries without end", 500, send("<iq type='get' id='q' from='%s' to='%s'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>"), nil},
	} {
		before := []int{len(hamlet.Received()), len(ophelia.Received())}
		for range trick.times {
			trick.does()
		}
		done := fmt.Sprint("done ", i)
		say("groupchat", "Alice", "<body>"+done+"</body>", alice)
		hamlet.hears(done)
		ophelia.hears(done)
		o.unmoved(trick.name, append(trick.shows, done)...)
		for i, u := range o.users {
			u.unforged(before[i], trick.name)
		}
	}
	for name, nick := range map[string]string{"I for l": "HamIet", "Cyrillic": "H\u0430mlet", "full width": "\uFF28amlet", "zero width": "Ham\u200Blet",
		"right to left": "\u202EtelmaH", "capitals": "OPHELIA"} {
		before := len(hamlet.Received())
		show(nick, "", "white@wonderland.lit/pc")
		say("groupchat", "Alice", "<body>"+name+"</body>", alice)
		hamlet.hears(name)
		for _, n := range hamlet.Received()[before:] {
			if n.Attr("from") == castle+"/"+nick {
				t.Errorf("%s: the others see %q: %s", name, nick, n.Raw)
			}
		}
		k.send("<presence type='unavailable' from='knave@tarts.wonderland.lit/%s' to='%s'><fmuc xmlns='{fmuc}' from='white@wonderland.lit/pc'/></presence>", nick, castle)
	}
	hamlet.say(castle, "the rest is silence")
	k.expect("what Hamlet says", func(st *stanza.Stanza) bool { return st.Child("", "body").Text() == "the rest is silence" })
}

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/server"
	"isthmus/component"
	"isthmus/component/stanza"
)

// multicasters are servers with a multicast service, and what their node finds.
var multicasters = []struct {
	name    string
	plan    lab.ServerPlan
	service string
	refuses bool
}{
	{"prosody", lab.ServerPlan{Kind: lab.Prosody, Multicast: "crowd.lit"}, "crowd.lit", false},
	{"ejabberd", lab.ServerPlan{Kind: lab.Ejabberd, Multicast: "multicast.crowd.lit"}, "multicast.crowd.lit", false},
	{"ejabberd that refuses", lab.ServerPlan{Kind: lab.Ejabberd, Multicast: "multicast.crowd.lit", MulticastClosed: true}, "multicast.crowd.lit", true},
}

const unlimited = `
	[limits]
	stanzas = "off"
	entries = "off"
	messages = "off"
	presences = "off"
	room = "off"`

// TestMulticast has two people say thousands of things, to all, to one and without words, while others come and go: of each
// of the two everybody sees every message once and everything in order, and nobody learns who else got it (P2, P8, M1–M3).
func TestMulticast(t *testing.T) {
	for _, m := range multicasters {
		t.Run(m.name, func(t *testing.T) {
			m.plan.Domain = "crowd.lit"
			l := lab.ForTest(t, lab.Plan{
				Servers: []lab.ServerPlan{m.plan},
				Nodes:   []lab.NodePlan{{Domain: "rooms.crowd.lit", Server: "crowd.lit", Config: unlimited}},
			})
			s := at(t, place{m.name, "crowd.lit", "rooms.crowd.lit"})
			login := func(name string) *user {
				c, err := l.Login(s.ctx, name+"@crowd.lit/lab")
				if err != nil {
					t.Fatal(err)
				}
				return &user{c, s, name}
			}
			room := "square@rooms.crowd.lit"
			speakers := []*user{login("alice"), login("bob")}
			var all []*user
			for i, u := range append(speakers, login("carol"), login("dan"), login("eve"), login("fay"), login("gus"), login("hal")) {
				u.join(room, u.jid)
				if i == 0 {
					u.configure(room)
				}
				all = append(all, u)
			}
			const each = 1500
			var talking sync.WaitGroup
			for _, u := range speakers {
				talking.Go(func() { babble(u, room, each) })
			}
			comers := login("ina")
			for range 20 {
				comers.join(room, "ina")
				if err := comers.Leave(s.ctx, room, "ina"); err != nil {
					t.Fatal(err)
				}
			}
			talking.Wait()
			for _, u := range speakers {
				u.say(room, "the end of "+u.jid)
			}
			for _, u := range all {
				for _, speaker := range speakers {
					u.hears("the end of " + speaker.jid)
				}
			}
			for _, u := range all {
				for _, speaker := range speakers {
					s.increasing(u, room, speaker.jid, each)
				}
				for _, st := range u.Received() {
					if strings.Contains(st.Raw, "protocol/address") {
						t.Fatalf("%s received %s", u.jid, st.Raw)
					}
				}
			}
			s.agree(all, room)
			log, err := os.ReadFile(l.Node("rooms.crowd.lit").Log)
			if err != nil {
				t.Fatal(err)
			}
			s.equal("the service is found", strings.Contains(string(log), "service="+m.service), true)
			s.equal("it refuses", strings.Contains(string(log), "refuses a stanza"), m.refuses)
		})
	}
}

// babble says n things; each has its number.
func babble(u *user, room string, n int) {
	for i := range n {
		switch i % 7 {
		case 2:
			u.send("<message type='chat' to='%s/carol' id='pm%d'><body>%d</body></message>", room, i, i)
		case 4:
			u.send("<presence to='%s/%s'><status>%d</status></presence>", room, u.jid, i)
		case 6:
			u.send("<iq type='get' to='%s/carol' id='iq%d'><body xmlns='jabber:client'>%d</body></iq>", room, i, i)
		default:
			u.say(room, strconv.Itoa(i))
		}
		if i%98 == 0 { // lets others in between
			u.expect("himself", func(n *client.Node) bool { return n.Attr("from") == room+"/"+u.jid && n.Body() == strconv.Itoa(i) })
		}
	}
}

// increasing tells whether u has received every message of a speaker once, and all in the order in which it was said.
func (s *scene) increasing(u *user, room, speaker string, n int) {
	s.Helper()
	last, messages := -1, 0
	for _, st := range u.Received() {
		if st.Attr("from") != room+"/"+speaker || st.Attr("type") == "error" || st.Attr("type") == "result" {
			continue
		}
		text := st.Body()
		if status := st.Child("", "status"); status != nil {
			text = status.Text
		}
		number, err := strconv.Atoi(text)
		if err != nil {
			continue
		}
		if number <= last {
			s.Fatalf("%s: %d of %s comes behind %d", u.jid, number, speaker, last)
		}
		last = number
		if st.Attr("type") == "groupchat" {
			messages++
		}
	}
	want := 0
	for i := range n {
		if k := i % 7; k != 2 && k != 4 && k != 6 {
			want++
		}
	}
	s.equal(fmt.Sprintf("messages of %s that %s received", speaker, u.jid), messages, want)
}

// agree tells whether everybody has seen the room's messages in one order.
func (s *scene) agree(all []*user, room string) {
	s.Helper()
	heard := func(u *user) (list []string) {
		for _, st := range u.Received() {
			if st.Attr("type") == "groupchat" && st.Body() != "" {
				list = append(list, st.Attr("from")+" "+st.Body())
			}
		}
		return list
	}
	for _, u := range all[1:] {
		if !slices.Equal(heard(u), heard(all[0])) {
			s.Fatalf("%s and %s have seen two orders", u.jid, all[0].jid)
		}
	}
}

// TestProsodyModule asks our module for what it must not do: nobody gets anything then.
func TestProsodyModule(t *testing.T) {
	echo := server.Component{Domain: "echo.crowd.lit", Secret: "s"}
	l := lab.ForTest(t, lab.Plan{Servers: []lab.ServerPlan{
		{Kind: lab.Prosody, Domain: "crowd.lit", Multicast: "crowd.lit", Components: []server.Component{echo}},
	}})
	s := at(t, place{"prosody", "crowd.lit", ""})
	bob, err := l.Login(s.ctx, "bob@crowd.lit/lab")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(s.ctx)
	answers := make(chan *stanza.Stanza, 10)
	c := &component.Component{
		Addr: l.Server("crowd.lit").Component, Domain: echo.Domain, Secret: echo.Secret, Outbox: component.NewOutbox(0),
		Handle: func(_ context.Context, st *stanza.Stanza) { answers <- st },
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	const bcc = "<address type='bcc' jid='%s'/>"
	ours := fmt.Sprintf(bcc, "bob@crowd.lit/lab")
	send := func(addresses string) {
		payload := "<addresses xmlns='http://jabber.org/protocol/address'>" + addresses + "</addresses><body>psst</body>"
		out := stanza.Envelope{Kind: stanza.Message, From: echo.Domain}.Render([]byte(payload))
		c.Outbox.Enqueue("", out, []stanza.Addr{"crowd.lit"})
	}
	for _, test := range []struct{ addresses, condition string }{
		{ours + fmt.Sprintf(bcc, "hamlet@denmark.lit/x"), "forbidden"},
		{ours + fmt.Sprintf(bcc, "crowd.lit"), "forbidden"},
		{ours + "<address type='bcc'/>", "forbidden"},
		{ours + "<address type='cc' jid='bob@crowd.lit/lab'/>", "bad-request"},
		{strings.Repeat(ours, 1001), "not-acceptable"},
	} {
		send(test.addresses)
		if st := <-answers; !strings.Contains(string(st.Child("", "error").Raw), "<"+test.condition+" ") {
			t.Errorf("%.200s: %s", test.addresses, st.Child("", "error").Raw)
		}
	}
	u := &user{bob, s, "bob"}
	u.send("<message to='crowd.lit' id='mine'><addresses xmlns='http://jabber.org/protocol/address'>%s</addresses></message>", ours)
	n := u.expect("a refusal", func(n *client.Node) bool { return n.Attr("id") == "mine" })
	s.equal("a user's", n.Condition(), "forbidden")
	send(ours)
	u.hears("psst")
	s.equal("messages", u.times("psst"), 1)
	stop()
	<-ended
}

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/server"
)

// strait is the laboratory whose link the tests break. It starts when the first of them needs it.
var strait broken

type broken struct {
	once sync.Once
	lab  *lab.Lab
	err  error
}

// islands is a second node on the server of wonderland.
const islands = "islands.wonderland.lit"

// impatient lets links notice and mend what breaks as soon as the file allows, and lets people talk as fast as they can.
const impatient = `
	[rooms.defaults]
	persistentroom = true
	changesubject = true
	[limits]
	stanzas = "off"
	entries = "off"
	messages = "off"
	presences = "off"
	room = "off"
	[federation]
	join_timeout = "3s"
	retry = "1s"
	ping = "1s"
	ping_timeout = "1s"
	grace = "60s"`

// quiet lets nothing of presence cross but who comes and goes.
const quiet = `
	presence = "joins"`

func (b *broken) start() {
	_ = os.Setenv("GOGC", "50") // for its nodes: what garbage they let lie is more than what TestMasses looks for
	b.lab, b.err = lab.Start(context.Background(), lab.Plan{
		Dir: os.Getenv("STRAIT"), // keeps the logs there
		Servers: []lab.ServerPlan{
			{Kind: lab.Prosody, Domain: wonderland.users},
			{Kind: lab.Ejabberd, Domain: denmark.users, Components: []server.Component{{Domain: mute, Secret: mute}}},
		},
		Nodes: []lab.NodePlan{
			{Domain: wonderland.rooms, Server: wonderland.users, Config: impatient +
				"\n\tpeers = ['" + denmark.rooms + "', '" + islands + "', '" + original.rooms + "', '" + mute + "']\n" + narrow},
			{Domain: denmark.rooms, Server: denmark.users, Config: impatient + narrow + replicas},
			{Domain: islands, Server: wonderland.users, Config: impatient + quiet},
			{Domain: original.rooms, Server: wonderland.users, Config: impatient + primary},
		},
	})
}

func (b *broken) close() {
	if b.lab != nil {
		_ = b.lab.Close()
	}
}

// crossing is two rooms that are one, with somebody on either side, and the link between them.
type crossing struct {
	*testing.T
	w, d           *scene
	garden, castle string // of wonderland, and of denmark: that one joins
	alice, hamlet  *user
	link           *lab.Link
	read           map[string]int // how much of a node's log is from before, in bytes
}

// overStrait links two new rooms, with Alice and Hamlet in them. At the end of the test it mends the link, looks at all that
// they have received, and destroys the rooms.
func overStrait(t *testing.T) *crossing {
	t.Helper()
	c := atStrait(t)
	c.meet()
	return c
}

// meet lets the two rooms be made, and become one.
func (c *crossing) meet() {
	c.Helper()
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.open(c.hamlet, c.castle, "Hamlet", "federation_join", c.garden)
	c.hamlet.expect("Alice", presence(c.castle+"/Alice", ""))
	c.alice.expect("Hamlet", presence(c.garden+"/Hamlet", ""))
}

func atStrait(t *testing.T) *crossing {
	t.Helper()
	strait.once.Do(strait.start)
	if strait.err != nil {
		t.Fatal("the laboratory does not start: ", strait.err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			strait.lab.Report(t.Logf)
		}
	})
	return crossingIn(t, strait.lab)
}

// crossingIn is a crossing with nobody there yet.
func crossingIn(t *testing.T, l *lab.Lab) *crossing {
	c := &crossing{T: t, w: atLab(t, l, wonderland), d: atLab(t, l, denmark)}
	c.garden, c.castle = c.w.room("garden"), c.d.room("castle")
	c.link = l.Link(wonderland.users, denmark.users)
	return c
}

// shore is one end of a crossing.
type shore struct {
	*user // whoever is in the room from the beginning
	room  string
}

func (c *crossing) shores() [2]shore { return [2]shore{{c.alice, c.garden}, {c.hamlet, c.castle}} }

// open makes a room with one field of its federation set, and sees to it that it is gone at the end.
func (c *crossing) open(u *user, room, nick, field, value string) {
	c.Helper()
	u.join(room, nick)
	u.form(room, field, value)
	c.Cleanup(func() {
		c.heal()
		u.clean(room)
		u.again().destroy(room)
	})
}

// again is a user whose client lives: himself, or his next session.
func (u *user) again() *user {
	select {
	case <-u.Done():
		name, _, _ := strings.Cut(u.jid, "@")
		return u.s.login(name)
	default:
		return u
	}
}

func (c *crossing) heal() {
	c.Helper()
	if err := c.link.Heal(); err != nil {
		c.Fatal(err)
	}
}

// noticed waits until both nodes know that nothing gets through.
func (c *crossing) noticed() {
	c.Helper()
	for domain, room := range map[string]string{wonderland.rooms: c.garden, denmark.rooms: c.castle} {
		c.logs(domain, "WRN", "room="+room)
	}
}

// breaks lets something fail. What nodes have logged before is not what they say of it.
func (c *crossing) breaks(fails func()) {
	c.Helper()
	c.read = map[string]int{}
	for _, domain := range []string{wonderland.rooms, denmark.rooms, islands, original.rooms} {
		c.read[domain] = len(c.log(domain))
	}
	fails()
}

func (c *crossing) log(domain string) string {
	c.Helper()
	text, err := os.ReadFile(c.w.lab.Node(domain).Log)
	if err != nil {
		c.Fatal(err)
	}
	return string(text)
}

// logs waits until a node has logged a line with all of these words, since something failed last.
func (c *crossing) logs(domain string, words ...string) {
	c.Helper()
	for again := time.NewTicker(50 * time.Millisecond); ; {
		for line := range strings.Lines(c.log(domain)[c.read[domain]:]) {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				return
			}
		}
		select {
		case <-again.C:
		case <-c.w.ctx.Done():
			c.Fatalf("%s does not log %q", domain, words)
		}
	}
}

// clean checks that a user was shown nothing of what is between the nodes.
func (u *user) clean(room string) {
	u.s.Helper()
	for _, n := range u.Received() {
		foreign := strings.Contains(n.Raw, "isode.com/protocol/fmuc") || strings.Contains(n.Raw, "'ofrom'")
		for _, id := range n.All("urn:xmpp:sid:0", "stanza-id") {
			foreign = foreign || !strings.HasPrefix(n.Attr("from"), id.Attr("by"))
		}
		if foreign || len(n.All("urn:xmpp:sid:0", "stanza-id")) > 1 || len(n.All("urn:xmpp:occupant-id:0", "occupant-id")) > 1 {
			u.s.Errorf("%s received %s", u.jid, n.Raw)
		}
	}
}

// says lets a user say a number of things, and returns what.
func (u *user) says(room, what string, n int) (bodies []string) {
	u.s.Helper()
	for i := range n {
		bodies = append(bodies, fmt.Sprintf("%s %d", what, i))
		u.say(room, bodies[i])
	}
	return bodies
}

// hearsAll waits until a user has heard all of this, and checks that each came once.
func (u *user) hearsAll(lists ...[]string) {
	u.s.Helper()
	for _, list := range lists {
		for _, body := range list {
			u.hears(body)
		}
	}
	u.once()
}

// once checks that a user has heard nothing twice since he entered.
func (u *user) once() {
	u.s.Helper()
	seen := map[string]bool{}
	for _, n := range u.Received() {
		if !n.Is("", "message") || n.Attr("type") != "groupchat" || n.Body() == "" {
			continue
		}
		if seen[n.Body()] {
			u.s.Errorf("%s heard %q twice", u.jid, n.Body())
		}
		seen[n.Body()] = true
	}
}

// gone returns whoever a user has seen leave a room.
func (u *user) gone() (list []*client.Node) {
	for _, n := range u.Received() {
		if n.Is("", "presence") && n.Attr("type") == "unavailable" {
			list = append(list, n)
		}
	}
	return list
}

// stays checks that a user has seen nobody leave.
func (u *user) stays() {
	u.s.Helper()
	for _, n := range u.gone() {
		u.s.Errorf("%s saw %s", u.jid, n)
	}
}

package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"isthmus/cmd/lab/internal/client"
)

// guest is somebody whose client logs in again whenever it has to, and enters its rooms again whenever it is outside.
type guest struct {
	s           *storm
	name, users string // users is the domain of his server

	mu    sync.Mutex
	c     *client.Client   // nil while it is logged out
	times int              // that it has logged in; the server may still bounce what was for an earlier session
	stays map[string]*stay // by room
}

// stay is how a guest is in one room.
type stay struct {
	state string    // "" outside, "asked", "entering" until he has the subject, "in"
	past  bool      // what comes is the history, until the subject
	asked time.Time // when he wanted to enter
	heard []heard   // since he is a guest
	entry int       // counts his entries
}

// heard is one message as it came.
type heard struct {
	text, id string
	at       time.Time
	entry    int
	old      bool // of the history that an entry shows
}

// askAgain is after how long a guest asks again, who got no answer.
const askAgain = 3 * time.Second

// live logs in, and enters, again and again until the storm is over.
func (g *guest) live() {
	for again := time.NewTicker(100 * time.Millisecond); ; {
		if g.loggedIn() {
			g.enter()
		}
		select {
		case <-again.C:
		case <-g.s.over:
			return
		}
	}
}

// loggedIn tells whether the client has a session, and makes one where it has none.
func (g *guest) loggedIn() bool {
	g.mu.Lock()
	c := g.c
	g.mu.Unlock()
	if c != nil {
		select {
		case <-c.Done():
		default:
			return true
		}
	}
	g.mu.Lock()
	g.c = nil
	for _, in := range g.stays {
		in.state, in.past = "", false
	}
	g.times++
	jid := fmt.Sprintf("%s@%s/%d", strings.ToLower(g.name), g.users, g.times)
	g.mu.Unlock()
	c, err := g.s.lab.LoginAs(g.s.ctx, client.Config{JID: jid, Heard: g.hears})
	if err != nil {
		return false // his server is down
	}
	g.mu.Lock()
	g.c = c
	g.mu.Unlock()
	return true
}

func (g *guest) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for room, in := range g.stays {
		if in.state == "" || in.state != "in" && time.Since(in.asked) > askAgain {
			in.state, in.asked = "asked", time.Now()
			_ = g.c.Send(fmt.Sprintf("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room, g.name))
		}
	}
}

// says lets a guest say something, if he is in the room.
func (g *guest) says(h *hall, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.c == nil || g.stays[h.room].state != "in" {
		return
	}
	h.said(&word{by: g, text: text, sent: time.Now()})
	_ = g.c.Send(fmt.Sprintf("<message to='%s' type='groupchat' id='%s'><body>%[2]s</body></message>", h.room, text))
}

func (g *guest) hears(n *client.Node) {
	room, _, _ := strings.Cut(n.Attr("from"), "/")
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.stays[room]
	if in == nil {
		return
	}
	switch {
	case n.Is("", "presence"):
		g.sees(in, n)
	case n.Is("", "message") && n.Attr("type") == "error":
		if n.Condition() == "not-acceptable" {
			in.state = "" // he is not in the room, and did not know
		}
		g.s.halls[room].bounced(n.Attr("id"), n.Condition())
	case n.Is("", "message") && n.Attr("type") == "groupchat" && n.Body() != "":
		if g.s.halls[room].other == nil && n.Child("urn:xmpp:delay", "delay") != nil && !in.past {
			in.past = true // of an entry whose presences went down with a stream between the servers
			in.entry++
		}
		h := heard{n.Body(), stanzaID(n), time.Now(), in.entry, in.past}
		in.heard = append(in.heard, h)
		g.s.halls[room].back(h)
	case n.Is("", "message") && n.Child("", "subject") != nil && in.past:
		in.state, in.past = "in", false
	}
}

func (g *guest) sees(in *stay, n *client.Node) {
	switch typ := n.Attr("type"); {
	case typ == "error" && in.state != "in", typ == "unavailable" && n.Status("110"):
		if in.state == "in" {
			g.s.thrownOut(g, n)
		}
		in.state = ""
	case typ == "" && n.Status("110"):
		in.state, in.past = "entering", true
		in.entry++
	}
}

// settled tells whether a guest is in all his rooms.
func (g *guest) settled() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, in := range g.stays {
		if in.state != "in" {
			return false
		}
	}
	return true
}

package fmuc_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// sent is a message and who should hear it: everybody who was in either room and has stayed.
type sent struct {
	id, from string
	by       *user
	to       []visit
}

type visit struct {
	u     *user
	heard map[string]int // of this visit
}

func (v visit) lasts() bool { return v.u.in && sameMap(v.u.heard, v.heard) }

func sameMap(a, b map[string]int) bool {
	a["probe"]++
	defer delete(a, "probe")
	return b["probe"] > 0
}

// chaos is a pair whose users do anything in any order, while stanzas are under way.
type chaos struct {
	*pair
	log   []sent
	nicks int
	rough bool // owners put people out
}

func (c *chaos) act(t *rapid.T) {
	room := rapid.SampledFrom([]string{roomJ, roomP}).Draw(t, "room")
	name := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "user") + room[:1]
	u := c.users[name+"@"+room[:1]+".example/pc"]
	switch what := rapid.SampledFrom([]string{"enter", "talk", "talk", "rename", "leave", "carry", "carry", "carry"}).Draw(t, "what"); {
	case what == "carry":
		if list := c.loaded(); len(list) > 0 {
			c.carry(rapid.SampledFrom(list).Draw(t, "wire"))
			c.see(c.drain())
		}
	case u == nil || !u.in:
		if what == "enter" {
			c.enter(room, name)
		}
	case what == "talk":
		var to []visit
		for _, o := range append(c.present(roomJ), c.present(roomP)...) {
			to = append(to, visit{o, o.heard})
		}
		c.log = append(c.log, sent{c.say(u), room, u, to})
	case what == "rename":
		c.nicks++
		c.rename(u, name+strconv.Itoa(c.nicks))
	case what == "leave" && c.rough && rapid.Bool().Draw(t, "kick"):
		c.kick(rapid.SampledFrom([]string{roomJ, roomP}).Draw(t, "by"), u.nick)
	case what == "leave":
		c.leave(u)
	}
}

// quiet carries everything there is.
func (c *chaos) quiet() {
	c.held = false
	c.see(c.drain())
	c.held = true
}

// Whatever users do and however stanzas are interleaved: after quiet both rooms agree on who is there, everybody who was
// there has heard each message exactly once, nothing live went back or went twice, and nobody spoke before he was
// announced. F3, F4, F5, F10
func TestRoomsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &chaos{pair: newPair(t)}
		c.held = true
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			if len(c.log) < history {
				c.act(t)
			}
		}
		c.quiet()
		c.agree()
		for _, m := range c.log {
			for _, v := range m.to {
				if v.lasts() && v.u.heard[m.id] != 1 {
					t.Errorf("%s in %s has heard %s of %s %d times", v.u.nick, v.u.room, m.id, m.from, v.u.heard[m.id])
				}
			}
		}
		c.checkWires()
	})
}

func (c *chaos) checkWires() {
	c.t.Helper()
	announced := map[wire]map[string]bool{upto: {}, down: {}}
	live := map[string]int{}
	for _, x := range c.crossed {
		user := x.st.Child(nsFMUC, "fmuc").Attr("from")
		if !strings.Contains(x.raw, "@"+x.from[:1]+".example") && user != "" && !x.st.Has("urn:xmpp:delay", "delay") {
			c.t.Errorf("went back: %s", x.raw)
		}
		switch {
		case x.st.Kind == stanza.IQ:
		case x.st.Kind == stanza.Presence:
			announced[x.wire][user] = true
		case !x.st.Has("urn:xmpp:delay", "delay"):
			if live[x.st.ID]++; live[x.st.ID] > 1 || !announced[x.wire][user] {
				c.t.Errorf("twice, or before its author: %s", x.raw)
			}
		}
	}
}

// bounce gives everything on a wire back to its senders, as a server does that cannot reach the other; only the word that a
// link has ended gets through. If it is lost too, and with it the middle of an answer to a join, the joining side may go on
// seeing somebody who has left since: no stanza tells it.
func (c *chaos) bounce(k wire) {
	list := c.wires[k]
	c.wires[k] = nil
	for _, st := range list {
		if st.Child(nsFMUC, "fmuc").Child(nsFMUC, "left") != nil {
			c.wires[k] = append(c.wires[k], st)
		} else if !st.IsError() {
			e := &stanza.Stanza{Kind: st.Kind, Type: "error", ID: st.ID, From: st.To, To: st.From, Children: slices.Clone(st.Children)}
			err, _ := stanza.ParseElement([]byte("<error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"))
			e.Children = append(e.Children, err)
			c.take(e)
		}
	}
	c.see(c.drain())
}

// elapse lets time go by after quiet. What a slow link sends meanwhile arrives; what another one does has to wait.
func (c *chaos) elapse(rate int, d time.Duration) {
	c.held = rate == 0
	c.pass(d)
	c.held = true
}

// Whatever is lost on the way, with an error or without a word, over links of any speed, and whoever is put out meanwhile: once
// stanzas get through again and people talk, both rooms agree, and nobody has heard anything twice, and if somebody is on the
// joining side both logs have the same messages. Nothing is longer on its way than a link waits for an answer. Over slow links
// nobody is put out: what he says half a minute later, because the word of it was lost, is not taken any more.
func TestRoomsAgreeAfterFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int{0, 0, slow, 64_000}).Draw(t, "rate")
		c := &chaos{pair: newPair(t, func(c *muc.LinkConfig) { c.Rate = rate }), rough: rate == 0}
		c.held = true
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 15).Draw(t, "fault") {
			case 0:
				c.bounce(rapid.SampledFrom([]wire{upto, down}).Draw(t, "wire"))
			case 1:
				delete(c.wires, rapid.SampledFrom([]wire{upto, down}).Draw(t, "wire")) // nobody is told
			case 2:
				if d := rapid.SampledFrom([]time.Duration{time.Second / 10, patience, 10 * time.Minute}).Draw(t, "time"); d < patience {
					c.pass(d)
				} else {
					c.quiet()
					c.elapse(rate, d)
				}
			default:
				c.act(t)
			}
		}
		for range 4 {
			c.quiet()
			for _, u := range append(c.present(roomJ), c.present(roomP)...) {
				c.say(u)
				c.quiet()
			}
			for range 30 {
				c.elapse(rate, time.Minute)
				c.quiet()
			}
		}
		c.agree()
		if len(c.present(roomJ)) > 0 {
			c.converged(c.ids)
		}
	})
}

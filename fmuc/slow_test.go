package fmuc_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
)

const slow = 2400 // bit/s

// slowPair is a pair with links of a rate and a level of presence.
func slowPair(t tester, rate int, level string) *pair {
	return newPair(t, func(c *muc.LinkConfig) { c.Rate, c.Presence = rate, level })
}

// change shows a new status of somebody, which is also his show.
func (p *pair) change(u *user, status string) {
	p.t.Helper()
	p.from(u.jid, u.room+"/"+u.nick, "<presence to='%s'><show>away</show><status>"+status+"</status></presence>")
}

// calm lets everything that waits cross.
func (p *pair) calm() {
	p.t.Helper()
	for range 120 {
		p.pass(time.Minute)
	}
}

// queued is how long, at most, what was put on a wire would have waited in the servers on the way.
func (p *pair) queued(k wire, rate int) (longest time.Duration) {
	var busy time.Time
	for _, x := range p.crossed {
		if x.wire != k {
			continue
		}
		if busy.Before(x.at) {
			busy = x.at
		}
		longest = max(longest, busy.Sub(x.at))
		busy = busy.Add(time.Duration(len(x.raw)+22+52) * 8 * time.Second / time.Duration(rate))
	}
	return longest
}

// changing is chaos with presence, and with time.
type changing struct {
	*chaos
	level    string
	statuses map[*user]string
}

func (c *changing) act(t *rapid.T) {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		c.pass(time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond)
	case 1, 2:
		list := append(c.present(roomJ), c.present(roomP)...)
		if len(list) > 0 {
			u := rapid.SampledFrom(list).Draw(t, "who")
			c.nicks++
			c.statuses[u] = "s" + strconv.Itoa(c.nicks)
			c.change(u, c.statuses[u])
		}
	default:
		before := map[*user]string{}
		for _, u := range append(c.present(roomJ), c.present(roomP)...) {
			before[u] = u.nick
		}
		c.chaos.act(t)
		for _, u := range append(c.present(roomJ), c.present(roomP)...) {
			switch was, ok := before[u]; {
			case !ok:
				delete(c.statuses, u)
			case was != u.nick:
				delete(c.statuses, u) // the client shows another presence with it
			}
		}
	}
}

// Whatever is sent of presence, and however slow the link is: after quiet everybody knows who is there with his last nick and
// presence, as far as presence crosses, and has heard all messages in their order. A4
func TestSlowRoomsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int{0, 300, slow, 64_000}).Draw(t, "rate")
		level := rapid.SampledFrom([]string{muc.PresenceFull, muc.PresenceFull, muc.PresenceJoins, muc.PresenceNone}).Draw(t, "level")
		c := &changing{&chaos{pair: slowPair(t, rate, level)}, level, map[*user]string{}}
		c.held = true
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			c.act(t)
		}
		c.held = false
		c.calm()
		c.check()
	})
}

// stays tells whether the author of a message is in the room since.
func (m sent) stays() bool {
	return slices.ContainsFunc(m.to, func(v visit) bool { return v.u == m.by && v.lasts() })
}

func (c *changing) check() {
	if c.level != muc.PresenceNone {
		c.agree()
	}
	for _, u := range append(c.present(roomJ), c.present(roomP)...) {
		for _, o := range append(c.present(roomJ), c.present(roomP)...) {
			status, known := c.statuses[o]
			both := len(c.present(roomJ)) > 0 || u.room == o.room
			switch {
			case known && both && (c.level == muc.PresenceFull || u.room == o.room) && u.says[o.nick] != status:
				c.t.Errorf("%s sees %q of %s, not %q", u.nick, u.says[o.nick], o.nick, status)
			}
		}
		var ids []int
		for _, m := range c.log { // in the order in which they were said
			if i := slices.Index(u.order, m.id); m.from != u.room && i >= 0 {
				ids = append(ids, i)
			}
		}
		if !slices.IsSorted(ids) {
			c.t.Errorf("%s has heard %v", u.nick, u.order)
		}
	}
	for _, m := range c.log {
		for _, v := range m.to {
			if v.lasts() && v.u.live[m.id] && !v.u.sees[m.by.nick] && m.stays() {
				c.t.Errorf("%s does not see %s, who has spoken", v.u.nick, m.by.nick)
			}
			if v.lasts() && v.u.heard[m.id] != 1 && len(c.log) < history {
				c.t.Errorf("%s in %s has heard %s of %s %d times", v.u.nick, v.u.room, m.id, m.from, v.u.heard[m.id])
			}
		}
	}
}

// A4: at the level of joins a thousand changes of presence are no stanza at all.
func TestChangesDoNotCross(t *testing.T) {
	p := slowPair(t, 0, muc.PresenceJoins)
	p.enter(roomP, "alice")
	hamlet := p.enter(roomJ, "hamlet")
	p.crossed = nil
	for i := range 1000 {
		p.change(hamlet, strconv.Itoa(i))
		p.change(p.users["alice@p.example/pc"], strconv.Itoa(i))
	}
	p.crossings(upto, 0)
	p.crossings(down, 0)
}

// A4: at the level full, over a link that carries about a stanza a second, the last state of each is known in the end, and not
// every state on the way was sent.
func TestChangesCoalesce(t *testing.T) {
	p := slowPair(t, slow, muc.PresenceFull)
	hamlet, alice := p.enter(roomJ, "hamlet"), p.enter(roomP, "alice")
	p.calm()
	p.crossed = nil
	for i := range 1000 {
		p.change(hamlet, strconv.Itoa(i))
		p.pass(10 * time.Millisecond)
	}
	p.calm()
	if got := alice.says["hamlet"]; got != "999" {
		t.Errorf("alice sees %q", got)
	}
	n := 0
	for _, st := range p.count(upto) {
		if st.Kind == stanza.Presence {
			n++
		}
	}
	if n < 2 || n > 15 {
		t.Errorf("%d presences have crossed in ten seconds", n)
	}
}

// G1: what is said overtakes whatever waits of presence; the servers on the way never have more than a moment's worth of it.
func TestMessageOvertakes(t *testing.T) {
	const crew = 60
	p := slowPair(t, slow, muc.PresenceFull)
	alice := p.enter(roomP, "alice")
	for i := range crew {
		p.enter(roomJ, "u"+strconv.Itoa(i))
	}
	p.calm()
	p.agree()
	p.crossed = nil
	for i := range crew {
		p.change(p.users["u"+strconv.Itoa(i)+"@j.example/pc"], "busy")
	}
	p.pass(time.Second)
	id := p.say(p.users["u59@j.example/pc"])
	p.pass(3 * time.Second)
	if alice.heard[id] != 1 {
		t.Error("it has not come")
	}
	for range 10 {
		p.say(p.users["u0@j.example/pc"])
	}
	p.calm()
	if d := p.queued(upto, slow); d > 3*time.Second {
		t.Errorf("stanzas have waited %s in the server", d)
	}
	for i := range crew {
		if alice.says["u"+strconv.Itoa(i)] != "busy" {
			t.Fatalf("alice sees %q of u%d", alice.says["u"+strconv.Itoa(i)], i)
		}
	}
}

// G1: messages arrive completely and in order, and the servers on the way have nothing that waits; so do many who come at once
// and all that was said before.
func TestQueueStaysShort(t *testing.T) {
	p := slowPair(t, slow, muc.PresenceFull)
	alice := p.enter(roomP, "alice")
	for range history {
		p.say(alice)
	}
	for i := range 50 {
		p.enter(roomP, "p"+strconv.Itoa(i))
	}
	hamlet := p.enter(roomJ, "hamlet")
	p.calm()
	p.agree()
	if len(hamlet.order) != history {
		t.Errorf("hamlet has heard %d messages", len(hamlet.order))
	}
	for range 200 {
		p.say(hamlet)
	}
	for i := range 20 {
		p.enter(roomJ, "j"+strconv.Itoa(i))
	}
	p.pass(30 * time.Second)
	if n := len(p.present(roomJ)); len(alice.sees) < 51+n/4 {
		t.Errorf("alice sees %d", len(alice.sees))
	}
	p.calm()
	p.agree()
	if got := alice.order[history:]; len(got) != 200 || got[0] != "m21" || !slices.IsSortedFunc(got, byNumber) {
		t.Errorf("alice has heard %v", got)
	}
	for _, k := range []wire{upto, down} {
		if d := p.queued(k, slow); d > 4*time.Second {
			t.Errorf("from %s stanzas have waited %s in the server", k.from, d)
		}
	}
}

// Two who have changed nicks with each other, and somebody who has a nick that another one had: the peer never knows two of a
// nick, whatever it missed on the way.
func TestNicksMoveOn(t *testing.T) {
	p := slowPair(t, 300, muc.PresenceFull)
	alice := p.enter(roomP, "alice")
	ann, bob, cid := p.enter(roomJ, "ann"), p.enter(roomJ, "bob"), p.enter(roomJ, "cid")
	p.calm()
	p.say(ann) // the link is busy
	p.say(ann)
	p.rename(ann, "x")
	p.rename(bob, "ann")
	p.rename(ann, "bob")
	p.rename(cid, "y")
	dan := p.enter(roomJ, "dan")
	p.rename(dan, "cid")
	clear(alice.shown)
	p.calm()
	p.agree()
	for nick := range alice.shown {
		if nick == "x" || nick == "dan" {
			t.Errorf("alice was shown %s", nick)
		}
	}
	if ann.nick != "bob" || bob.nick != "ann" || dan.nick != "cid" || p.noted(fmuc.Collision) > 0 {
		t.Errorf("they are %s, %s and %s", ann.nick, bob.nick, dan.nick)
	}
}

// The level and the speed of a link change while it is up: what was left out follows, and nobody is seen to leave.
func TestRetune(t *testing.T) {
	p := slowPair(t, slow, muc.PresenceNone)
	alice := p.enter(roomP, "alice")
	hamlet, ophelia := p.enter(roomJ, "hamlet"), p.enter(roomJ, "ophelia")
	p.change(hamlet, "here")
	p.change(ophelia, "there")
	p.calm()
	tune := func(level string) {
		c := p.settings.Link
		c.Presence = level
		p.tell(p.edges[roomJ][roomP], fmuc.Event{Retune: &c})
		p.calm()
	}
	for _, step := range []struct {
		level, hamlet, ophelia string
		sees                   int
	}{{muc.PresenceNone, "", "", 2}, {muc.PresenceJoins, "", "", 3}, {muc.PresenceFull, "here", "there", 3}} {
		tune(step.level)
		if len(alice.sees) != step.sees || alice.says["hamlet"] != step.hamlet || alice.says["ophelia"] != step.ophelia {
			t.Errorf("%s: alice sees %v, %v", step.level, alice.sees, alice.says)
		}
	}
	tune(muc.PresenceNone)
	p.change(hamlet, "gone")
	p.calm()
	if len(alice.sees) != 3 || alice.says["hamlet"] != "here" || p.link(roomJ).State() != "up" {
		t.Errorf("alice sees %v", alice.says)
	}
}

package fmuc_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

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

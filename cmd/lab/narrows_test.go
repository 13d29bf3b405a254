package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/relay"
)

var narrows = flag.Int("narrows", 12, "messages that wait on each side of a slow link in TestNarrows")

// narrow is a room whose links are slow, on either side.
const narrow = `
	[[federation.room]]
	room = "narrows"
	rate = "2400 bit/s"
	join_timeout = "60s"
	retry = "60s"
	ping = "60s"
	ping_timeout = "60s"`

// ships is the line of a ship: 2400 bit/s each way, and three seconds there and back.
var ships = relay.Shape{Bitrate: 2400, Delay: 1500 * time.Millisecond}

const (
	players = 6
	moods   = 84 // of each
)

// TestNarrows has people talk over a line of 2400 bit/s with a round trip of 3 s. 500 changes of presence wait; what is said
// overtakes them, arrives in order, each message once, and nothing comes back because it did not fit.
func TestNarrows(t *testing.T) {
	c := atStrait(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute+time.Duration(*narrows)*2*time.Second)
	t.Cleanup(cancel)
	c.w.ctx, c.d.ctx = ctx, ctx
	c.garden, c.castle = "narrows@"+wonderland.rooms, "narrows@"+denmark.rooms
	c.meet()
	var cast []*user
	for i := range players {
		u := c.d.login(fmt.Sprint("player", i))
		u.join(c.castle, player(i))
		cast = append(cast, u)
		c.alice.expect(player(i), presence(c.garden+"/"+player(i), ""))
	}
	wire := c.tap()
	c.link.Set(ships)
	t.Cleanup(func() { c.link.Set(relay.Shape{}) })
	before, began := c.counts(), time.Now()

	for i, u := range cast {
		for mood := range moods {
			u.send("<presence to='%s/%s'><show>away</show><status>mood %d</status></presence>", c.castle, player(i), mood)
		}
	}
	for i := range cast {
		c.hamlet.expect("the last mood", isIn(c.castle, i, moods-1))
	}
	c.hamlet.say(c.castle, "I overtake")
	c.alice.hears("I overtake")
	overtook := time.Since(began)
	var late []string
	for i := range cast {
		if !slices.ContainsFunc(c.alice.Received(), isIn(c.garden, i, moods-1)) {
			late = append(late, player(i))
		}
	}
	if len(late) < players/2 {
		t.Errorf("only %v have been overtaken", late)
	}

	h, a := c.hamlet.says(c.castle, "hamlet", *narrows), c.alice.says(c.garden, "alice", *narrows)
	c.alice.hearsAll(h)
	c.hamlet.hearsAll(a)
	for i := range cast {
		c.alice.expect("the last mood", isIn(c.garden, i, moods-1))
	}
	took := time.Since(began)
	c.alice.inOrder(h)
	c.hamlet.inOrder(a)
	c.alice.stays()
	c.hamlet.stays()
	if list := wire.stanzas("type='error'"); len(list) > 0 {
		t.Errorf("errors have crossed: %q", list)
	}
	n := len(wire.stanzas("<status>mood"))
	if n > 5*players {
		t.Errorf("%d presences have crossed", n)
	}
	over := c.counts()
	t.Logf("overtook %d of %d players, heard after %s; %d messages each way and the last of %d moods took %s, with %d presences: %+v, %+v",
		len(late), players, overtook, *narrows+1, players*moods, took, n, over[0].Since(before[0]), over[1].Since(before[1]))
}

func player(i int) string { return fmt.Sprint("Player", i) }

// isIn matches a player's mood as a room shows it.
func isIn(room string, i, mood int) func(*client.Node) bool {
	return func(n *client.Node) bool {
		return presence(room+"/"+player(i), "")(n) && text(n, "status") == fmt.Sprint("mood ", mood)
	}
}

func (c *crossing) counts() [2]relay.Counts {
	return [2]relay.Counts{c.link.From(c.link.A).Counts(), c.link.From(c.link.B).Counts()}
}

// inOrder checks that a user has heard this in this order.
func (u *user) inOrder(bodies []string) {
	u.s.Helper()
	var got []string
	for _, body := range u.heard() {
		if slices.Contains(bodies, body) {
			got = append(got, body)
		}
	}
	if !slices.Equal(got, bodies) {
		u.s.Errorf("%s heard %s", u.jid, strings.Join(got, ", "))
	}
}

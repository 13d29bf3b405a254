package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestTermsOfALink: the islands' links are quiet, and the castle agrees to be quiet towards them while they join it; it is when both
// nodes were killed, too.
func TestTermsOfALink(t *testing.T) {
	c := atStrait(t)
	still := "still@" + islands
	hamlet, alice := c.d.login("hamlet"), c.w.login("alice")
	c.open(hamlet, c.castle, "Hamlet", "federation_accept", still)
	c.open(alice, still, "Alice", "federation_join", c.castle)
	alice.expect("Hamlet", presence(still+"/Hamlet", ""))
	for domain, room := range map[string]string{denmark.rooms: c.castle, islands: still} {
		c.logs(domain, "other terms", "presence roster", "room="+room)
	}
	hears := func(what string) {
		t.Helper()
		hamlet.send("<presence to='%s/Hamlet'><show>away</show><status>%s</status></presence>", c.castle, what)
		hamlet.say(c.castle, what)
		alice.hears(what)
	}
	hears("good night")
	c.stored(denmark.rooms, c.castle)
	c.stored(islands, still)
	c.restart(denmark.rooms)
	c.restart(islands)
	hears("good morning")
	for _, n := range alice.Received() {
		if n.Is("", "presence") && text(n, "show") != "" {
			t.Errorf("Alice received %s", n.Raw)
		}
	}
}

// stored waits until it is stored that somebody is in a room: a restart would not find him before.
func (c *crossing) stored(domain, room string) {
	c.Helper()
	db, err := pgx.Connect(c.w.ctx, strait.lab.Node(domain).DatabaseURL())
	if err != nil {
		c.Fatal(err)
	}
	defer db.Close(c.w.ctx)
	for again := time.NewTicker(20 * time.Millisecond); ; <-again.C {
		var n int
		if err := db.QueryRow(c.w.ctx, `SELECT count(*) FROM occupants WHERE room = $1`, room).Scan(&n); err != nil {
			c.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}

// TestOtherTerms: a file that wants less of presence is read anew, and both rooms go by it while their people stay.
func TestOtherTerms(t *testing.T) {
	c := overStrait(t)
	terms := func(level string) {
		t.Helper()
		c.logs(denmark.rooms, "other terms", "presence "+level, "room="+c.castle)
		c.logs(wonderland.rooms, "other terms", "presence "+level, "room="+c.garden)
	}
	terms("full")
	local, _, _ := strings.Cut(c.castle, "@")
	c.hangup(c.d.lab.Node(denmark.rooms), fmt.Sprintf("[[federation.room]]\nroom = %q\npresence = 'joins'", local))
	terms("roster")
	c.alice.send("<presence to='%s/Alice'><show>away</show></presence>", c.garden)
	c.hamlet.send("<presence to='%s/Hamlet'><show>away</show></presence>", c.castle)
	c.hamlet.hearsAll(c.alice.says(c.garden, "alice", 2))
	c.alice.hearsAll(c.hamlet.says(c.castle, "hamlet", 2))
	for u, other := range map[*user]string{c.alice: c.garden + "/Hamlet", c.hamlet: c.castle + "/Alice"} {
		for _, n := range u.Received() {
			if n.Is("", "presence") && n.Attr("from") == other && text(n, "show") != "" {
				t.Errorf("%s received %s", u.jid, n.Raw)
			}
		}
		u.stays()
	}
}

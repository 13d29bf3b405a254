package main

import (
	"fmt"
	"slices"
	"testing"
)

// TestHostKilled kills one server, and then the other, while people talk on both sides, and starts it again: both archives hold
// the same, and all that anybody has heard.
func TestHostKilled(t *testing.T) {
	for _, victim := range []place{wonderland, denmark} {
		t.Run(victim.kind, func(t *testing.T) {
			c := overStrait(t)
			shores := c.shores()
			nicks := []string{"Alice", "Hamlet"}
			dead := slices.IndexFunc(shores[:], func(s shore) bool { return s.s.place.kind == victim.kind })
			alive := shores[1-dead]
			said := slices.Concat(c.alice.says(c.garden, "alice", 50), c.hamlet.says(c.castle, "hamlet", 50))
			alive.hears(fmt.Sprintf("%s 9", [2]string{"alice", "hamlet"}[dead]))

			server := strait.lab.Server(victim.users)
			server.Kill9()
			meanwhile := alive.says(alive.room, "meanwhile", 20)
			alive.hearsAll(meanwhile)
			if err := server.Start(strait.lab.Context()); err != nil {
				t.Fatal(err)
			}
			again := shores[dead].s.login("again")
			again.awaits(shores[dead].room)
			again.join(shores[dead].room, "Again")
			alive.expect("who came back", presence(alive.room+"/Again", ""))
			last := [][]string{again.says(shores[dead].room, "again", 3), alive.says(alive.room, "at last", 3)}
			again.hearsAll(last...)
			alive.hearsAll(last...)
			for _, n := range alive.gone() {
				if n.Attr("from") != alive.room+"/"+nicks[dead] { // whose client is gone indeed
					t.Errorf("%s saw %s", alive.jid, n)
				}
			}
			c.agree(slices.Concat(c.alice.heard(), c.hamlet.heard(), again.heard()), slices.Concat(said, meanwhile, last[0], last[1]))
		})
	}
}

// heard is what a user has been told in rooms.
func (u *user) heard() (list []string) {
	for _, n := range u.Received() {
		if n.Is("", "message") && n.Attr("type") == "groupchat" && n.Body() != "" {
			list = append(list, n.Body())
		}
	}
	return list
}

// agree checks that both archives hold the same, each once: all that was heard, and nothing that was not said.
func (c *crossing) agree(heard, said []string) {
	c.Helper()
	there := [2][]string{}
	for i, here := range c.shores() {
		reader := here.s.login("reader")
		reader.join(here.room, "Reader")
		there[i] = bodies(reader.pages(here.room, ""))
		slices.Sort(there[i])
		reader.leave(here.room, "Reader")
	}
	if !slices.Equal(there[0], there[1]) {
		c.Errorf("the archives differ:\n%q\n%q", there[0], there[1])
	}
	for _, body := range heard {
		if count(there[0], body) != 1 {
			c.Errorf("%q was heard and is in the archive %d times", body, count(there[0], body))
		}
	}
	for _, body := range there[0] {
		if count(said, body) != 1 {
			c.Errorf("%q is in the archive and was said %d times", body, count(said, body))
		}
	}
	c.Logf("%d of %d messages are kept", len(there[0]), len(said))
}

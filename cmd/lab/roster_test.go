package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// roster is who is in a room as far as a user was told.
func (u *user) roster(room string) []string {
	here := map[string]bool{}
	for _, n := range u.Received() {
		if nick, ok := strings.CutPrefix(n.Attr("from"), room+"/"); ok && n.Is("", "presence") {
			here[nick] = n.Attr("type") == ""
		}
	}
	maps.DeleteFunc(here, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(here))
}

// entries are the nicks that a user was told of as new in a room, in order: with nobody flickering each once.
func (u *user) entries(room string) (nicks []string) {
	here := map[string]bool{}
	for _, n := range u.Received() {
		nick, ok := strings.CutPrefix(n.Attr("from"), room+"/")
		if !ok || !n.Is("", "presence") {
			continue
		}
		is := n.Attr("type") == ""
		if is && !here[nick] {
			nicks = append(nicks, nick)
		}
		here[nick] = is
	}
	return nicks
}

// movers are who leaves a shore while the link is broken, who leaves and comes back as somebody else, and who comes.
var movers = [2][4]string{{"Hatter", "Hare", "Dormouse", "Gryphon"}, {"Horatio", "Laertes", "Ophelia", "Osric"}}

// TestPeopleMoveMeanwhile has people leave, come and come back under another nick on both sides of a broken link.
func TestPeopleMoveMeanwhile(t *testing.T) {
	c := overStrait(t)
	shores := c.shores()
	var goer, turner [2]*user
	for i, here := range shores {
		goer[i], turner[i] = here.s.login("goes"), here.s.login("turns")
		goer[i].join(here.room, movers[i][0])
		turner[i].join(here.room, movers[i][1])
	}
	for i := range shores {
		shores[1-i].sees(movers[i][:2], "")
	}

	c.breaks(c.link.Cut)
	for i, here := range shores {
		goer[i].leave(here.room, movers[i][0])
		turner[i].leave(here.room, movers[i][1])
		turner[i].join(here.room, movers[i][2])
		here.s.login("comes").join(here.room, movers[i][3])
	}
	c.noticed()
	c.heal()
	want := slices.Sorted(slices.Values(slices.Concat(movers[0][2:], movers[1][2:], []string{"Alice", "Hamlet"})))
	for i, here := range shores {
		here.sees(movers[1-i][2:], "")
		here.sees(movers[1-i][:2], "unavailable")
		here.s.equal("who is there", fmt.Sprint(here.roster(here.room)), fmt.Sprint(want))
		c.comesLate(i, func(late *user) {
			there := slices.DeleteFunc(late.roster(here.room), func(nick string) bool { return nick == "Late" })
			here.s.equal("who is there for him", fmt.Sprint(there), fmt.Sprint(want))
		})
	}
}

// comesLate lets somebody enter on a shore, look around, and leave.
func (c *crossing) comesLate(i int, looks func(*user)) {
	c.Helper()
	here, there := c.shores()[i], c.shores()[1-i]
	late := here.s.login("late")
	late.join(here.room, "Late")
	looks(late)
	late.leave(here.room, "Late")
	there.sees([]string{"Late"}, "unavailable")
}

// sees waits for a presence of each of these.
func (s shore) sees(nicks []string, typ string) {
	s.s.Helper()
	for _, nick := range nicks {
		s.expect(nick, presence(s.room+"/"+nick, typ))
	}
}

func (u *user) leave(room, nick string) {
	u.s.Helper()
	if err := u.Leave(u.s.ctx, room, nick); err != nil {
		u.s.Fatal(err)
	}
}

package main

import "testing"

// TestPutOutMeanwhile puts somebody out of the other side of a broken link: he is gone here at once, and at home as soon as his
// node hears of it. The moderator stays.
func TestPutOutMeanwhile(t *testing.T) {
	c := overStrait(t)
	rogue := c.d.login("rogue")
	rogue.join(c.castle, "Rogue")
	c.alice.expect("the rogue", presence(c.garden+"/Rogue", ""))
	c.breaks(c.link.Cut)
	c.alice.admin(c.garden, "<item nick='Rogue' role='none'><reason>Off with his head!</reason></item>")
	c.alice.expect("the removal", removal(c.garden+"/Rogue"))
	rogue.says(c.castle, "still here", 1)
	c.noticed()
	c.heal()
	n := rogue.expect("his own removal", removal(c.castle+"/Rogue"))
	c.d.equal("the reason", reason(n), "Off with his head!")
	c.d.equal("the moderator", item(n).Child("", "actor").Attr("nick"), "Alice")
	c.hamlet.expect("the removal", removal(c.castle+"/Rogue"))
	c.alice.says(c.garden, "that", 1)
	c.hamlet.hears("that 0")
	for _, here := range c.shores() {
		if list := here.roster(here.room); len(list) != 2 {
			t.Errorf("%s sees %q", here.jid, list)
		}
	}
}

package main

import (
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// TestSubjectsMeanwhile sets a subject on both sides of a broken link: the later one holds everywhere, for those who come later
// too.
func TestSubjectsMeanwhile(t *testing.T) {
	c := overStrait(t)
	c.breaks(c.link.Cut)
	c.alice.send("<message to='%s' type='groupchat'><subject>A mad tea party</subject></message>", c.garden)
	c.alice.expect("her subject", subject("A mad tea party"))
	c.hamlet.send("<message to='%s' type='groupchat'><subject>The mousetrap</subject></message>", c.castle)
	c.hamlet.expect("his subject", subject("The mousetrap"))
	c.noticed()
	c.heal()
	c.alice.expect("the later subject", subject("The mousetrap"))
	for i, here := range c.shores() {
		c.alice.says(c.garden, "to "+here.room, 1)
		here.hears("to " + here.room + " 0") // nothing comes after the subject that was on its way before
		last := ""
		for _, n := range here.Received() {
			if n.Is("", "message") && n.Child("", "subject") != nil {
				last = text(n, "subject")
			}
		}
		here.s.equal("the last subject", last, "The mousetrap")
		c.comesLate(i, func(late *user) { late.expect("the subject", subject("The mousetrap")) })
	}
}

func subject(s string) func(*client.Node) bool {
	return func(n *client.Node) bool {
		return n.Is("", "message") && n.Child("", "subject") != nil && text(n, "subject") == s
	}
}

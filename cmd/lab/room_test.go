package main

import (
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// TestRoom is an evening in a room: it is made, entered, talked in, kept in order and closed.
func TestRoom(t *testing.T) {
	onBoth(t, func(s *scene) {
		den := s.room("den")
		alice, bob := s.login("alice"), s.login("bob")
		self := alice.join(den, "Alice")
		s.equal("201 for the creator", self.Status("201"), true)
		s.equal("a locked room", bob.refused(den, "Bob"), "item-not-found")
		alice.configure(den)
		id := alice.say(den, "anybody?")
		echo := alice.hears("anybody?")
		s.equal("the id of the reflection", echo.Attr("id"), id)
		s.equal("a stanza-id", echo.Child("urn:xmpp:sid:0", "stanza-id") != nil, true)

		bob.join(den, "Bob")
		s.inOrder(bob, den)
		alice.expect("Bob", presence(den+"/Bob", ""))
		bob.say(den, "I am")
		alice.hears("I am")

		bob.send("<message to='%s/Alice' type='chat'><body>between us</body></message>", den)
		s.equal("who whispers", alice.hears("between us").Attr("from"), den+"/Bob")

		bob.send("<presence to='%s/Robert'/>", den)
		alice.expect("303", func(n *client.Node) bool { return presence(den+"/Bob", "unavailable")(n) && n.Status("303") })
		alice.expect("Robert", presence(den+"/Robert", ""))
		bob.expect("his own 303", func(n *client.Node) bool { return n.Status("303") && n.Status("110") })
		bob.expect("his new self", func(n *client.Node) bool { return presence(den+"/Robert", "")(n) && n.Status("110") })

		alice.send("<message to='%s' type='groupchat'><subject>croquet</subject></message>", den)
		bob.expect("the subject", func(n *client.Node) bool { return text(n, "subject") == "croquet" })
		bob.send("<message to='%s' type='groupchat' id='s1'><subject>no</subject></message>", den)
		s.equal("a subject without the right", bob.bounce("s1"), "forbidden")

		s.equal("kick", alice.admin(den, "<item nick='Robert' role='none'><reason>enough</reason></item>").Attr("type"), "result")
		bob.expect("the kick", func(n *client.Node) bool { return n.Status("307") && n.Status("110") })
		bob.join(den, "Bob")
		s.equal("ban", alice.admin(den, "<item jid='bob@"+s.users+"' affiliation='outcast'/>").Attr("type"), "result")
		bob.expect("the ban", func(n *client.Node) bool { return n.Status("301") })
		s.equal("a banned user", bob.refused(den, "Bob"), "forbidden")

		alice.must("set", den, "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>")
		alice.expect("the end", presence(den+"/Alice", "unavailable"))
		s.equal("a room that is no more", alice.ask("get", den, "<query xmlns='http://jabber.org/protocol/disco#info'/>").Condition(), "item-not-found")
	})
}

// inOrder checks what an entrant was sent: presences, his own last of them, history, subject.
func (s *scene) inOrder(u *user, room string) {
	s.Helper()
	u.expect("the subject", func(n *client.Node) bool { return n.Is("", "message") && n.Child("", "subject") != nil })
	var kinds []string
	for _, n := range u.Received() {
		if !strings.HasPrefix(n.Attr("from"), room) || n.Attr("type") == "error" {
			continue
		}
		switch {
		case n.Is("", "presence") && n.Status("110"):
			kinds = append(kinds, "self")
		case n.Is("", "presence"):
			kinds = append(kinds, "other")
		case n.Child("", "subject") != nil:
			kinds = append(kinds, "subject")
		case n.Child("urn:xmpp:delay", "delay") != nil:
			kinds = append(kinds, "history")
		}
	}
	s.equal("the order of entry", strings.Join(kinds, " "), "other self history subject")
}

// TestRestrictedRooms tries what keeps people out.
func TestRestrictedRooms(t *testing.T) {
	onBoth(t, func(s *scene) {
		alice, bob := s.login("alice"), s.login("bob")
		for _, c := range []struct{ room, field, condition string }{
			{"members", "membersonly=1", "registration-required"},
			{"full", "maxusers=1", "service-unavailable"},
		} {
			room := s.room(c.room)
			alice.join(room, "Alice")
			alice.configure(room, c.field)
			s.equal(c.room, bob.refused(room, "Bob"), c.condition)
		}
		vault := s.room("vault")
		alice.join(vault, "Alice")
		alice.configure(vault, "passwordprotectedroom=1", "roomsecret=sesame")
		s.equal("no password", bob.refused(vault, "Bob"), "not-authorized")
		bob.send("<presence to='%s/Bob'><x xmlns='http://jabber.org/protocol/muc'><password>sesame</password></x></presence>", vault)
		bob.expect("entry", func(n *client.Node) bool { return n.Attr("from") == vault+"/Bob" && n.Status("110") })

		quiet := s.room("quiet")
		alice.join(quiet, "Alice")
		alice.configure(quiet, "moderatedroom=1")
		bob.join(quiet, "Bob")
		id := bob.say(quiet, "may I?")
		s.equal("a visitor's word", bob.bounce(id), "forbidden")
		alice.admin(quiet, "<item nick='Bob' role='participant'/>")
		bob.expect("voice", func(n *client.Node) bool {
			return n.Attr("from") == quiet+"/Bob" && strings.Contains(n.Raw, "participant")
		})
		bob.say(quiet, "now I may")
		alice.hears("now I may")
	})
}

// bounce waits for the error to a message and returns its condition.
func (u *user) bounce(id string) string {
	u.s.Helper()
	return u.expect("an error to "+id, func(n *client.Node) bool {
		return n.Is("", "message") && n.Attr("id") == id && n.Attr("type") == "error"
	}).Condition()
}

func text(n *client.Node, child string) string {
	if c := n.Child("", child); c != nil {
		return c.Text
	}
	return ""
}

package main

import (
	"fmt"
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// TestUnexpected sends what nobody expected: each gets its right answer, and the stream lives (P3).
func TestUnexpected(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("attic")
		alice, eve := s.login("alice"), s.login("eve")
		alice.join(room, "Alice")
		alice.configure(room)
		eve.join(room, "Eve")
		for name, c := range map[string]struct{ xml, condition string }{
			"an IQ without a child":  {"<iq type='get' id='%[2]s' to='%[1]s'/>", "bad-request"},
			"an IQ of two children":  {"<iq type='get' id='%[2]s' to='%[1]s'><a xmlns='x'/><b xmlns='x'/></iq>", "bad-request"},
			"an unknown query":       {"<iq type='get' id='%[2]s' to='%[1]s'><a xmlns='x'/></iq>", "service-unavailable"},
			"a query to the service": {"<iq type='get' id='%[2]s' to='" + s.rooms + "'/>", "bad-request"},
			"a nick of spaces":       {"<presence id='%[2]s' to='%[1]s/&#xA0;&#xA0;'><x xmlns='http://jabber.org/protocol/muc'/></presence>", "jid-malformed"},
			"an invisible nick":      {"<presence id='%[2]s' to='%[1]s/a&#x3164;b'><x xmlns='http://jabber.org/protocol/muc'/></presence>", "jid-malformed"},
			"a room PRECIS refuses":  {"<presence id='%[2]s' to='h&#x2665;rt@" + s.rooms + "/x'><x xmlns='http://jabber.org/protocol/muc'/></presence>", "jid-malformed"},
			"a body of 300 KB":       {"<message type='groupchat' id='%[2]s' to='%[1]s'><body>" + strings.Repeat("x", 300<<10) + "</body></message>", "policy-violation"},
			"<fmuc/> in a message":   {"<message type='groupchat' id='%[2]s' to='%[1]s'><body>x</body><fmuc xmlns='http://isode.com/protocol/fmuc' from='alice@" + s.users + "/lab'/></message>", "forbidden"},
			"<fmuc/> in a presence":  {"<presence id='%[2]s' to='%[1]s/Eve'><x xmlns='http://jabber.org/protocol/muc'/><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' role='moderator'/></x><fmuc xmlns='http://isode.com/protocol/fmuc' from='eve@" + s.users + "/lab'/></presence>", "forbidden"},
			"a message to nobody":    {"<message type='chat' id='%[2]s' to='%[1]s/Nobody'><body>x</body></message>", "item-not-found"},
			"a subscription":         {"<iq type='set' id='%[2]s' to='%[1]s'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>", "bad-request"},
		} {
			id := eve.ID()
			eve.send(c.xml, room, id)
			n := eve.expect(name, func(n *client.Node) bool { return n.Attr("id") == id && n.Attr("type") == "error" })
			if n.Condition() != c.condition {
				s.Errorf("%s: got %s, expected %s: %v", name, n.Condition(), c.condition, n)
			}
		}
		eve.say(room, "still here")
		alice.hears("still here")
	})
}

// TestPayloadsComeThrough sends payloads that break naive programs: they arrive as they were (P10).
func TestPayloadsComeThrough(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("gallery")
		alice, bob := s.login("alice"), s.login("bob")
		alice.join(room, "Alice")
		alice.configure(room)
		bob.join(room, "Bob")
		bob.send(`<message type='groupchat' id="a'b&lt;&amp;" to='%s'><body>q</body><p:x xmlns:p='urn:p' p:a='1'><p:y/><z xmlns='urn:z' b='"'/></p:x></message>`, room)
		n := alice.hears("q")
		s.equal("the id", n.Attr("id"), "a'b<&")
		x := n.Child("urn:p", "x")
		if x == nil || x.Child("urn:p", "y") == nil || x.Child("urn:z", "z") == nil || x.Child("urn:z", "z").Attr("b") != `"` {
			s.Fatalf("the payload came as %v", n)
		}
	})
}

// TestYoungEmoji enters with an emoji that was assigned last year. ejabberd's own tables refuse it, before us.
func TestYoungEmoji(t *testing.T) {
	s := at(t, wonderland)
	room := s.room("garden")
	alice := s.login("alice")
	alice.join(room, "\U0001FAE9")
	alice.configure(room)
	alice.say(room, "hi")
	s.equal("the nick", alice.hears("hi").Attr("from"), room+"/\U0001FAE9")
}

// TestForgery sends what only the room may say (P7).
func TestForgery(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("mirror")
		alice, eve := s.login("alice"), s.login("eve")
		alice.join(room, "Alice")
		alice.configure(room)
		eve.join(room, "Eve")
		eve.send("<message type='groupchat' to='%[1]s'><body>trust me</body><stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='%[1]s'/>"+
			"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/><x xmlns='http://jabber.org/protocol/muc#user'><status code='307'/></x>"+
			"<delay xmlns='urn:xmpp:delay' from='%[1]s' stamp='2001-01-01T00:00:00Z'/></message>", room)
		n := alice.hears("trust me")
		for _, forged := range []string{"forged", "307", "2001"} {
			if strings.Contains(n.Raw, forged) {
				s.Fatalf("%s came through: %s", forged, fmt.Sprint(n))
			}
		}
	})
}

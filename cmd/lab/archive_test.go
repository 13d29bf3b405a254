package main

import (
	"strings"
	"testing"
)

// TestArchive reads a room's archive through a real server: what is nested in the results comes out as a stanza of the
// reader's own stream, and in order.
func TestArchive(t *testing.T) {
	onBoth(t, func(s *scene) {
		den := s.room("den")
		alice, bob := s.login("alice"), s.login("bob")
		alice.join(den, "Alice")
		alice.configure(den)
		var ids []string
		for _, body := range []string{"one", "two & <three>", "four"} {
			alice.say(den, body)
			ids = append(ids, alice.hears(body).Child("urn:xmpp:sid:0", "stanza-id").Attr("id"))
		}
		info := bob.ask("get", den, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
		s.equal("the feature", strings.Contains(info.Raw, "urn:xmpp:mam:2#extended"), true)

		fin := bob.ask("set", den, "<query xmlns='urn:xmpp:mam:2' queryid='f27'><set xmlns='http://jabber.org/protocol/rsm'>"+
			"<max>2</max><before/></set></query>").Child("urn:xmpp:mam:2", "fin")
		s.equal("the page", bob.archived("f27"), "two & <three>|four")
		set := fin.Child("http://jabber.org/protocol/rsm", "set")
		s.equal("its first", set.Child("", "first").Text, ids[1])
		s.equal("its last", set.Child("", "last").Text, ids[2])
		s.equal("the end of it", fin.Attr("complete"), "")

		fin = bob.ask("set", den, "<query xmlns='urn:xmpp:mam:2' queryid='f28'><set xmlns='http://jabber.org/protocol/rsm'>"+
			"<max>2</max><before>"+ids[1]+"</before></set></query>").Child("urn:xmpp:mam:2", "fin")
		s.equal("the page before", bob.archived("f28"), "one")
		s.equal("the beginning", fin.Attr("complete"), "true")

		unknown := "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><after>x</after></set></query>"
		s.equal("an unknown id", bob.ask("set", den, unknown).Condition(), "item-not-found")
		alice.admin(den, "<item jid='bob@"+s.users+"' affiliation='outcast'/>")
		s.equal("a banned reader", bob.ask("set", den, "<query xmlns='urn:xmpp:mam:2'/>").Condition(), "forbidden")
	})
}

// archived are the texts of the results that have come for a query.
func (u *user) archived(queryID string) string {
	var bodies []string
	for _, n := range u.Received() {
		result := n.Child("urn:xmpp:mam:2", "result")
		if result.Child("urn:xmpp:forward:0", "forwarded") == nil || result.Attr("queryid") != queryID {
			continue
		}
		message := result.Child("urn:xmpp:forward:0", "forwarded").Child("jabber:client", "message")
		bodies = append(bodies, message.Child("jabber:client", "body").Text)
	}
	return strings.Join(bodies, "|")
}

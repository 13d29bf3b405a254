package main

import (
	"fmt"
	"strings"
	"testing"
)

// whims are what the owner of a room asks of it, or of others, and the condition of what she is told; "" = it is done.
var whims = []struct{ name, to, payload, condition string }{
	{"no number", "", form("muc#roomconfig_maxusers", "many"), "bad-request"},
	{"less than none", "", form("muc#roomconfig_maxusers", "-1"), "bad-request"},
	{"more than there are", "", form("muc#maxhistoryfetch", "99999999999999999999"), "bad-request"},
	{"no such choice", "", form("muc#roomconfig_whois", "everybody"), "bad-request"},
	{"no such field", "", form("muc#roomconfig_backdoor", "1"), ""},
	{"no such form", "", "<query xmlns='{owner}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:evil</value></field></x></query>", "bad-request"},
	{"a giant name", "", form("muc#roomconfig_roomname", giant), "policy-violation"},
	{"a name that is a program", "", form("muc#roomconfig_roomname", "&lt;script>alert(1)&lt;/script>"), ""},
	{"a description of controls", "", form("muc#roomconfig_roomdesc", "&#x202E;&#xD;&#x85;"), ""},
	{"owners who are nobody", "", form("muc#roomconfig_roomowners", "@@@"), "bad-request"},
	{"no owner", "", "<query xmlns='{admin}'><item jid='mallory@{users}' affiliation='none'/></query>", "conflict"},
	{"ten thousand members", "", "<query xmlns='{admin}'>" + members(10000) + "</query>", "policy-violation"},
	{"a giant reason", "", "<query xmlns='{admin}'><item jid='nobody@{users}' affiliation='member'><reason>" + giant + "</reason></item></query>", "policy-violation"},
	{"a member who is no address", "", "<query xmlns='{admin}'><item jid='a@b@c/d' affiliation='member'/></query>", "jid-malformed"},
	{"the service's own", "", "<query xmlns='{admin}'><item jid='{garden}' affiliation='owner'/></query>", ""},
	{"to join a room that is not hers", "", form("{urn:isthmus:0}federation_join", "{garden}"), "not-acceptable"},
	{"to join herself", "", form("{urn:isthmus:0}federation_join", "{lair}"), "not-acceptable"},
	{"to be joined by everybody", "", form("{urn:isthmus:0}federation_accept", "*"), "bad-request"},
	{"a picture that is none", "", "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>" + giant + "</BINVAL></PHOTO></vCard>", "policy-violation"},
	{"another's form", "{garden}", form("muc#roomconfig_roomname", "mine"), "forbidden"},
	{"another's list", "{garden}", "<query xmlns='{admin}'><item jid='mallory@{users}' affiliation='owner'/></query>", "forbidden"},
	{"another's end", "{garden}", "<query xmlns='{owner}'><destroy/></query>", "forbidden"},
	{"another's picture", "{garden}", "<vCard xmlns='vcard-temp'/>", "forbidden"},
	{"the service's commands", "{rooms}", "<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#announce'/>", "forbidden"},
	{"a giant farewell", "", "<query xmlns='{owner}'><destroy jid='{garden}'><reason>" + giant + "</reason></destroy></query>", "policy-violation"},
}

func form(field, value string) string {
	return "<query xmlns='{owner}'><x xmlns='jabber:x:data' type='submit'><field var='" + field + "'><value>" + value + "</value></field></x></query>"
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<item jid='m%d@{users}' affiliation='member'/>", i)
	}
	return b.String()
}

// TestHostileOwner has Mallory ask everything of a room of hers, and of others: in another room nobody notices anything, in hers
// people talk on, are told of what she changes and never whom they talk to, and she gets an answer each time. P3 P8 P9
func TestHostileOwner(t *testing.T) {
	l := strictLab(t)
	for _, p := range []place{wonderland, denmark} {
		t.Run(p.kind, func(t *testing.T) {
			s := atLab(t, l, p)
			garden, lair := s.room("garden"), s.room("lair")
			alice, bob, mallory := s.login("alice"), s.login("bob"), s.login("mallory")
			alice.join(garden, "Alice")
			alice.configure(garden)
			bob.join(garden, "Bob")
			mallory.join(lair, "Mallory")
			mallory.configure(lair, "whois=moderators")
			outside := s.onlookers(garden, alice, bob)
			a, b := s.login("carol"), s.login("dave")
			a.join(lair, "Carol")
			b.join(lair, "Dave")
			inside := s.onlookers(lair, a, b)
			names := strings.NewReplacer("{owner}", "http://jabber.org/protocol/muc#owner", "{admin}", "http://jabber.org/protocol/muc#admin",
				"{garden}", garden, "{lair}", lair, "{rooms}", p.rooms, "{users}", p.users)
			for _, w := range whims {
				to := lair
				if w.to != "" {
					to = names.Replace(w.to)
				}
				answer := mallory.ask("set", to, names.Replace(w.payload))
				if got := answer.Condition(); got != w.condition {
					t.Errorf("%s: Mallory is told %q, not %q", w.name, got, w.condition)
				}
				inside.unmoved(w.name, "'104'", `"104"`)
				outside.unmoved(w.name)
			}
			for i, u := range inside.users {
				for _, n := range u.Received() {
					if strings.Contains(n.Raw, []string{"dave@", "carol@"}[i]) || strings.Contains(n.Raw, "mallory@") {
						t.Errorf("%s received %.500s", u.jid, n.Raw)
					}
				}
			}
			page := (&audit{scene: s}).fetch("http://" + l.Node(p.rooms).Admin + "/")
			if strings.Contains(page, "<script>alert(1)") {
				t.Error("the operator's page runs what is a room's name")
			}
		})
	}
}

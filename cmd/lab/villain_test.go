package main

import (
	"fmt"
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// lookAlikes look like Alice, or cannot be told from her.
var lookAlikes = map[string]string{
	"capitals":           "ALICE",
	"I for l":            "aIice",
	"1 for l":            "a1ice",
	"Cyrillic":           "\u0410lice",
	"Greek":              "\u0391lice",
	"full width":         "\uFF21lice",
	"mathematical":       "\U0001D400lice",
	"zero width space":   "Al\u200Bice",
	"zero width joiner":  "Al\u200Dice",
	"word joiner":        "Al\u2060ice",
	"soft hyphen":        "Al\u00ADice",
	"right to left":      "\u202EecilA",
	"isolate":            "\u2067Alice\u2069",
	"Hangul filler":      "Alice\u3164",
	"combining joiner":   "Al\u034Fice",
	"variation selector": "Alice\uFE0F",
	"spaces":             " Alice ",
	"no-break space":     "Alice\u00A0",
	"tag":                "Alice\U000E0041",
}

const forgery = "<stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='%[1]s'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>" +
	"<x xmlns='http://jabber.org/protocol/muc#user'><status code='307'/><item jid='forged@wonderland.lit' affiliation='owner' role='moderator'/></x>" +
	"<delay xmlns='urn:xmpp:delay' from='%[1]s' stamp='2001-01-01T00:00:00Z'/><hats xmlns='urn:xmpp:hats:0'><hat uri='forged' title='forged'/></hats>" +
	"<result xmlns='urn:xmpp:mam:2' id='forged'/>"

// tricks are what Eve does. %[1]s is the room. The others see nothing but what shows, in which nothing is forged.
var tricks = []struct {
	name, xml string
	times     int
	shows     string // where something does: her own words, or her own presence
	most      int    // times that it shows to each, 0 = any number
}{
	{"a forged message", "<message type='groupchat' to='%[1]s'><body>hello</body>" + forgery + "</message>", 1, "<body>hello</body>", 1},
	{"a forged subject", "<message type='groupchat' to='%[1]s'><subject>mine</subject>" + forgery + "</message>", 1, "", 0},
	{"a forged whisper", "<message type='chat' to='%[1]s/Alice'><body>psst</body>" + forgery + "</message>", 1, "<body>psst</body>", 1},
	{"a forged presence", "<presence to='%[1]s/Eve'><status>there</status>" + forgery + "</presence>", 1, "<status>there</status>", 1},
	{"a forged query", "<iq type='get' id='f' to='%[1]s/Alice'><query xmlns='jabber:iq:version'/></iq>", 1, "", 0},
	{"an invitation in the room's name", "<message type='chat' to='%[1]s/Alice'><x xmlns='http://jabber.org/protocol/muc#user'>" +
		"<invite from='queen@wonderland.lit'/><password>forged</password></x></message>", 1, "type='chat'", 0},
	{"a decline of nobody's invitation", "<message to='%[1]s'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='alice@wonderland.lit'><reason>forged</reason></decline></x></message>", 1, "", 0},
	{"an unasked result", "<iq type='result' id='lab-1' to='%[1]s/Alice'/>", 20, "", 0},
	{"an unasked error", "<iq type='error' id='lab-1' to='%[1]s/Alice'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>", 20, "", 0},
	{"a reflected error", "<message type='error' id='lab-2' to='%[1]s/Alice'><body>forged</body><error type='cancel'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", 20, "/Eve", 3},
	{"a reflected error to all", "<message type='error' id='lab-2' to='%[1]s'><body>forged</body><error type='wait'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", 20, "/Eve", 3},
	{"an error for presence", "<presence type='error' to='%[1]s/Alice'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>", 20, "/Eve", 3},
	{"a flood of messages", "<message type='groupchat' to='%[1]s'><body>flood</body></message>", 600, "<body>flood</body>", 300},
	{"a flood of whispers", "<message type='chat' to='%[1]s/Alice'><body>flood</body></message>", 400, "<body>flood</body>", 300},
	{"a flood of presences", "<presence to='%[1]s/Eve'><status>flood</status></presence>", 300, "<status>flood</status>", 21},
	{"a flood of nicks", "<presence to='%[1]s/Eve%[2]d'/>", 200, "/Eve", 100},
	{"a flood of entries", "<presence to='%[1]s/Eve'><x xmlns='http://jabber.org/protocol/muc'/></presence><presence type='unavailable' to='%[1]s/Eve'/>", 250, "/Eve", 1000},
	{"a flood of pings", "<iq type='get' id='p%[2]d' to='%[1]s/Alice'><ping xmlns='urn:xmpp:ping'/></iq>", 300, "", 0},
	{"a flood of lists", "<iq type='get' id='d%[2]d' to='%[1]s'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>", 200, "", 0},
	{"a flood of archives", "<iq type='set' id='m%[2]d' to='%[1]s'><query xmlns='urn:xmpp:mam:2'/></iq>", 50, "", 0},
	{"a flood of rooms", "<presence to='x%[2]d-%[1]s/Eve'><x xmlns='http://jabber.org/protocol/muc'/></presence>", 100, "", 0},
	{"a flood of invitations", "<message to='%[1]s'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='alice@wonderland.lit'/></x></message>", 100, "<invite", 30},
	{"a flood of requests for voice", "<message to='%[1]s'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#request</value></field><field var='muc#role'><value>participant</value></field></x></message>", 200, "", 0},
	{"a giant message", "<message type='groupchat' to='%[1]s'><body>" + giant + "</body></message>", 2, "", 0},
	{"a giant presence", "<presence to='%[1]s/Eve'><status>" + giant + "</status></presence>", 2, "", 0},
	{"a giant id", "<message id='" + giant + "' type='groupchat' to='%[1]s'><body>x</body></message>", 2, "", 0},
	{"a giant query", "<iq type='get' id='q' to='%[1]s'><query xmlns='" + giant + "'/></iq>", 2, "", 0},
	// 20,000 of them, and ejabberd 23.01 ends the streams of others itself.
	{"deep elements", "<message type='groupchat' to='%[1]s'>" + strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000) + "</message>", 3, "", 0},
	{"many elements", "<message type='groupchat' to='%[1]s'><body>many</body>" + strings.Repeat("<a xmlns='b'/>", 20000) + "</message>", 3, "", 0},
	{"many attributes", "<iq type='get' id='a' to='%[1]s'><query xmlns='x'" + attributes(5000) + "/></iq>", 3, "", 0},
	{"characters by number", "<message type='groupchat' to='%[1]s'><body>&#x26;amp;&#60;x/&#62;&#x202E;</body></message>", 1, "&lt;x/", 1},
	{"no body of forms", "<iq type='set' id='o' to='%[1]s'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>", 10, "", 0},
	{"an admin's deed", "<iq type='set' id='k' to='%[1]s'><query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Alice' role='none'/></query></iq>", 10, "", 0},
	{"lists of others", "<iq type='get' id='l' to='%[1]s'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='owner'/></query></iq>", 10, "", 0},
}

// fatal are what a server ends Eve's stream for: what XMPP does not allow, and what is no XML.
var fatal = map[string]string{
	"a document type":    "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;&lol;'>]><message to='%[1]s' type='groupchat'><body>&lol2;</body></message>",
	"an unknown entity":  "<message to='%[1]s' type='groupchat'><body>&xxe;</body></message>",
	"a NUL":              "<message to='%[1]s' type='groupchat'><body>&#0;</body></message>",
	"a control":          "<message to='%[1]s' type='groupchat'><body>\x01</body></message>",
	"no character":       "<message to='%[1]s' type='groupchat'><body>&#xFFFF;&#xD800;</body></message>",
	"a comment":          "<message to='%[1]s' type='groupchat'><!-- x --><body>x</body></message>",
	"an instruction":     "<?php evil ?><message to='%[1]s' type='groupchat'><body>x</body></message>",
	"bytes that are not": "<message to='%[1]s' type='groupchat'><body>\xff\xfe\xc0\x80</body></message>",
	"a far too big one":  "<message to='%[1]s' type='groupchat'><body>%[2]s</body></message>",
	"an open end":        "<message to='%[1]s' type='groupchat'><body>",
}

var giant = strings.Repeat("x", 300<<10)

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='%d'", i, i)
	}
	return b.String()
}

// TestHostileUser has Eve try everything that a user can do to others: they talk on, and notice nothing but what everybody may
// do, as often as everybody may. P3 P7 P9
func TestHostileUser(t *testing.T) {
	l := strictLab(t)
	for _, p := range []place{wonderland, denmark} {
		t.Run(p.kind, func(t *testing.T) {
			s := atLab(t, l, p)
			room := s.room("attic")
			alice, bob := s.login("alice"), s.login("bob")
			alice.join(room, "Alice")
			alice.configure(room)
			bob.join(room, "Bob")
			o := s.onlookers(room, alice, bob)
			for i, trick := range tricks {
				eve := s.login(fmt.Sprint("eve", i))                // each has an allowance of her own
				nick := fmt.Sprintf("Eve-%c%c", 'a'+i/26, 'a'+i%26) // that of the one before may be kept for her
				eve.join(room, nick)
				o.unmoved("Eve's entry", "/"+nick, "unavailable")
				before := []int{o.seen[0], o.seen[1]}
				for n := range trick.times {
					_ = eve.Send(fill(trick.xml, room, nick, n))
				}
				eve.ends(room)
				shows := []string{"unavailable"} // she goes, and may have gone in between
				if trick.shows != "" {
					shows = append(shows, trick.shows)
				}
				o.unmoved(trick.name, shows...)
				for i, u := range o.users {
					if n := u.shown(before[i], trick.shows); trick.most > 0 && n > trick.most {
						t.Errorf("%s was shown to %s %d times", trick.name, u.jid, n)
					}
					u.unforged(before[i], trick.name)
				}
			}
			for name, nick := range lookAlikes {
				eve := s.login("eve")
				eve.send("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room, nick)
				answer := eve.expect("an answer", func(n *client.Node) bool {
					return n.Is("", "presence") && strings.HasPrefix(n.Attr("from"), room) && (n.Attr("type") == "error" || n.Status("110"))
				})
				if answer.Attr("type") != "error" {
					t.Errorf("%s: Eve is let in as %q", name, nick)
				}
				eve.ends(room)
				o.unmoved(name)
			}
			for name, xml := range fatal {
				eve := s.login("eve")
				nick := "Eve " + name
				eve.join(room, nick)
				o.unmoved("Eve's entry", "/"+nick, "unavailable")
				_ = eve.Send(strings.NewReplacer("%[1]s", room, "%[2]s", strings.Repeat("x", 2<<20)).Replace(xml))
				_ = eve.Drop()
				o.unmoved(name, "/Eve")
			}
		})
	}
}

func fill(xml, room, nick string, n int) string {
	return strings.NewReplacer("%[1]s", room, "%[2]d", fmt.Sprint(n), "/Eve", "/"+nick).Replace(xml)
}

// ends waits until all that was sent has been looked at, if the server lets it be sent, and goes.
func (u *user) ends(room string) {
	_, _ = u.Request(u.s.ctx, "get", room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	_ = u.Close()
}

// shown counts what a user has received since, that has a word.
func (u *user) shown(since int, word string) (n int) {
	for _, st := range u.Received()[since:] {
		if strings.Contains(st.Raw, word) {
			n++
		}
	}
	return n
}

// unforged checks that nothing forged has come since.
func (u *user) unforged(since int, what string) {
	u.s.Helper()
	for _, st := range u.Received()[since:] {
		for _, bad := range []string{"forged", "2001-01-01", "'307'", `"307"`} {
			if strings.Contains(st.Raw, bad) {
				u.s.Errorf("%s: %s received %.500s", what, u.jid, st.Raw)
			}
		}
	}
}

// TestSlowReader has Eve read nothing any more while the others say far more than the buffers on the way to her hold: they hear
// each other all the same.
func TestSlowReader(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("waterfall")
		alice, bob := s.login("alice"), s.login("bob")
		alice.join(room, "Alice")
		alice.configure(room)
		bob.join(room, "Bob")
		deaf := make(chan struct{})
		c, err := s.lab.LoginAs(s.ctx, client.Config{JID: "eve@" + s.users + "/lab", Heard: func(n *client.Node) {
			if n.Is("", "message") && n.Body() != "" {
				<-deaf
			}
		}})
		if err != nil {
			s.Fatal(err)
		}
		eve := &user{c, s, "eve"}
		eve.join(room, "Eve")
		o := s.onlookers(room, alice, bob)
		const most, size = 160, 50_000 // 8 MB
		for i := range most {
			body := fmt.Sprint(i, " ", strings.Repeat("x", size))
			alice.say(room, body)
			alice.hears(body)
			bob.hears(body)
		}
		o.unmoved("all that", "xxx", room+"/Eve")
		close(deaf)
	})
}

package muc

import (
	"regexp"
	"strings"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

const (
	testRoom = "den@muc.example"
	testPeer = Via("den@remote.example")
)

// testClients are the users' clients. Two users have two.
var testClients = []string{
	"alice@a.example/pc", "alice@a.example/phone", "bob@b.example/pc", "bob@b.example/phone",
	"carol@c.example/tab", "dave@d.example/pc", "eve@e.example/web",
}

// pools are what is drawn for the words in braces of a deed.
var pools = map[string][]string{
	"client":   testClients,
	"user":     {"alice@a.example", "bob@b.example", "carol@c.example", "dave@d.example", "eve@e.example", "zoe@z.example"},
	"stranger": {"rosa@remote.example/x", "rolf@remote.example/y", "bob@b.example/far"},
	"nick":     {"Ann", "ann", "Bea", "B\u0435a", "Çem", "Dan", "Ann (remote.example)"}, // one of them with a Cyrillic letter
	"show":     {"", "<show>away</show>", "<show>dnd</show><status>busy</status>"},
	"role":     roleNames[1:],
	"aff":      affiliationNames[1:],
	"seen":     roleNames[1:],
	"bit":      {"0", "1"},
	"whois":    {"anyone", "moderators"},
	"rights":   {"roomadmins", "roomowners"},
	"option": {
		"membersonly", "moderatedroom", "persistentroom", "publicroom", "changesubject", "allowinvites", "enablelogging",
		"members_by_default", "allow_visitor_status", "allow_visitor_nickchange",
	},
	"policy": {"free", "registered", "locked"},
	"archive": {
		"", "<x xmlns='jabber:x:data' type='submit'><field var='with'><value>{user}</value></field></x>",
		"<x xmlns='jabber:x:data' type='submit'><field var='with'><value>den@muc.example/{nick}</value></field></x><flip-page/>",
		"<set xmlns='" + nsRSM + "'><max>2</max><before/></set>",
	},
	"error": {"gone", "recipient-unavailable", "service-unavailable", "feature-not-implemented"},
	"query": {"<query xmlns='jabber:iq:version'/>", "<vCard xmlns='vcard-temp'/>", "<ping xmlns='urn:xmpp:ping'/>"},
	"hat":   {"urn:example:hat:host", "urn:example:hat:scribe", "urn:example:hat:guest"},
	"title": {"Host", "Scribe"},
	"photo": {"", "<FN>Den</FN>", "<PHOTO><BINVAL>AAAA</BINVAL></PHOTO>", "<PHOTO><BINVAL>!</BINVAL></PHOTO>"},
	"about": {
		"<query xmlns='" + nsInfo + "'/>", "<query xmlns='" + nsItems + "'/>", "<query xmlns='" + nsOwner + "'/>",
		"<query xmlns='" + nsAdmin + "'><item role='participant'/></query>",
		"<query xmlns='" + nsAdmin + "'><item affiliation='member'/></query>",
		"<query xmlns='" + nsAdmin + "'><item affiliation='owner'/></query>",
	},
}

const (
	testEntry  = "<presence to='den@muc.example/{nick}'>{show}<x xmlns='" + nsMUC + "'/></presence>"
	testChange = "<presence to='den@muc.example/{nick}'>{show}</presence>"
	testSpeech = "<message to='den@muc.example' type='groupchat' id='m'><body>hello</body></message>"
	testAdmin  = "<iq to='den@muc.example' type='set' id='a'><query xmlns='" + nsAdmin + "'>"
	testForm   = "<iq to='den@muc.example' type='set' id='c'><query xmlns='" + nsOwner + "'><x xmlns='jabber:x:data' type='submit'>"
	testLetter = "<message to='den@muc.example' id='f'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>"
	testHat    = "<iq to='den@muc.example' type='set' id='h'><command xmlns='" + nsCommands + "' node='urn:xmpp:hats:commands:"
	testWearer = "<x xmlns='jabber:x:data' type='submit'><field var='hats#jid'><value>{user}</value></field>" +
		"<field var='hats#uri'><value>{hat}</value></field></x></command></iq>"
)

// deeds are what clients do; some more often than others. {user*} are several values.
var deeds = []string{
	testEntry, testEntry, testEntry, testChange, testChange, testSpeech, testSpeech,
	"<presence to='den@muc.example/{nick}' type='unavailable'><status>bye</status></presence>",
	"<presence to='den@muc.example/{nick}' type='probe'/>",
	"<presence to='den@muc.example/{nick}' type='error'><error type='cancel'><{error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
	"<message to='den@muc.example/{nick}' type='error' id='m'><error type='cancel'><{error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
	"<message to='den@muc.example/{nick}' type='chat' id='w'><body>psst</body></message>",
	"<message to='den@muc.example' type='groupchat' id='s'><subject>matters</subject></message>",
	"<message to='den@muc.example' id='i'><x xmlns='" + nsUser + "'><invite to='{user}'/></x></message>",
	"<message to='den@muc.example' id='d'><x xmlns='" + nsUser + "'><decline to='{user}'/></x></message>",
	"<message to='den@muc.example' id='d'><x xmlns='" + nsUser + "'><decline to='den@muc.example/{nick}'/></x></message>",
	"<iq to='den@muc.example/{nick}' type='get' id='q'>{query}</iq>",
	"<iq to='den@muc.example' type='get' id='l'>{about}</iq>",
	"<iq to='den@muc.example' type='set' id='o'><query xmlns='" + nsMAM + "'>{archive}</query></iq>",
	"<iq to='den@muc.example' type='set' id='o'><query xmlns='" + nsMAM + "'>{archive}</query></iq>",
	"<iq to='den@muc.example' type='get' id='o'><metadata xmlns='" + nsMAM + "'/></iq>",
	testAdmin + "<item nick='{nick}' role='{role}'/></query></iq>",
	testAdmin + "<item nick='{nick}' role='{role}'/><item jid='{user}' affiliation='{aff}'/></query></iq>",
	testAdmin + "<item jid='{user}' affiliation='{aff}'/></query></iq>",
	testAdmin + "<item jid='{user}' nick='{nick}' affiliation='{aff}'/></query></iq>",
	testForm + "<field var='muc#roomconfig_{option}'><value>{bit}</value></field></x></query></iq>",
	testForm + "<field var='muc#roomconfig_whois'><value>{whois}</value></field></x></query></iq>",
	testForm + "<field var='muc#roomconfig_presencebroadcast'>{seen*}</field></x></query></iq>",
	testForm + "<field var='muc#roomconfig_{rights}'>{user*}</field></x></query></iq>",
	testForm + "<field var='nick_policy'><value>{policy}</value></field></x></query></iq>",
	testForm + "<field var='allow_registration'><value>{bit}</value></field></x></query></iq>",
	"<iq to='den@muc.example' type='get' id='r'><query xmlns='jabber:iq:register'/></iq>",
	"<iq to='den@muc.example' type='set' id='r'><query xmlns='jabber:iq:register'><username>{nick}</username></query></iq>",
	"<iq to='den@muc.example' type='set' id='r'><query xmlns='jabber:iq:register'><remove/></query></iq>",
	testLetter + nsRegForm + "</value></field><field var='" + fieldUser + "'><value>{user}</value></field><field var='" +
		fieldAllow + "'><value>{bit}</value></field></x></message>",
	testLetter + nsRequest + "</value></field><field var='muc#role'><value>participant</value></field></x></message>",
	testLetter + nsRequest + "</value></field><field var='muc#jid'><value>{client}</value></field><field var='" +
		fieldGrant + "'><value>{bit}</value></field></x></message>",
	testAdmin + "<item jid='{user}' affiliation='{aff}' nick='{nick}'/></query></iq>",
	testHat + "create'><x xmlns='jabber:x:data' type='submit'><field var='hats#uri'><value>{hat}</value></field>" +
		"<field var='hats#title'><value>{title}</value></field></x></command></iq>",
	testHat + "assign'>" + testWearer, testHat + "assign'>" + testWearer, testHat + "unassign'>" + testWearer,
	testHat + "destroy'>" + testWearer, testHat + "list'/></iq>", testHat + "list-assigned'/></iq>",
	"<iq to='den@muc.example' type='set' id='v'><vCard xmlns='vcard-temp'>{photo}</vCard></iq>",
	"<iq to='den@muc.example' type='set' id='d'><query xmlns='" + nsOwner + "'><destroy/></query></iq>",
}

var blank = regexp.MustCompile(`\{(\w+)(\*?)\}`)

// fill draws what stands for the words in braces.
func fill(t *rapid.T, template string) string {
	return blank.ReplaceAllStringFunc(template, func(s string) string {
		m := blank.FindStringSubmatch(s)
		if m[2] == "" {
			return draw(t, m[1])
		}
		values := rapid.SliceOfDistinct(rapid.SampledFrom(pools[m[1]]), rapid.ID).Draw(t, m[1])
		if len(values) == 0 {
			return ""
		}
		return "<value>" + strings.Join(values, "</value><value>") + "</value>"
	})
}

// draw takes something from a pool, whose own blanks are filled too.
func draw(t *rapid.T, pool string) string {
	return fill(t, rapid.SampledFrom(pools[pool]).Draw(t, pool))
}

// drawStanza draws a stanza of one of the clients.
func drawStanza(t *rapid.T) *stanza.Stanza {
	from := draw(t, "client")
	st, err := stanza.Parse([]byte(fill(t, rapid.SampledFrom(deeds).Draw(t, "deed"))))
	if err != nil {
		t.Fatal(err)
	}
	st.From = stanza.MustJID(from)
	return st
}

// drawFact draws what a link says.
func drawFact(t *rapid.T) Fact {
	p := Person{JID: stanza.MustJID(draw(t, "stranger")), Nick: draw(t, "nick"), Role: Moderator, Affiliation: Owner}
	other, show := draw(t, "nick"), []byte(draw(t, "show"))
	body := []byte("<body>from afar</body>")
	return rapid.SampledFrom([]Fact{
		Entered{p, show}, Entered{p, show}, Changed{p, show}, Renamed{p, other}, Left{Person: p, Payload: show},
		Left{Person: p, Code: 307}, Said{Person: p, ID: "r", Payload: body},
		Private{Person: p, To: other, Type: "chat", Payload: body}, Asked{Limits{MaxChars: -1, MaxStanzas: -1, Seconds: -1}}, Lost{},
	}).Draw(t, "fact")
}

// drawSettings draws the rules of a service.
func drawSettings(t *rapid.T) *Settings {
	s := &Settings{Service: "muc.example", MaxNick: 64, MaxVCard: 1000, Defaults: DefaultConfig()}
	s.Defaults.MembersOnly = rapid.IntRange(0, 4).Draw(t, "members only") == 0
	if rapid.Bool().Draw(t, "pings") {
		s.PingIdle, s.PingTimeout = 10*time.Minute, 2*time.Minute
	}
	if rapid.Bool().Draw(t, "locals") {
		s.LocalDomains = []string{"a.example", "b.example"}
	}
	if rapid.IntRange(0, 2).Draw(t, "rates") == 0 {
		few := Rate{Burst: 2, Every: 20 * time.Second}
		s.Bounds = Bounds{Messages: few, Presences: few, Invites: few, Voice: few, Registrations: few}
	}
	return s
}

// drawEvent draws what happens next.
func drawEvent(t *rapid.T, now time.Time) Event {
	if rapid.IntRange(0, 7).Draw(t, "link") == 0 {
		return Event{At: now, Via: testPeer, Fact: drawFact(t)}
	}
	if rapid.IntRange(0, 99).Draw(t, "end") == 0 {
		return Event{At: now, Final: true}
	}
	return Event{At: now, Stanza: drawStanza(t)}
}

package muc

import (
	"regexp"
	"slices"
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
	"show":     {"", "<show>away</show>", "<show>dnd</show><status>busy</status>", "<status>here</status>"},
	"role":     roleNames[1:],
	"aff":      affiliationNames[1:],
	"seen":     roleNames[1:],
	"bit":      {"0", "1"},
	"whois":    {"anyone", "moderators"},
	"rights":   {"roomadmins", "roomowners"},
	"option": {
		"membersonly", "moderatedroom", "persistentroom", "publicroom", "changesubject", "allowinvites", "enablelogging",
		"members_by_default", "allow_visitor_status", "allow_visitor_nickchange", "allow_voice_requests", "allow_registration",
		"allow_query_users", "allow_modpm", "enablearchiving", "public_list",
	},
	"value": {
		"maxusers'><value>3", "maxusers'><value>none", "slow_mode_duration'><value>30", "slow_mode_duration'><value>0",
		"historylength'><value>2", "historylength'><value>50", "allowpm'><value>anyone", "allowpm'><value>moderators",
		"roomname'><value>The Den", "passwordprotectedroom'><value>1</value></field><field var='roomsecret'><value>open",
		"passwordprotectedroom'><value>0",
	},
	"secret": {"", "<password>open</password>", "<history maxstanzas='1'/>", "<history maxchars='0'/>"},
	"said": {
		"<body>hello</body>", "<body>hello</body>", "<retract xmlns='" + nsRetract + "' id='{sid}'/><body>oops</body>",
		"<retract xmlns='" + nsRetract + "' id='{sid}'/>", "<body>then</body><delay xmlns='" + nsDelay + "' stamp='2020-01-01T00:00:00Z'/>",
		"<subject>matters</subject>", "<subject>a heading</subject><body>hello</body>", "<active xmlns='http://jabber.org/protocol/chatstates'/>",
		"<displayed xmlns='urn:xmpp:chat-markers:0' id='{sid}'/>", "<body>psst</body><no-store xmlns='" + nsHints + "'/>",
	},
	"filled": {"", testFilled}, "farewell": {"", "<reason>over</reason>"},
	"thread": {"t1", "t2"},
	"talk": {
		"type='form'>" + testTalk + "<field var='accept' type='boolean'><value>true</value><required/></field><field var='logging' type='list-single'>" +
			"<value>mustnot</value><option><value>mustnot</value></option><option><value>may</value></option><required/></field>",
		"type='submit'>" + testTalk + "<field var='accept'><value>1</value></field><field var='logging'><value>mustnot</value></field>",
		"type='result'>" + testTalk + "<field var='accept'><value>1</value></field>",
		"type='submit'>" + testTalk + "<field var='terminate'><value>1</value></field>",
		"type='submit'>" + testTalk + "<field var='accept'><value>0</value></field>",
	},
	"action": {"", " action='cancel'", " action='complete'", " action='next'"},
	"deal":   {"create", "destroy", "list", "assign", "unassign", "list-assigned"},
	"policy": {"free", "registered", "locked"},
	"archive": {
		"", "<x xmlns='jabber:x:data' type='submit'><field var='with'><value>{user}</value></field></x>",
		"<x xmlns='jabber:x:data' type='submit'><field var='with'><value>den@muc.example/{nick}</value></field></x><flip-page/>",
		"<set xmlns='" + nsRSM + "'><max>2</max><before/></set>", "<set xmlns='" + nsRSM + "'><max>2</max><after>{sid}</after></set>",
		"<x xmlns='jabber:x:data' type='submit'><field var='ids'><value>{sid}</value><value>{sid}</value></field></x>",
		"<x xmlns='jabber:x:data' type='submit'><field var='before-id'><value>{sid}</value></field></x>",
		"<x xmlns='jabber:x:data' type='submit'><field var='with'><value>{user}</value></field><field var='after-id'>" +
			"<value>{sid}</value></field></x>",
	},
	"error": {"gone", "recipient-unavailable", "service-unavailable", "feature-not-implemented"},
	"query": {"<query xmlns='jabber:iq:version'/>", "<vCard xmlns='vcard-temp'/>", "<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='" + nsInfo + "'/>"},
	"hat":   {"urn:example:hat:host", "urn:example:hat:scribe", "urn:example:hat:guest"},
	"title": {"Host", "Scribe"},
	"photo": {"", "<FN>Den</FN>", "<PHOTO><BINVAL>AAAA</BINVAL></PHOTO>", "<PHOTO><BINVAL>!</BINVAL></PHOTO>"},
	"about": {
		"<query xmlns='" + nsInfo + "'/>", "<query xmlns='" + nsItems + "'/>", "<query xmlns='" + nsOwner + "'/>",
		"<query xmlns='" + nsAdmin + "'><item role='participant'/></query>",
		"<query xmlns='" + nsAdmin + "'><item affiliation='member'/></query>",
		"<query xmlns='" + nsAdmin + "'><item affiliation='owner'/></query>", "<query xmlns='" + nsAdmin + "'><item affiliation='outcast'/></query>",
		"<query xmlns='" + nsInfo + "' node='" + nsItem + "'/>", "<query xmlns='" + nsItems + "' node='" + nsCommands + "'/>",
		"<vCard xmlns='vcard-temp'/>", "<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='" + nsMAM + "'/>",
	},
}

const (
	testEntry  = "<presence to='den@muc.example/{nick}'>{show}<x xmlns='" + nsMUC + "'>{secret}</x></presence>"
	testChange = "<presence to='den@muc.example/{nick}'>{show}</presence>"
	testSpeech = "<message to='den@muc.example' type='groupchat' id='m'>{said}</message>"
	testAdmin  = "<iq to='den@muc.example' type='set' id='a'><query xmlns='" + nsAdmin + "'>"
	testForm   = "<iq to='den@muc.example' type='set' id='c'><query xmlns='" + nsOwner + "'><x xmlns='jabber:x:data' type='submit'>"
	testLetter = "<message to='den@muc.example' id='f'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>"
	testHat    = "<iq to='den@muc.example' type='set' id='h'><command xmlns='" + nsCommands + "' node='urn:xmpp:hats:commands:"
	testFilled = "<x xmlns='jabber:x:data' type='submit'><field var='hats#jid'><value>{user}</value></field>" +
		"<field var='hats#uri'><value>{hat}</value></field></x>"
	testWearer = testFilled + "</command></iq>"
	testTalk   = "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:ssn</value></field>"
	testNeg    = "<thread>{thread}</thread><feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' {talk}</x></feature></message>"
)

// deeds are what clients do; some more often than others. {user*} are several values.
var deeds = []string{
	testChange, testChange, testSpeech, testSpeech, testSpeech,
	"<presence to='den@muc.example/{nick}' type='unavailable'><status>bye</status></presence>",
	"<presence to='den@muc.example/{nick}' type='probe'/>",
	"<presence to='den@muc.example/{nick}' type='error'><error type='cancel'><{error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
	"<message to='den@muc.example/{nick}' type='error' id='m'><error type='cancel'><{error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
	"<message to='den@muc.example/{nick}' type='chat' id='w'><body>psst</body></message>",
	"<message to='den@muc.example/{nick}' type='chat' id='w'><body>psst</body><thread>{thread}</thread></message>",
	"<message to='den@muc.example/{nick}' id='w'>" + testNeg, "<message to='den@muc.example/{nick}' id='w'>" + testNeg,
	"<message to='den@muc.example/{nick}' id='w'>" + testNeg, "<message to='den@muc.example' id='w'>" + testNeg,
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
	testForm + "<field var='{value}</value></field></x></query></iq>", testForm + "<field var='{value}</value></field></x></query></iq>",
	testForm + "<field var='{value}</value></field><field var='muc#roomconfig_{option}'><value>{bit}</value></field></x></query></iq>",
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
	"<iq to='den@muc.example' type='set' id='u'><moderate xmlns='" + nsModerate + "' id='{sid}'><retract xmlns='" + nsRetract + "'/></moderate></iq>",
	"<iq to='den@muc.example' type='set' id='u'><moderate xmlns='" + nsModerate + "' id='{sid}'><retract xmlns='" + nsRetract +
		"'/><reason>rude</reason></moderate></iq>",
	testHat + "{deal}'{action}/></iq>", testHat + "{deal}' sessionid='unknown'/></iq>",
	testLetter + nsRegForm + "</value></field><field var='" + fieldNick + "'><value>{nick}</value></field><field var='" +
		fieldAllow + "'><value>{bit}</value></field></x></message>",
	"<iq to='den@muc.example' type='set' id='d'><query xmlns='" + nsOwner + "'><destroy>{farewell}</destroy></query></iq>",
}

var blank = regexp.MustCompile(`\{(\w+)(\*?)\}`)

// fill draws what stands for the words in braces.
func fill(t *rapid.T, template string) string {
	return blank.ReplaceAllStringFunc(template, func(s string) string {
		m := blank.FindStringSubmatch(s)
		if pools[m[1]] == nil {
			return s
		}
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

// drawStanza draws a stanza of one of the clients: somebody enters, or does something. Every other deed is an owner's, if
// there is one; others are refused most of them.
func (s *stage) drawStanza() *stanza.Stanza {
	from, deed := draw(s.t, "client"), testEntry
	if rapid.IntRange(0, 3).Draw(s.t, "deed or entry") > 0 {
		deed = rapid.SampledFrom(deeds).Draw(s.t, "deed")
		from = s.drawOwner(from)
	}
	return mustParse(s.t, s.fillIn(fill(s.t, deed)), from)
}

func mustParse(t *rapid.T, xml, from string) *stanza.Stanza {
	st, err := stanza.Parse([]byte(xml))
	if err != nil {
		t.Fatal(err)
	}
	st.From = stanza.MustJID(from)
	return st
}

func (s *stage) drawOwner(other string) string {
	var owners []string
	for _, o := range s.room.occupants {
		if o.aff == Owner && o.local() {
			owners = append(owners, o.sessions[0].jid.String())
		}
	}
	owners = slices.DeleteFunc(owners, func(j string) bool { return !slices.Contains(testClients, j) })
	if len(owners) == 0 || rapid.Bool().Draw(s.t, "any") {
		return other
	}
	return rapid.SampledFrom(owners).Draw(s.t, "owner")
}

// fillIn draws what only this play knows: the ids of messages, and of sessions of commands.
func (s *stage) fillIn(deed string) string {
	return blank.ReplaceAllStringFunc(deed, func(blank string) string {
		ids := []string{"unknown"}
		switch blank {
		case "{sid}":
			for _, e := range s.log {
				ids = append(ids, e.StanzaID)
			}
		}
		return rapid.SampledFrom(ids[max(0, len(ids)-6):]).Draw(s.t, blank)
	})
}

// drawReply draws an answer to something that the room has asked a client, or passed on to it: whatever a client says, or its
// server in its place.
func (s *stage) drawReply() *stanza.Stanza {
	q := rapid.SampledFrom(s.asked).Draw(s.t, "asked")
	typ, payload := "result", "<query xmlns='jabber:iq:version'><name>a client</name></query>"
	switch {
	case q.kind == "command":
		typ, payload = "set", "<command xmlns='"+nsCommands+"' node='"+q.from+"' sessionid='"+q.id+"'"+draw(s.t, "action")+">"+
			draw(s.t, "filled")+"</command>"
		q = asked{"iq", q.to, testRoom, "n"}
	case q.kind == "message", rapid.Bool().Draw(s.t, "fails"):
		typ, payload = "error", "<error type='cancel'><"+draw(s.t, "error")+" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
	}
	return mustParse(s.t, "<"+q.kind+" to='"+q.from+"' type='"+typ+"' id='"+q.id+"'>"+payload+"</"+q.kind+">", q.to)
}

// drawOperation draws what the operator of the service does.
func drawOperation(t *rapid.T) Operation {
	user := draw(t, "user")
	return rapid.SampledFrom([]Operation{
		Create{Owner: stanza.MustJID(user)}, Create{Owner: stanza.MustJID(user), Preset: "private"}, Destroy{Reason: "over"},
		Affiliate{User: user, Affiliation: Admin}, Affiliate{User: user, Affiliation: Outcast}, Affiliate{User: "c.example", Affiliation: Outcast},
		Announce{"all is well"},
	}).Draw(t, "operation")
}

// drawFact draws what a link says.
func drawFact(t *rapid.T) Fact {
	p := Person{JID: stanza.MustJID(draw(t, "stranger")), Nick: draw(t, "nick"), Role: Moderator, Affiliation: Owner}
	other, show := draw(t, "nick"), []byte(draw(t, "show"))
	body := []byte("<body>from afar</body>")
	return rapid.SampledFrom([]Fact{
		Entered{Person: p, Payload: show}, Entered{Person: p, Payload: show}, Changed{p, show}, Renamed{p, other}, Left{Person: p, Payload: show},
		Left{Person: p, Code: 307}, Said{Person: p, ID: "r", Payload: body}, Lost{Broken: true},
		Said{Person: p, ID: "h", Payload: body, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		Said{Person: p, ID: "t", Payload: []byte("<subject>from afar</subject>"), Subject: true},
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
		s.Bounds = Bounds{Messages: few, Presences: few, Invites: few, Voice: few, Registrations: few, Occupants: 6}
	}
	if rapid.Bool().Draw(t, "lasting") {
		s.TombstoneLife, s.Quarantine, s.LockTime, s.Defaults.Persistent = 5*time.Minute, time.Minute, time.Hour, true
	}
	if rapid.Bool().Draw(t, "telling") {
		s.InviteMembers, s.AnnounceAffiliations, s.ShowSubject, s.Defaults.PublicList = true, true, true, true
		s.Contacts = []string{"help@muc.example"}
	}
	if rapid.IntRange(0, 3).Draw(t, "appointed") == 0 {
		s.Admins, s.RoomAdmins, s.RoomOwners = []string{"eve@e.example"}, []string{"dave@d.example"}, []string{"carol@c.example"}
		s.Confusables, s.Fixed = "off", []string{"persistentroom"}
		s.Reserved, _ = Reserve([]string{"Dan"})
	}
	if rapid.IntRange(0, 3).Draw(t, "voiceless") == 0 {
		s.Defaults.Moderated, s.Defaults.AllowVisitorStatus = true, false
	}
	s.Defaults.NonAnonymous = rapid.IntRange(0, 4).Draw(t, "nonanonymous") == 0
	s.Link.Users = [][]string{nil, {"b.example", "remote.example"}, {"remote.example"}}[rapid.IntRange(0, 2).Draw(t, "users")]
	if rapid.IntRange(0, 4).Draw(t, "quiet") == 0 {
		s.Defaults.PresenceBroadcast, s.Defaults.SlowMode = []string{"moderator", "none"}, 30
	}
	return s
}

// crowd begins with people in the room: some with voice, some with more.
func (s *stage) crowd() {
	for i, c := range []int{0, 2, 4, 5, 6, 3} {
		entry := strings.NewReplacer("{nick}", []string{"Ann", "Bea", "Çem", "Dan", "Eve", "Bea"}[i], "{show}", draw(s.t, "show"), "{secret}", "")
		ev := Event{At: s.now, Stanza: mustParse(s.t, entry.Replace(testEntry), testClients[c])}
		s.step(ev, ev)
	}
	for range rapid.IntRange(0, 3).Draw(s.t, "ranks") {
		rank := testAdmin + "<item jid='{user}' affiliation='" + rapid.SampledFrom([]string{"member", "admin"}).Draw(s.t, "rank") + "'/></query></iq>"
		ev := Event{At: s.now, Stanza: mustParse(s.t, fill(s.t, rank), testClients[0])}
		s.step(ev, ev)
	}
}

// drawEvent draws what happens next.
func (s *stage) drawEvent() Event {
	ev := Event{At: s.now}
	switch dice := rapid.IntRange(0, 99).Draw(s.t, "event"); {
	case dice < 86 && dice >= 78 && len(s.asked) > 0:
		ev.Stanza = s.drawReply()
	case dice < 86:
		ev.Stanza = s.drawStanza()
	case dice < 97:
		ev.Via, ev.Fact = testPeer, drawFact(s.t)
	case dice < 99:
		ev.Operation = drawOperation(s.t)
	default:
		ev.Final = true
	}
	return ev
}

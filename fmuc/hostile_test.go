package fmuc_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// victim is a room with two people of its own and one link, which is up. What it sends is counted, and not kept.
type victim struct {
	t     *testing.T
	s     *muc.Settings
	room  *muc.Room
	link  *fmuc.Link
	now   time.Time
	users map[string]int // stanzas by addressee
	peer  int            // stanzas to the peer
	notes map[fmuc.Kind]int
}

func newVictim(t *testing.T, inbound bool) *victim {
	s := muctest.Defaults()
	s.Peers, s.LocalDomains, s.Defaults.Persistent = []string{"far.example"}, []string{"near.example"}, true
	s.Federation = map[string]muc.Federation{"den": {Accept: []string{theirs.String()}}}
	if !inbound {
		s.Federation = map[string]muc.Federation{"den": {Join: theirs.String()}}
	}
	v := &victim{
		t: t, s: s, room: muc.Open(s, ourRoom, muctest.Birth(), nil), link: fmuc.New(config(inbound)), now: muctest.Start,
		users: map[string]int{}, notes: map[fmuc.Kind]int{},
	}
	v.client("ann@near.example/pc", "<presence to='den@muc.example/Ann'><x xmlns='{muc}'/></presence>")
	v.client("ann@near.example/pc", "<iq type='set' id='c' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
		"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
	v.client("bob@near.example/pc", "<presence to='den@muc.example/Bob'><x xmlns='{muc}'/></presence>")
	if inbound {
		v.peers(announcement, "first")
	} else {
		v.act(v.link.Handle(fmuc.Event{At: v.now, Start: true}))
		v.peers("<message type='groupchat' from='rabbithole@far.example' to='den@muc.example'><subject/>" +
			"<fmuc xmlns='{fmuc}' from='rabbithole@far.example'/></message>")
		v.peers("<presence from='rabbithole@far.example/first' to='den@muc.example'><fmuc xmlns='{fmuc}' from='first@far.example/pc'/></presence>")
	}
	v.alive()
	return v
}

func (v *victim) client(jid, xml string) {
	st := fromPeer(v.t, "%s", strings.ReplaceAll(xml, "{muc}", "http://jabber.org/protocol/muc"))
	st.From = stanza.MustJID(jid)
	v.perform(v.room.Handle(muc.Event{At: v.now, Stanza: st}))
}

func (v *victim) peers(format string, args ...any) {
	v.t.Helper()
	v.deliver(fromPeer(v.t, format, args...))
}

// deliver hands in what the peer's room has sent.
func (v *victim) deliver(st *stanza.Stanza) {
	if fmuc.Takes(st) {
		v.act(v.link.Handle(fmuc.Event{At: v.now, Stanza: st}))
		return
	}
	v.perform(v.room.Handle(muc.Event{At: v.now, Stanza: st}))
}

func (v *victim) act(list []fmuc.Effect) {
	for _, e := range list {
		switch e := e.(type) {
		case fmuc.Tell:
			v.perform(v.room.Handle(muc.Event{At: v.now, Via: muc.Via(theirs.String()), Fact: e.Fact}))
		case fmuc.Send:
			v.peer++
		case fmuc.Note:
			v.notes[e.Kind]++
		}
	}
}

func (v *victim) perform(list []muc.Effect) {
	for _, e := range list {
		switch e := e.(type) {
		case muc.Send:
			for _, to := range e.To {
				v.users[string(to)]++
				if raw := string(e.Out.To(to)); strings.Contains(raw, "isode.com") && strings.Contains(string(to), "near.example") {
					v.t.Fatalf("%s is sent %s", to, raw)
				}
			}
		case muc.Relay:
			if e.Goes(v.s, ourRoom, muc.Via(theirs.String())) {
				v.act(v.link.Handle(fmuc.Event{At: v.now, Fact: e.Fact}))
			}
		case muc.Load:
			v.perform(v.room.Handle(muc.Event{At: v.now, Loaded: &muc.Loaded{Load: e, Err: muc.ErrBusy}}))
		}
	}
}

// alive checks that the link is up and that messages go both ways.
func (v *victim) alive() {
	v.t.Helper()
	if state := v.link.State(); state != "up" && state != "suspect" {
		v.t.Fatalf("the link is %s", state)
	}
	clear(v.users)
	v.now = v.now.Add(time.Second)
	v.peers("<message type='groupchat' id='alive-%d' from='rabbithole@far.example/first' to='den@muc.example'><body>here</body>"+
		"<fmuc xmlns='{fmuc}' from='first@far.example/pc'/></message>", v.now.UnixNano())
	if v.users["ann@near.example/pc"] != 1 || v.users["bob@near.example/pc"] != 1 {
		v.t.Fatalf("of a message came %v", v.users)
	}
}

// state is what is not to change by what is not valid. The log, and what has been seen before, are left out: alive adds to them.
func (v *victim) state() *muc.Stored {
	s := v.room.Freeze()
	s.History, s.Seen, s.LastAt, s.LastSeq, s.PulseAt = nil, nil, 0, 0, time.Time{}
	return s
}

const open, shut = "<%s %s from='rabbithole@far.example%s' to='den@muc.example%s'>", "</%s>"

// invalid are stanzas of which none may have an effect: who is named is nobody, or one of ours, or not there.
func invalid(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	kind := pick("presence", "message", "iq")
	types := map[string][]string{
		"presence": {"", "unavailable", "error", "subscribe", "probe", "nonsense"},
		"message":  {"", "groupchat", "chat", "error", "headline", "nonsense"},
		"iq":       {"get", "set", "result", "error", "", "nonsense"},
	}[kind]
	typ := pick(types...)
	mark := pick("", "from=''", "from='@'", "from='/'", "from='a@b@c'", "from='far.example'", "from='x@\u00a0/y'", "from='rabbithole@far.example/x'",
		"from='ann@near.example/evil'", "from='king@near.example/pc'", "from='den@muc.example/Ann'", "from='"+strings.Repeat("x", 1100)+"@far.example'")
	if kind == "message" && strings.Contains(mark, "rabbithole@") {
		mark = "" // what a room says for itself, and for whom it calls by nick alone, counts
	}
	inside := pick("", "", "<nonsense/>", "<collision/>", "<unheard xmlns='urn:isthmus:0'/>", "<behind xmlns='urn:isthmus:0'><node>x</node></behind>")
	body := pick("", "<body>I am the king</body>", "<subject>of the king</subject>", "<show>away</show>", strings.Repeat("<a xmlns='urn:a'>", 40)+strings.Repeat("</a>", 40),
		"<x xmlns='{user}'><item affiliation='owner' role='moderator' jid='nobody@far.example/pc' nick='Ann'/><status code='"+pick("303", "110", "201", "-1")+"'/></x>",
		"<error type='cancel'><"+pick("bad-request", "policy-violation", "nonsense")+" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
		"<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Bob' role='none'/></query>",
		"<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>",
		"<delay xmlns='urn:xmpp:delay' from='rabbithole@far.example' stamp='"+pick("2020-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "then")+"'/><body>old</body>")
	attrs := "id='" + pick("", "1", "isthmus:receipt:x:1", strings.Repeat("i", 2000)) + "'"
	if typ != "" {
		attrs += " type='" + typ + "'"
	}
	where, to := pick("", "/Ann", "/King", "/\u3164"), pick("", "/Ann", "/Nobody")
	if kind == "message" && typ == "error" && to == "/Ann" {
		where = "/Bob" // what she wrote to somebody who is gone comes back to her
	}
	return fmt.Sprintf(open, kind, attrs, where, to) + body + "<fmuc xmlns='{fmuc}' " + mark + ">" + inside + "</fmuc>" + fmt.Sprintf(shut, kind)
}

// E5: what is not valid changes nothing, however much of it comes.
func TestInvalidStanzas(t *testing.T) {
	for _, inbound := range []bool{true, false} {
		v, r := newVictim(t, inbound), rand.New(rand.NewPCG(1, 2))
		before := v.state()
		for i := range hostility {
			xml := expand.Replace(invalid(r))
			st, err := stanza.Parse([]byte(xml))
			if err != nil {
				continue // the host's server or our scanner lets nothing through that is no stanza
			}
			clear(v.users)
			v.deliver(st)
			for jid := range v.users {
				if strings.Contains(jid, "near.example") {
					t.Fatalf("inbound %v: %s was sent something because of %s", inbound, jid, xml)
				}
			}
			if i%1000 == 0 {
				v.alive()
				if after := v.state(); !reflect.DeepEqual(before, after) {
					t.Fatalf("inbound %v: the room was\n%+v and is\n%+v", inbound, before, after)
				}
			}
		}
		v.alive()
	}
}

var expand = strings.NewReplacer("{muc}", "http://jabber.org/protocol/muc", "{user}", nsUser, "{fmuc}", nsFMUC)

// E5: a peer that may speak for its users announces as many as it can, with all that fits, and never stops. The room stays
// within its bounds, its own people stay who they are, and the link stays up.
func TestFlood(t *testing.T) {
	const most = 64 << 20 // bytes; the bound for presences and what ten thousand people take
	for _, inbound := range []bool{true, false} {
		v, r := newVictim(t, inbound), rand.New(rand.NewPCG(3, 4))
		long := "<status>" + strings.Repeat("s", 4000) + "</status>"
		huge := "<status>" + strings.Repeat("s", 200<<10) + "</status>"
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range hostility / 2 {
			who := fmt.Sprintf("user%d@flood.example/%d", r.IntN(20_000), r.IntN(2))
			nick := []string{"Ann", "Bob", "\u0410nn", fmt.Sprint("nick", r.IntN(20_000))}[min(3, r.IntN(40))]
			payload := long
			if i%500 == 0 {
				payload = huge
			}
			item := "<x xmlns='{user}'><item affiliation='owner' role='moderator' nick='" + nick + "'/>%s</x>"
			var xml string
			switch r.IntN(8) {
			case 0:
				xml = fmt.Sprintf(open, "presence", "type='unavailable'", "/"+nick, "") + fmt.Sprintf(item, "<status code='303'/>")
			case 1:
				xml = fmt.Sprintf(open, "message", "type='chat'", "/"+nick, "/Nobody") + "<body>x</body>"
			case 2:
				xml = fmt.Sprintf(open, "message", fmt.Sprintf("type='groupchat' id='%d'", i), "/"+nick, "") + "<body>" + strings.Repeat("x", 500) + "</body>"
			default:
				xml = fmt.Sprintf(open, "presence", "", "/"+nick, "") + payload + fmt.Sprintf(item, "")
			}
			kind, _, _ := strings.Cut(xml[1:], " ")
			v.deliver(fromPeer(t, "%s", expand.Replace(xml+"<fmuc xmlns='{fmuc}' from='"+who+"'/></"+kind+">")))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > most {
			t.Errorf("inbound %v: %d MiB more are in use", inbound, grown>>20)
		} else {
			t.Logf("inbound %v: %d MiB more are in use, for %d sessions", inbound, grown>>20, len(v.room.Freeze().Sessions))
		}
		sessions := v.room.Freeze().Sessions
		if n := len(sessions); n > 10_002 {
			t.Errorf("inbound %v: %d sessions", inbound, n)
		}
		for _, s := range sessions {
			switch {
			case s.Via == "" && (s.JID == "ann@near.example/pc") != (s.Nick == "Ann"):
				t.Errorf("%s is %s", s.JID, s.Nick)
			case s.Via != "" && (s.Nick == "Ann" || s.Nick == "Bob" || s.Role == "moderator"):
				t.Fatalf("%s is %s and %s", s.JID, s.Nick, s.Role)
			}
		}
		v.alive()
		if v.notes[fmuc.Collision] == 0 || v.notes[fmuc.Oddity] == 0 {
			t.Errorf("inbound %v: the log knows of %v", inbound, v.notes)
		}
	}
}

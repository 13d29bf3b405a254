package muc_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

const (
	aliceJID = "alice@a.example/pc"
	bobJID   = "bob@b.example/pc"
)

// pair is a room with Alice and Bob in it.
func pair(t *testing.T) *muc.Room {
	s := muctest.Defaults()
	r := muc.Open(s, stanza.MustJID("den@muc.example"), muctest.Birth(), nil)
	for _, j := range []string{aliceJID, bobJID} {
		told(t, r, "<presence from='%s' to='den@muc.example/%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", j, j[:3])
		told(t, r, "<iq type='set' id='i' from='%s' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
			"<x xmlns='jabber:x:data' type='submit'/></query></iq>", aliceJID)
	}
	return r
}

func told(t *testing.T, r *muc.Room, format string, args ...any) []muc.Effect {
	t.Helper()
	st, err := stanza.Parse(fmt.Appendf(nil, format, args...))
	if err != nil {
		t.Fatal(err)
	}
	return r.Handle(muc.Event{At: muctest.Start, Stanza: st})
}

func negotiation(from, to, thread, typ, fields string) string {
	return "<message from='" + from + "' to='den@muc.example" + to + "'><thread>" + thread + "</thread>" +
		"<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='" + typ + "'>" +
		"<field var='FORM_TYPE'><value>urn:xmpp:ssn</value></field>" + fields + "</x></feature></message>"
}

const (
	accept  = "<field var='accept' type='boolean'><value>1</value></field>"
	mustnot = "<field var='logging'><value>mustnot</value></field>"
	goodbye = "<field var='terminate'><value>1</value></field>"
)

func text(effects []muc.Effect) string {
	var b bytes.Buffer
	for _, o := range muctest.Sent(effects) {
		b.Write(o.XML)
	}
	return b.String()
}

// TestTalksAreBounded: nobody fills a room with sessions, be they open or over.
func TestTalksAreBounded(t *testing.T) {
	r := pair(t)
	for i := range 32 {
		got := text(told(t, r, "%s", negotiation(aliceJID, "/bob", fmt.Sprint("t", i), "form", accept)))
		if strings.Contains(got, "error") {
			t.Fatalf("session %d: %s", i, got)
		}
	}
	got := text(told(t, r, "%s", negotiation(aliceJID, "/bob", "more", "form", accept)))
	if !strings.Contains(got, "resource-constraint") {
		t.Errorf("one too many: %s", got)
	}
	if got := text(told(t, r, "%s", negotiation(bobJID, "/ali", "his", "form", accept))); strings.Contains(got, "error") {
		t.Errorf("who has none is refused: %s", got)
	}
	for i := range 2000 {
		told(t, r, "%s", negotiation(bobJID, "/ali", fmt.Sprint("b", i), "form", accept))
		told(t, r, "%s", negotiation(bobJID, "/ali", fmt.Sprint("b", i), "submit", goodbye))
	}
	if n := len(r.Freeze().Talks); n > 300 {
		t.Errorf("%d sessions are remembered", n)
	}
}

// TestTalkKeepsNoBody: what is said off the record is in nothing that the room wants stored, nor in what it is.
func TestTalkKeepsNoBody(t *testing.T) {
	r := pair(t)
	var stored []muc.Effect
	say := func(xml string) { stored = append(stored, told(t, r, "%s", xml)...) }
	say(negotiation(aliceJID, "/bob", "t", "form", accept+mustnot))
	say(negotiation(bobJID, "/ali", "t", "submit", accept+mustnot))
	say(negotiation(aliceJID, "/bob", "t", "result", accept))
	for i := range 100 {
		say(fmt.Sprintf("<message type='chat' from='%s' to='den@muc.example/bob'><body>sub rosa %d</body>"+
			"<thread>t</thread></message>", aliceJID, i))
	}
	saves := 0
	for _, e := range stored {
		switch e := e.(type) {
		case muc.Send:
		case muc.SaveTalk:
			saves++
			if bytes.Contains(e.Talk.Data, []byte("sub rosa")) {
				t.Fatalf("%s", e.Talk.Data)
			}
		case muc.Append:
			t.Fatalf("logged: %s", e.Entry.Payload)
		}
	}
	if saves != 3 {
		t.Errorf("stored %d times: offered, waiting and active", saves)
	}
	if f := fmt.Sprintf("%s", r.Freeze().Talks); strings.Contains(f, "sub rosa") || !strings.Contains(f, "logging=mustnot") {
		t.Errorf("frozen: %s", f)
	}
}

// TestTalkSurvives: a restart finds a session as it was; where it finds only one party, that one is told.
func TestTalkSurvives(t *testing.T) {
	r := pair(t)
	for _, xml := range []string{
		negotiation(aliceJID, "/bob", "t", "form", accept+mustnot), negotiation(bobJID, "/ali", "t", "submit", accept+mustnot),
		negotiation(aliceJID, "/bob", "t", "result", accept),
	} {
		told(t, r, "%s", xml)
	}
	frozen := r.Freeze()
	const said = "<message type='chat' from='" + aliceJID + "' to='den@muc.example/bob'>" +
		"<body>Hark</body><thread>t</thread></message>"
	again := muc.Open(muctest.Defaults(), stanza.MustJID("den@muc.example"), muctest.Birth(), frozen)
	if got := text(told(t, again, said)); !strings.Contains(got, "no-copy") {
		t.Errorf("after a restart: %s", got)
	}
	for i, s := range frozen.Sessions {
		if s.JID == bobJID {
			frozen.Sessions = append(frozen.Sessions[:i:i], frozen.Sessions[i+1:]...)
			break
		}
	}
	alone := muc.Open(muctest.Defaults(), stanza.MustJID("den@muc.example"), muctest.Birth(), frozen)
	alone.Handle(muc.Event{At: muctest.Start})
	effects := alone.Handle(muc.Event{At: muctest.Start, Wake: true})
	if got := text(effects); !strings.Contains(got, "terminate") || !strings.Contains(got, "to='"+aliceJID+"'") {
		t.Errorf("who is left is told: %q", got)
	}
}

// TestGlareInRoom: of two requests that cross in a room the same one wins in either order, and both end with what it asked.
func TestGlareInRoom(t *testing.T) {
	ask := func(v string) string {
		return "<field var='renegotiate' type='boolean'><value>1</value></field><field var='logging'><value>" + v + "</value></field>"
	}
	agree := func(v string) string {
		return "<field var='renegotiate'><value>1</value></field><field var='logging'><value>" + v + "</value></field>"
	}
	for _, order := range []string{"ab", "ba"} {
		r := pair(t)
		for _, xml := range []string{
			negotiation(aliceJID, "/bob", "t", "form", accept+mustnot), negotiation(bobJID, "/ali", "t", "submit", accept+mustnot),
			negotiation(aliceJID, "/bob", "t", "result", accept),
		} {
			told(t, r, "%s", xml)
		}
		for _, who := range order {
			if who == 'a' {
				told(t, r, "%s", negotiation(aliceJID, "/bob", "t", "form", ask("may")))
				continue
			}
			told(t, r, "%s", negotiation(bobJID, "/ali", "t", "form", ask("mustnot")))
		}
		told(t, r, "%s", negotiation(aliceJID, "/bob", "t", "submit", agree("mustnot"))) // an answer to who has lost is none
		told(t, r, "%s", negotiation(bobJID, "/ali", "t", "submit", agree("may")))
		if got := r.Freeze().Talks[0]; got.State != "active" || got.Params[0] != "logging=may" {
			t.Errorf("%s: %s %s", order, got.State, got.Params)
		}
	}
}

package muc_test

import (
	"strings"
	"testing"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// TestDoorOfNoReplica: whoever waits until a primary answers is let in when the room is no replica any more, and told so when
// there is no room any more.
func TestDoorOfNoReplica(t *testing.T) {
	const owner, guest = "hamlet@denmark.lit/priam", "ophelia@denmark.lit/tower"
	for what, end := range map[string]struct{ event, told string }{
		"reload":  {"", "code='110'"},
		"form":    {"<x xmlns='jabber:x:data' type='submit'><field var='{urn:isthmus:0}federation_join'><value/></field></x>", "code='110'"},
		"destroy": {"<destroy/>", "item-not-found"},
	} {
		s := muctest.Defaults()
		s.Peers, s.Link.Mode = []string{"far.example"}, muc.MasterSlave
		r := muc.Open(s, stanza.MustJID("den@muc.example"), muctest.Birth(), nil)
		handle := func(from, xml string) string {
			st, err := stanza.Parse([]byte(xml))
			if err != nil {
				t.Fatal(err)
			}
			st.From = stanza.MustJID(from)
			return sentTo(guest, r.Handle(muc.Event{At: muctest.Start, Stanza: st}))
		}
		query := func(inside string) string {
			return handle(owner, "<iq type='set' id='c' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"+inside+"</query></iq>")
		}
		handle(owner, "<presence to='den@muc.example/Hamlet'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		query("<x xmlns='jabber:x:data' type='submit'><field var='{urn:isthmus:0}federation_join'><value>rabbithole@far.example</value></field></x>")
		if got := handle(guest, "<presence to='den@muc.example/Ophelia'><x xmlns='http://jabber.org/protocol/muc'/></presence>"); got != "" {
			t.Fatalf("%s: she was sent %s", what, got)
		}
		got := ""
		if end.event != "" {
			got = query(end.event)
		} else {
			alone := *s
			alone.Link.Mode = muc.MasterMaster
			got = sentTo(guest, r.Handle(muc.Event{At: muctest.Start, Settings: &alone}))
		}
		if !strings.Contains(got, end.told) {
			t.Errorf("%s: she was sent %q", what, got)
		}
	}
}

// sentTo is what somebody is sent.
func sentTo(user string, list []muc.Effect) string {
	var b strings.Builder
	for _, e := range list {
		if s, ok := e.(muc.Send); ok {
			for _, a := range s.To {
				if string(a) == user {
					b.Write(s.Out.To(a))
				}
			}
		}
	}
	return b.String()
}

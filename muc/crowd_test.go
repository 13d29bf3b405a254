package muc

import (
	"bytes"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// told counts what a room's effects send to whom.
func told(effects []Effect) map[stanza.Addr]int {
	n := map[stanza.Addr]int{}
	for _, e := range effects {
		if s, ok := e.(Send); ok {
			for _, to := range s.To {
				n[to]++
			}
		}
	}
	return n
}

// Who enters a room of a thousand is sent a thousand presences, his own and the subject; the others one each. Where only
// moderators' presence is broadcast, he is sent that of the one moderator, and nobody hears of him.
// xep:0045#enter-pres
func TestThousandOccupants(t *testing.T) {
	r, now := crowded(1000), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	enter := func(i int) map[stanza.Addr]int { return told(r.Handle(Event{At: now, Stanza: visitor(i, "")})) }
	newcomer := enter(1000)
	if n := newcomer["user1000@a.example/pc"]; n != 1000+2 {
		t.Errorf("the newcomer is sent %d stanzas", n)
	}
	if n := len(newcomer); n != 1001 {
		t.Errorf("%d are told anything", n)
	}
	if n := newcomer["user7@a.example/pc"]; n != 1 {
		t.Errorf("another is sent %d stanzas", n)
	}
	r.rec.Config.PresenceBroadcast = []string{"moderator"}
	newcomer = enter(1001)
	if n := newcomer["user1001@a.example/pc"]; n != 3 || len(newcomer) != 1 {
		t.Errorf("where presence is not broadcast: %d stanzas, %d are told", n, len(newcomer))
	}
}

// A presence that is kept is what would be rendered now.
func TestPortraits(t *testing.T) {
	r := crowded(3)
	o := r.occupants[1]
	for _, change := range []func(){
		func() {},
		func() { o.role = Visitor },
		func() { o.aff = Member },
		func() { o.shown().payload = []byte("<show>away</show>") },
		func() { o.shown().payload = nil },
		func() { r.rename(o, "Other", "other") },
		func() { r.rec.Config.AllowVisitorStatus = false; r.save() },
	} {
		change()
		for _, sees := range []bool{false, true, false, true} {
			got, want := r.portray(o, sees), r.show(o, o.shown(), sees, false, &notice{})
			if !bytes.Equal(got.To(""), want.To("")) {
				t.Errorf("%s\nis kept, but it is\n%s", got.To(""), want.To(""))
			}
		}
	}
}

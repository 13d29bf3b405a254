package muc

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

// waiting is a room beside a simple model of who is in it and whose nicks it keeps.
type waiting struct {
	t        *rapid.T
	settings *Settings
	room     *Room
	now      time.Time
	epoch    int64

	exists, awaits bool
	in             map[string]string // nicks by client
	held           map[string]Hold   // by user
	stored         map[string]Hold   // what the effects have left in storage
	affils         map[string]AffiliationRecord
	record         Record
}

// The room and the model agree whoever enters, leaves, is lost or comes back, and when, and however often it is stored and
// loaded.
func TestQuarantine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &waiting{
			t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			in: map[string]string{}, held: map[string]Hold{}, stored: map[string]Hold{}, affils: map[string]AffiliationRecord{},
			settings: &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig(), Quarantine: 2 * time.Minute},
		}
		w.settings.Defaults.Persistent = rapid.Bool().Draw(t, "persistent")
		w.reopen(nil)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.step()
			w.agrees()
		}
	})
}

func (w *waiting) reopen(s *Stored) {
	w.epoch++
	birth := Birth{Epoch: w.epoch, Secret: []byte("a secret of thirty-two characters")}
	w.room = Open(w.settings, stanza.MustJID(testRoom), birth, s)
}

func (w *waiting) step() {
	client := rapid.SampledFrom(testClients[1:5]).Draw(w.t, "client") // one user of them has two
	deed := rapid.SampledFrom([]string{"wait", "wait", "load", "go", "go", "lose", "lose"}).Draw(w.t, "deed")
	switch nick, inside := w.in[client]; deed {
	case "wait":
		w.pass(time.Duration(rapid.IntRange(1, 130).Draw(w.t, "seconds")) * time.Second)
	case "load":
		if w.exists && len(w.in) == 0 {
			affils, holds := slices.Collect(maps.Values(w.affils)), slices.Collect(maps.Values(w.stored))
			w.reopen(&Stored{Record: w.record, Affiliations: affils, Holds: holds})
			w.pass(time.Second)
		}
	case "go":
		if !inside {
			w.enter(client, draw(w.t, "nick"))
			return
		}
		w.leave(client, nick)
	case "lose":
		if inside {
			w.lose(client, nick)
		}
	}
}

// pass lets time go by: the room is woken whenever it wants to be.
func (w *waiting) pass(d time.Duration) {
	end := w.now.Add(d)
	for at := w.room.armed; !at.IsZero() && !at.After(end); at = w.room.armed {
		w.now = at
		w.handle(Event{At: at, Wake: true})
	}
	w.now = end
	for user, h := range w.held {
		if !h.Until.After(end) {
			delete(w.held, user)
		}
	}
	if w.awaits && len(w.held) == 0 {
		w.awaits = false
		w.deserted()
	}
	if w.room.exists && w.room.armed.IsZero() && len(w.room.holds) > 0 {
		w.handle(Event{At: end, Wake: true}) // nothing has happened since it was loaded
	}
}

// deserted: a temporary room ends.
func (w *waiting) deserted() {
	if len(w.in) == 0 && !w.awaits && !w.settings.Defaults.Persistent {
		w.exists, w.held = false, map[string]Hold{}
	}
}

func (w *waiting) enter(client, nick string) {
	w.settle()
	user := stanza.MustJID(client).Bare().String()
	taken := false
	for c, n := range w.in {
		taken = taken || stanza.MustJID(c).Bare().String() != user && w.alike(n, nick)
	}
	for u, h := range w.held {
		taken = taken || u != user && w.alike(h.Nick, nick)
	}
	w.say(client, "<presence to='%s/%s'><x xmlns='"+nsMUC+"'/></presence>", nick)
	if got := w.room.session(stanza.MustJID(client)) == nil; got != taken {
		w.t.Fatalf("%s as %s: refused %v", client, nick, got)
	}
	if taken {
		return
	}
	w.exists, w.awaits, w.in[client] = true, false, nick
	delete(w.held, user)
}

// settle brings a room up to date that was loaded and has not been spoken to.
func (w *waiting) settle() {
	if w.room.exists {
		w.handle(Event{At: w.now, Wake: true})
	}
}

func (w *waiting) leave(client, nick string) {
	w.say(client, "<presence to='%s/%s' type='unavailable'/>", nick)
	delete(w.in, client)
	w.deserted()
}

func (w *waiting) lose(client, nick string) {
	w.say(client, "<presence to='%s/%s' type='error'><error><gone xmlns='"+nsStanzas+"'/></error></presence>", nick)
	delete(w.in, client)
	user := stanza.MustJID(client).Bare().String()
	fellows := false
	for c, n := range w.in {
		fellows = fellows || stanza.MustJID(c).Bare().String() == user && w.same(n, nick)
	}
	if !fellows {
		w.held[user] = Hold{user, nick, w.now.Add(w.settings.Quarantine)}
		w.awaits = len(w.in) == 0
	}
	w.deserted()
}

func (w *waiting) say(client, format, nick string) {
	st, err := stanza.Parse(fmt.Appendf(nil, format, testRoom, nick))
	if err != nil {
		w.t.Fatal(err)
	}
	st.From = stanza.MustJID(client)
	w.handle(Event{At: w.now, Stanza: st})
}

// handle keeps what storage would have.
func (w *waiting) handle(ev Event) {
	for _, e := range w.room.Handle(ev) {
		switch e := e.(type) {
		case SaveHold:
			w.stored[e.Hold.JID] = e.Hold
		case DeleteHold:
			delete(w.stored, e.JID)
		case SaveAffiliation:
			w.affils[e.Item.JID] = e.Item
		case SaveRoom:
			w.record = e.Record
		case Delete:
			clear(w.stored)
			clear(w.affils)
		}
	}
	if w.room.dead {
		w.reopen(nil)
	}
	w.room.rec.Locked, w.record.Locked = false, false
}

func (w *waiting) alike(a, b string) bool { return meet(w.room.lookOf(a), w.room.lookOf(b)) }

func (w *waiting) same(a, b string) bool {
	_, ka, _ := prepareNick(a)
	_, kb, _ := prepareNick(b)
	return ka == kb
}

func (w *waiting) agrees() {
	r := w.room
	switch {
	case r.exists != w.exists:
		w.t.Fatalf("exists %v; in %v, held %v", r.exists, w.in, w.held)
	case len(r.sessions) != len(w.in):
		w.t.Fatalf("%d are in, not %v", len(r.sessions), w.in)
	case !maps.EqualFunc(w.stored, w.held, func(a, b Hold) bool { return a.Until.Equal(b.Until) && w.same(a.Nick, b.Nick) }):
		w.t.Fatalf("stored %v, held %v", w.stored, w.held)
	case len(r.holds) != len(w.held) || !slices.IsSortedFunc(r.holds, func(a, b Hold) int { return a.Until.Compare(b.Until) }):
		w.t.Fatalf("the room keeps %v, not %v", r.holds, w.held)
	}
}

// A room keeps so many nicks and no more.
func TestQuarantineIsBounded(t *testing.T) {
	r, start := crowd(t, mostHolds+10)
	r.settings.Quarantine = time.Minute
	deleted := 0
	for i, o := range slices.Clone(r.occupants) {
		st := enterAs(t, 0)
		st.From, st.Type = o.sessions[0].jid, "error"
		st.Children, _ = stanza.ParseElements([]byte("<error type='cancel'><gone xmlns='" + nsStanzas + "'/></error>"))
		for _, e := range r.Handle(Event{At: start.Add(time.Duration(i) * time.Millisecond), Stanza: st}) {
			if _, ok := e.(DeleteHold); ok {
				deleted++
			}
		}
	}
	if len(r.holds) != mostHolds || deleted != 10 || len(r.occupants) > 0 || !r.exists {
		t.Fatalf("%d holds, %d ended, %d occupants", len(r.holds), deleted, len(r.occupants))
	}
	r.Handle(Event{At: start.Add(time.Hour), Wake: true})
	if len(r.holds) > 0 || len(r.claims) > 0 || r.exists {
		t.Fatalf("%d holds and %d claims are left", len(r.holds), len(r.claims))
	}
}

// Who came over a link that broke has his nick kept; who came over one that was ended, or has left, has not.
func TestQuarantineOverLinks(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rosa, ron := stanza.MustJID("rosa@remote.example/x"), stanza.MustJID("ron@a.example/y")
	for _, c := range []struct {
		end  Fact
		kept bool
	}{
		{Lost{Broken: true}, true}, {Lost{}, false},
		{Left{Person: Person{JID: rosa}, Code: 333}, true}, {Left{Person: Person{JID: rosa}, Code: 307}, false},
		{Left{Person: Person{JID: rosa}}, false},
	} {
		r, _ := crowd(t, 1)
		r.settings.Quarantine, r.settings.LocalDomains = time.Minute, []string{"a.example"}
		r.Handle(Event{At: start, Via: testPeer, Fact: Entered{Person: Person{JID: rosa, Nick: "Rosa"}}})
		// Whom the peer cannot speak for has nothing kept.
		r.Handle(Event{At: start, Via: testPeer, Fact: Entered{Person: Person{JID: ron, Nick: "Ron"}}})
		r.Handle(Event{At: start, Via: testPeer, Fact: c.end})
		if kept := r.refuse("Rosa", stanza.MustJID("eve@e.example/web")) != nil; kept != c.kept {
			t.Errorf("%#v: kept %v", c.end, kept)
		}
		if n := len(r.holds); n > 1 {
			t.Errorf("%#v: %v are kept", c.end, r.holds)
		}
		r.Handle(Event{At: start, Via: testPeer, Fact: Entered{Person: Person{JID: rosa, Nick: "Rosa"}}})
		if r.byNick["rosa"] == nil || len(r.holds) > 0 {
			t.Errorf("%#v: she does not come back: %v", c.end, r.holds)
		}
	}
}

package muctest

import (
	"encoding/json"
	"html"
	"maps"
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Rooms is a world of pure rooms: effects are performed at once, and what rooms log is kept in memory.
type Rooms struct {
	Settings *muc.Settings
	Freezing bool // after each event a room is frozen, and goes on as another that is made of what it was
	rooms    map[string]*place
}

// place is the address of a room, with what outlives the room there.
type place struct {
	jid     stanza.JID
	room    *muc.Room
	creator string // bare JID
	log     log
	tomb    *muc.Tombstone
	wake    time.Time
}

// Deliver hands a stanza to its room.
func (w *Rooms) Deliver(now time.Time, st *stanza.Stanza) []Out {
	return w.play(w.place(st.To.Bare()), muc.Event{At: now, Stanza: st})
}

// Wake wakes every room at the times that it asked for, one after the other.
func (w *Rooms) Wake(now time.Time) []Out {
	var outs []Out
	for p := w.next(now); p != nil; p = w.next(now) {
		at := p.wake
		p.wake = time.Time{}
		outs = append(outs, w.play(p, muc.Event{At: at, Wake: true})...)
	}
	return outs
}

// End implements Mortal.
func (w *Rooms) End(now time.Time) []Out {
	var outs []Out
	for _, name := range slices.Sorted(maps.Keys(w.rooms)) {
		outs = append(outs, w.play(w.rooms[name], muc.Event{At: now, Final: true})...)
	}
	return outs
}

// next is the room that wants to be woken first, if one wants to be by now.
func (w *Rooms) next(now time.Time) *place {
	var first *place
	for _, p := range w.rooms {
		if !p.wake.IsZero() && !p.wake.After(now) && (first == nil || p.wake.Before(first.wake)) {
			first = p
		}
	}
	return first
}

func (w *Rooms) place(jid stanza.JID) *place {
	if w.rooms == nil {
		w.rooms = map[string]*place{}
	}
	p := w.rooms[jid.String()]
	if p == nil {
		p = &place{jid: jid}
		w.rooms[jid.String()] = p
	}
	if p.room == nil || !p.room.Exists() {
		birth := Birth()
		birth.Owned = w.owned()
		p.room = muc.Open(w.Settings, jid, birth, p.buried())
	}
	return p
}

// owned counts everybody's rooms, also of those in a script who have none.
func (w *Rooms) owned() map[string]int {
	owned := map[string]int{}
	for _, user := range []string{"alice@a.example", "bob@b.example", "carol@c.example"} {
		owned[user] = 0
	}
	for _, p := range w.rooms {
		if p.creator != "" {
			owned[p.creator]++
		}
	}
	return owned
}

func (p *place) buried() *muc.Stored {
	if p.tomb == nil {
		return nil
	}
	return &muc.Stored{Tombstone: p.tomb}
}

// play lets a room act, with all that comes of it, and returns what it sent.
func (w *Rooms) play(p *place, ev muc.Event) []Out {
	outs := w.handle(p, ev)
	if w.Freezing && p.room.Exists() {
		p.room = muc.Open(w.Settings, p.jid, Birth(), Thawed(p.room.Freeze()))
		p.wake = time.Time{}
		outs = append(outs, w.handle(p, muc.Event{At: ev.At})...) // the new room sets its own timer
	}
	return outs
}

// Thawed is a frozen room as it comes back from wherever it was kept.
func Thawed(s *muc.Stored) *muc.Stored {
	text, err := json.Marshal(s)
	var back *muc.Stored
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil {
		panic(err) // plain data can always be written and read
	}
	return back
}

// handle lets a room act and returns what it sent.
func (w *Rooms) handle(p *place, ev muc.Event) []Out {
	var outs []Out
	for _, e := range p.room.Handle(ev) {
		switch e := e.(type) {
		case muc.Send:
			outs = append(outs, sent(e)...)
		case muc.Append:
			p.log = append(p.log, e.Entry)
		case muc.Retract:
			p.log.retract(e)
		case muc.SaveRoom:
			p.tomb, p.creator = nil, e.Record.Creator
		case muc.Delete:
			p.log, p.creator, p.tomb = nil, "", e.Tombstone
		case muc.Wake:
			p.wake = e.At
		case muc.Load:
			outs = append(outs, w.handle(p, muc.Event{At: ev.At, Loaded: p.log.answer(e)})...)
		}
	}
	return outs
}

// Sent is what of a list of effects goes to the host server.
func Sent(effects []muc.Effect) []Out {
	var outs []Out
	for _, e := range effects {
		if s, ok := e.(muc.Send); ok {
			outs = append(outs, sent(s)...)
		}
	}
	return outs
}

func sent(s muc.Send) []Out {
	var outs []Out
	for _, to := range s.To {
		outs = append(outs, Out{html.UnescapeString(string(to)), s.Out.To(to)})
	}
	return outs
}

// Birth is what every room of a script is born with, so that its ids are the same each time.
func Birth() muc.Birth {
	return muc.Birth{Epoch: 1, Secret: []byte("a secret of thirty-two characters")}
}

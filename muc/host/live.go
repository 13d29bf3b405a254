package host

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// live is a room in memory, or one that is being loaded.
type live struct {
	key     string
	jid     stanza.JID
	room    *muc.Room // nil while it is not loaded
	loading bool
	asking  int                          // questions to its log that are not answered yet
	alarm   alarm                        // that the room has set
	waiting []*stanza.Stanza             // until it is loaded
	bytes   int                          // of waiting
	founder string                       // who has created it, until it is stored
	tasks   []task                       // until it is loaded
	replies []chan error                 // of operations that are not answered yet, oldest first
	kept    map[string]muc.SessionRecord // who is in the room as it is stored, or on its way there
	keeping int                          // changes of that on their way
	touched bool                         // it may have changed
	held    []step                       // behind changes that are not committed, in order (H2)
	queue   queue                        // of held
	deeds   int                          // counts events
	refused int                          // the event whose message could not be stored
	edges   map[muc.Via]*edge
	behind  []string                 // the nodes behind links of peers that have joined
	known   map[muc.Via]storage.Link // of each link, as stored
	terms   map[muc.Via]*terms       // what has been negotiated, or is, with each peer
	past    map[muc.Via]fmuc.Past    // of each link that is no more
	doubts  map[muc.Via]*inquiry     // what of each link waits for the log
	absent  map[muc.Via]time.Time    // links that were up when the room was last seen, and until when they are waited for
}

// step is one effect in a room's order: a change on its way, or what must not be seen before the changes in front of it.
type step struct {
	ticket *ticket
	refuse *muc.Refusal // what the author is told if the ticket's change is refused
	effect muc.Effect
	deed   int  // effects of one event have the same number
	said   bool // there is a message among them
}

// busy tells whether a link still has something to do.
func (l *live) busy() bool {
	for _, e := range l.edges {
		if e.link.State() != "idle" {
			return true
		}
	}
	return false
}

// links are the room's links in the order of their peers, so that the same events have the same effects each time.
func (l *live) links() []*edge {
	return slices.SortedFunc(maps.Values(l.edges), func(a, b *edge) int { return cmp.Compare(a.via, b.via) })
}

// edge is one federation link of a room.
type edge struct {
	via     muc.Via
	link    *fmuc.Link
	inbound bool
	config  muc.LinkConfig
	since   time.Time // when the host server had been attached when the link last acted
	alarm   alarm     // that the link has set
	state   string    // of the link when it last acted
	refused string    // the id of the peer's last request that was refused because we join it
	refuses bool      // whoever is announced behind that is refused, too
}

// alarm is the one timer that a room or a link may have set.
type alarm struct {
	timer *time.Timer
	turn  int // counts the timers, so that one that was replaced is known when it comes
}

// set replaces the timer; the zero time only stops it. ring is called with the number of this timer.
func (a *alarm) set(at time.Time, ring func(turn int)) {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.turn++
	if at.IsZero() {
		return
	}
	turn := a.turn
	a.timer = time.AfterFunc(time.Until(at), func() { ring(turn) })
}

// perform does what a room decided: changes go to the writer, everything behind them waits its turn (H2).
func (s *shard) perform(l *live, effects []muc.Effect) {
	l.deeds++
	said := says(effects)
	for _, e := range effects {
		if w, ok := e.(muc.Wake); ok {
			s.setAlarm(l, w.At)
			continue
		}
		if c, refuse := toChange(l.key, e); c != nil {
			t := &ticket{change: c, size: changeSize(c), owner: s, room: l}
			s.unsaved++
			s.h.writer.submit(t)
			l.hold(step{ticket: t, refuse: refuse, deed: l.deeds})
			continue
		}
		if send, ok := e.(muc.Send); ok && len(l.held) > 0 {
			rest, waits := s.ahead(l, send)
			if !waits {
				continue
			}
			e = rest
		}
		if len(l.held) > 0 {
			l.hold(step{effect: e, deed: l.deeds, said: said})
			continue
		}
		s.show(l, e)
	}
}

// flush releases steps from the front until one is not committed yet. Of an event whose logged message was refused for
// good nothing is shown; its author is told.
func (s *shard) flush(l *live) {
	for len(l.held) > 0 {
		st := l.held[0]
		switch {
		case st.ticket == nil && st.deed != l.refused:
			s.show(l, st.effect)
		case st.ticket == nil:
		case !st.ticket.done:
			return
		case st.ticket.err != nil && st.refuse != nil:
			l.refused = st.deed
			s.show(l, st.refuse.Send())
		}
		l.unhold()
	}
}

// show does what can be seen.
func (s *shard) show(l *live, e muc.Effect) {
	switch e := e.(type) {
	case muc.Send:
		s.h.send(l.key, e)
	case muc.Load:
		s.ask(l, e)
	case *inquiry:
		s.inquire(l, e)
	case muc.Done:
		l.answer(refusal(e.Err))
	case muc.Relay:
		for _, k := range l.links() {
			if e.Goes(s.h.settings(), l.jid, k.via) {
				s.todo = append(s.todo, deed{l, k, fmuc.Event{Fact: e.Fact}})
			}
		}
	}
}

// changeSize is about how much memory a change holds, in bytes.
func changeSize(c storage.Change) int {
	if a, ok := c.(storage.AppendEvent); ok {
		return 512 + len(a.Event.Payload)
	}
	return 1024
}

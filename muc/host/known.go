package host

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/storage"
)

// inquiry is what a link tells of long ago, and whatever it says behind that: it waits until the log has said whether that is
// known. While the log is asked more gathers, and is asked for at once. An inquiry has its turn among the room's effects,
// behind what is not committed yet.
type inquiry struct {
	muc.Effect // none

	via     muc.Via
	waiting []*word // in the order in which the link has said it
	bytes   int     // of waiting
}

type word struct {
	fact  muc.Fact
	asked bool
	known bool
}

// recognized is the log's answer, by mail.
type recognized struct {
	live  *live
	room  *muc.Room // that asked; it may be destroyed since
	about *inquiry
	words []*word
	known []bool
	err   error // the host ends
}

const (
	inquiryWords = 1000    // looked for at a time
	inquiryBytes = 8 << 20 // that wait of one link, before its peer is told to wait
)

// swamped tells whether too much of this stanza's sender waits for the log.
func (l *live) swamped(st *stanza.Stanza) bool {
	if len(l.doubts) == 0 {
		return false
	}
	q := l.doubts[muc.Via(st.From.Bare().String())]
	return q != nil && q.bytes > inquiryBytes
}

// inform tells a room what a link says.
func (s *shard) inform(l *live, via muc.Via, f muc.Fact, now time.Time) {
	if l.room == nil {
		return
	}
	q := l.doubts[via]
	if _, unsure := l.room.Uncertain(f); q == nil && !unsure {
		s.perform(l, l.room.Handle(muc.Event{At: now, Via: via, Fact: f}))
		return
	}
	if q == nil {
		q = &inquiry{via: via}
		l.doubts[via] = q
		defer s.doubt(l, q)
	}
	q.waiting = append(q.waiting, &word{fact: f})
	q.bytes += weight(f)
}

func weight(f muc.Fact) int {
	said, _ := f.(muc.Said)
	return 512 + len(said.Payload)
}

// doubt asks the log when all is stored that the room has decided so far.
func (s *shard) doubt(l *live, q *inquiry) {
	l.asking++
	s.asking++
	s.perform(l, []muc.Effect{q})
}

func (s *shard) inquire(l *live, q *inquiry) {
	m := recognized{live: l, room: l.room, about: q}
	var traces []storage.Trace
	for _, w := range q.waiting {
		if t, unsure := l.room.Uncertain(w.fact); unsure && len(traces) < inquiryWords {
			m.words, traces = append(m.words, w), append(traces, storage.Trace(t))
		}
	}
	go func() {
		m.known, m.err = s.h.known(s.last, l.key, traces)
		s.mail.push(m)
	}()
}

// recognized goes on with what has waited, as far as the log was asked for it.
func (s *shard) recognized(m recognized) {
	l, q, now := m.live, m.about, time.Now()
	l.asking--
	s.asking--
	defer s.settle(l, now)
	if l.room == nil || l.room != m.room || m.err != nil {
		delete(l.doubts, q.via)
		return
	}
	for i, w := range m.words {
		w.asked, w.known = true, m.known[i]
	}
	for len(q.waiting) > 0 {
		w := q.waiting[0]
		if _, unsure := l.room.Uncertain(w.fact); unsure && !w.asked {
			s.doubt(l, q)
			return
		}
		q.waiting = q.waiting[1:]
		q.bytes -= weight(w.fact)
		if said, ok := w.fact.(muc.Said); ok && w.known {
			said.Known = true
			w.fact = said
		}
		s.perform(l, l.room.Handle(muc.Event{At: now, Via: q.via, Fact: w.fact}))
	}
	delete(l.doubts, q.via)
}

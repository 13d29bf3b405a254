package host

import (
	"strings"
	"time"
	"unicode"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
)

// ledger is what a shard remembers of its links for the operator, of those too that are no more.
type ledger struct {
	entries map[ends]*entry
	lines   *muc.Meter // of the log
}

// ends are what a link is between.
type ends struct {
	room string
	peer muc.Via
}

// entry is the record of one link since the daemon began.
type entry struct {
	lasting
	inbound bool
	in, out Traffic
	counts  [len(fmuc.Kinds)]int
	unsaid  [len(fmuc.Kinds)]int // notes that were not logged, since one was
	cause   string               // of the last outage, until the link is up again
	trouble string               // the last note that somebody should look at
	at      time.Time            // of it
	last    fmuc.Status          // of a link that is no more
	epochs  []string             // of its requests to join
}

// Traffic is what a link has sent or received: stanzas, and bytes of stanzas, without what the streams between the servers add.
type Traffic struct{ Stanzas, Bytes int }

func (t *Traffic) sent(e fmuc.Send) {
	for _, to := range e.To {
		t.Stanzas++
		t.Bytes += e.Out.Size() + len(to)
	}
}

// received counts a stanza as long as we would write it.
func (t *Traffic) received(st *stanza.Stanza) {
	t.Stanzas++
	for _, value := range []string{st.From.String(), st.To.String(), st.Type, st.ID, st.Lang} {
		if value != "" {
			t.Bytes += len(` from=""`) + len(value)
		}
	}
	for i := range st.Children {
		t.Bytes += len(st.Children[i].Raw)
	}
	t.Bytes += len("<></>") + 2*len(st.Kind.String())
}

// A peer may cause notes as fast as it likes, about as many links as it likes. What is over this rate is counted and not logged:
// for each room, domain of peers and kind of note.
var lineRate = muc.Rate{Burst: 10, Every: time.Minute}

// mostEntries bounds what a shard remembers.
const mostEntries = 10_000

func newLedger() ledger { return ledger{map[ends]*entry{}, muc.NewMeter(lineRate)} }

// entry is the record of a link.
func (s *shard) entry(l *live, k *edge) *entry {
	at := ends{l.key, k.via}
	e := s.ledger.entries[at]
	if e == nil {
		s.ledger.sweep(s.rooms)
		e = &entry{}
		s.ledger.entries[at] = e
	}
	e.inbound = k.inbound
	return e
}

// sweep makes place: whatever link is no more is forgotten.
func (g *ledger) sweep(rooms map[string]*live) {
	if len(g.entries) < mostEntries {
		return
	}
	for at := range g.entries {
		if l := rooms[at.room]; l == nil || l.edges[at.peer] == nil {
			delete(g.entries, at)
		}
	}
}

// observe sees whether a link is in another state than before. One that was given up after an outage is as down as before.
func (e *entry) observe(k *edge, now time.Time) {
	state := k.link.State()
	if state == "ended" {
		state = "idle"
		if e.cause != "" {
			state = "down"
		}
	}
	e.become(state, now)
}

func (e *entry) become(state string, now time.Time) {
	if state != e.state {
		e.lasting = lasting{state, now}
	}
	if state == "up" {
		e.cause = ""
	}
}

// note counts what a link says, and logs it.
func (s *shard) note(l *live, k *edge, n fmuc.Note, now time.Time) {
	kind, e := fmuc.Kinds[n.Kind], s.entry(l, k)
	n.Text = printable(n.Text)
	e.counts[n.Kind]++
	if kind.Warn {
		e.trouble, e.at = n.Text, now
	}
	if kind.Outage {
		e.cause = kind.Name
	}
	_, domain, _ := strings.Cut(string(k.via), "@")
	if s.ledger.lines.Take(l.key+" "+domain+" "+kind.Name, now) > 0 {
		e.unsaid[n.Kind]++
		return
	}
	line := s.h.log.Info()
	if kind.Warn {
		line = s.h.log.Warn()
	}
	line = line.Str("room", l.key).Str("peer", string(k.via)).Str("kind", kind.Name)
	if more := e.unsaid[n.Kind]; more > 0 {
		line = line.Int("not_logged_before", more)
		e.unsaid[n.Kind] = 0
	}
	line.Msg(n.Text)
}

// printable is a text that may come from a peer, and harms no terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// turnAway logs that a peer was refused before there was a link. Anybody may ask, so that there is one rate for all of them.
func (s *shard) turnAway(l *live, via muc.Via, reason string, now time.Time) {
	if e := s.ledger.entries[ends{l.key, via}]; e != nil {
		e.counts[fmuc.Refusal]++
	}
	s.h.refused.Add(1)
	if s.ledger.lines.Take("", now) == 0 {
		s.h.log.Info().Str("room", l.key).Str("peer", string(via)).Str("reason", reason).Msg("a federation join was refused")
	}
}

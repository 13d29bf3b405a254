package fmuc

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"isthmus/muc"
)

// backlog is how far the peer has our log. The log itself is the queue: what cannot be sent now is left there, and read from
// where the peer's receipts end. However long a link is down, it remembers one place.
type backlog struct {
	sent   string    // the last event that was sent, or need not be; "" = not known
	since  time.Time // with no event known: the peer has what is older
	behind bool      // the log has more
	asked  bool      // for a part of it
	more   bool      // something was said since then
	turn   int       // counts the questions
	end    string    // the last event when the link was made
}

const (
	beginning = "0" // of a log: no event is called so
	clock     = "@" // begins a time, where no event is known: no event's id begins so
	pageMost  = 50  // events that are read at once
	readAgain = 5 * time.Second
)

// resume is where the backlog of a link begins, with a log that ends there.
func (l *Link) resume(sent string, since time.Time, end string) {
	if at, ok := strings.CutPrefix(sent, clock); ok {
		sent = ""
		since, _ = parseStamp(at)
	}
	end = cmp.Or(end, beginning)
	l.log = backlog{sent: sent, since: since, behind: sent != end, turn: l.log.turn, end: end}
}

// flowing tells whether what is said now can be sent now: all that was said before has been, and there is room.
func (l *Link) flowing() bool {
	return l.doing == joined && !l.log.behind && !l.log.asked && len(l.unlogged) == 0 && l.may()
}

// pull wants the next part of the log, if there may be one and the peer can take it.
func (l *Link) pull() {
	if l.doing != joined || !l.log.behind || l.log.asked || !l.may() {
		return
	}
	l.log.turn++
	l.log.asked, l.log.more = true, false
	w := muc.Wanted{Turn: l.log.turn, After: l.log.sent, Since: l.log.since, Max: min(pageMost, l.space())}
	if w.After == beginning {
		w.After = ""
	}
	if !w.Since.IsZero() { // what comes behind the first in the log may be older
		w.Max = 1
	}
	l.tell(w)
}

// postpone leaves what is said in the log.
func (l *Link) postpone() {
	l.log.behind, l.log.more = true, true
	l.pull()
}

// told sends a part of the log, as far as there is room.
func (l *Link) told(t muc.Told) {
	if !l.log.asked || t.Turn != l.log.turn || l.doing != joined {
		return
	}
	l.log.asked = false
	switch {
	case errors.Is(t.Err, muc.ErrNoEvent):
		l.note(Oddity, "The log has been cut: the peer is sent what was said since it was last heard.")
		l.log.sent, l.log.since = "", l.recent()
		l.pull()
		return
	case t.Err != nil:
		l.after(refill, readAgain)
		return
	}
	for i, f := range t.Said {
		if i > 0 && !l.may() {
			return // the rest is read again
		}
		if l.knows(f.JID) && l.prompt(f) {
			f.At = time.Time{}
		} else {
			l.catches(1, 0)
		}
		l.speak(f)
		l.streak++
		l.pass(f.StanzaID)
	}
	switch {
	case t.Last != "":
		l.pass(t.Last)
	case !l.log.since.IsZero(): // nothing is that new; what comes now may be told with an older time
		l.c.Acked = l.log.end
		l.pass(l.log.end)
		l.save()
	}
	l.log.behind = !t.Complete || l.log.more
	l.rep.lags = l.rep.lags && !t.Complete
	l.pull()
}

// pass leaves an event behind.
func (l *Link) pass(event string) {
	l.log.sent, l.log.since = event, time.Time{}
	l.reach(event)
}

// recent is from when on the peer may miss something, where no event is known.
func (l *Link) recent() time.Time {
	if l.c.SyncedAt.IsZero() {
		return l.now
	}
	return l.c.SyncedAt.Add(-skew)
}

// logged takes it that what the peer has sent is in our log: it needs not be sent.
func (l *Link) logged(event string) {
	if l.flowing() {
		l.pass(event)
	}
}

package fmuc

import (
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// A receipt costs two stanzas, so it is not asked for after every message. Where a link ends or begins anew two of our kind tell
// each other for nothing what they have: how many stanzas since which request, and the number of the last of them. Both must be
// right, or one in between is missing.
//
//	<fmuc xmlns='http://isode.com/protocol/fmuc' from='hamlet@denmark.lit/priam' has='rz1.17.42'/>

// Past is what a link still has to know of when it was last up. It is only worth something to the next link to the same peer.
type Past struct {
	trail trail
	had   string // what we had of the peer's
}

// trail is how far in our log a peer is that has got so many stanzas since a request.
type trail struct {
	epoch string
	steps []step // behind the last receipt, oldest first
}

// longestTrail is of a peer that gives no receipts for so many stanzas; it is sent something twice.
const longestTrail = 300

type step struct {
	sent, number int
	event        string
	id           string // of a message
}

func (t *trail) forget(sent int) {
	for len(t.steps) > 0 && t.steps[0].sent <= sent {
		t.steps = t.steps[1:]
	}
}

// tread takes note of a stanza that the peer will count.
func (l *Link) tread() {
	if l.doing != joined || l.numbers == 0 {
		return
	}
	if l.trail.epoch != l.epoch() {
		l.trail = trail{epoch: l.epoch()}
	}
	l.trail.steps = append(l.trail.steps, step{sent: l.sent, number: l.numbers, event: l.log.sent})
	l.trail.steps = l.trail.steps[max(0, len(l.trail.steps)-longestTrail):]
}

// reach takes it that the peer is that far in our log when it has got what was sent last.
func (l *Link) reach(event string) {
	if n := len(l.trail.steps); n > 0 && l.doing == joined && l.trail.epoch == l.epoch() {
		l.trail.steps[n-1].event = event
	}
}

// holds are our words for what we have of the peer's, "" where it does not count, or has left out a number: as many other stanzas
// may have come instead.
func (l *Link) holds() string {
	if !l.alike || l.epoch() == "" || l.highest == 0 || l.numbered < l.highest {
		return ""
	}
	return l.epoch() + "." + strconv.Itoa(l.got) + "." + strconv.Itoa(l.highest)
}

// credit takes the peer's word for what it has of ours, stored.
func (l *Link) credit(mark *stanza.Element) {
	epoch, counts, _ := strings.Cut(mark.Attr("has"), ".")
	if counts == "" || epoch != l.trail.epoch || l.follows() {
		return
	}
	for _, s := range l.trail.steps {
		if counts == strconv.Itoa(s.sent)+"."+strconv.Itoa(s.number) && s.event != "" {
			l.advance(s.event)
			return
		}
	}
}

// advance moves the cursor; a link that is about to be up goes on from there.
func (l *Link) advance(event string) {
	l.c.Acked = event
	l.save()
	if l.doing == joining {
		more := l.log.more
		l.resume(event, time.Time{}, l.log.end)
		l.log.behind, l.log.more = l.log.behind || more, more
	}
}

// vouches asks our room, before the last one leaves, or is told to have left, whether all that the peer has sent is stored, and
// tells whether that may be said.
func (l *Link) vouches() bool {
	switch {
	case l.c.Mode == muc.MasterSlave || l.holds() == "":
		return true
	case l.word == "":
		l.word = l.holds()
		l.tell(muc.Settled{ID: l.word})
	}
	return l.vouched
}

// settledFor takes our room's word that everything is stored that came before a question, of the peer or of ours.
func (l *Link) settledFor(id string) {
	if id == l.word && id != "" {
		l.vouched = true
		l.lastLeft()
		return
	}
	l.iq("result", id, "", "")
}

// reconsider takes back what was asked, because somebody is there again.
func (l *Link) reconsider() { l.word, l.vouched = "", false }

// recount notes what we have while the link is up for the last time: it is said with the next request, or the answer to that, and
// is stored then, because our room has told its state behind it.
func (l *Link) recount() {
	if l.doing == joined {
		l.had = l.holds()
	}
}

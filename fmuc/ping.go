package fmuc

import (
	"strconv"
	"strings"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// tries is how many pings in a row a peer may leave unanswered.
const tries = 3

// ping is one that has not been answered. Stanzas of a stream keep their order, so its answer says that all before it has
// arrived and, because a room answers behind what it stores, that it is stored.
type ping struct {
	id     string
	at     time.Time
	cursor string // the last event of our log before it
	total  amount // of what was sent before it
	sent   int    // as the peer counts
}

// receipt begins the id of a ping. What follows is how many stanzas we have sent since the peer joined, or was joined: a
// peer that reads this knows whether it has missed one, which no stream between servers tells. Others send it back unread.
const receipt = "isthmus:receipt:"

// Pings tells whether a stanza asks one room, in the name of another, whether they are linked. xep:0199
func Pings(st *stanza.Stanza) bool {
	return st.Kind == stanza.IQ && st.Type == "get" && st.From.IsBare() && st.From.Local != "" && st.To.IsBare() &&
		st.Has(nsPing, "ping")
}

// Unlinked is what a room tells another that takes them for linked.
var Unlinked = stanza.Fail(mellium.ItemNotFound).Because("The rooms are not linked, or something between them was lost.")

var noQuery = stanza.Fail(mellium.ServiceUnavailable).Because("Rooms ask each other for signs of life only.")

// watch listens to a link that is up.
func (l *Link) watch() {
	l.heard, l.settled = l.now, l.now
	if l.c.Ping > 0 {
		l.after(probe, l.c.Ping)
	}
}

// probe asks a silent peer for a sign of life, and gives it up when it has missed too many.
func (l *Link) probe() {
	if l.c.Ping == 0 {
		l.trust()
		return
	}
	if at := l.due(); at.After(l.now) {
		l.set(probe, at)
		return
	}
	if len(l.pings) > 0 {
		l.tries++
	}
	if l.tries >= tries {
		l.wrong(Unheard, "The peer does not answer.")
		return
	}
	l.remind()
	l.ping()
	l.after(probe, l.timeout())
}

// timeout is how long the answer to a ping may take; where there are none, a bounce.
func (l *Link) timeout() time.Duration {
	if l.c.Ping == 0 {
		return l.c.JoinTimeout
	}
	return l.c.PingTimeout
}

// trust takes it, where no ping is sent, that what has not come back has arrived.
func (l *Link) trust() {
	if len(l.pings) > 0 {
		l.received(0)
	}
}

// due is when a peer that stays silent is asked, or asked again.
func (l *Link) due() time.Time {
	if n := len(l.pings); n > 0 {
		at := later(l.pings[n-1].at, l.heard).Add(l.c.PingTimeout)
		if l.tries == tries-1 { // before it is given up
			at = at.Add(l.behindLetter())
		}
		return at
	}
	if l.underWay().stanzas > 0 { // a receipt is wanted, however much the peer says
		return l.settled.Add(l.c.Ping)
	}
	return l.heard.Add(l.c.Ping)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (l *Link) ping() {
	l.asks++
	p := ping{receipt + strconv.Itoa(l.sent) + ":" + strconv.Itoa(l.asks), later(l.now, l.busy), l.log.sent, l.total, l.sent}
	l.pings = append(l.pings, p)
	if l.c.Ping == 0 {
		return
	}
	l.iq("get", p.id, "ping", nsPing)
}

func (l *Link) iq(typ, id, child, space string) {
	var b stanza.Builder
	if child != "" {
		b.Empty(child, "xmlns", space)
	}
	env := stanza.Envelope{Kind: stanza.IQ, Type: typ, ID: id, From: l.c.Room.String()}
	l.emit(Send{env.Render(b.Bytes()), []stanza.Addr{l.peer}})
}

// query takes the peer's ping, or its answer to ours.
func (l *Link) query(st *stanza.Stanza) {
	switch {
	case l.knock != "" && st.ID == l.knock:
		l.knocked(st)
	case Pings(st):
		l.pinged(st)
	case st.Type == "result":
		l.ponged(st.ID)
	case st.IsError():
		l.pingFailed(st)
	default:
		l.refuse(st, noQuery)
	}
}

// pinged answers a ping when all that came before it is stored, and says so if something has not come.
func (l *Link) pinged(st *stanza.Stanza) {
	if l.doing == joining && !l.c.Inbound {
		return // it is about what came before our request
	}
	if !l.hears() {
		l.refuse(st, Unlinked)
		return
	}
	l.heard = l.now
	if n, ok := counted(st.ID); ok && n != l.got {
		l.refuse(st, Unlinked)
		l.wrong(Severed, "Something that the peer has sent did not arrive.")
		return
	}
	l.tell(muc.Settled{ID: st.ID})
}

// counted reads how many stanzas a peer has sent, where it says so.
func counted(id string) (n int, ok bool) {
	rest, ok := strings.CutPrefix(id, receipt)
	if !ok {
		return 0, false
	}
	text, _, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// ponged takes a receipt: of this ping, and of those before it.
func (l *Link) ponged(id string) {
	for i, p := range l.pings {
		if p.id == id {
			l.heard, l.tries, l.answers, l.roundTrip = l.now, 0, true, l.now.Sub(p.at)
			l.received(i)
			return
		}
	}
}

// received moves the cursor to where it was at a ping: the peer has stored all that was sent before.
func (l *Link) received(i int) {
	p := l.pings[i]
	for _, q := range l.pings[:i+1] {
		if q.id == l.ruling.ping {
			l.ruling = ruling{}
		}
	}
	l.pings = l.pings[i+1:]
	if l.c.Ping > 0 {
		l.adapt(l.now.Sub(p.at))
	}
	l.arrived(p.total.stanzas)
	l.trail.forget(p.sent)
	l.acked, l.settled, l.limits = p.total, l.now, nothing
	if p.cursor != "" && p.cursor != l.c.Acked {
		l.c.Acked = p.cursor
		l.remember()
	}
	l.pull()
}

// pingFailed takes an error in place of an answer. A peer that knows no pings is there all the same; one that has answered
// them before, or is of our kind, is not what it was.
func (l *Link) pingFailed(st *stanza.Stanza) {
	why := condition(st)
	known, able := false, l.answers || l.alike
	for _, p := range l.pings {
		known = known || p.id == st.ID
	}
	switch {
	case !known:
	case unreachable[why] || st.Child("", "error").Attr("type") == "wait" && able:
		l.wrong(Bounced, "Nothing gets through to the peer: "+why+".")
	case able || why == string(mellium.ItemNotFound):
		l.wrong(Severed, "The peer does not know of the link, or has missed something: "+why+".")
	default:
		l.ponged(st.ID)
		l.answers = false
	}
}

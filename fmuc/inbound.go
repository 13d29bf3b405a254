package fmuc

import (
	"cmp"
	"sort"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// accept takes a request to join: the room's state is the answer. xep:0289#startup
func (l *Link) accept(st *stanza.Stanza) {
	l.recount()
	l.renumber()
	l.keeper.asked = ""
	l.got, l.request, l.revived, l.over, l.partial, l.people = 1, "", false, false, partly(st), announced(st)
	if strings.HasPrefix(st.ID, request) {
		l.request, l.alike = st.ID, true
	} else if !Begins(st) && !l.quirks.sticky {
		l.request = request
	}
	if h := st.Child(nsMUC, "x").Child(nsMUC, "history"); l.quirks.amnesic {
		l.limits = nothing
	} else if h != nil || l.c.Acked == "" {
		l.wishes(h)
		if since := l.missingSince(st); !since.IsZero() && !l.leads() { // a replica is told the end of the log, in its order
			l.lacksAll(since)
		}
	} else if l.missed.IsZero() { // not the first of its people: what was asked before still holds
		l.missed = l.now
	}
	l.ask(l.limits)
	l.save()
}

// wishes reads what of our log a peer wants: some history, or everything that it has missed.
func (l *Link) wishes(h *stanza.Element) {
	l.missed = time.Time{}
	l.chars = number(h.Attr("maxchars"))
	l.limits = muc.Limits{MaxChars: -1, MaxStanzas: l.c.MaxHistory, Seconds: number(h.Attr("seconds"))}
	if n := number(h.Attr("maxstanzas")); n >= 0 {
		l.limits.MaxStanzas = min(n, l.c.MaxHistory)
	}
	l.limits.Since, _ = parseStamp(h.Attr("since"))
	if !l.limits.Since.IsZero() && h.Attr("maxstanzas")+h.Attr("maxchars")+h.Attr("seconds") == "" {
		l.missed, l.limits = l.limits.Since, nothing
	}
}

// number reads one that is not negative; anything else is -1: no limit.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// again takes a request to join from a peer that is joined: it has lost its state. It gets everything again, and whoever
// it does not announce while an answer may take is gone. One of our kind that has not begun anew will do so, and one that
// waits for nodes behind it will announce more: their people stay as if nothing got through.
func (l *Link) again(st *stanza.Stanza) {
	l.info("The peer joins again: it has lost its state.")
	l.markStale()
	l.accept(st)
	if l.alike && !Begins(st) || partly(st) {
		l.after(stale, l.c.Grace)
		return
	}
	l.after(stale, l.c.JoinTimeout)
}

// reply is the rest of an answer to a request to join, behind who is here.
type reply struct {
	history []muc.Said
	subject muc.Said
	last    string // the end of the log when it was asked for
	from    string // where in the log a replica goes on, "" = as others
}

// give answers a request to join: who is here, what was said, and always the subject (F6). xep:0289#startup
func (l *Link) give(st muc.State) {
	if l.ringed(st) {
		l.reject(circular)
		return
	}
	before := l.ours
	l.ours = map[stanza.JID]*member{}
	l.become(giving)
	l.acked, l.log = l.total, backlog{turn: l.log.turn}
	st.Subject.ID = l.request
	l.reply = reply{history: l.newest(st.History), subject: st.Subject, last: st.Last}
	l.lead(st)
	if l.quirks.sticky {
		l.forget()
	}
	for _, f := range st.Occupants {
		l.unlearn(f.JID)
		l.resettle(l.add(f), before)
	}
	for user := range before {
		l.stir(user)
	}
	for _, k := range l.inRoster() {
		l.stir(k.JID)
	}
	for l.quirks.sticky && l.doing == giving && l.step() { // nothing may come in between
		continue
	}
}

// resettle takes somebody over who was in the room before the link was made anew.
func (l *Link) resettle(m *member, before map[stanza.JID]*member) {
	if m == nil {
		return
	}
	if was := before[m.JID]; was != nil {
		m.speaks = was.speaks
	}
	l.stir(m.JID)
}

// replies goes on with an answer, and tells whether there is one.
func (l *Link) replies() bool {
	if l.doing != giving {
		return false
	}
	if list := l.reply.history; len(list) > 0 {
		l.speak(list[0])
		l.reply.history = list[1:]
		return true
	}
	l.closeAnswer()
	l.become(joined)
	l.retire()
	l.sent = 0
	l.info("The peer has joined the room.")
	l.watch()
	behind := l.log.more
	l.catchUp(l.reply.last)
	l.log.behind = l.log.behind || behind
	l.reply, l.revived = reply{}, false
	l.pull()
	return true
}

// catchUp sends a peer that has joined what it has missed, behind the answer: from where it is known to have our log, else
// from when it says. One that wanted history has got that, and nothing else is missing. xep:0289#startup
func (l *Link) catchUp(last string) {
	switch {
	case l.opens():
		if l.request != request { // one of our kind that does not begin may throw the answer away
			l.c.Acked = cmp.Or(l.c.Acked, l.reply.from, last, beginning)
		}
		l.resume(cmp.Or(l.reply.from, last, beginning), time.Time{}, last)
	case l.c.Acked != "":
		l.resume(l.c.Acked, time.Time{}, last)
	default:
		l.resume("", l.missed, last)
	}
	l.remember()
}

// newest is the end of a history that is within the limit of characters, whole messages only. What the peer misses comes
// from the log.
func (l *Link) newest(list []muc.Said) []muc.Said {
	if !l.missed.IsZero() {
		list = list[:sort.Search(len(list), func(i int) bool { return !list[i].At.Before(l.missed) })]
	}
	if l.chars < 0 {
		return list
	}
	left := l.chars
	for i := len(list) - 1; i >= 0; i-- {
		if left -= l.render(list[i]).Size() + len(l.peer); left < 0 {
			return list[i+1:]
		}
	}
	return list
}

// lastLeft confirms that a node whose last user is gone has left. xep:0289#part
func (l *Link) lastLeft() {
	if !l.c.Inbound || len(l.theirs) > 0 || !l.hears() {
		return
	}
	if l.quirks.sticky {
		l.after(linger, aWhile)
		return
	}
	if l.vouches() {
		l.allLeft()
	}
}

func (l *Link) allLeft() {
	l.info("The last user of the peer has left.")
	if l.quirks.sticky && l.c.Ping > 0 {
		l.sayLeft()
		return
	}
	l.close(muc.Lost{Reason: "The last user has left."})
}

// close ends an inbound link from our side.
func (l *Link) close(lost muc.Lost) {
	l.sendLeft(l.request, l.word)
	l.tell(lost)
	l.become(idle)
	l.Past = Past{}
	l.save()
	l.end()
}

func (l *Link) sendLeft(id, has string) {
	var b stanza.Builder
	b.Start("fmuc", "xmlns", nsFMUC, "has", has).Empty("left").End()
	env := stanza.Envelope{Kind: stanza.Presence, ID: id, From: l.c.Room.String()}
	l.emit(Send{env.Render(b.Bytes()), []stanza.Addr{l.peer}})
}

// dismiss takes a guest out of the room, unless it has put him out itself.
func (l *Link) dismiss(j stanza.JID, g *guest, f muc.Left) {
	delete(l.theirs, j)
	if !g.removed {
		f.Person = muc.Person{JID: j, Nick: g.nick, Affiliation: muc.None, Role: muc.NoRole}
		l.tell(f)
	}
	l.stir(j)
}

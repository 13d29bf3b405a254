package fmuc

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// footing is what a link remembers of a peer that takes a node for joined until its last user has left, and does not answer
// it until then.
type footing struct {
	held     map[stanza.JID]trace // whom of us the peer may have in its room
	lefts    int                  // the times that everybody of ours has left there to be announced anew: its word of each is due
	answered bool                 // an answer has come since the last one
	knock    string               // the id of the query that tells whether the peer has read our requests and not answered them
	spoke    time.Time            // when it last passed something on
	vainly   time.Time            // since when it has not answered any request
	sure     bool                 // it has passed on something since the end of our answer: it has read that
	named    time.Time            // when somebody was last announced to it once more
	next     int                  // the place of who is next
	lines    []string             // what has crossed last, by id and text
	closing  *muc.Said            // a subject that it may wait for, until there is somebody in whose name it can be sent
	joiners  []stanza.JID         // whom it has announced in requests since then
	over     bool                 // it has been told that it has left, and has not read it
	revived  bool                 // it may never have noticed that it was given up
}

// trace is somebody of ours as the peer has him.
type trace struct {
	muc.Person
	at    time.Time // when he was announced
	count int       // of our stanzas then
	gone  int       // their count when he left, 0 = he has not
	moves bool      // he has left his nick for another one
	moved bool      // he had another nick before, and it is not certain that the peer knows that he has this one
	torn  bool      // and the link was lost since
}

// Resumes tells whether a stanza comes from a peer that takes its room for joined when ours does not know it, and that will not
// ask again: the link is there as soon as we say so.
func Resumes(st *stanza.Stanza, c muc.LinkConfig) bool {
	return dialects[c.Dialect].sticky && st.Child(nsFMUC, "fmuc").Attr("from") != "" && st.Kind != stanza.IQ && !st.IsError() &&
		!st.From.IsBare()
}

// retain notes whom the peer has of ours by what it is sent, and is who he is there: a nick of somebody else there is not given
// to him too.
func (l *Link) retain(p muc.Person, w word) muc.Person {
	if !l.quirks.sticky || l.theirs[p.JID] != nil && l.ours[p.JID] == nil {
		return p
	}
	t, there := l.held[p.JID]
	switch {
	case w.kind != "" && !there:
	case w.kind != "":
		p.Nick = t.Nick
		t.moves = w.code == 303
		if !t.moves {
			t.gone = l.total.stanzas + 1
		}
		l.held[p.JID] = t
	default:
		if there && t.gone == 0 && (t.torn || t.Nick != p.Nick && !t.moves) { // a second nick would be a second person
			l.show(t.Person, nil, word{kind: "unavailable"}, l.peer)
			there = false
		}
		if other, taken := l.called(p.Nick); taken && other.Bare() != p.JID.Bare() {
			p.Nick += " (" + p.JID.Domain + ")"
		}
		if there || len(l.held) < 2*crowd {
			l.held[p.JID] = trace{Person: p, at: l.now, count: l.total.stanzas + 1, moved: there && (t.moves || t.moved)}
		}
	}
	return p
}

// arrived takes a receipt: the peer has read who has left, and who has another nick.
func (l *Link) arrived(stanzas int) {
	maps.DeleteFunc(l.held, func(_ stanza.JID, t trace) bool { return t.gone != 0 && t.gone <= stanzas })
	for j, t := range l.held {
		if t.moved && t.count <= stanzas {
			t.moved = false
			l.held[j] = t
		}
	}
}

// tear takes it that the link is lost: of what was not acknowledged nobody knows whether it has arrived.
func (l *Link) tear() {
	for j, t := range l.held {
		t.torn = t.moved || t.moves
		l.held[j] = t
	}
}

// followUp comes behind our requests to join: whom the peer may still have though he is gone leaves, and the peer is asked for a
// sign of life.
func (l *Link) followUp() {
	l.lefts, l.answered = 0, false
	if l.attempts == 0 {
		l.vainly = l.now
	}
	l.retire()
	l.inquire()
}

func (l *Link) retire() {
	for _, j := range sorted(maps.Keys(l.held)) {
		if l.ours[j] == nil {
			l.dismissThere(l.held[j].Person)
		}
	}
}

func sorted(list iter.Seq[stanza.JID]) []stanza.JID {
	return slices.SortedFunc(list, func(a, b stanza.JID) int { return cmp.Compare(a.String(), b.String()) })
}

// inquire asks whether the peer has read what it was sent. It works in order: if the answer comes before the one to our
// requests, there will be none to these. xep:0199
func (l *Link) inquire() {
	if !l.quirks.sticky || l.c.Ping == 0 {
		return
	}
	l.asks++
	l.knock = "isthmus:knock:" + strconv.Itoa(l.asks)
	l.iq("get", l.knock, "ping", nsPing)
}

// knocked takes the answer: the peer is there, and takes its room, or ours, for joined.
func (l *Link) knocked(st *stanza.Stanza) {
	l.knock = ""
	switch why := condition(st); {
	case st.IsError() && unreachable[why]:
		l.wrong(Bounced, "Nothing gets through to the peer: "+why+".")
	case l.c.Inbound && l.over:
		l.end()
	case l.c.Inbound && l.doing == down:
		l.revive()
	case !l.c.Inbound && l.doing == joining && l.lefts == 0:
		l.renew()
	}
}

// renew has everybody of ours leave and enter again, so that the peer lets us in anew.
func (l *Link) renew() {
	l.info("The peer takes the room for joined: it is left and joined again.")
	list := l.inRoster()
	for _, j := range sorted(maps.Keys(l.held)) { // of before
		if t := l.held[j]; t.gone == 0 && l.roster[j] == nil {
			l.dismissThere(t.Person)
		}
	}
	for _, k := range list {
		l.show(k.Person, nil, word{kind: "unavailable"}, l.peer)
		l.unlearn(k.JID)
	}
	l.lefts, l.asked = l.lefts+1, l.now
	for _, k := range list {
		if m := l.ours[k.JID]; m != nil {
			l.announce(m)
		}
		l.stir(k.JID)
	}
	l.after(answer, l.c.JoinTimeout)
}

// reappear is the second half of a change of nick. Where the first is a leave, be it of the last one, the second asks to join.
func (l *Link) reappear(m *member) {
	if !l.quirks.sticky {
		l.present(m, word{half: true})
		return
	}
	if !l.c.Inbound && len(l.roster) == 1 {
		l.lefts++
		l.after(answer, l.c.JoinTimeout)
	}
	l.announce(m)
}

// leftThere takes the peer's word that our last user has left, and tells whether that is all: he has entered again since.
func (l *Link) leftThere() bool {
	if !l.quirks.sticky || l.c.Inbound {
		return false
	}
	maps.DeleteFunc(l.held, func(_ stanza.JID, t trace) bool { return t.gone != 0 })
	due := l.lefts > 0
	l.answered = false
	l.lefts = max(0, l.lefts-1)
	if l.doing != joining && (l.doing != joined || !due) { // what has been announced just now may have come behind it
		maps.DeleteFunc(l.held, func(_ stanza.JID, t trace) bool { return l.now.Sub(t.at) >= l.timeout() })
		return false
	}
	for _, g := range l.theirs { // the next answer names them again
		g.stale = true
	}
	if l.doing == joining {
		l.owed = max(0, l.owed-1)
		return true
	}
	l.become(joining)
	l.asked = l.now
	l.after(answer, l.c.JoinTimeout)
	return true
}

// settles tells whether a wait for an answer ends without harm. The peer did not take a change of nick for a leave; or it may not be
// asked for a sign of life, and is taken for there; or it passes on what happens there without ever having answered: it has
// somebody of this room of whom we do not know, and its people are known when they speak.
func (l *Link) settles() bool {
	switch {
	case l.doing == joined:
		l.lefts = 0
	case !l.quirks.sticky:
		return false
	case l.c.Ping == 0 && l.lefts == 0:
		l.renew()
	case l.lefts > 0 && l.spoke.After(l.vainly):
		l.complete()
	default:
		return false
	}
	return true
}

// met takes it that the peer passes something on. One that has joined takes its room for joined, then; it passes on nothing
// but requests while it waits for the end of an answer.
func (l *Link) met(st *stanza.Stanza, user stanza.JID) {
	l.spoke = l.now
	switch {
	case !l.quirks.twice || !l.c.Inbound:
	case l.over:
		l.sendLeft("", "")
	case l.doing == down || l.doing == idle:
		l.sure = true
		l.revive()
	case !JoinShaped(st):
		l.sure, l.joiners, l.closing = true, nil, nil
		l.stopWaiting(doubt)
	case l.doing == joined && len(l.joiners) < crowd:
		l.joiners = append(l.joiners, user)
		if l.waits[doubt].IsZero() {
			l.after(doubt, cmp.Or(l.c.PingTimeout, l.c.JoinTimeout))
		}
	}
}

// forgetful answers a peer once more that has lost its state: it has asked to join for somebody new and passes on nothing
// else. Whoever it does not announce then is gone.
func (l *Link) forgetful() {
	l.info("The peer waits for an answer: it has lost its state.")
	l.markStale()
	for _, j := range l.joiners {
		if g := l.theirs[j]; g != nil {
			g.stale = false
		}
	}
	l.joiners = nil
	l.ask(nothing)
	l.after(stale, l.c.JoinTimeout)
}

// lingered is the end of a wait after the last user of the peer has left: if somebody had entered there when the peer was told,
// it would have forgotten the link behind his back.
func (l *Link) lingered() {
	if len(l.theirs) == 0 {
		l.allLeft()
	}
}

const aWhile = 3 * time.Second

// sayLeft tells a peer that it has left, until it is known that it has read it: it would take its room for joined, and this link
// is all that knows whom it has.
func (l *Link) sayLeft() {
	l.tell(muc.Lost{Reason: "The last user has left."})
	l.become(down)
	l.forget()
	l.over = true
	l.search()
}

// search looks for a peer that has joined and is cut off: it will not come by itself, and takes its room for joined, however long
// it takes. So the link stays.
func (l *Link) search() {
	if l.quirks.sticky && l.c.Ping > 0 {
		if l.over {
			l.sendLeft("", "")
		}
		l.inquire()
		l.after(retry, l.patience())
		l.attempts = min(l.attempts+1, maxDoublings)
	}
}

// closeAnswer sends the subject that ends an answer. One that has never been away takes it for a change of the subject, which
// somebody has to have made whom it knows; it may have lost its state all the same, and waits for it.
func (l *Link) closeAnswer() {
	f, list := l.reply.subject, l.inRoster()
	l.closing = nil
	switch {
	case !l.revived:
		l.sure = false
	case l.known(f.JID):
	case len(list) == 0:
		l.closing = &f
		return
	default:
		f.JID, f.Nick = list[0].JID, list[0].Nick
	}
	l.post(l.render(f), l.peer)
}

// tryAgain is the end of a wait: for the next attempt to join, or the next look for a peer that has joined.
func (l *Link) tryAgain() {
	if l.c.Inbound {
		l.search()
		return
	}
	l.ask(nothing)
}

// revive goes on with a peer that does not know that it was given up. It does not say who has left meanwhile: all of its
// people stay.
func (l *Link) revive() {
	l.info("The peer is there again.")
	l.stopWaiting(stale)
	for _, j := range sorted(maps.Keys(l.theirs)) {
		g := l.theirs[j]
		if g.owed {
			l.show(g.removal.Person, nil, leaveWord(g.removal), l.peer)
		}
		g.stale, g.owed = false, false
	}
	l.revived, l.attempts = l.sure, 0
	l.limits = nothing
	l.ask(nothing)
}

// opens tells whether what was said before an answer is not wanted: the peer has not missed it, or drops it.
func (l *Link) opens() bool {
	if l.quirks.amnesic {
		return !l.revived || l.c.Acked == ""
	}
	return l.missed.IsZero() && (l.c.Acked == "" || !l.alike || l.leads())
}

// remind announces, one after the other, whom the peer should know: to one that knows him it is nothing. One that has forgotten
// the link makes it anew, and one that has missed him has him.
func (l *Link) remind() {
	list := l.inOrder()
	if !l.quirks.sticky || l.named.Add(l.c.Ping).After(l.now) {
		return
	}
	list = slices.DeleteFunc(list, func(m *member) bool { return l.roster[m.JID] == nil })
	if len(list) == 0 {
		return
	}
	m := list[max(0, slices.IndexFunc(list, func(m *member) bool { return m.place >= l.next }))]
	l.named, l.next = l.now, m.place+1
	l.announce(m)
	if l.closing != nil {
		l.closing.JID, l.closing.Nick = m.JID, m.Nick
		l.post(l.render(*l.closing), l.peer)
		l.closing = nil
	}
}

// expelled takes it that the peer has put out somebody of ours. If he was announced just then he may have come back to it.
func (l *Link) expelled(m *member) {
	l.follow = m.far && len(l.ours) == 1
	if !l.quirks.blunt {
		return
	}
	l.unlearn(m.JID)
	if t := l.held[m.JID]; l.now.Sub(t.at) < l.timeout() {
		l.dismissThere(t.Person)
		return
	}
	delete(l.held, m.JID)
}

// dismissThere takes out somebody whom the peer may have: he is announced once more, so that he is there in any case, and leaves.
func (l *Link) dismissThere(p muc.Person) {
	l.announce(&member{Person: p})
	l.dismissed(p.JID)
}

// audible tells whether the peer takes a message: of somebody whom it knows.
func (l *Link) audible(f muc.Said) bool {
	if l.quirks.exact && !l.known(f.JID) {
		return false
	}
	l.recall(f)
	return true
}

// retold names the author of what is told again by a peer that calls him by his address in its own room, and tells whether it
// may be new here.
func (l *Link) retold(st *stanza.Stanza, f *muc.Said) bool {
	if !l.ofRoom(f.JID) {
		return true
	}
	if !l.c.SyncedAt.IsZero() && f.At.Before(l.c.SyncedAt.Add(-skew)) {
		return false
	}
	author, err := stanza.ParseJID(delayOf(st).Attr("from"))
	switch {
	case err == nil && author.Bare() != l.c.Peer && author.Local != "":
		f.JID = author
	case slices.Contains(l.lines, lineOf(*f)):
		return false
	default:
		f.JID = l.whoIs(f.Nick, f.JID)
	}
	l.recall(*f)
	return true
}

// recall remembers what has crossed: the peer may tell it again without its author.
func (l *Link) recall(f muc.Said) {
	if l.quirks.shy {
		l.lines = append(l.lines[max(0, len(l.lines)-remembered):], lineOf(f))
	}
}

// remembered is twice as much as a peer's history has, if its administrator has not changed that.
const remembered = 50

// lineOf tells a message from others of unknown authors.
func lineOf(f muc.Said) string {
	text := f.ID
	list, _ := stanza.ParseElements(f.Payload)
	for i := range list {
		if list[i].Name == name("", "body") {
			text += "\n" + list[i].Text()
		}
	}
	return text
}

// whoIs is who has a nick in the peer's room, as far as he is known.
func (l *Link) whoIs(nick string, unknown stanza.JID) stanza.JID {
	if j, ok := l.called(nick); ok {
		return j
	}
	for _, j := range sorted(maps.Keys(l.held)) {
		if l.held[j].Nick == nick {
			return j
		}
	}
	return unknown
}

// ofRoom tells whether the author of a stanza is named by his address in the peer's room, as in what is told again.
func (l *Link) ofRoom(author stanza.JID) bool { return l.quirks.shy && author.Bare() == l.c.Peer }

// closesThere tells what a subject is that has no id by which it could be told: one that is told again ends an answer.
func (l *Link) closesThere(f muc.Said) closing {
	late := !f.At.IsZero()
	switch {
	case l.doing == joining && l.lefts > 0 && l.answered: // it has never said that we had left: it has lost its state in between
		return second
	case l.doing == joining && l.lefts > 0:
		l.answered = true
		return stray
	case l.doing == joining && (late || f.ID == ""):
		return ending
	case late:
		return second
	}
	return event
}

// keptHere tells the author of a private message that it does not cross.
func (l *Link) keptHere(f muc.Private) {
	if f.Type == "error" {
		return
	}
	var b stanza.Builder
	b.Raw(f.Payload).Raw(noWhispers.Element())
	l.tell(muc.Private{
		Person: muc.Person{JID: f.ToJID, Nick: f.To, Affiliation: muc.None, Role: muc.Participant},
		To:     f.Nick, Type: "error", ID: f.ID, Lang: f.Lang, Payload: b.Bytes(),
	})
}

var noWhispers = stanza.Fail(mellium.FeatureNotImplemented).Because("Private messages do not reach the server that this user is on.")

package fmuc

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// In the mode master-slave the room that joins is a replica: what its users want to say is put to the peer, and said when the
// peer has repeated it. The peer's log goes to it whole and in order, whoever has said what; nothing of its own log goes
// the other way, because nothing is logged there first. xep:0289#reqs
//
// Two nodes of our kind tell each other the mode inside <fmuc/>, where others do not look, and the joined one also says how
// it stands with the primary above it, and when everything that was missed has crossed:
//
//	<mode xmlns='urn:isthmus:0' primary='ready'>master-slave</mode>

// standings are the words for how a node stands with its primary. What is not known yet is not said.
var standings = map[string]muc.Standing{"cut": muc.Cut, "linked": muc.Linked, "ready": muc.Ready}

func wordFor(s muc.Standing) string {
	for word, v := range standings {
		if v == s {
			return word
		}
	}
	return ""
}

// replica is what a link in this mode remembers.
type replica struct {
	stood muc.Standing // what our room was told last of the link
	turn  int          // counts the times that the peer was ready
	above muc.Standing // how whoever is joined stands with the primary above: the peer, or our room
	told  muc.Standing // what the peer was told last of that
	lags  bool         // the peer has to get what it has missed first
	fresh bool         // that is the history: it is the first time
	hints bool         // the peer tells us the mode, and wants to be told
	bars  bool         // it was refused because of it
	nth   int          // number of what was said in an answer to a request
	queue []muc.Said   // to be put to the peer when there is room
	under map[plea]bool
	topic *muc.Said // what the peer is about, until everything is here that was said before
}

// plea is something that was put to the peer and has not come back.
type plea struct {
	author stanza.JID
	id     string
}

// mostPut bounds what waits for its turn, and what has not come back.
const mostPut = 2000

// follows tells whether our room is the replica, leads whether the peer's is.
func (l *Link) follows() bool { return !l.c.Inbound && l.c.Mode == muc.MasterSlave }
func (l *Link) leads() bool   { return l.c.Inbound && l.c.Mode == muc.MasterSlave }

// propose takes what somebody wants to say. What was meant for an earlier turn of the link is in doubt already.
func (l *Link) propose(f muc.Proposed) {
	if l.follows() && l.doing == joined && f.Turn == l.rep.turn && len(l.rep.queue) < mostPut {
		l.rep.queue = append(l.rep.queue, f.Said)
	}
}

// lodge puts to the peer what has waited longest, and tells whether there was something.
func (l *Link) lodge() bool {
	if l.doing != joined || len(l.rep.queue) == 0 {
		return false
	}
	f := l.rep.queue[0]
	l.rep.queue = l.rep.queue[1:]
	if !l.introduce(f.JID) && l.roster[f.JID] == nil && f.At.IsZero() {
		f.At = l.now // he has left meanwhile: only what is told later may be of anybody
	}
	if len(l.rep.under) < mostPut {
		l.rep.under[plea{f.JID, f.ID}] = true
	}
	l.speak(f)
	return true
}

// repeated takes it that the peer has repeated something of our side, and tells whether it has.
func (l *Link) repeated(f muc.Said) bool {
	at := plea{f.JID, f.ID}
	was := l.rep.under[at]
	delete(l.rep.under, at)
	return l.follows() && (was || l.ours[f.JID] != nil)
}

// knows tells whether the peer knows somebody whose words it is told: of a replica's own users it does.
func (l *Link) knows(user stanza.JID) bool {
	return l.leads() && l.theirs[user] != nil || l.introduce(user)
}

// lingers tells whether a link that is down and that nobody wants is kept: whoever comes before the next attempt would only
// wait in vain.
func (l *Link) lingers() bool { return l.follows() && len(l.theirs) == 0 }

// pleading tells whether something may still come back.
func (l *Link) pleading() bool { return len(l.rep.queue)+len(l.rep.under) > 0 }

// hopes tells whether the last one of our side waits with his leave for that.
func (l *Link) hopes() bool {
	if !l.pleading() && !l.follow {
		return false
	}
	if l.waits[hope].IsZero() {
		l.after(hope, l.c.JoinTimeout)
	}
	return true
}

// despair ends the wait for that.
func (l *Link) despair() {
	l.follow = false
	l.rep.queue = nil
	clear(l.rep.under)
}

// standing is how the link stands, for our room. An attempt after others have failed is no news.
func (l *Link) standing() muc.Standing {
	switch {
	case l.c.Inbound && l.doing != idle && l.doing != ended:
		return muc.Reversed
	case l.doing == joined && !l.rep.hints:
		return muc.Ready
	case l.doing == joined:
		return l.rep.above
	case l.doing == down, l.attempts > 0 && (l.doing == asking || l.doing == joining):
		return muc.Cut
	}
	return muc.Apart
}

// account tells our room how the link stands, and the peer how our room does, where that has changed.
func (l *Link) account() {
	if l.c.Mode != muc.MasterSlave {
		return
	}
	if s := l.standing(); s != l.rep.stood {
		l.rep.stood = s
		if s == muc.Ready {
			l.rep.turn++
			l.settleTopic()
		}
		l.tell(muc.Primary{Standing: s, Turn: l.rep.turn})
	}
	l.rep.lags = l.rep.lags && (l.log.behind || l.log.asked)
	if s := l.shown(); l.leads() && l.rep.hints && l.doing == joined && s != l.rep.told {
		l.rep.told = s
		var b stanza.Builder
		l.hint(b.Start("fmuc", "xmlns", nsFMUC, "n", l.number()))
		env := stanza.Envelope{Kind: stanza.Presence, From: l.c.Room.String()}
		l.post(env.Render(b.End().Bytes()), l.peer) // it is missed if it is lost
	}
}

// shown is how our room stands, for a peer that is not ready itself before it has got what it had missed.
func (l *Link) shown() muc.Standing {
	switch {
	case l.rep.above != muc.Ready || !l.rep.lags:
		return l.rep.above
	case l.rep.fresh: // who waits to enter there is to be shown the history
		return muc.Apart
	}
	return muc.Linked
}

// lead begins an answer to a replica of our kind. Its history is the end of the log, in the order of that, behind the answer.
func (l *Link) lead(st muc.State) {
	l.rep.above, l.rep.told, l.rep.nth = st.Standing, muc.Apart, 0
	l.rep.fresh = l.missed.IsZero()
	if l.leads() && l.rep.hints && l.rep.fresh {
		l.reply.history, l.reply.from = nil, cmp.Or(st.Tail, beginning)
	}
	l.rep.lags = !l.rep.fresh || l.reply.from != cmp.Or(st.Last, beginning)
	l.rep.told = l.shown()
}

// stands takes it that our room stands otherwise with its own primary.
func (l *Link) stands(s muc.Standing) {
	if !l.leads() {
		return
	}
	l.rep.lags = l.rep.lags || s == muc.Ready && l.rep.above != muc.Ready
	l.rep.above = s
}

// hint writes the mode, and how our room stands if the peer is to know.
func (l *Link) hint(b *stanza.Builder) {
	b.Leaf("mode", l.c.Mode, "xmlns", nsIsthmus, "primary", wordFor(l.rep.told))
}

// markSaid is the mark of what is said. A replica of our kind finds in it to which of its requests this belongs, and its number
// since then: what comes behind something that is lost, or is left of an earlier answer, would give it another order. In the
// end of the answer it finds the mode.
func (l *Link) markSaid(b *stanza.Builder, f muc.Said, user stanza.JID) {
	repeats := l.leads() && l.rep.hints
	if !f.Subject && !repeats {
		l.mark(b, user)
		return
	}
	n, has := "", l.had
	if !strings.HasPrefix(f.ID, request) {
		n, has = l.number(), ""
	}
	b.Start("fmuc", "xmlns", nsFMUC, "from", user.String(), "n", n, "has", has)
	if f.Subject {
		l.markSubject(b, f)
	}
	if !repeats {
		b.End()
		return
	}
	count := l.sent + 1
	if l.doing == giving {
		l.rep.nth++
		count = l.rep.nth
	}
	b.Leaf("count", strconv.Itoa(count), "xmlns", nsIsthmus, "of", strings.TrimPrefix(l.request, request))
	if l.doing == giving && f.ID == l.request {
		l.hint(b)
	}
	b.End()
}

// misplaced tells whether something does not belong where it has come, in the primary's order. If something before it did not
// arrive, the peer has to tell everything again.
func (l *Link) misplaced(st *stanza.Stanza, mark *stanza.Element) bool {
	if !l.follows() || st.Kind != stanza.Message || st.Type != "groupchat" {
		return false
	}
	e, n := mark.Child(nsIsthmus, "count"), l.got
	switch {
	case l.doing == joining:
		n = l.rep.nth + 1
	case l.doing != joined:
		return false
	}
	switch {
	case e == nil && l.doing == joining && delayOf(st) != nil, e == nil && l.doing == joined && !l.rep.hints:
		return false // a peer of another kind
	case e == nil && st.Has("", "subject") && !st.Has("", "body") && (l.doing == joining || strings.HasPrefix(st.ID, request)):
		return false // the end of an answer
	case e == nil, e.Attr("of") != strings.TrimPrefix(l.request, request):
		l.got--
		return true
	case e.Text() == strconv.Itoa(n):
		l.rep.nth = n
		return false
	}
	l.wrong(Severed, "Something that the peer has sent did not arrive.")
	return true
}

// heed reads how the peer stands with the primary.
func (l *Link) heed(mark *stanza.Element) {
	if mode := mark.Child(nsIsthmus, "mode"); mode != nil && l.follows() && l.doing == joined {
		l.got++
		l.rep.above = standings[mode.Attr("primary")]
	}
}

// agree tells whether both ends of a link mean the same mode. A node of our kind says it unless it is master-master; another says
// nothing, and is taken as it is configured.
func agree(ours, said string, kin bool) bool {
	if said == "" && kin {
		said = muc.MasterMaster
	}
	return said == "" || said == cmp.Or(ours, muc.MasterMaster)
}

func discord(ours, said string) string {
	return fmt.Sprintf("One side of the link is configured as %s, the other as %s.",
		cmp.Or(ours, muc.MasterMaster), cmp.Or(said, muc.MasterMaster))
}

// modeOf is the mode that a node says.
func modeOf(mark *stanza.Element) string {
	said := mark.Child(nsIsthmus, "mode").Text()
	if said != "" && said != muc.MasterMaster && said != muc.MasterSlave {
		return "another mode"
	}
	return said
}

// misfit refuses a request whose mode is not ours, and whoever is announced behind it. It tells whether it did.
func (l *Link) misfit(st *stanza.Stanza, mark *stanza.Element) bool {
	if !strings.HasPrefix(st.ID, request) {
		return l.rep.bars && l.doing == idle
	}
	said := modeOf(mark)
	l.rep.hints, l.rep.bars = said != "", !agree(l.c.Mode, said, true)
	if l.rep.bars {
		l.reject(discord(l.c.Mode, said))
	}
	return l.rep.bars
}

// fits reads the mode in the end of an answer, and ends the attempt if it is not ours. It tells whether it is.
func (l *Link) fits(mark *stanza.Element, kin bool) bool {
	said := modeOf(mark)
	l.rep.hints, l.rep.above = said != "", standings[mark.Child(nsIsthmus, "mode").Attr("primary")]
	if !l.follows() || agree(l.c.Mode, said, kin) {
		return true
	}
	why := discord(l.c.Mode, said)
	l.depart()
	l.abandon(why)
	l.giveUp(Rejection, why)
	return false
}

// title tells our room what it is about. Where what was missed is still to come, that is told first: of the subjects in it the
// last one holds.
func (l *Link) title(f muc.Said) {
	if l.follows() && l.rep.hints && l.rep.above != muc.Ready {
		l.rep.topic = &f
		return
	}
	l.tell(f)
}

func (l *Link) settleTopic() {
	if l.rep.topic != nil {
		l.tell(*l.rep.topic)
		l.rep.topic = nil
	}
}

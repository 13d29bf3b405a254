package fmuc

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// nothing of the history: a node that joins does not push its own.
var nothing = muc.Limits{MaxChars: -1, MaxStanzas: 0, Seconds: -1}

// skew is how far the clocks of two nodes may be apart. What is asked for twice is dropped by the room.
const skew = time.Minute

// maxDoublings is how often the wait before an attempt doubles.
const maxDoublings = 4

func (l *Link) start() {
	if !l.c.Inbound && l.doing == idle {
		l.healing = true
		l.ask(nothing)
	}
}

// join asks to join with the first and announces the others (F5). The peer reads in order, so none of them waits for its
// answer. xep:0289#startup
func (l *Link) join(st muc.State) {
	before := l.ours
	l.ours = map[stanza.JID]*member{}
	l.forget()
	if len(st.Occupants) == 0 {
		l.rest()
		return
	}
	l.become(joining)
	l.rep.nth = 0
	l.asked, l.sent, l.acked = l.now, 0, l.total
	if l.follows() { // nothing of our log goes to the peer
		l.c.Acked = ""
	}
	l.want(st.Last)
	l.save()
	l.resume(l.c.Acked, time.Time{}, st.Last)
	for _, f := range st.Occupants {
		l.resettle(l.add(f), before)
	}
	l.renumber()
	l.keeper.told, l.keeper.circular = "", ""
	first := l.spokesman()
	l.people = l.announceable()
	l.showJoin(first, !l.quirks.amnesic)
	l.followUp()
	l.after(answer, l.c.JoinTimeout)
}

// spokesman is the one with whom we ask to join: the first, if the peer is to know of him.
func (l *Link) spokesman() *member {
	list := l.inOrder()
	slices.SortStableFunc(list, nearFirst)
	for _, m := range list {
		if l.announces(m) {
			return m
		}
	}
	list[0].speaks = true
	return list[0]
}

// longestAnswer is how many times the wait for an answer begins anew because a part of it has come.
const longestAnswer = 100

// progress takes it that an answer has begun: on a slow link the rest of it takes its time.
func (l *Link) progress() {
	if l.doing == joining && l.now.Sub(l.asked) < longestAnswer*l.c.JoinTimeout {
		l.after(answer, l.c.JoinTimeout+l.behindLetter())
	}
}

// complete is what the subject does: it ends the answer to a join. xep:0289#startup
func (l *Link) complete() {
	l.become(joined)
	l.lag, l.got = l.now.Sub(l.asked), 0
	l.c.SyncedAt = l.asked
	l.info("The room has joined the peer.")
	l.announceRest()
	l.watch()
	l.remember()
	if l.partial {
		l.after(stale, l.c.Grace)
	} else {
		l.sweep()
	}
	l.spread(l.below)
	l.doubles()
	l.pull()
}

// forgotten takes a second answer, to a request that we did not mean so: the peer has lost the link, and has made it anew
// with the one user who was announced. It is joined again with everybody; whoever it does not announce then is gone.
func (l *Link) forgotten() {
	if l.now.Sub(l.asked) < l.c.Retry {
		l.fail(Severed, "The peer forgets the room as often as it is joined.")
		return
	}
	l.info("The peer has forgotten the room: it is joined again.")
	l.healing = true
	l.markStale()
	l.ask(nothing)
}

// unanswered ends a wait for the peer's word. If our request is not answered again and again, it may be that the peer
// believes that we are joined: we leave, so that it answers the next time.
func (l *Link) unanswered() {
	if l.doing == leaving {
		l.rest()
		return
	}
	if l.settles() {
		return
	}
	if l.attempts > 0 && !l.quirks.sticky {
		l.feign()
	}
	l.fail(Vain, "The peer has not answered the request to join.")
}

// feign takes everybody out of a room of another kind. One of our kind knows that nobody has left.
func (l *Link) feign() {
	for _, k := range l.inRoster() {
		l.show(k.Person, nil, word{kind: "unavailable", feigned: true}, l.peer)
	}
}

// remember stores how far we have heard, and have been heard. What was under way when the peer fell silent is asked for
// again.
func (l *Link) remember() {
	if l.doing != joined && l.doing != leaving {
		return
	}
	l.upTo()
	l.save()
}

func (l *Link) save() {
	if !l.c.Inbound && l.c.SyncedAt.IsZero() && !l.c.Wanted.IsZero() {
		l.emit(Save{l.c.Wanted, l.c.Acked, unreached})
		return
	}
	l.emit(Save{l.c.SyncedAt, l.c.Acked, l.State()})
}

// upTo notes how far we have heard the peer.
func (l *Link) upTo() {
	if at := l.heard.Add(-l.lag); at.After(l.c.SyncedAt) && !l.c.Inbound && l.doing == joined {
		l.c.SyncedAt = at
	}
}

// leave follows the last one of our side out: the peer's people are no longer here. xep:0289#part
func (l *Link) leave() {
	wasUp := l.doing == joined
	l.upTo()
	asked := l.pings
	l.become(leaving)
	if wasUp {
		l.save()
	}
	l.pings = asked
	l.owed++
	l.forgetGuests()
	l.forget()
	l.drown()
	l.stopWaiting(stale)
	l.after(answer, l.c.JoinTimeout)
	l.tell(muc.Lost{Reason: "The last user has left."})
}

// rest is the end of a visit (F2).
func (l *Link) rest() {
	l.abandon("The last user has left.")
	l.hush()
	l.become(idle)
	l.owed, l.attempts, l.healing = 0, 0, false
	clear(l.ours)
	l.forget()
}

// fail ends an attempt, or a link that was up, until the next one.
func (l *Link) fail(c Kind, why string) {
	if l.doing == joined && l.now.Sub(l.asked) > l.c.Retry<<maxDoublings {
		l.attempts = 0
	}
	wait := l.patience()
	l.attempts = min(l.attempts+1, maxDoublings)
	l.wait(c, why, wait)
}

// giveUp ends an attempt that will not go better soon: with the next visit, or after a long time.
func (l *Link) giveUp(c Kind, why string) {
	l.attempts = maxDoublings
	l.wait(c, why, l.patience())
}

func (l *Link) wait(c Kind, why string, d time.Duration) {
	l.note(l.outage(c), fmt.Sprintf("%s The next attempt is in %s.", why, d.Round(time.Second)))
	l.lose()
	l.after(retry, d)
}

// begin joins again at once: the peer can be reached. A link that was up for a short time only is tried again later, since
// something is wrong with it.
func (l *Link) begin(c Kind, why string) {
	if l.doing != joined || l.now.Sub(l.asked) < l.c.Retry {
		l.fail(c, why)
		return
	}
	l.note(l.outage(c), why+" The peer is joined again.")
	l.lose()
	l.ask(nothing)
}

// patience is the wait before the next attempt. Links differ by up to a quarter, so that not all of them come at once.
func (l *Link) patience() time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(l.c.Room.String() + " " + l.c.Peer.String())) // a hash never fails
	d := l.c.Retry << l.attempts
	return d + d*time.Duration(h.Sum32()%256)/1024
}

// rejected takes the peer's no. If it is about to join us, those of its people stay whom it has announced already.
// xep:0289#startup
func (l *Link) rejected(id, reason string, joins bool) {
	if l.c.Inbound || !l.hears() || l.earlier(id) {
		return
	}
	if reason == "" {
		reason = "no reason given"
	}
	reason = "The peer has rejected the room: " + strings.ToValidUTF8(reason[:min(len(reason), 200)], "") + "."
	if !joins {
		l.abandon(reason)
	}
	l.giveUp(Rejection, reason)
}

// wasLeft takes the peer's word that we are no longer joined: expected, or its own wish. One that comes before the answer to
// a request may be about a link that broke earlier or in the middle of this one; the next attempt is right in both cases. A
// node of our kind names the request if it believes that our last user has left. xep:0289#part
func (l *Link) wasLeft(id string) {
	switch {
	case l.c.Inbound || l.leftThere() || l.owed == 0 && l.earlier(id):
	case l.owed > 0:
		l.owed--
		if l.owed > 0 || l.doing != leaving {
			return
		}
		if n := len(l.pings); n > 0 && l.c.Ping == 0 { // it has read everything up to our leave
			l.received(n - 1)
		}
		l.rest()
	case id != "":
		l.wrong(Parted, "The peer has missed that somebody has entered.")
	case l.up():
		l.fail(Parted, "The peer has ended the link.")
		l.abandon("The peer has ended the link.")
	}
}

// absent answers a peer that still takes us for joined: it missed that we left, or that it was cut off. An error tells it.
// xep:0289#part
func (l *Link) absent(st *stanza.Stanza) {
	switch {
	case l.c.Inbound && l.doing == down:
		l.refuse(st, Unlinked)
	case !l.c.Inbound && l.doing == idle && !l.quirks.sticky:
		l.refuse(st, gone)
	}
}

// refuse answers a stanza of a peer that takes us for linked.
func (l *Link) refuse(st *stanza.Stanza, why *stanza.Error) {
	if st.IsError() {
		return
	}
	l.note(Oddity, why.Text)
	var mark []byte
	if m := st.Child(nsFMUC, "fmuc"); m.HasAttr("n") { // our kind finds in it what this is about
		mark = m.Standalone()
	}
	out, to := why.Reply(st, mark)
	l.emit(Send{out, []stanza.Addr{to}})
}

var gone = stanza.Fail(mellium.RecipientUnavailable).Because("Nobody is in the room here: the peer has missed that it was left.")

// stranger takes what the peer says outside federation. An ordinary room that lets us in is left at once.
func (l *Link) stranger(st *stanza.Stanza) {
	entered := st.Kind == stanza.Presence && st.Type == "" || st.Kind == stanza.Message && st.Type == "groupchat"
	if l.c.Inbound || l.doing != joining || l.owed > 0 || !entered {
		return
	}
	for _, m := range l.inRoster() {
		env := stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: l.c.Room.With(m.Nick).String()}
		l.emit(Send{env.Render(nil), []stanza.Addr{l.c.Peer.With(m.Nick).Addr()}})
	}
	l.giveUp(Rejection, "The peer does not federate.")
}

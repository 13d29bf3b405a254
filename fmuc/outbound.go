package fmuc

import (
	"fmt"
	"hash/fnv"
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
		l.ask(nothing)
	}
}

// join asks to join with the first and announces the others (F5). The peer reads in order, so none of them waits for its
// answer. xep:0289#startup
func (l *Link) join(list []muc.Entered) {
	clear(l.ours)
	clear(l.noted)
	l.told = 0
	if len(list) == 0 {
		l.rest()
		return
	}
	l.doing, l.asked = joining, l.now
	for i, f := range list {
		if m := l.add(f); m != nil {
			m.told = true
			l.showJoin(m, i == 0)
		}
	}
	l.wake(l.now.Add(l.c.JoinTimeout))
}

// complete is what the subject does: it ends the answer to a join. xep:0289#startup
func (l *Link) complete() {
	l.doing = joined
	l.lag = l.now.Sub(l.asked)
	l.c.SyncedAt = l.asked
	l.wake(time.Time{})
	l.info("The room has joined the peer.")
	l.emit(Save{l.c.SyncedAt, l.State()})
	l.sweep()
}

// forgotten takes a second answer, to a request that we did not mean so: the peer has lost the link, and has made it anew
// with the one user who was announced. It is joined again with everybody; whoever it does not announce then is gone.
func (l *Link) forgotten() {
	l.info("The peer has forgotten the room: it is joined again.")
	l.markStale()
	l.ask(nothing)
}

// silent ends an attempt that was not answered. A peer that did not answer because it believes that we are joined gives
// that up, so that it answers the next time.
func (l *Link) silent() {
	l.depart()
	l.fail("The peer has not answered the request to join.")
}

// remember stores how far we have heard. What was under way when the peer fell silent is asked for again.
func (l *Link) remember() {
	if l.c.Inbound || l.doing != joined {
		return
	}
	if at := l.heard.Add(-l.lag); at.After(l.c.SyncedAt) {
		l.c.SyncedAt = at
	}
	l.emit(Save{l.c.SyncedAt, idle.String()})
}

// leave follows the last one of our side out: the peer's people are no longer here. xep:0289#part
func (l *Link) leave() {
	l.remember()
	l.doing = leaving
	l.owed++
	clear(l.theirs)
	l.wake(l.now.Add(l.c.JoinTimeout))
	l.tell(muc.Lost{Reason: "The last user has left."})
}

// rest is the end of a visit (F2).
func (l *Link) rest() {
	l.doing, l.owed, l.attempts = idle, 0, 0
	clear(l.ours)
	l.wake(time.Time{})
}

// fail ends an attempt, or a link that was up, until the next one.
func (l *Link) fail(why string) {
	if l.doing == joined && l.now.Sub(l.asked) > l.c.Retry<<maxDoublings {
		l.attempts = 0
	}
	wait := l.patience()
	l.attempts = min(l.attempts+1, maxDoublings)
	l.wait(why, wait)
}

// giveUp ends an attempt that will not go better soon: with the next visit, or after a long time.
func (l *Link) giveUp(why string) {
	l.attempts = maxDoublings
	l.wait(why, l.patience())
}

func (l *Link) wait(why string, d time.Duration) {
	l.warn(fmt.Sprintf("%s The next attempt is in %s.", why, d.Round(time.Second)))
	l.remember()
	l.doing, l.owed = waiting, 0
	for _, m := range l.ours {
		m.told = false
	}
	clear(l.theirs)
	l.wake(l.now.Add(d))
	l.tell(muc.Lost{Reason: why, Broken: true})
}

// patience is the wait before the next attempt. Links differ by up to a quarter, so that not all of them come at once.
func (l *Link) patience() time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(l.c.Room.String() + " " + l.c.Peer.String())) // a hash never fails
	d := l.c.Retry << l.attempts
	return d + d*time.Duration(h.Sum32()%256)/1024
}

// rejected takes the peer's no. xep:0289#startup
func (l *Link) rejected(reason string) {
	if l.c.Inbound || !l.hears() {
		return
	}
	if reason == "" {
		reason = "no reason given"
	}
	l.giveUp("The peer has rejected the room: " + strings.ToValidUTF8(reason[:min(len(reason), 200)], "") + ".")
}

// wasLeft takes the peer's word that we are no longer joined: expected, or its own wish. One that comes before the answer to
// a request may be about a link that broke earlier or in the middle of this one; the next attempt is right in both cases.
// xep:0289#part
func (l *Link) wasLeft() {
	switch {
	case l.c.Inbound:
	case l.owed > 0:
		l.owed--
		if l.owed == 0 && l.doing == leaving {
			l.rest()
		}
	case l.up():
		l.fail("The peer has ended the link.")
	}
}

// absent answers a peer that still takes us for joined: it missed that we left. An error tells it. xep:0289#part
func (l *Link) absent(st *stanza.Stanza) {
	if l.c.Inbound || l.doing != idle {
		return
	}
	l.once(gone.Text)
	out, to := gone.Reply(st)
	l.emit(Send{out, []stanza.Addr{to}})
}

var gone = stanza.Fail(mellium.RecipientUnavailable).Because("Nobody is in the room here: the peer has missed that it was left.")

// stranger takes what the peer says outside federation. An ordinary room that lets us in is left at once.
func (l *Link) stranger(st *stanza.Stanza) {
	entered := st.Kind == stanza.Presence && st.Type == "" || st.Kind == stanza.Message && st.Type == "groupchat"
	if l.c.Inbound || l.doing != joining || l.owed > 0 || !entered {
		return
	}
	for _, m := range l.inOrder() {
		env := stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: l.c.Room.With(m.Nick).String()}
		l.emit(Send{env.Render(nil), []stanza.Addr{l.c.Peer.With(m.Nick).Addr()}})
	}
	l.giveUp("The peer does not federate.")
}

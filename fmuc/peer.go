package fmuc

import (
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// stanza takes what the peer sends. Errors come first: they may bring back an <fmuc/> of ours.
func (l *Link) stanza(st *stanza.Stanza) {
	mark := st.Child(nsFMUC, "fmuc")
	reject := mark.Child(nsFMUC, "reject")
	switch {
	case st.From.Bare() != l.c.Peer:
	case st.Kind == stanza.IQ:
		l.query(st)
	case st.IsError():
		l.bounced(st)
	case mark == nil:
		l.stranger(st)
	case l.pens(st, mark), l.answeredBehind(st, mark):
	case reject != nil:
		l.rejected(st.ID, reject.Text(), mark.Child(nsIsthmus, "joining") != nil)
	case mark.Child(nsFMUC, "left") != nil:
		l.wasLeft(st.ID)
		l.credit(mark)
	case !mark.HasAttr("from") && l.twice(st, mark):
	case !mark.HasAttr("from"):
		l.rearranged(st, mark)
		l.heed(mark)
	default:
		l.authored(st, mark)
	}
}

// authored takes a stanza that the peer passes on for a user. xep:0289#startup
func (l *Link) authored(st *stanza.Stanza, mark *stanza.Element) {
	user, ok := l.author(mark)
	if !ok {
		l.note(Oddity, "The peer has sent something that does not name its author.")
		return
	}
	if l.twice(st, mark) || mark.Child(nsIsthmus, "feigned") != nil {
		return
	}
	l.got++
	l.credit(mark)
	if l.misplaced(st, mark) {
		return
	}
	if l.c.Inbound && JoinShaped(st) {
		if l.circle(st, mark) || l.misfit(st, mark) {
			return
		}
		l.asksToJoin(st)
	}
	l.met(st, user)
	if !l.hears() {
		l.confirms(st, user)
		l.absent(st)
		return
	}
	l.heard = l.now
	l.progress()
	switch {
	case st.Kind == stanza.Presence && st.Type == "":
		l.available(st, user)
	case st.Kind == stanza.Presence && st.Type == "unavailable":
		l.unavailable(st, user)
	case st.Kind == stanza.Message && st.Type == "groupchat":
		l.groupchat(st, user)
	case st.Kind == stanza.Message && !st.To.IsBare():
		l.whispered(st, user)
	}
}

// author reads who a mark names. No server has looked at this address: it is read as one would stamp it, or nobody could be
// banned who spells himself another way.
func (l *Link) author(mark *stanza.Element) (stanza.JID, bool) {
	user, err := stanza.ParseJID(mark.Attr("from"))
	if err == nil && (l.theirs[user] != nil || l.ours[user] != nil) {
		return user, true
	}
	user, bad := muc.Typed(mark.Attr("from"))
	return user, bad == nil && user.Local != ""
}

// asksToJoin takes a request of a peer that is not joined, or was cut off, or has forgotten that it is joined: one of our
// kind makes it with another id then, whoever it is about.
func (l *Link) asksToJoin(st *stanza.Stanza) {
	switch {
	case l.doing == idle && len(l.theirs) == 0:
		l.accept(st)
	case l.doing == idle || l.doing == down, l.up() && strings.HasPrefix(st.ID, request) && st.ID != l.request:
		l.again(st)
	}
}

// available is an entry, a change of presence, or the second half of a change of nick. One of our own users who comes
// back is a confirmation that we do not need, or a loop. xep:0289#startup xep:0289#activity
func (l *Link) available(st *stanza.Stanza, user stanza.JID) {
	nick := st.From.Resource
	if nick == "" || user.Bare() == l.c.Peer {
		return
	}
	if l.returns(user) {
		l.openRing()
		return
	}
	if l.known(user) {
		l.doubled[user] = muc.Entered{Person: claimed(st, user), Payload: l.presenceOf(st)}
		return
	}
	g := l.theirs[user]
	if l.c.Inbound && l.up() && JoinShaped(st) && l.startsOver(st, g) {
		l.again(st)
	}
	if g != nil && g.owed { // he was put out while nothing got through
		l.show(g.removal.Person, nil, leaveWord(g.removal), l.peer)
		g.stale, g.owed = false, false
		return
	}
	if g != nil && g.removed && !JoinShaped(st) {
		l.insist(user, g)
		return
	}
	p := claimed(st, user)
	payload := l.presenceOf(st)
	if g == nil || g.removed {
		l.welcome(muc.Entered{Person: p, Payload: payload})
		return
	}
	l.still(g)
	half := g.renamed
	g.renamed = false
	if nick != g.nick {
		half = true
		l.tell(muc.Renamed{Person: muc.Person{JID: user, Nick: g.nick, Affiliation: p.Affiliation, Role: p.Role}, NewNick: nick})
		g.nick = nick
	}
	if half && len(payload) == 0 {
		return
	}
	l.tell(muc.Changed{Person: p, Payload: payload})
}

// startsOver tells whether a request to join of a peer that is joined says that it has forgotten the link: it asks for
// history, as only the first does, or announces somebody whom it has announced. One of our kind says so by another id.
func (l *Link) startsOver(st *stanza.Stanza, g *guest) bool {
	if l.alike {
		return false
	}
	return g != nil && !g.removed && !g.stale || st.Child(nsMUC, "x").Child(nsMUC, "history") != nil && len(l.theirs) > 0
}

func (l *Link) welcome(f muc.Entered) {
	if len(l.theirs) >= crowd {
		l.note(Oddity, "Too many people are at the peer: not all are shown.")
		return
	}
	l.theirs[f.JID] = &guest{nick: f.Nick}
	l.tell(f)
}

// unavailable is a leave, a removal, or the first half of a change of nick. xep:0289#part xep:0289#admin
func (l *Link) unavailable(st *stanza.Stanza, user stanza.JID) {
	item := st.Child(nsUser, "x").Child(nsUser, "item")
	code := statusOf(st)
	if code == 303 {
		l.renames(user, item.Attr("nick"))
		return
	}
	user = l.removed(user, item, code)
	f := muc.Left{
		Payload: payloadOf(st), Code: code,
		Actor: item.Child(nsUser, "actor").Attr("nick"), Reason: item.Child(nsUser, "reason").Text(),
	}
	if m := l.ours[user]; l.known(user) {
		delete(l.doubled, user)
		if code != 0 {
			f.Person, f.Payload = m.Person, nil
			l.expelled(m)
			l.tell(f)
		}
		return
	}
	if g := l.theirs[user]; g != nil {
		if g.removed {
			l.tell(muc.Gone{JID: user})
		}
		l.dismiss(user, g, f)
		l.lastLeft()
	}
}

// renames takes the first half of a change of nick. Where it names the new nick nothing has to be waited for (F7).
func (l *Link) renames(user stanza.JID, nick string) {
	g := l.guest(user)
	if g == nil {
		return
	}
	g.renamed = true
	if nick != "" && nick != g.nick {
		l.tell(muc.Renamed{Person: l.person(user, g), NewNick: nick})
		g.nick = nick
	}
}

// removed is whom a removal is about: some name the moderator as its author, and the removed in the item.
// xep:0289#admin
func (l *Link) removed(user stanza.JID, item *stanza.Element, code int) stanza.JID {
	j, err := stanza.ParseJID(item.Attr("jid"))
	if err != nil || code == 0 || j.Bare() == l.c.Peer {
		return user
	}
	return j
}

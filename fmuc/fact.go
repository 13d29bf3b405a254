package fmuc

import (
	"cmp"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// fact takes what happened in our room. It did not come over this link (F4).
func (l *Link) fact(f muc.Fact) {
	switch f := f.(type) {
	case muc.State:
		l.learnt(f)
	case muc.Entered:
		l.entered(f)
	case muc.Changed:
		l.changed(f)
	case muc.Renamed:
		l.renamed(f)
	case muc.Left:
		l.left(f)
	case muc.Said:
		if f.StanzaID == "" {
			l.mention(f)
			return
		}
		l.said(f)
	case muc.Proposed:
		l.propose(f)
	case muc.Primary:
		l.stands(f.Standing)
	case muc.Told:
		l.told(f)
	case muc.Logged:
		l.logged(f.StanzaID)
	case muc.Private:
		l.private(f)
	case muc.Repeated:
		l.note(Duplicate, "The peer has sent what is in the log already.")
	case muc.Collided:
		l.taken(f)
	case muc.Unheard:
		l.unheard(f)
	case muc.Settled:
		l.settledFor(f.ID)
	case muc.Closed:
		l.finish("The room is no more.")
	}
}

// learnt takes the room's state that was asked for.
func (l *Link) learnt(st muc.State) {
	switch {
	case l.doing != asking:
	case l.c.Inbound:
		l.give(st)
	default:
		l.join(st)
	}
}

func (l *Link) entered(f muc.Entered) {
	switch {
	case l.up() && l.ours[f.JID] != nil:
		l.changed(muc.Changed{Person: f.Person, Payload: f.Payload})
	case l.up(), l.doing == down && !l.c.Inbound:
		if l.add(f) != nil {
			l.readmit(f.JID)
			l.stir(f.JID)
		}
	case l.c.Inbound || l.doing == asking:
	default:
		l.ask(nothing) // he is part of it
	}
}

// changed passes on what somebody's presence says now. xep:0289#activity
func (l *Link) changed(f muc.Changed) {
	if m := l.ours[f.JID]; m != nil {
		m.Person, m.payload = f.Person, f.Payload
		l.stir(f.JID)
	}
}

// renamed passes on a change of nick. xep:0289#activity
func (l *Link) renamed(f muc.Renamed) {
	if m := l.ours[f.JID]; m != nil {
		m.Nick, m.fresh = f.NewNick, l.fresh()
		l.stir(f.JID)
	}
}

// left passes on that somebody is gone: one of ours, or one of the peer's whom our room has put out.
// xep:0289#part xep:0289#admin
func (l *Link) left(f muc.Left) {
	if l.ours[f.JID] == nil {
		l.put(f)
		return
	}
	delete(l.ours, f.JID)
	defer l.double(f.JID)
	if k := l.roster[f.JID]; k != nil {
		k.left = f
	}
	l.stir(f.JID)
	if g := l.theirs[f.JID]; g != nil && !g.removed {
		l.tell(muc.Entered{Person: l.person(f.JID, g)})
	}
	if l.doing == down && !l.c.Inbound && len(l.ours) == 0 && !l.lingers() {
		l.rest()
	}
}

// put tells a guest's node that our room has put him out. xep:0289#admin
func (l *Link) put(f muc.Left) {
	g := l.theirs[f.JID]
	if g == nil || g.removed || f.Code == 0 {
		return
	}
	f.Nick = g.nick
	g.removed, g.removal = true, f
	if !f.Refused {
		g.until = l.now.Add(l.c.JoinTimeout)
	} else {
		l.note(Unwelcome, "Not let in: "+f.JID.String()+". "+cmp.Or(f.Reason, refusals[f.Code]))
	}
	switch {
	case l.doing == down:
		g.owed = true
	case l.up():
		g.due = true
		l.stir(f.JID)
	default:
		l.expel(g)
	}
}

// said passes on a message, one stanza whatever the size of the room (F3). What was said live is by somebody whom the
// peer knows; what is told again may be by anybody, and where it has come from the room knows. xep:0289#messages
func (l *Link) said(f muc.Said) {
	live := f.At.IsZero() && !f.Subject
	switch {
	case !l.up() || l.follows() || f.At.IsZero() && l.theirs[f.JID] != nil && !l.leads():
	case !l.flowing(), live && !l.knows(f.JID):
		l.postpone()
	default:
		l.speak(f)
		l.pass(f.StanzaID)
		if f.Subject {
			l.rule()
		}
	}
}

// mention passes on what is in no log: what says something waits for a while, the rest goes now or never. A subject is what the
// room is about, and not said by anybody.
func (l *Link) mention(f muc.Said) {
	switch {
	case l.doing != joined || l.theirs[f.JID] != nil:
	case f.Subject:
		l.speak(f)
	case fleeting(f.Payload):
		if l.full() && l.flowing() && !l.waiting() && l.known(f.JID) {
			l.speak(f)
		}
	case len(l.unlogged) == 0 && l.may() && l.introduce(f.JID):
		l.speak(f)
	case !l.keep(f):
		l.note(Oddity, "The link is too slow: something that is in no log was not passed on.")
	}
}

// private passes on a private message towards its addressee, or its error towards its author, when there is room.
// xep:0289#pm
func (l *Link) private(f muc.Private) {
	switch {
	case l.quirks.open:
		l.keptHere(f)
	case !l.up() || !l.full() && f.Type != "error" && fleeting(f.Payload):
	case len(l.unlogged) == 0 && l.may():
		l.whisper(f)
	case !l.keep(f):
		l.unsent(f)
	}
}

func (l *Link) whisper(f muc.Private) {
	from, to, user := f.Nick, f.To, f.JID
	if g := l.theirs[f.ToJID]; g != nil { // the peer may call him otherwise
		to = g.nick
	}
	if f.Type == "error" {
		if g := l.theirs[f.JID]; g != nil { // his own message comes back: nobody here has the nick
			from, to = f.To, g.nick
		} else if author, ok := l.called(f.To); ok {
			user = author
		}
	}
	l.introduce(f.JID)
	var b stanza.Builder
	b.Raw(l.spoken(f.Payload))
	if f.Type != "error" {
		b.Empty("x", "xmlns", nsUser)
	}
	l.mark(&b, user)
	env := stanza.Envelope{Kind: stanza.Message, Type: f.Type, ID: f.ID, From: l.c.Room.With(from).String(), Lang: f.Lang}
	out, addr := env.Render(b.Bytes()), l.c.Peer.With(to).Addr()
	if f.Type == "error" {
		l.emit(Send{out, []stanza.Addr{addr}})
		return
	}
	l.post(out, addr)
}

// person is a guest as the room knows him.
func (l *Link) person(j stanza.JID, g *guest) muc.Person {
	return muc.Person{JID: j, Nick: g.nick, Affiliation: muc.None, Role: muc.Participant}
}

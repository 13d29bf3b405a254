package fmuc

import (
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
	case muc.Told:
		l.told(f)
	case muc.Logged:
		l.logged(f.StanzaID)
	case muc.Private:
		l.private(f)
	case muc.Repeated:
		l.note(Duplicate, "The peer has sent what is in the log already.")
	case muc.Collided:
		l.note(Collision, "A user of the peer has a nick that is taken here: he is shown under another one.")
	case muc.Settled:
		l.iq("result", f.ID, "", "")
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
		l.changed(muc.Changed(f))
	case l.up() && l.last != nil:
		l.relieved(f)
	case l.up():
		l.introduce(f)
	case l.c.Inbound || l.doing == asking:
	case l.doing == down:
		l.add(f)
	default:
		l.ask(nothing) // he is part of it
	}
}

// introduce announces somebody of our side, unless the peer holds the same session for its own: then he waits until that
// one is gone.
func (l *Link) introduce(f muc.Entered) {
	if m := l.add(f); m != nil && l.theirs[f.JID] == nil {
		l.announce(m)
	}
}

// announce tells the peer of somebody. A joining node asks to join each time, so that a peer that has forgotten the link
// makes it anew. xep:0289#activity
func (l *Link) announce(m *member) {
	m.told = true
	if l.c.Inbound {
		l.show(m.Person, m.payload, word{}, l.peer)
		return
	}
	l.showJoin(m, false)
}

// changed passes on what somebody's presence says now. xep:0289#activity
func (l *Link) changed(f muc.Changed) {
	m := l.ours[f.JID]
	if m == nil {
		return
	}
	m.Person, m.payload = f.Person, f.Payload
	if l.up() && m.told {
		l.show(m.Person, m.payload, word{}, l.peer)
	}
}

// renamed passes on a change of nick, two stanzas that are one unit (F7). xep:0289#activity
func (l *Link) renamed(f muc.Renamed) {
	m := l.ours[f.JID]
	if m == nil {
		return
	}
	was := m.Person
	m.Nick = f.NewNick
	if l.up() && m.told {
		l.show(was, nil, word{kind: "unavailable", nick: f.NewNick, code: 303}, l.peer)
		l.show(m.Person, m.payload, word{}, l.peer)
	}
}

// left passes on that somebody is gone: one of ours, or one of the peer's whom our room has put out.
// xep:0289#part xep:0289#admin
func (l *Link) left(f muc.Left) {
	m := l.ours[f.JID]
	if m == nil {
		l.put(f)
		return
	}
	delete(l.ours, f.JID)
	defer l.double(f.JID)
	if len(l.ours) == 0 && m.told && l.up() && !l.c.Inbound {
		l.last = &f
		l.lastWord()
		return
	}
	if l.up() && m.told {
		l.show(f.Person, f.Payload, leaveWord(f), l.peer)
	}
	if g := l.theirs[f.JID]; g != nil && !g.removed {
		l.tell(muc.Entered{Person: l.person(f.JID, g)})
	}
	if len(l.ours) > 0 || l.c.Inbound {
		return
	}
	switch {
	case l.up():
		l.leave()
	case l.doing == down:
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
	g.removed, g.removal, g.until = true, f, l.now.Add(l.c.JoinTimeout)
	if l.doing == down {
		g.owed = true
		return
	}
	l.show(f.Person, nil, leaveWord(f), l.peer)
}

// said passes on a message, one stanza whatever the size of the room (F3). What was said live is by somebody whom the
// peer knows; what is told again may be by anybody. xep:0289#messages
func (l *Link) said(f muc.Said) {
	live := f.At.IsZero() && !f.Subject
	switch {
	case !l.up() || l.theirs[f.JID] != nil:
	case live && !l.known(f.JID), !l.flowing():
		l.postpone()
	default:
		l.speak(f)
		l.pass(f.StanzaID)
		if f.Subject {
			l.rule()
		}
	}
}

// mention passes on what is in no log: now or never. A subject is what the room is about, and not said by anybody.
func (l *Link) mention(f muc.Said) {
	if l.doing == joined && l.theirs[f.JID] == nil && (f.Subject || l.flowing() && l.known(f.JID)) {
		l.speak(f)
	}
}

// private passes on a private message towards its addressee, or its error towards its author. xep:0289#pm
func (l *Link) private(f muc.Private) {
	if !l.up() {
		return
	}
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
	var b stanza.Builder
	b.Raw(f.Payload)
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

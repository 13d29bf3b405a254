package fmuc

import (
	"isthmus/component/stanza"
	"isthmus/muc"
)

// refusals are why somebody was not let in, where the room says no more than a code.
var refusals = map[int]string{301: "He is banned.", 321: "Only members are let in."}

// unheard tells the author of a message, through his node, that it is not shown here. Only nodes of our kind understand: an
// error that carries a mark ends the link of others, or makes them repeat it.
func (l *Link) unheard(f muc.Unheard) {
	g := l.theirs[f.JID]
	if g == nil || g.removed || !l.hears() {
		return
	}
	l.note(Unwelcome, "Not shown: what "+f.JID.String()+" says.")
	if l.alike {
		l.deny(f, g)
	}
}

// deny tells a node of our kind that what its user has said is not shown.
func (l *Link) deny(f muc.Unheard, g *guest) {
	var b stanza.Builder
	b.Raw(f.Payload)
	b.Start("fmuc", "xmlns", nsFMUC, "from", f.JID.String()).Empty("unheard", "xmlns", nsIsthmus).End()
	env := stanza.Envelope{Kind: stanza.Message, Type: "error", ID: f.ID, From: l.c.Room.String()}
	l.emit(Send{env.Render(b.Bytes()), []stanza.Addr{l.c.Peer.With(g.nick).Addr()}})
}

// returned takes such a word about one of our side, and tells whether it was one.
func (l *Link) returned(st *stanza.Stanza) bool {
	mark := st.Child(nsFMUC, "fmuc")
	user, err := stanza.ParseJID(mark.Attr("from"))
	if mark.Child(nsIsthmus, "unheard") == nil || err != nil {
		return false
	}
	if l.known(user) && l.hears() && st.Kind == stanza.Message {
		l.tell(muc.Unheard{Person: l.ours[user].Person, ID: st.ID, Payload: st.Child("", "error").Standalone()})
	}
	return true
}

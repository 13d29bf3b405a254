package fmuc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Two users, on two nodes, may take the same nick at once. The room that was joined goes before the one that joins: it shows the
// other's user under another nick, and says so to his node, which gives him that nick. After an outage neither does: both may
// have been called so for long, and each room shows the other's user under another nick, made of his address. So it is with
// peers that do not understand, too. The XEP has no rule for this.

// yieldsMost is how often one of ours gets another nick because the peer wants his, in one visit of his.
const yieldsMost = 3

// fresh tells whether a nick that is taken now is newer than the last outage.
func (l *Link) fresh() bool { return !l.healing || l.doing == joined }

// taken takes it that a guest is shown under another nick than his own. His node hears of it if somebody has the nick itself:
// what only looks like it, or is kept here, is our affair.
func (l *Link) taken(f muc.Collided) {
	l.note(Collision, f.JID.String()+" is shown as "+f.Alias+": "+f.Nick+" is taken here.")
	g := l.theirs[f.JID]
	if !f.Exact || !l.c.Inbound || l.doing != joined || l.c.Dialect == muc.DialectOpenfire || g == nil || g.removed {
		return
	}
	var b stanza.Builder
	b.Start("fmuc", "xmlns", nsFMUC, "from", f.JID.String()).Empty("collision").End()
	b.Raw(stanza.Fail(mellium.Conflict).Because("Somebody else has this nick.").Element())
	env := stanza.Envelope{Kind: stanza.Presence, Type: "error", From: l.c.Room.With(g.nick).String()}
	l.emit(Send{env.Render(b.Bytes()), []stanza.Addr{l.peer}})
}

// collided takes the peer's word that one of ours has a nick which is taken there, and tells whether a stanza is one.
func (l *Link) collided(st *stanza.Stanza) bool {
	mark := st.Child(nsFMUC, "fmuc")
	if mark.Child(nsFMUC, "collision") == nil {
		return false
	}
	user, _ := stanza.ParseJID(mark.Attr("from"))
	m, k := l.ours[user], l.roster[user]
	if l.c.Inbound || !l.hears() || m == nil || k == nil || k.Nick != st.From.Resource || m.Nick != k.Nick {
		return true // it is over, or not the peer's to say
	}
	l.note(Collision, user.String()+" has the nick "+m.Nick+", which is taken at the peer.")
	if m.fresh && m.yields < yieldsMost {
		m.yields++
		l.tell(muc.Collided{Person: m.Person})
	}
	return true
}

package fmuc

import (
	"strconv"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// word is what a presence says beside who it is about.
type word struct {
	kind   string // type of the stanza
	half   bool   // it is the second of a change of nick
	id     string // of the stanza
	join   []byte // <x/> of a request to join
	nick   string // the new one
	code   int    // status
	actor  string
	reason string

	has     string // what we have of the peer's
	feigned bool   // he has not left
}

func leaveWord(f muc.Left) word {
	return word{kind: "unavailable", code: f.Code, actor: f.Actor, reason: f.Reason}
}

// show sends a presence to the peer.
func (l *Link) show(p muc.Person, payload []byte, w word, to stanza.Addr) {
	p = l.retain(p, w)
	var b stanza.Builder
	b.Raw(payload)
	b.Raw(w.join)
	l.describe(&b, p, w)
	switch {
	case w.feigned:
		b.Start("fmuc", "xmlns", nsFMUC, "from", p.JID.String()).Empty("feigned", "xmlns", nsIsthmus).End()
	case w.kind == "unavailable":
		b.Empty("fmuc", "xmlns", nsFMUC, "from", p.JID.String(), "n", l.farewell(), "has", w.has)
	case w.id == "":
		l.mark(&b, p.JID)
	default: // our request
		l.markRequest(&b, p.JID)
	}
	env := stanza.Envelope{Kind: stanza.Presence, Type: w.kind, ID: w.id, From: l.c.Room.With(p.Nick).String()}
	l.post(env.Render(b.Bytes()), to)
}

// describe writes the <x/> of XEP-0045 about somebody. A node sees the real address in any case: it is in the mark. Where every
// byte counts it is not said twice, nor that whoever leaves has no role then and whoever has another nick has the one he had.
func (l *Link) describe(b *stanza.Builder, p muc.Person, w word) {
	if l.terse() && (w.half || w.kind != "" && w.code == 0) {
		return
	}
	aff, role := p.Affiliation, p.Role
	switch {
	case w.code == 301:
		aff = muc.Outcast
	case aff == 0:
		aff = muc.None
	}
	switch {
	case w.kind != "" && w.code != 303:
		role = muc.NoRole
	case role == 0:
		role = muc.Participant
	}
	b.Start("x", "xmlns", nsUser)
	item := []string{"affiliation", aff.String(), "role", role.String(), "nick", w.nick}
	if !l.terse() {
		item = append(item, "jid", p.JID.String())
	}
	if w.actor == "" && w.reason == "" {
		b.Empty("item", item...)
	} else {
		w.because(b.Start("item", item...))
	}
	if w.code != 0 {
		b.Empty("status", "code", strconv.Itoa(w.code))
	}
	b.End()
}

// because says who did it and why, inside the item.
func (w word) because(b *stanza.Builder) {
	if w.actor != "" {
		b.Empty("actor", "nick", w.actor)
	}
	if w.reason != "" {
		b.Leaf("reason", w.reason)
	}
	b.End()
}

// mark names the author: his real address, at every hop.
func (l *Link) mark(b *stanza.Builder, user stanza.JID) {
	b.Empty("fmuc", "xmlns", nsFMUC, "from", user.String(), "n", l.number())
}

// showJoin sends a presence that asks to join. The first of them says what we want of what was said.
// xep:0289#startup
func (l *Link) showJoin(m *member, first bool) {
	var b stanza.Builder
	id := ""
	if !first {
		b.Empty("x", "xmlns", nsMUC)
	} else {
		b.Start("x", "xmlns", nsMUC)
		b.Empty("history", l.wanted()...)
		b.End()
		l.request = l.newRequest()
		id = l.request
	}
	l.learn(m)
	l.show(m.Person, l.roster[m.JID].payload, word{join: b.Bytes(), id: id}, l.c.Peer.With(m.Nick).Addr())
}

// wanted is all that we have missed, or, the first time, some history.
func (l *Link) wanted() []string {
	if l.c.SyncedAt.IsZero() {
		return []string{"maxstanzas", strconv.Itoa(l.c.MaxHistory)}
	}
	return []string{"since", stamp(l.c.SyncedAt.Add(-skew))}
}

// speak sends a message or a subject to the peer.
func (l *Link) speak(f muc.Said) {
	if l.audible(f) {
		l.post(l.render(f), l.peer)
		l.trail.name(f.ID)
	}
}

func (l *Link) render(f muc.Said) stanza.Out {
	from, user := l.c.Room, f.JID
	if f.Nick != "" {
		from = from.With(f.Nick)
	}
	if user.IsZero() {
		user = from
	}
	var b stanza.Builder
	b.Raw(l.spoken(f.Payload))
	if !f.At.IsZero() {
		b.Empty("delay", "xmlns", nsDelay, "from", l.c.Room.String(), "stamp", stamp(f.At))
	}
	l.markSaid(&b, f, user)
	env := stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: f.ID, From: from.String(), Lang: f.Lang}
	return env.Render(b.Bytes())
}

// stamp is a point of time as XEP-0082 writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

package openfire

import (
	"strconv"
	"time"

	"isthmus/component/stanza"
)

const (
	nsFMUC     = "http://isode.com/protocol/fmuc"
	nsMUC      = "http://jabber.org/protocol/muc"
	nsUser     = "http://jabber.org/protocol/muc#user"
	nsDelay    = "urn:xmpp:delay"
	nsSID      = "urn:xmpp:sid:0"
	nsOccupant = "urn:xmpp:occupant-id:0"
	nsAddress  = "http://jabber.org/protocol/address"
	nsPing     = "urn:xmpp:ping"
	nsStanzas  = "urn:ietf:params:xml:ns:xmpp-stanzas"
)

// item is what an <x/> says about somebody.
type item struct {
	aff, role, jid, nick, actor, reason string
	codes                               []int
}

func (i item) write(b *stanza.Builder) {
	b.Start("x", "xmlns", nsUser)
	b.Start("item", "affiliation", i.aff, "role", i.role, "jid", i.jid, "nick", i.nick)
	if i.actor != "" {
		b.Empty("actor", "nick", i.actor)
	}
	if i.reason != "" {
		b.Leaf("reason", i.reason)
	}
	b.End()
	for _, c := range i.codes {
		b.Empty("status", "code", strconv.Itoa(c))
	}
	b.End()
}

func mark(b *stanza.Builder, from string) { b.Empty("fmuc", "xmlns", nsFMUC, "from", from) }

func (r *Room) put(env stanza.Envelope, payload []byte, to stanza.JID) {
	r.sent = append(r.sent, env.Render(payload).To(to.Addr()))
}

// addressee is how a stanza of a nick is addressed to a node: to a nick there by the node that joins, to the room otherwise.
func (r *Room) addressee(node stanza.JID, nick string) stanza.JID {
	if node == r.Joins && nick != "" {
		return node.With(nick)
	}
	return node
}

// wants tells whether a node gets what an author does: not if he came from there.
func (r *Room) wanting(author *occupant) []stanza.JID {
	var list []stanza.JID
	for _, n := range r.nodes {
		if author == nil || author.node != n {
			list = append(list, n)
		}
	}
	if (r.out.joined || r.out.waits) && (author == nil || author.node != r.Joins) {
		list = append(list, r.Joins)
	}
	return list
}

// pass sends what an author does to the nodes that want it. Until the room has joined, what goes to its node waits.
func (r *Room) pass(author *occupant, nick string, env stanza.Envelope, payload []byte) {
	env.From = r.JID.String()
	if nick != "" {
		env.From = r.JID.With(nick).String()
	}
	for _, n := range r.wanting(author) {
		raw := env.Render(payload).To(r.addressee(n, nick).Addr())
		if n == r.Joins && r.out.waits {
			r.out.queue = append(r.out.queue, raw)
			continue
		}
		r.sent = append(r.sent, raw)
	}
}

// joinShape is the presence by which a user is announced; it says little of him.
func (r *Room) joinShape(o *occupant) []byte {
	var b stanza.Builder
	b.Empty("x", "xmlns", nsMUC)
	i := item{aff: o.aff, role: o.role}
	if r.Closed && o.role == "moderator" { // the other way round than it should be
		i.jid = o.jid.String()
	}
	i.write(&b)
	mark(&b, o.jid.String())
	return b.Bytes()
}

// real is the presence that a user has.
func (o *occupant) real(extra string, i item) []byte {
	var b stanza.Builder
	b.Raw([]byte(extra))
	i.jid = o.jid.String()
	if i.aff == "" {
		i.aff = o.aff
	}
	if i.role == "" {
		i.role = o.role
	}
	i.write(&b)
	b.Empty("occupant-id", "xmlns", nsOccupant, "id", "openfire-"+o.jid.Local)
	mark(&b, o.jid.String())
	return b.Bytes()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

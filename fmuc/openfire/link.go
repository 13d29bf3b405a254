package openfire

import (
	"slices"

	"isthmus/component/stanza"
)

// outbound is the link to the node that the room joins.
type outbound struct {
	joined, waits bool
	answer        []*stanza.Stanza // collected until the subject comes
	queue         [][]byte         // until then, without bound
}

// join asks the room's node to let it in.
func (r *Room) join(o *occupant) {
	r.out = outbound{waits: true}
	r.put(stanza.Envelope{Kind: stanza.Presence, From: r.JID.With(o.nick).String()}, r.joinShape(o), r.Joins.With(o.nick))
}

// answered collects the answer to a join: a subject ends it well, a reject badly, and nothing else at all.
func (r *Room) answered(st *stanza.Stanza, fmuc *stanza.Element) {
	switch {
	case st.Kind == stanza.Presence && fmuc.Child(nsFMUC, "reject") != nil:
		r.out = outbound{}
	case st.Kind == stanza.Message && st.Has("", "subject"):
		r.finish(st)
	default:
		r.out.answer = append(r.out.answer, st)
	}
}

// finish takes the answer's people in, drops its history, and sends what has waited.
func (r *Room) finish(subject *stanza.Stanza) {
	answer, queue := r.out.answer, r.out.queue
	for _, st := range answer {
		switch user, err := stanza.ParseJID(st.Child(nsFMUC, "fmuc").Attr("from")); {
		case st.Kind != stanza.Presence:
			r.Ignored++
		case err != nil:
			r.fault("an answer to a join whose presence names nobody wedges the room", st)
			return
		case st.Type != "":
			r.fault("somebody in an answer to a join is not there", st)
		default:
			r.enter(st, user)
		}
	}
	r.out = outbound{joined: true}
	r.subject = line{nick: subject.From.Resource, text: subject.Child("", "subject").Text(), at: r.Now}
	r.sent = append(r.sent, queue...)
}

// accept lets a node in, or says that it may not: nothing but a room that this one joins itself is refused.
func (r *Room) accept(st *stanza.Stanza, user stanza.JID) {
	node := st.From.Bare()
	if node == r.Joins {
		var b stanza.Builder
		b.Start("fmuc", "xmlns", nsFMUC)
		b.Leaf("reject", "The joined node is set up to federate with the joining node (cannot have circular federation).").End()
		r.put(stanza.Envelope{Kind: stanza.Presence, From: r.JID.String()}, b.Bytes(), st.From)
		return
	}
	for _, o := range r.occupants {
		r.put(stanza.Envelope{Kind: stanza.Presence, From: r.JID.With(o.nick).String()}, r.described(o), node)
	}
	for _, l := range r.history {
		r.put(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: l.id, From: r.JID.With(l.nick).String()}, r.old(l), node)
	}
	r.tellSubject(node)
	r.nodes = append(r.nodes, node)
	r.enter(st, user)
}

func (r *Room) described(o *occupant) []byte {
	var b stanza.Builder
	mark(&b, o.jid.String())
	item{aff: o.aff, role: o.role, jid: r.JID.With(o.nick).String()}.write(&b)
	return b.Bytes()
}

// old is a message of the history: its author is named by his address in the room.
func (r *Room) old(l line) []byte {
	by := r.JID.With(l.nick).String()
	said := by
	if !r.Closed {
		said = l.jid.String()
	}
	var b stanza.Builder
	b.Raw(l.raw)
	b.Empty("delay", "xmlns", nsDelay, "stamp", stamp(l.at), "from", said)
	mark(&b, by)
	return b.Bytes()
}

func (r *Room) tellSubject(node stanza.JID) {
	by := r.JID
	if r.subject.nick != "" {
		by = r.JID.With(r.subject.nick)
	}
	var b stanza.Builder
	b.Leaf("subject", r.subject.text)
	b.Empty("delay", "xmlns", nsDelay, "stamp", stamp(r.subject.at))
	mark(&b, by.String())
	r.put(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: by.String()}, b.Bytes(), node)
}

// lastLeft tells a node that it has left when nobody of it is in the room any more.
func (r *Room) lastLeft(node stanza.JID) {
	if slices.Contains(r.nodes, node) && !r.from(node) {
		r.endNode(node)
	}
}

func (r *Room) endNode(node stanza.JID) {
	var b stanza.Builder
	b.Start("fmuc", "xmlns", nsFMUC).Empty("left").End()
	r.put(stanza.Envelope{Kind: stanza.Presence, From: r.JID.String()}, b.Bytes(), node)
	r.nodes = slices.DeleteFunc(r.nodes, func(n stanza.JID) bool { return n == node })
	r.forgetPeople(node)
}

// left takes the node's word that this room is no longer joined. It is not joined again before somebody enters.
func (r *Room) left() {
	r.out = outbound{}
	r.forgetPeople(r.Joins)
}

func (r *Room) forgetPeople(node stanza.JID) {
	for _, o := range slices.Clone(r.occupants) {
		if o.node == node {
			r.drop(o)
			r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Presence, Type: "unavailable"}, o.real("", item{role: "none"}))
		}
	}
}

// CloseInbound is an administrator's end of all links of nodes that have joined.
func (r *Room) CloseInbound() {
	for _, n := range slices.Clone(r.nodes) {
		r.endNode(n)
	}
}

// CloseOutbound is an administrator's end of the link to the node that was joined.
func (r *Room) CloseOutbound() {
	for _, o := range r.occupants {
		if o.node != r.Joins && r.out.joined {
			r.put(stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: r.JID.With(o.nick).String()},
				o.real("", item{role: "none"}), r.Joins.With(o.nick))
		}
	}
	r.left()
}

// Restart loses everything but the room itself: users have to enter again, links are not remembered.
func (r *Room) Restart() {
	r.occupants, r.nodes, r.out = nil, nil, outbound{}
}

// ForgetLinks loses the links alone, as a change of cluster node does: everybody is still listed, those of other nodes too.
func (r *Room) ForgetLinks() { r.nodes, r.out = nil, outbound{} }

package openfire

import (
	"slices"

	"isthmus/component/stanza"
)

// consumed are the errors that are taken for the end of a user, before federation sees them.
var consumed = []string{
	"gone", "item-not-found", "recipient-unavailable", "redirect", "remote-server-not-found", "remote-server-timeout",
}

// Take handles a stanza that was sent to the room.
func (r *Room) Take(st *stanza.Stanza) {
	fmuc := st.Child(nsFMUC, "fmuc")
	switch {
	case fmuc == nil:
		r.ordinary(st)
	case r.unfit(st):
	case r.Off:
		r.Ignored++
	default:
		r.federated(st, fmuc)
	}
}

// ordinary answers what is no federation.
func (r *Room) ordinary(st *stanza.Stanza) {
	switch {
	case st.IsError() || st.Type == "result":
	case st.Kind == stanza.IQ && st.To.IsBare() && st.Has(nsPing, "ping"):
		r.put(stanza.Envelope{Kind: stanza.IQ, Type: "result", ID: st.ID, From: r.JID.String()}, nil, st.From)
	case st.Kind == stanza.IQ:
		r.refuse(st, "cancel", "service-unavailable", "")
	case st.Kind == stanza.Message:
		r.refuse(st, "modify", "not-acceptable", "You are not in the room.")
	default:
		r.Ignored++
	}
}

func (r *Room) refuse(st *stanza.Stanza, kind, condition, text string) {
	var b stanza.Builder
	b.Elements(st.Children)
	b.Start("error", "type", kind).Empty(condition, "xmlns", nsStanzas)
	if text != "" {
		b.Leaf("text", text, "xmlns", nsStanzas)
	}
	b.End()
	r.put(stanza.Envelope{Kind: st.Kind, Type: "error", ID: st.ID, From: st.To.String()}, b.Bytes(), st.From)
}

// unfit notes what must never be sent with an <fmuc/>, and tells whether it stops there.
func (r *Room) unfit(st *stanza.Stanza) bool {
	switch {
	case st.Kind == stanza.IQ:
		r.fault("a query is not for nodes", st)
		r.refuse(st, "modify", "bad-request", "")
		return true
	case st.IsError():
		r.fault("an error is shown to all", st)
		for _, e := range st.Child("", "error").Children() {
			if slices.Contains(consumed, e.Name.Local) {
				return true
			}
		}
	case st.Kind == stanza.Message && st.Type != "groupchat":
		r.fault("a private message is shown to all", st)
	}
	return false
}

func (r *Room) federated(st *stanza.Stanza, fmuc *stanza.Element) {
	node := st.From.Bare()
	user, err := stanza.ParseJID(fmuc.Attr("from"))
	switch {
	case r.out.waits && node == r.Joins:
		r.answered(st, fmuc)
	case r.out.joined && node == r.Joins && fmuc.Child(nsFMUC, "left") != nil:
		r.left()
	case r.out.joined && node == r.Joins, slices.Contains(r.nodes, node):
		if err != nil {
			r.fault("nobody is named", st)
			return
		}
		r.live(st, user)
	case st.Kind == stanza.Presence && st.Has(nsMUC, "x") && st.Has(nsUser, "x") && err == nil:
		r.accept(st, user)
	default:
		r.Ignored++ // the link is not known
	}
}

func (r *Room) live(st *stanza.Stanza, user stanza.JID) {
	switch {
	case st.Kind == stanza.Presence && st.Type == "":
		r.enter(st, user)
	case st.Kind == stanza.Presence:
		r.leave(st, user)
	case st.Kind == stanza.Message:
		r.said(st, user)
	}
}

// enter takes every available presence for an entry; somebody who is there does not enter again.
func (r *Room) enter(st *stanza.Stanza, user stanza.JID) {
	nick, node := st.From.Resource, st.From.Bare()
	if nick == "" {
		r.fault("somebody without a nick enters", st)
		return
	}
	for _, o := range r.occupants {
		if o.jid != user {
			continue
		}
		if o.node != node {
			r.fault("somebody comes back", st)
		}
		if o.nick == nick {
			r.Ignored++
			return
		}
	}
	i := st.Child(nsUser, "x").Child(nsUser, "item")
	o := &occupant{jid: user, nick: nick, node: node, aff: i.Attr("affiliation"), role: i.Attr("role"), heard: map[string]int{}}
	r.occupants = append(r.occupants, o)
	r.pass(o, nick, stanza.Envelope{Kind: stanza.Presence}, r.joinShape(o))
}

// leave takes out the author, whatever the stanza says of others.
func (r *Room) leave(st *stanza.Stanza, user stanza.JID) {
	o := r.find(user)
	if o == nil {
		r.unknown(user, "somebody leaves who is not there", st)
		return
	}
	r.drop(o)
	r.outed[user] = o.local() // a node has put him out
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Presence, Type: "unavailable"}, o.real("", item{role: "none"}))
	r.lastLeft(o.node)
}

// said shows a message and passes it on, whatever its type. A subject is shown, not kept.
func (r *Room) said(st *stanza.Stanza, user stanza.JID) {
	o := r.find(user)
	if o == nil {
		r.unknown(user, "somebody speaks who is not there", st)
		return
	}
	if o.node != st.From.Bare() {
		r.fault("what was said here comes back", st)
	}
	var b stanza.Builder
	for _, e := range st.Children {
		if e.Name.Space != nsFMUC {
			b.Raw(e.Raw)
		}
	}
	children := b.Bytes()
	if st.Has("", "body") {
		r.remember(line{nick: o.nick, jid: o.jid, id: st.ID, raw: children, text: st.Child("", "body").Text(), at: r.Now})
	}
	r.show(children)
	var out stanza.Builder
	out.Raw(children)
	mark(&out, user.String())
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: st.ID, Lang: st.Lang}, out.Bytes())
}

package openfire

import (
	"strconv"

	"isthmus/component/stanza"
)

// Enter lets a user in. The first makes the room join its node; the others are announced twice.
func (r *Room) Enter(user stanza.JID, nick string) {
	aff, role := "none", "participant"
	if len(r.occupants) == 0 {
		aff, role = "owner", "moderator"
	}
	o := &occupant{jid: user, nick: nick, aff: aff, role: role, heard: map[string]int{}}
	first := !r.Joins.IsZero() && !r.Off && !r.out.joined && !r.out.waits
	r.occupants = append(r.occupants, o)
	if first {
		r.join(o)
	}
	join := r.joinShape(o)
	for _, n := range r.wanting(o) {
		env := stanza.Envelope{Kind: stanza.Presence, From: r.JID.With(nick).String()}
		raw := env.Render(join).To(r.addressee(n, nick).Addr())
		switch {
		case n != r.Joins || r.out.joined:
			r.sent = append(r.sent, raw)
		case !first:
			r.out.queue = append(r.out.queue, raw)
		}
	}
	r.pass(o, nick, stanza.Envelope{Kind: stanza.Presence}, o.real("", item{}))
}

// Say sends a message to all, with what Openfire adds to it.
func (r *Room) Say(user stanza.JID, body string) string {
	o := r.find(user)
	if o == nil {
		return "" // its own room has lost him
	}
	r.ids++
	id := r.JID.Local + strconv.Itoa(r.ids)
	var b stanza.Builder
	b.Leaf("body", body)
	r.speak(o, id, b.Bytes(), body)
	return id
}

// Subject changes it.
func (r *Room) Subject(user stanza.JID, text string) {
	o := r.find(user)
	r.ids++
	id := r.JID.Local + strconv.Itoa(r.ids)
	var b stanza.Builder
	b.Leaf("subject", text)
	r.subject = line{nick: o.nick, jid: o.jid, text: text, at: r.Now}
	r.speak(o, id, b.Bytes(), "")
}

func (r *Room) speak(o *occupant, id string, children []byte, body string) {
	var b stanza.Builder
	b.Raw(children)
	b.Empty("occupant-id", "xmlns", nsOccupant, "id", "openfire-"+o.jid.Local)
	b.Empty("stanza-id", "xmlns", nsSID, "id", "openfire-"+id, "by", r.JID.String())
	if !r.Closed {
		b.Start("addresses", "xmlns", nsAddress).Empty("address", "type", "ofrom", "jid", o.jid.String()).End()
	}
	mark(&b, o.jid.String())
	if body != "" {
		r.remember(line{nick: o.nick, jid: o.jid, id: id, raw: children, text: body, at: r.Now})
	}
	r.show(children)
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: id}, b.Bytes())
}

// Show changes a user's presence.
func (r *Room) Show(user stanza.JID, show string) {
	o := r.find(user)
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Presence}, o.real("<show>"+stanza.EscapeText(show)+"</show>", item{}))
}

// Rename changes a user's nick.
func (r *Room) Rename(user stanza.JID, nick string) {
	o := r.find(user)
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Presence, Type: "unavailable"}, o.real("", item{nick: nick, codes: []int{303}}))
	o.nick = nick
	r.pass(o, nick, stanza.Envelope{Kind: stanza.Presence}, o.real("", item{}))
}

// Leave takes a user out.
func (r *Room) Leave(user stanza.JID) {
	o := r.find(user)
	r.drop(o)
	r.outed[user] = true
	r.pass(o, o.nick, stanza.Envelope{Kind: stanza.Presence, Type: "unavailable"}, o.real("", item{role: "none"}))
}

// Kick puts somebody out. Wherever he is, he is told himself; the nodes are told in the name of the moderator, and once more
// in that of the room.
func (r *Room) Kick(moderator stanza.JID, nick, reason string) {
	m, k := r.find(moderator), r.named(nick)
	i := item{aff: k.aff, role: "none", jid: k.jid.String(), actor: m.nick, reason: reason, codes: []int{307}}
	if !k.local() {
		self := i
		self.codes = []int{307, 110}
		var b stanza.Builder
		self.write(&b)
		mark(&b, k.jid.String())
		r.put(stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: r.JID.With(nick).String()}, b.Bytes(), k.jid)
	}
	r.drop(k)
	r.outed[k.jid] = true
	for _, by := range []struct{ nick, jid string }{{m.nick, m.jid.String()}, {"", r.JID.String()}} {
		var b stanza.Builder
		i.write(&b)
		mark(&b, by.jid)
		r.pass(nil, by.nick, stanza.Envelope{Kind: stanza.Presence, Type: "unavailable"}, b.Bytes())
	}
	if r.KickLeft {
		r.lastLeft(k.node)
	}
}

// Grant changes a role: the nodes are told by the room, which says only inside whose it is.
func (r *Room) Grant(nick, role string) {
	k := r.named(nick)
	k.role = role
	var b stanza.Builder
	item{aff: k.aff, role: role, jid: k.jid.String()}.write(&b)
	mark(&b, r.JID.String())
	r.pass(nil, "", stanza.Envelope{Kind: stanza.Presence}, b.Bytes())
}

// Whisper sends a private message. One to somebody at another node goes to him, not to the node.
func (r *Room) Whisper(user stanza.JID, nick, body string) {
	o, to := r.find(user), r.named(nick)
	if to.local() {
		to.heard[body]++
		return
	}
	var b stanza.Builder
	b.Leaf("body", body)
	b.Empty("x", "xmlns", nsUser)
	mark(&b, o.jid.String())
	r.put(stanza.Envelope{Kind: stanza.Message, Type: "chat", ID: "pm", From: r.JID.With(o.nick).String()}, b.Bytes(), to.jid)
}

func (r *Room) remember(l line) {
	r.history = append(r.history, l)
	r.history = r.history[max(0, len(r.history)-kept):]
}

// show lets the local users see a message.
func (r *Room) show(children []byte) {
	list, err := stanza.ParseElements(children)
	if err != nil {
		return
	}
	for _, o := range r.occupants {
		for i := range list {
			switch e := &list[i]; {
			case !o.local() || e.Name.Space != "":
			case e.Name.Local == "body":
				o.heard[e.Text()]++
			case e.Name.Local == "subject":
				o.subjects = append(o.subjects, e.Text())
			}
		}
	}
}

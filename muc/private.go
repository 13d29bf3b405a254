package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// privateMessages holds who may write to whom. xep:0045#privatemessage
var privateMessages = feature{
	name: "XEP-0045 private messages",
	fields: []field{
		choice("muc#roomconfig_allowpm", "Who may send private messages", func(c *Config) *string { return &c.AllowPM },
			stanza.Option{Label: "Anyone", Value: "anyone"}, stanza.Option{Label: "Participants", Value: "participants"},
			stanza.Option{Label: "Moderators", Value: "moderators"}, stanza.Option{Label: "Nobody", Value: "none"}).reading(pmValues),
		flag("{xmpp:prosody.im}muc#allow_modpm", "Anyone may write to moderators, and they to anyone",
			func(c *Config) *bool { return &c.AllowModeratorPM }),
		{name: "allow_private_messages", set: allPrivate}, // before there was allowpm
	},
	info: func(r *Room) []stanza.Field {
		return []stanza.Field{{Var: "muc#roomconfig_allowpm", Values: []string{r.rec.Config.AllowPM}}}
	},
}

var noPrivate = stanza.Fail(mellium.Forbidden).Because("You may not send private messages in this room.")

// mayWrite tells whether the room's policy lets somebody send private messages to another.
func (r *Room) mayWrite(s *Session, to *Occupant) bool {
	if r.rec.Config.AllowModeratorPM && (s.o.role == Moderator || to != nil && to.role == Moderator) {
		return true
	}
	least, ok := pmRole[r.rec.Config.AllowPM]
	return ok && s.o.role >= least
}

// pmRole is the least role that each policy lets write.
var pmRole = map[string]Role{"anyone": Visitor, "participants": Participant, "moderators": Moderator}

// pmValues are other services' values of allowpm as ours. Those who have an affiliation are none of our classes: what is
// nearest, and lets no more people write, is meant.
var pmValues = map[string]string{
	"visitor": "anyone", "participant": "participants", "moderator": "moderators", "affiliated": "moderators", "nobody": "none",
}

// allPrivate reads a field that lets everybody write, or nobody.
func allPrivate(d *draft, v string, _ []string) bool {
	on, ok := booleans[v]
	switch {
	case ok && !on:
		d.AllowPM = "none"
	case ok && d.AllowPM == "none":
		d.AllowPM = "anyone"
	}
	return ok
}

func (r *Room) private(st *stanza.Stanza, s *Session) {
	if s == nil {
		r.fail(st, r.outside())
		return
	}
	if st.Type == "groupchat" {
		r.fail(st, badRequest.Because("A message to one occupant cannot be of type groupchat."))
		return
	}
	o := r.occupant(st.To.Resource)
	if o == nil {
		if r.taken(st, s, nil) {
			return
		}
		r.fail(st, noSuchNick)
		return
	}
	if !r.mayWrite(s, o) {
		r.fail(st, noPrivate)
		return
	}
	if err := r.hurried(r.paces().messages, st.From); err != nil {
		r.fail(st, err)
		return
	}
	r.passPrivate(st, s, o)
}

// taken lets the features have a private message.
func (r *Room) taken(st *stanza.Stanza, s *Session, o *Occupant) bool {
	for _, f := range features {
		if f.whisper != nil && f.whisper(r, st, s, o) {
			return true
		}
	}
	return false
}

// passPrivate hands a private message, or its error, to all sessions of an occupant here, or to the node that he is on.
func (r *Room) passPrivate(st *stanza.Stanza, s *Session, o *Occupant) {
	if r.taken(st, s, o) {
		return
	}
	var b stanza.Builder
	if st.IsError() {
		b.Raw(r.errorFor(st, o.shown()))
	} else {
		b.Elements(r.genuine(st.Children))
	}
	if !o.local() {
		r.emit(Relay{Only: o.shown().via, Fact: Private{
			Person: s.person(), To: o.Nick, ToJID: o.shown().jid, Type: st.Type, ID: st.ID, Lang: st.Lang, Payload: b.Bytes(),
		}})
		return
	}
	r.showPrivate(s.o.from, s.o.id, stanza.Envelope{Type: st.Type, ID: st.ID, Lang: st.Lang}, b.Bytes(), o.sessions)
}

func (r *Room) showPrivate(from, occupantID string, env stanza.Envelope, payload []byte, list []*Session) {
	var b stanza.Builder
	b.Raw(payload)
	b.Empty("x", "xmlns", nsUser)
	if occupantID != "" {
		b.Empty("occupant-id", "xmlns", nsOccupantID, "id", occupantID)
	}
	env.Kind, env.From = stanza.Message, from
	var to []stanza.Addr
	for _, t := range list {
		if t.via != Here {
			continue
		}
		to = append(to, t.addr)
		if env.Type != "error" {
			r.privates.add(t.jid, env.ID)
		}
	}
	r.send(env, b.Bytes(), to...)
}

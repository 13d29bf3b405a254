package muc

import (
	"cmp"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// speech is one groupchat message on its way through the features' checks.
type speech struct {
	st      *stanza.Stanza
	subject *stanza.Element // not nil: this changes the subject and says nothing
}

// stamped is what the room adds to a message, now or when it is shown again.
type stamped struct {
	occupantID string
	stanzaID   string // "" for what is not logged
}

// message takes every message to the room or to an occupant.
func (r *Room) message(st *stanza.Stanza) {
	s := r.session(st.From)
	switch {
	case st.IsError():
		r.messageBounced(st, s)
	case !st.To.IsBare():
		r.private(st, s)
	case st.Type == "groupchat":
		r.groupchat(st, s)
	default:
		r.plainMessage(st, s)
	}
}

// plainMessage is a message to the room that is not for its occupants: an invitation, or nothing that a room knows.
func (r *Room) plainMessage(st *stanza.Stanza, s *Session) {
	for _, f := range features {
		if f.letter != nil && f.letter(r, st, s) {
			return
		}
	}
	if s == nil {
		r.fail(st, r.outside())
		return
	}
	r.fail(st, badRequest.Because("A message to the room must be of type groupchat."))
}

// formIn is the form of this type that a message submits or cancels, nil if there is none.
func formIn(st *stanza.Stanza, formType string) *stanza.Form {
	for i := range st.Children {
		form, err := stanza.ParseForm(&st.Children[i])
		if err == nil && form.FormType() == formType && (form.Type == "submit" || form.Type == "cancel") {
			return form
		}
	}
	return nil
}

var errUnstored = stanza.Fail(mellium.InternalServerError).Because("The message could not be stored.")

// groupchat is a message to everybody. xep:0045#message
func (r *Room) groupchat(st *stanza.Stanza, s *Session) {
	if s == nil {
		r.fail(st, r.outside())
		return
	}
	m := &speech{st: st, subject: subjectChange(st)}
	for _, f := range features {
		if f.speak == nil {
			continue
		}
		if err := f.speak(r, s, m); err != nil {
			r.fail(st, err)
			return
		}
	}
	refuse := r.refusal(st, errUnstored)
	kept, ok := r.asAgreed(s, r.genuine(st.Children))
	if !ok {
		return
	}
	u := utterance{
		Person: s.person(), via: Here, id: st.ID, lang: st.Lang, children: kept, payload: joined(kept),
		subject: m.subject, kind: kindOf(m.subject, kept), refuse: refuse,
	}
	if u.kind != "" && r.primary() != Here {
		r.propose(u, st)
		return
	}
	r.say(u)
}

// utterance is something said to all, by whomever, ready to be logged and shown.
type utterance struct {
	Person
	via      Via // the link that it came over
	origin   Via // the link that its author is behind
	id, lang string
	children []stanza.Element
	payload  []byte // the children as bytes
	subject  *stanza.Element
	kind     string    // what it is in the log, "" = not logged
	late     int64     // hybrid logical clock of when it was said, 0 = now
	since    time.Time // of a subject: its place among all subjects
	refuse   *Refusal
	answers  *proposal // it is the primary's answer to this one, nil for none
}

// say logs, shows and relays. What is logged is appended before anybody is shown it (R2).
func (r *Room) say(u utterance) {
	m := stamped{occupantID: r.speakerID(&u)}
	if u.subject != nil && u.since.IsZero() {
		u.since = r.nextSubject()
	}
	if u.kind != "" {
		m.stanzaID = r.log(u, m.occupantID)
	}
	if u.subject != nil {
		r.setSubject(u)
	}
	var b stanza.Builder
	b.Raw(u.payload)
	r.stamp(&m, &b)
	if u.late != 0 {
		r.delayed(&b, u.late)
	}
	env := stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: u.id, From: r.jid.With(u.Nick).String(), Lang: u.lang}
	r.tellAll(&u, env, b.Bytes())
	r.dropProposal(u.answers)
	r.pass(u, m.stanzaID)
	for _, f := range features {
		if f.heard != nil {
			f.heard(r, &u)
		}
	}
}

// pass tells other nodes what was said, and the one that its author is on that it is logged; if that one is a replica, it is told as
// the others are. Whoever gives his message no id gets one on the way, so that it is known again.
func (r *Room) pass(u utterance, stanzaID string) {
	f := u.said(stanzaID)
	r.relay(u.origin, f)
	switch {
	case u.origin == Here || stanzaID == "":
	case r.repeats(u.origin):
		r.emit(Relay{Only: u.origin, Fact: f})
	default:
		r.emit(Relay{Only: u.origin, Fact: Logged{stanzaID}})
	}
}

// said is an utterance as other nodes are told of it.
func (u *utterance) said(stanzaID string) Said {
	f := Said{
		Person: u.Person, ID: cmp.Or(u.id, stanzaID), Lang: u.lang, Payload: u.payload, Subject: u.subject != nil,
		Since: u.since, StanzaID: stanzaID,
	}
	if u.late != 0 {
		f.At = clockTime(u.late)
	}
	return f
}

func (r *Room) stamp(m *stamped, b *stanza.Builder) {
	for _, f := range features {
		if f.stamp != nil {
			f.stamp(r, m, b)
		}
	}
}

// messageBounced is an error about a message of ours. That of a private message goes back to its author; that of a
// groupchat message tells who is gone.
func (r *Room) messageBounced(st *stanza.Stanza, s *Session) {
	if s == nil {
		r.inviteFailed(st)
		return
	}
	if st.To.IsBare() || !r.privates.has(st.From, st.ID) {
		r.bounced(st, s)
		return
	}
	if o := r.occupant(st.To.Resource); o != nil {
		r.passPrivate(st, s, o)
	}
	if ghostly(st, deadConditions) {
		r.lose(s)
	}
}

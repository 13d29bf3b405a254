package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// voiceRequests lets visitors ask for voice, and moderators answer. xep:0045#requestvoice xep:0045#voiceapprove
var voiceRequests = feature{
	name: "XEP-0045 voice requests",
	fields: []field{
		flag("allow_voice_requests", "Visitors may ask for voice", func(c *Config) *bool { return &c.AllowVoiceRequests }),
	},
	disco: func(r *Room) []string {
		if !r.rec.Config.AllowVoiceRequests {
			return nil
		}
		return []string{nsRequest}
	},
	letter: func(r *Room, st *stanza.Stanza, s *Session) bool {
		form := formIn(st, nsRequest)
		if form == nil || s == nil {
			return false
		}
		answer := (*Room).askForVoice
		if form.Field(fieldGrant) != nil {
			answer = (*Room).grantVoice
		}
		if form.Type == "cancel" {
			return true
		}
		if err := answer(r, form, s); err != nil {
			r.fail(st, err)
		}
		return true
	},
}

const (
	fieldRole  = "muc#role"
	fieldGrant = "muc#request_allow"
)

// askForVoice shows a visitor's request to the moderators. Who has voice asks for nothing.
func (r *Room) askForVoice(form *stanza.Form, s *Session) *stanza.Error {
	switch {
	case form.Field(fieldRole).Value() != Participant.String():
		return badRequest.Because("Only the role of a participant can be asked for.")
	case s.o.role >= Participant:
		return nil
	case !r.rec.Config.AllowVoiceRequests:
		return forbidden.Because("Visitors may not ask for voice in this room.")
	}
	var moderators []stanza.Addr
	for _, o := range r.occupants {
		if o.role == Moderator {
			moderators = append(moderators, o.addrs()...)
		}
	}
	if len(moderators) == 0 {
		return stanza.Fail(mellium.RecipientUnavailable).Because("No moderator is here at the moment.")
	}
	if err := r.awaits(r.paces().voice, s.jid); err != nil {
		return err
	}
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, voiceForm(s), moderators...)
	return nil
}

// voiceForm is what moderators are shown. They see real addresses in every room.
func voiceForm(s *Session) []byte {
	form := stanza.Form{
		Type: "form", Title: "Voice request",
		Instructions: "A visitor asks for voice. Grant it, or cancel the form.",
		Fields: []stanza.Field{
			{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsRequest}},
			{
				Var: fieldRole, Type: "list-single", Label: "Requested role", Values: []string{Participant.String()},
				Options: []stanza.Option{{Label: "Participant", Value: Participant.String()}},
			},
			{Var: "muc#jid", Type: "jid-single", Label: "User ID", Values: []string{s.jid.String()}},
			{Var: "muc#roomnick", Type: "text-single", Label: "Room nickname", Values: []string{s.o.Nick}},
			{Var: fieldGrant, Type: "boolean", Label: "Grant voice to this person?", Values: []string{bit(false)}},
		},
	}
	var b stanza.Builder
	form.Append(&b)
	return b.Bytes()
}

// grantVoice takes a moderator's answer; the first one that grants counts. xep:0045#grantvoice
func (r *Room) grantVoice(form *stanza.Form, s *Session) *stanza.Error {
	if s.o.role != Moderator {
		return forbidden.Because("Only moderators may do this.")
	}
	allow, bad := form.Field(fieldGrant).Bool()
	if bad != nil {
		return badRequest.Because("The form says neither yes nor no.")
	}
	if role := form.Field(fieldRole).Value(); role != "" && role != Participant.String() {
		return badRequest.Because("Only the role of a participant can be granted.")
	}
	o := r.asking(form)
	switch {
	case o == nil:
		return stanza.Fail(mellium.ItemNotFound).Because("Who asked for voice is not here any more.")
	case allow && o.role == Visitor:
		r.applyRole(change{o: o, role: Participant}, s.o.Nick)
	}
	return nil
}

// asking is who is meant: the session that has asked, under whatever nick it goes now, or another one of the same user.
func (r *Room) asking(form *stanza.Form) *Occupant {
	o := r.occupant(form.Field("muc#roomnick").Value())
	j, err := stanza.ParseJID(form.Field("muc#jid").Value())
	if err != nil {
		return o
	}
	if s := r.session(j); s != nil {
		return s.o
	}
	if o != nil && o.bare == j.Bare() {
		return o
	}
	return nil
}

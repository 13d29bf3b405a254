package muc

import (
	"encoding/xml"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

const (
	nsModerate    = "urn:xmpp:message-moderate:1"
	nsOldModerate = "urn:xmpp:message-moderate:0"
)

// longestReason bounds why something was retracted, in bytes: it stays in the log.
const longestReason = 4096

// longestThread bounds the name of a talk that goes on in a room, in bytes.
const longestThread = 1024

var (
	notModerator = forbidden.Because("Only moderators may retract what others said.")
	longReason   = stanza.Fail(mellium.PolicyViolation).Because("The reason is too long.")
)

// moderation lets moderators retract what others said. Only the room says that they did: who else says so is not passed
// on, in today's words nor in those of older clients. xep:0425 xep:0425#rules
var moderation = feature{
	name:  "XEP-0425 moderated message retraction",
	disco: func(*Room) []string { return []string{nsModerate} },
	forged: []forgery{
		{name: name(nsModerate, "moderate")},
		{name: name(nsModerate, "moderated")},
		{name: name(nsOldModerate, "moderate")},
		{name: name(nsOldModerate, "moderated")},
		{name: name(nsRetract, "retract"), holds: name(nsModerate, "moderated")},
		{name: name(nsRetract, "retract"), holds: name(nsOldModerate, "moderated")},
		{name: name(nsFasten, "apply-to"), holds: name(nsModerate, "moderated")},
		{name: name(nsFasten, "apply-to"), holds: name(nsOldModerate, "moderated")},
	},
	queries: map[xml.Name]query{name(nsModerate, "moderate"): {sets, (*Room).moderate}},
}

// moderate retracts a message by its stanza-id. A message that is retracted already stays so, and nobody is told again.
// xep:0425#usecase
func (r *Room) moderate(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	id, reason := q.Attr("id"), q.Child(nsModerate, "reason").Text()
	switch {
	case r.rec.Locked && r.affiliation(st.From) != Owner:
		return nil, lockedRoom
	case !r.moderates(st.From):
		return nil, notModerator
	case id == "":
		return nil, badRequest.Because("The id of a message is missing.")
	case q.Child(nsRetract, "retract") == nil:
		return nil, badRequest.Because("Messages can only be retracted here.")
	case len(reason) > longestReason:
		return nil, longReason
	}
	details := r.moderated(st.From, reason)
	r.find(id, func(r *Room, e Entry, err *stanza.Error) {
		if err == nil {
			err = r.erasable(&e)
		}
		if err != nil {
			r.fail(st, err)
			return
		}
		if !e.Retracted {
			r.retractFor(st, id, details)
		}
		r.result(st, nil)
	})
	return nil, nil
}

// moderates tells whether a user has a moderator's power, in the room or from outside.
func (r *Room) moderates(user stanza.JID) bool {
	s := r.session(user)
	return s != nil && s.o.role == Moderator || r.affiliation(user) >= Admin
}

// retractFor logs and shows the room's word that a message is retracted, and takes it out of the log. Peers are not told:
// they know the message under another id. xep:0425#usecase-success
func (r *Room) retractFor(st *stanza.Stanza, id string, details []byte) {
	var retract, b stanza.Builder
	retract.Start("retract", "xmlns", nsRetract, "id", id).Raw(details).End()
	refuse := r.refusal(st, stanza.Fail(mellium.InternalServerError).Because("The retraction could not be stored."))
	word := r.logNotice(retract.Bytes(), refuse)
	r.erase(id, r.retracted(word, details))
	b.Raw(retract.Bytes())
	r.stamp(&stamped{stanzaID: word}, &b)
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: word, From: r.me}, b.Bytes(), r.viewers().all...)
}

// moderated says who retracted, and why. Who is not in the room has no address that others may see (R5).
func (r *Room) moderated(moderator stanza.JID, reason string) []byte {
	by := ""
	if s := r.session(moderator); s != nil {
		by = s.o.from
	}
	var b stanza.Builder
	b.Start("moderated", "xmlns", nsModerate, "by", by)
	b.Empty("occupant-id", "xmlns", nsOccupantID, "id", r.occupantID(moderator))
	b.End()
	if reason != "" {
		b.Leaf("reason", reason)
	}
	return b.Bytes()
}

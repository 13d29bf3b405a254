package fmuc

import (
	"strings"

	"isthmus/component/stanza"
)

// Concerns tells whether a stanza belongs to federation: it has an <fmuc/>, be it inside an error that brings ours back.
func Concerns(st *stanza.Stanza) bool {
	return st.Has(nsFMUC, "fmuc") || st.Child("", "error").Child(nsFMUC, "fmuc") != nil
}

// Takes tells whether a stanza from a link's peer is for the link. Queries to the room are for the room, but those that ask
// for the link.
func Takes(st *stanza.Stanza) bool {
	return Concerns(st) || st.Kind != stanza.IQ || st.Type == "result" || st.IsError() || Pings(st)
}

// JoinShaped tells whether a stanza asks to join: the presence of a user as his own client would send it to enter, with
// who he is beside it. xep:0289#startup
func JoinShaped(st *stanza.Stanza) bool {
	return st.Kind == stanza.Presence && st.Type == "" && st.Has(nsMUC, "x") && st.Has(nsUser, "x") &&
		st.Child(nsFMUC, "fmuc").Attr("from") != ""
}

// Begins tells whether a request to join is the first of its node: it says what it wants of what was said.
func Begins(st *stanza.Stanza) bool {
	return JoinShaped(st) && st.Child(nsMUC, "x").Child(nsMUC, "history") != nil
}

// Ends tells whether a stanza is a node's last word: it has left, or rejects. xep:0289#part
func Ends(st *stanza.Stanza) bool {
	mark := st.Child(nsFMUC, "fmuc")
	return st.Kind == stanza.Presence && st.From.IsBare() && (mark.Child(nsFMUC, "left") != nil || mark.Child(nsFMUC, "reject") != nil)
}

// Posing tells whether a stanza that asks to join comes from a plain client that pretends to be a node: a node is on another
// domain than its users, and neither it nor they are on a domain that we host. xep:0289#security
func Posing(st *stanza.Stanza, ours func(domain string) bool) bool {
	user, err := stanza.ParseJID(st.Child(nsFMUC, "fmuc").Attr("from"))
	return err != nil || user.Domain == st.From.Domain || ours(user.Domain) || ours(st.From.Domain)
}

// Answers tells whether a stanza ends an answer to a request of ours: a node of our kind takes us for joined.
func Answers(st *stanza.Stanza) bool {
	return st.Kind == stanza.Message && st.Type == "groupchat" && strings.HasPrefix(st.ID, request) && st.Has("", "subject")
}

// Refuse answers a request to join with a reason, from room to room. xep:0289#startup
func Refuse(st *stanza.Stanza, reason string) (stanza.Out, stanza.Addr) {
	return refusal(st.To.Bare(), st.From.Bare(), st.ID, reason, false)
}

// Cross answers a request of a room that we ask to join ourselves: it is refused, and nobody has to go because of that.
func Cross(st *stanza.Stanza) (stanza.Out, stanza.Addr) {
	return refusal(st.To.Bare(), st.From.Bare(), st.ID, "This room is joining yours already.", true)
}

func refusal(room, peer stanza.JID, id, reason string, joining bool) (stanza.Out, stanza.Addr) {
	var b stanza.Builder
	b.Start("fmuc", "xmlns", nsFMUC).Leaf("reject", reason)
	if joining {
		b.Empty("joining", "xmlns", nsIsthmus)
	}
	b.End()
	env := stanza.Envelope{Kind: stanza.Presence, ID: id, From: room.String()}
	return env.Render(b.Bytes()), peer.Addr()
}

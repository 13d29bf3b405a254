package muc

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"isthmus/component/stanza"
)

// occupantIDs lets clients follow an occupant through changes of nick. xep:0421
var occupantIDs = feature{
	name:   "XEP-0421 occupant identifiers",
	forged: []forgery{{name: name(nsOccupantID, "occupant-id")}},
	disco:  func(*Room) []string { return []string{nsOccupantID} },
	stamp: func(_ *Room, m *stamped, b *stanza.Builder) {
		if m.occupantID != "" { // the room itself is no occupant
			b.Empty("occupant-id", "xmlns", nsOccupantID, "id", m.occupantID)
		}
	},
	dress: func(_ *Room, o *Occupant, b *stanza.Builder) {
		b.Empty("occupant-id", "xmlns", nsOccupantID, "id", o.id)
	},
}

// speakerID is the occupant-id of whoever says something: as he is known if he is in the room.
func (r *Room) speakerID(u *utterance) string {
	if s := r.sessions[identity{u.origin, u.JID}]; s != nil {
		return s.o.id
	}
	return r.occupantID(u.JID)
}

// occupantID is the same for all sessions and all visits of a user, differs from room to room, and tells nothing of the
// user's address to anybody without the room's secret. xep:0421#security
func (r *Room) occupantID(j stanza.JID) string {
	h := hmac.New(sha256.New, r.rec.Secret)
	h.Write([]byte(j.Bare().String()))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

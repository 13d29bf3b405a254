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

// who is somebody by his bare JID. A user of ours whom a peer speaks for is somebody else for each peer, so that nobody can
// take him for the one who enters here himself, nor can that one step into his shoes.
func (r *Room) who(via Via, j stanza.JID) stanza.JID {
	if r.proxied(via, j) {
		return stanza.JID{Local: j.Bare().String(), Domain: string(via)}
	}
	return j.Bare()
}

// idOver is the identity of somebody who is behind a link, or here.
func (r *Room) idOver(via Via, j stanza.JID) string { return r.occupantID(r.who(via, j)) }

// occupantID is the same for all sessions and all visits of a user, differs from room to room, and tells nothing of the
// user's address to anybody without the room's secret. xep:0421#security
func (r *Room) occupantID(j stanza.JID) string {
	h := hmac.New(sha256.New, r.rec.Secret)
	h.Write([]byte(j.Bare().String()))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

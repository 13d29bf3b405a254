package fmuc

import "isthmus/component/stanza"

// What the people of a peer say of their presence is kept for everybody who enters later. The more there are, the less each may
// say: about 50 MiB by everybody together, whatever a peer does (F9).
const (
	presenceShared = 4 << 20 // bytes, divided by the number of people
	presenceLeast  = 1 << 10 // bytes that anybody may use
)

// presenceOf is the payload of a presence, or none where it is too long to be kept.
func (l *Link) presenceOf(st *stanza.Stanza) []byte {
	payload := payloadOf(st)
	if len(payload) > max(presenceLeast, presenceShared/(len(l.theirs)+1)) {
		l.note(Oddity, "The presence of somebody is too long, and shown without what it says.")
		return nil
	}
	return payload
}

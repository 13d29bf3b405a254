package muc

import "isthmus/component/stanza"

// NthID is the id of the nth event in the log of a room that was born so.
func NthID(room string, b Birth, n int64) string {
	r := Open(&Settings{}, stanza.MustJID(room), b, nil)
	r.found(stanza.JID{})
	return r.stanzaID(n)
}

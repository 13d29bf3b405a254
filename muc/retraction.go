package muc

import (
	"isthmus/component/stanza"
)

const (
	nsRetract    = "urn:xmpp:message-retract:1"
	nsOldRetract = "urn:xmpp:message-retract:0"
	nsFasten     = "urn:xmpp:fasten:0" // by which old retractions and moderations name a message
)

// retractions let authors take back what they said. Everybody's retraction is passed on, because only the log knows who
// the author is and nobody should wait for it; clients check the author themselves. The log follows the author alone.
// xep:0424
var retractions = feature{
	name:  "XEP-0424 message retraction",
	disco: func(*Room) []string { return []string{nsRetract, nsRetract + "#tombstone"} },
	forged: []forgery{
		{name: name(nsRetract, "retracted")},
		{name: name(nsOldRetract, "retracted")},
	},
	heard: func(r *Room, u *utterance) {
		q := find(u.children, name(nsRetract, "retract"))
		if q.Attr("id") == "" || u.id == "" { // a tombstone must name what retracted, xep:0424#tombstones
			return
		}
		who, via, retraction := r.occupantID(u.JID), u.origin, u.id
		r.find(q.Attr("id"), func(r *Room, e Entry, err *stanza.Error) {
			if err == nil && r.mayRetract(&e, who, via) {
				r.erase(e.StanzaID, r.retracted(retraction, nil))
			}
		})
	},
}

// mayRetract tells whether a message was said by who retracts it: the same user, under whatever nick. A peer's word is
// good for what came over it only. A retraction itself must stay in the log. xep:0424#rules
func (r *Room) mayRetract(e *Entry, occupantID string, via Via) bool {
	return e.OccupantID == occupantID && (via == Here || e.Via == string(via)) && !e.Retracted && r.erasable(e) == nil &&
		find(parsed(e.Payload), name(nsRetract, "retract")) == nil
}

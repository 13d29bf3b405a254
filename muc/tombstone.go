package muc

import (
	"fmt"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// bury is what stays of a room that its owner destroys, so that nobody else takes over its address; nil for a room that was
// not to last. xep:0045#destroyroom
func (r *Room) bury(venue, reason string) *Tombstone {
	if r.settings.TombstoneLife <= 0 || r.rec.Locked || !r.rec.Config.Persistent {
		return nil
	}
	return &Tombstone{Venue: venue, Reason: reason, Owners: r.with(Owner), Until: r.now.Add(r.settings.TombstoneLife)}
}

// missing is why there is nothing at this address.
func (r *Room) missing() *stanza.Error {
	if r.tomb == nil || !r.now.Before(r.tomb.Until) {
		return noSuchRoom
	}
	e := stanza.Fail(mellium.Gone).Because("This room has been destroyed.")
	if r.tomb.Reason != "" {
		e.Text += " " + r.tomb.Reason
	}
	e.Address = address(r.tomb.Venue)
	return e
}

// kept is why this user may not create a room here: it was somebody else's. Who owned it may have it back.
func (r *Room) kept(user stanza.JID) *stanza.Error {
	err := r.missing()
	if err == noSuchRoom || r.settings.isAdmin(user) || slices.Contains(r.tomb.Owners, user.Bare().String()) {
		return nil
	}
	return err
}

// address is a JID as a URI that clients follow, "" for none. RFC 5122 section 2.7
func address(venue string) string {
	j, err := stanza.ParseJID(venue)
	switch {
	case venue == "" || err != nil:
		return ""
	case j.Local == "":
		return "xmpp:" + percent(j.Domain)
	}
	return "xmpp:" + percent(j.Local) + "@" + percent(j.Domain) + "?join"
}

// percent writes a part of an address as a URI may hold it. RFC 3986 section 2.3
func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

package fmuc

import (
	"encoding/xml"
	"strconv"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// ofNodes are the elements that only a room may add: the peer's stay behind, ours adds its own (F10).
var ofNodes = map[xml.Name]bool{
	name(nsUser, "x"):                 true,
	name(nsMUC, "x"):                  true,
	name(nsDelay, "delay"):            true,
	name(nsDelay, "x"):                true,
	name(nsOldDelay, "x"):             true,
	name(nsSID, "stanza-id"):          true,
	name(nsOccupantID, "occupant-id"): true,
	name(nsAddress, "addresses"):      true,
	name("", "error"):                 true,
}

// payloadOf is what of a peer's stanza is its user's.
func payloadOf(st *stanza.Stanza) []byte {
	var b stanza.Builder
	for _, e := range st.Children {
		if !ofNodes[e.Name] && !muc.Marked(&e) {
			b.Raw(e.Raw)
		}
	}
	return b.Bytes()
}

// claimed is a user as the peer describes him; what cannot be read is the least.
func claimed(st *stanza.Stanza, user stanza.JID) muc.Person {
	item := st.Child(nsUser, "x").Child(nsUser, "item")
	p := muc.Person{
		JID: user, Nick: st.From.Resource,
		Affiliation: muc.ParseAffiliation(item.Attr("affiliation")), Role: muc.ParseRole(item.Attr("role")),
	}
	if p.Affiliation == 0 {
		p.Affiliation = muc.None
	}
	if p.Role == 0 {
		p.Role = muc.Participant
	}
	return p
}

// codes are the statuses that say why somebody is unavailable. xep:0045#registrar-statuscodes
var codes = map[int]bool{301: true, 303: true, 307: true, 321: true, 322: true, 332: true, 333: true}

func statusOf(st *stanza.Stanza) int {
	for _, e := range st.Child(nsUser, "x").Children() {
		if n, err := strconv.Atoi(e.Attr("code")); err == nil && codes[n] && e.Name == name(nsUser, "status") {
			return n
		}
	}
	return 0
}

// delays are the elements that say when something was said, the XEP's own mistake among them.
var delays = []xml.Name{name(nsDelay, "delay"), name(nsDelay, "x"), name(nsOldDelay, "x")}

func delayOf(st *stanza.Stanza) *stanza.Element {
	for _, n := range delays {
		if e := st.Child(n.Space, n.Local); e != nil {
			return e
		}
	}
	return nil
}

// layouts are XEP-0082's and XEP-0091's, which is always UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "20060102T15:04:05Z07:00", "20060102T15:04:05"}

// earliest is older than all chat rooms of XMPP. A clock that is before it is wrong.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func parseStamp(s string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil && !t.Before(earliest) {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

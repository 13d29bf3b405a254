package muc

import (
	"slices"
	"strings"

	"isthmus/component/stanza"
)

// showsAbsent tells whether a room shows the members that are not in it: the owner's form calls their role none.
func showsAbsent(c *Config) bool { return slices.Contains(c.PresenceBroadcast, NoRole.String()) }

// sendAbsent shows a session those who belong to the room and are not in it: under the nick that is reserved for them, or
// as an address where it may see addresses. xep:0045#registrar-statuscodes-init
func (r *Room) sendAbsent(s *Session) {
	if !showsAbsent(&r.rec.Config) {
		return
	}
	sees, here := r.seesJIDs(s.o), map[string]bool{}
	for _, o := range r.occupants {
		here[o.bare.String()] = true
	}
	for _, aff := range []Affiliation{Owner, Admin, Member} {
		for _, jid := range r.with(aff) {
			if nick := r.affils[jid].Nick; strings.Contains(jid, "@") && (sees || nick != "") && !here[jid] {
				r.emit(Send{Out: r.showAbsent(jid, nick, aff, sees), To: []stanza.Addr{s.addr}})
			}
		}
	}
}

func (r *Room) showAbsent(jid, nick string, aff Affiliation, sees bool) stanza.Out {
	from, shown := r.me, ""
	if nick != "" {
		from = r.jid.With(nick).String()
	}
	if sees {
		shown = jid
	}
	var b stanza.Builder
	if j, err := stanza.ParseJID(jid); err == nil {
		r.stamp(&stamped{occupantID: r.occupantID(j)}, &b)
	}
	b.Start("x", "xmlns", nsUser).Empty("item", "affiliation", aff.String(), "role", NoRole.String(), "jid", shown).End()
	return stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: from}.Render(b.Bytes())
}

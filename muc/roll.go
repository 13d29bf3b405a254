package muc

import (
	"slices"

	"isthmus/component/stanza"
)

// list answers who has an affiliation or a role. xep:0045#modifymember xep:0045#modifymod
func (r *Room) list(st *stanza.Stanza, item *stanza.Element) ([]byte, *stanza.Error) {
	if role := ParseRole(item.Attr("role")); role != 0 {
		return r.listRole(st, role)
	}
	if aff := ParseAffiliation(item.Attr("affiliation")); aff != 0 {
		return r.listAffiliation(st, aff)
	}
	return nil, badRequest.Because("The item names neither a role nor an affiliation.")
}

func (r *Room) listRole(st *stanza.Stanza, role Role) ([]byte, *stanza.Error) {
	s, actor := r.session(st.From), r.affiliation(st.From)
	if actor < Admin && (role == Moderator || s == nil || s.o.role != Moderator) { // xep:0045#modifymod
		return nil, forbidden.Because("You may not see this list.")
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsAdmin)
	for _, o := range r.occupants {
		if o.role == role {
			b.Empty("item", "affiliation", o.aff.String(), "jid", o.shown().jid.String(), "nick", o.Nick, "role", role.String())
		}
	}
	return b.End().Bytes(), nil
}

func (r *Room) listAffiliation(st *stanza.Stanza, aff Affiliation) ([]byte, *stanza.Error) {
	if !r.mayList(st.From, aff) {
		return nil, forbidden.Because("You may not see this list.")
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsAdmin)
	for _, jid := range r.with(aff) {
		a := r.affils[jid]
		if a.Reason == "" {
			b.Empty("item", "affiliation", a.Affiliation, "jid", jid, "nick", a.Nick)
			continue
		}
		b.Start("item", "affiliation", a.Affiliation, "jid", jid, "nick", a.Nick).Leaf("reason", a.Reason).End()
	}
	return b.End().Bytes(), nil
}

// mayList tells who reads which list: in a room that hides no addresses every member reads them, and clients need that to
// encrypt; elsewhere those who manage them. There the room's owners say which roles read the list of members; a member
// without voice counts as what he is without that. xep:0045#getmemberlist
func (r *Room) mayList(user stanza.JID, aff Affiliation) bool {
	actor, s := r.affiliation(user), r.session(user)
	switch {
	case actor == Owner, aff < Admin && actor == Admin:
		return true
	case aff == Outcast || !r.rec.Config.NonAnonymous || actor < Member && s == nil:
		return false
	case aff > Member:
		return actor >= Member
	}
	role := r.defaultRole(actor)
	if s != nil && (actor < Member || s.o.role > role) {
		role = s.o.role
	}
	return slices.Contains(r.rec.Config.GetMemberList, role.String())
}

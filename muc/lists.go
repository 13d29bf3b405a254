package muc

import (
	"slices"

	"isthmus/component/stanza"
)

// lists are the affiliations of a room as its form shows them. xep:0045#roomconfig
var lists = feature{
	name: "XEP-0045 affiliation lists",
	fields: []field{
		roles("muc#roomconfig_getmemberlist", "Who may read the list of members", func(c *Config) *[]string { return &c.GetMemberList }),
		people("muc#roomconfig_roomadmins", "Admins of the room", Admin, func(d *draft) *[]string { return &d.admins }),
		people("muc#roomconfig_roomowners", "Owners of the room", Owner, func(d *draft) *[]string { return &d.owners }),
	},
}

func people(name, label string, aff Affiliation, at func(*draft) *[]string) field {
	return field{
		name: name, typ: "jid-multi", label: label,
		get: func(r *Room) []string { return r.with(aff) },
		set: func(d *draft, _ string, all []string) bool {
			list := []string{}
			for _, v := range all {
				if v == "" {
					continue
				}
				j, err := Typed(v)
				if err != nil || j.Local == "" {
					return false
				}
				list = append(list, j.Bare().String())
			}
			*at(d) = list
			return true
		},
	}
}

// listChanges make the owners and admins those of a submitted form. Who is on both lists is an owner. Who is no owner any
// more is an admin, unless the form says who the admins are. xep:0045#roomconfig-notify
func (r *Room) listChanges(d *draft) []change {
	var changes []change
	replace := func(aff Affiliation, list []string) {
		if list == nil {
			return
		}
		for _, jid := range list {
			if r.listed(jid) != aff && (aff == Owner || !slices.Contains(d.owners, jid)) {
				changes = append(changes, change{jid: jid, aff: aff})
			}
		}
		for _, jid := range r.with(aff) {
			if !slices.Contains(list, jid) && !slices.Contains(d.owners, jid) && !slices.Contains(d.admins, jid) {
				changes = append(changes, change{jid: jid, aff: d.without(aff)})
			}
		}
	}
	replace(Owner, d.owners)
	replace(Admin, d.admins)
	return changes
}

// affiliation is what a user is to the room: by his own address, else by his domain. The service's administrators are
// owners everywhere.
func (r *Room) affiliation(j stanza.JID) Affiliation {
	if r.settings.isAdmin(j) {
		return Owner
	}
	return r.affiliationOf(j.Bare().String())
}

func (r *Room) affiliationOf(bare string) Affiliation {
	if a := r.listed(bare); a != None {
		return a
	}
	if j, err := stanza.ParseJID(bare); err == nil {
		return r.listed(j.Domain)
	}
	return None
}

// listed is what the lists say of exactly this address.
func (r *Room) listed(jid string) Affiliation {
	if a, ok := r.affils[jid]; ok {
		return ParseAffiliation(a.Affiliation)
	}
	return None
}

// with lists the addresses of one affiliation in order.
func (r *Room) with(aff Affiliation) []string {
	list := []string{}
	for jid, a := range r.affils {
		if a.Affiliation == aff.String() {
			list = append(list, jid)
		}
	}
	slices.Sort(list)
	return list
}

func (r *Room) setAffiliation(jid string, aff Affiliation, reason string) {
	r.setAffiliationNick(jid, aff, r.affils[jid].Nick, reason)
}

func (r *Room) setAffiliationNick(jid string, aff Affiliation, nick, reason string) {
	old, listed := r.affils[jid]
	a := r.keyed(AffiliationRecord{JID: jid, Affiliation: aff.String(), Nick: nick, Reason: reason})
	if old == a || aff == None && !listed {
		return
	}
	r.unlist(jid)
	if aff != None {
		r.enlist(a)
	}
	r.emit(SaveAffiliation{a})
}

// without is what somebody becomes who is on a list no more.
func (d *draft) without(aff Affiliation) Affiliation {
	if aff == Owner && d.admins == nil {
		return Admin
	}
	return None
}

package muc

import "isthmus/component/stanza"

// newcomers are the people whom these changes make members of a room for members only, and who are not here to see it.
func (r *Room) newcomers(changes []change) []stanza.JID {
	var list []stanza.JID
	if !r.settings.InviteMembers || !r.rec.Config.MembersOnly {
		return nil
	}
	for _, c := range changes {
		j, err := stanza.ParseJID(c.jid)
		if c.aff == Member && err == nil && j.Local != "" && r.affiliationOf(c.jid) == None && len(r.of(c.jid)) == 0 {
			list = append(list, j)
		}
	}
	return list
}

// welcome invites new members. xep:0045#modifymember
func (r *Room) welcome(admin stanza.JID, list []stanza.JID) {
	from := r.me
	switch s := r.session(admin); {
	case r.rec.Config.NonAnonymous:
		from = admin.Bare().String()
	case s != nil:
		from = s.o.from
	}
	for _, j := range list {
		r.invitees.add(j, "")
		r.sendInvite("", from, "", nil, j)
	}
}

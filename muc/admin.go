package muc

import (
	"slices"
	"strings"

	"isthmus/component/stanza"
)

// change is one item of a moderator's or an admin's request, checked and ready.
type change struct {
	o      *Occupant // whose role
	role   Role      // 0 = not this
	jid    string    // whose affiliation
	aff    Affiliation
	nick   string // that is reserved for him
	renick bool   // nick is meant; otherwise it stays as it is
	reason string
}

// admin takes lists and changes of roles and affiliations. xep:0045#moderator xep:0045#admin
func (r *Room) admin(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	items := itemsOf(q)
	if len(items) == 0 {
		return nil, badRequest.Because("The query holds no item.")
	}
	if st.Type == "get" {
		return r.list(st, &items[0])
	}
	changes := make([]change, 0, len(items))
	for i := range items {
		c, err := r.checkItem(st, &items[i])
		if err != nil {
			r.failItem(st, err, &items[i])
			return nil, nil
		}
		changes = append(changes, c)
	}
	switch {
	case !distinct(changes):
		return nil, badRequest.Because("Two items are about the same person.")
	case r.rivals(changes):
		return nil, nickTaken.Because("Two items are about nicks that look alike.")
	case !r.keepsOwner(changes):
		return nil, lastOwner
	}
	actor := ""
	if s := r.session(st.From); s != nil {
		actor = s.o.Nick
	}
	r.result(st, nil)
	list := r.newcomers(changes)
	r.applyAll(changes, actor)
	r.welcome(st.From, list)
	return nil, nil
}

// failItem refuses a request and names the item to blame. xep:0045#revokevoice
func (r *Room) failItem(st *stanza.Stanza, err *stanza.Error, item *stanza.Element) {
	e := *err
	e.By = r.me
	var b stanza.Builder
	b.Start("query", "xmlns", nsAdmin).Raw(item.Standalone()).End()
	out, to := e.Reply(st, b.Bytes())
	r.emit(Send{Out: out, To: []stanza.Addr{to}})
}

func itemsOf(q *stanza.Element) []stanza.Element {
	return slices.DeleteFunc(q.Children(), func(e stanza.Element) bool { return e.Name != name(nsAdmin, "item") })
}

// checkItem says whether this user may make this change. xep:0045#modifymod xep:0045#modifymember
func (r *Room) checkItem(st *stanza.Stanza, item *stanza.Element) (change, *stanza.Error) {
	c := change{reason: item.Child(nsAdmin, "reason").Text()}
	hasRole, hasAff := item.HasAttr("role"), item.HasAttr("affiliation")
	if len(c.reason) > longestReason {
		return c, longReason
	}
	if hasRole == hasAff {
		return c, badRequest.Because("An item changes either a role or an affiliation.")
	}
	if hasRole {
		return r.checkRole(st, item, c)
	}
	return r.checkAffiliation(st, item, c)
}

func (r *Room) checkRole(st *stanza.Stanza, item *stanza.Element, c change) (change, *stanza.Error) {
	c.role = ParseRole(item.Attr("role"))
	nick := item.Attr("nick")
	if c.role == 0 || nick == "" {
		return c, badRequest.Because("The item names no nick or no role.")
	}
	s := r.session(st.From)
	actor := r.affiliation(st.From)
	if s == nil || s.o.role != Moderator {
		if actor < Admin {
			return c, forbidden.Because("Only moderators may do this.")
		}
	}
	if c.o = r.occupant(nick); c.o == nil {
		return c, noSuchNick
	}
	switch {
	case c.o.role == c.role:
	case c.role > c.o.highest():
		return c, notAllowed.Because("Whoever is on another node cannot be a moderator here.")
	case c.o.aff >= Admin && c.o.aff >= actor && !(s != nil && s.o == c.o):
		return c, notAllowed.Because("You may not do this to an admin or an owner.")
	case c.o.aff >= Admin && c.role != NoRole:
		return c, notAllowed.Because("Admins and owners are always moderators.")
	case (c.role == Moderator || c.o.role == Moderator && c.role != NoRole) && actor < Admin:
		return c, forbidden.Because("Only admins and owners make moderators.")
	case c.o.role == Moderator && c.role == NoRole && actor < Admin && c.o.aff > actor:
		return c, notAllowed.Because("You may not do this to somebody of a higher affiliation.")
	case c.o.aff > actor && c.role < c.o.role:
		return c, notAllowed.Because("You may not do this to somebody of a higher affiliation.")
	}
	return c, nil
}

func (r *Room) checkAffiliation(st *stanza.Stanza, item *stanza.Element, c change) (change, *stanza.Error) {
	c.aff = ParseAffiliation(item.Attr("affiliation"))
	if c.aff == 0 {
		return c, badRequest.Because("There is no such affiliation.")
	}
	actor := r.affiliation(st.From)
	if actor < Admin {
		return c, forbidden.Because("Only admins and owners may do this.")
	}
	var err *stanza.Error
	if c.jid, err = r.target(item); err != nil {
		return c, err
	}
	if c.renick = item.HasAttr("jid") && item.HasAttr("nick"); c.renick {
		if c.nick, err = r.reservable(item.Attr("nick"), c.jid); err != nil {
			return c, err
		}
	}
	was := r.affiliationOf(c.jid)
	self := c.jid == st.From.Bare().String()
	switch {
	case c.aff == was:
	case slices.Contains(r.settings.Admins, c.jid):
		return c, notAllowed.Because("This is an administrator of the service.")
	case c.aff == Outcast && self:
		return c, lastOwner.Because("You cannot ban yourself.")
	case c.aff >= Admin && actor < Owner, was >= Admin && c.aff != Outcast && actor < Owner:
		return c, forbidden.Because("Only owners may do this.")
	case c.aff >= Admin && !strings.Contains(c.jid, "@"):
		return c, badRequest.Because("A whole domain can be banned or be members, no more.")
	case was >= Admin && actor < Owner:
		return c, notAllowed.Because("You may not do this to an admin or an owner.")
	}
	return c, nil
}

// target is the bare JID or domain that an item about an affiliation means.
func (r *Room) target(item *stanza.Element) (string, *stanza.Error) {
	if jid := item.Attr("jid"); jid != "" {
		j, err := Typed(jid)
		return j.Bare().String(), err
	}
	if nick := item.Attr("nick"); nick != "" {
		if o := r.occupant(nick); o != nil {
			return o.bare.String(), nil
		}
		return "", noSuchNick
	}
	return "", badRequest.Because("The item names nobody.")
}

// reservable is a nick as it is reserved for a user; none frees the one that he has. xep:0045#modifymember
func (r *Room) reservable(nick, user string) (string, *stanza.Error) {
	if nick == "" {
		return "", nil
	}
	nick, key, err := prepareNick(nick)
	if err == nil {
		err = r.nickAllowed(nick)
	}
	if err != nil {
		return "", err
	}
	j, bad := stanza.ParseJID(user)
	if bad != nil {
		return "", nickTaken
	}
	return nick, r.refuseNick(nick, key, j)
}

// distinct tells whether no two changes are about the same person: each has been checked against what he is now.
func distinct(changes []change) bool {
	occupants, present, users := map[*Occupant]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range changes {
		if c.o == nil {
			if users[c.jid] || present[c.jid] {
				return false
			}
			users[c.jid] = true
			continue
		}
		bare := c.o.bare.String()
		if occupants[c.o] || users[bare] {
			return false
		}
		occupants[c.o], present[bare] = true, true
	}
	return true
}

// keepsOwner tells whether an owner would remain (R7).
func (r *Room) keepsOwner(changes []change) bool {
	owners, lost := map[string]bool{}, false
	for _, jid := range r.with(Owner) {
		owners[jid] = true
	}
	for _, c := range changes {
		switch {
		case c.aff == Owner:
			owners[c.jid] = true
		case c.aff != 0 && owners[c.jid]:
			delete(owners, c.jid)
			lost = true
		}
	}
	return !lost || len(owners) > 0
}

// applyAll makes changes in turn, as long as there is a room: one of them may remove the last occupant.
func (r *Room) applyAll(changes []change, actor string) {
	for _, c := range changes {
		switch {
		case !r.exists:
			return
		case c.role != 0:
			r.applyRole(c, actor)
		default:
			r.applyAffiliation(c, actor)
		}
	}
}

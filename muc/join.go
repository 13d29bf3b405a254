package muc

import (
	"bytes"
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// entry is one attempt to enter, as it passes the features' checks.
type entry struct {
	st        *stanza.Stanza
	nick, key string
	x         *stanza.Element // <x xmlns='…muc'/>
	aff       Affiliation
	role      Role
	beside    bool // a further session of somebody who is in already under this nick
	codes     []int
}

// enter lets a user in, or says why not. xep:0045#enter
func (r *Room) enter(st *stanza.Stanza, nick, key string) {
	e := &entry{st: st, x: st.Child(nsMUC, "x")}
	e.aff = r.affiliation(st.From)
	e.role = r.defaultRole(e.aff)
	e.call(r, nick, key)
	for _, f := range features {
		if f.admit == nil {
			continue
		}
		if err := f.admit(r, e); err != nil {
			r.fail(st, err)
			return
		}
	}
	if !r.knocks(e) {
		r.let(e)
	}
}

// call gives who enters his nick: as it is written already, if he is in under it.
func (e *entry) call(r *Room, nick, key string) {
	e.nick, e.key, e.beside = nick, key, false
	if o := r.byNick[key]; o != nil && o.bare == e.st.From.Bare() {
		e.nick, e.beside = o.Nick, true
	}
}

// let puts an admitted user in and tells everybody, in the order that the XEP demands (R3). xep:0045#order
func (r *Room) let(e *entry) {
	s := &Session{jid: e.st.From, addr: e.st.From.Addr(), payload: r.presencePayload(e.st)}
	known := e.beside && bytes.Equal(r.byNick[e.key].shown().payload, s.payload)
	o := r.add(s, e.nick, e.key, e.aff, e.role)
	regained := r.regain(o, e.role)
	if e.nick != e.st.To.Resource {
		e.codes = append(e.codes, 210)
	}
	from := len(r.out)
	r.sendOccupants(s)
	if !known || regained {
		r.tellOthers(s)
	}
	r.sendSelf(s, e.codes)
	r.goAhead(from, o)
	r.sendRest(s, e.x)
	r.relay(Here, Entered{Person: s.person(), Payload: r.says(s)})
}

// goAhead lets what shows that an occupant comes or goes overtake what others have said and the database has not stored yet:
// all that stands in the effects from a place on.
func (r *Room) goAhead(from int, o *Occupant) {
	for i, e := range r.out[from:] {
		if s, ok := e.(Send); ok {
			s.Ahead = o.Nick
			r.out[from+i] = s
		}
	}
}

// sendRest is what follows the presences of an entry.
func (r *Room) sendRest(s *Session, x *stanza.Element) {
	r.sendHistory(s, r.wanted(s, x))
	r.sendSubject(s)
	for _, f := range features {
		if f.entered != nil {
			f.entered(r, s)
		}
	}
}

// regain gives an occupant who was only behind a link, where nobody is a moderator, the affiliation and the role that he has
// here.
func (r *Room) regain(o *Occupant, role Role) bool {
	changed := r.rank(o)
	if role <= o.role || o.silenced || len(o.addrs()) != 1 {
		return changed
	}
	was := o.role
	o.role = role
	r.views = nil
	if r.broadcasts(was) && !r.broadcasts(role) {
		r.hide(o)
	}
	return true
}

// resync tells a session everything again that it learnt when it entered: its client has lost track. Others are told only
// what they do not know. xep:0045#bizrules-presence
func (r *Room) resync(st *stanza.Stanza, s *Session) {
	was := s.o.shown().payload
	r.late = r.drop(s)
	s.payload = r.presencePayload(st)
	r.bring(s)
	r.sendOccupants(s)
	if !bytes.Equal(was, s.payload) {
		r.tellOthers(s)
		r.relay(Here, Changed{s.person(), r.says(s)})
	}
	var codes []int
	if s.o.Nick != st.To.Resource {
		codes = []int{210}
	}
	r.sendSelf(s, codes)
	r.sendRest(s, st.Child(nsMUC, "x"))
}

// refresh tells a session everything that it would learn on entering. xep:0045#bizrules-presence
func (r *Room) refresh(s *Session, x *stanza.Element) {
	r.sendOccupants(s)
	r.sendSelf(s, nil)
	r.sendRest(s, x)
}

// sendOccupants tells a session who else is here. xep:0045#enter-pres
func (r *Room) sendOccupants(s *Session) {
	sees, alone := r.seesJIDs(s.o), []stanza.Addr{s.addr}
	r.out = slices.Grow(r.out, len(r.occupants)+8)
	for _, o := range r.occupants {
		if o != s.o && r.broadcasts(o.role) {
			r.emit(Send{Out: r.portray(o, sees), To: alone})
		}
	}
	r.sendAbsent(s)
}

// tellOthers shows an occupant by this session to everybody but the session itself, which is told last and more.
func (r *Room) tellOthers(s *Session) {
	o, v := s.o, r.viewers()
	all := o.addrs()
	if r.broadcasts(o.role) {
		r.tell(o, s, without(v.seeing, all), true, &notice{})
		r.tell(o, s, without(v.blind, all), false, &notice{})
	}
	if fellows := without(all, []stanza.Addr{s.addr}); len(fellows) > 0 {
		r.emit(Send{Out: r.show(o, s, r.seesJIDs(o), true, &notice{}), To: fellows})
	}
}

// sendSelf is the last presence of an entry. xep:0045#enter-pres
func (r *Room) sendSelf(s *Session, codes []int) {
	if r.rec.Config.NonAnonymous {
		codes = append(codes, 100)
	}
	if r.rec.Config.Logging {
		codes = append(codes, 170)
	}
	out := r.show(s.o, s, r.seesJIDs(s.o), true, &notice{self: codes})
	r.emit(Send{Out: out, To: []stanza.Addr{s.addr}})
}

// absent answers for an address where there is no room. Whoever enters creates it, if he may. xep:0045#createroom
func (r *Room) absent(st *stanza.Stanza) {
	switch {
	case st.IsError(), st.Kind == stanza.IQ && st.Type == "result":
	case st.Kind == stanza.Message && st.Has(chatneg.NSFeature, "feature"): // as where there is a room that he may not know of
	case st.Kind != stanza.Presence:
		r.fail(st, r.missing())
	case st.Type == "unavailable", st.Type == "probe":
	case st.Type != "":
		r.fail(st, r.missing())
	case st.Has(nsMUC, "x"):
		r.create(st)
	case st.To.IsBare():
		r.fail(st, noNick)
	default:
		r.kickStranger(st)
	}
}

// create makes a locked room with its first owner in it. xep:0045#createroom-general
func (r *Room) create(st *stanza.Stanza) {
	err := r.kept(st.From)
	if err == nil {
		err = roomName(r.jid.Local)
	}
	if err == nil && st.To.IsBare() {
		err = noNick
	}
	var nick, key string
	if err == nil {
		nick, key, err = prepareNick(st.To.Resource)
	}
	if err == nil {
		err = r.nickAllowed(nick)
	}
	if err == nil {
		err = r.refuseNick(nick, key, st.From)
	}
	if err == nil && !r.settings.mayCreate(st.From) {
		err = stanza.Fail(mellium.NotAllowed).Because("You may not create rooms here.")
	}
	if err == nil {
		err = r.roomToCreate(st.From)
	}
	if err != nil {
		r.fail(st, err)
		return
	}
	r.found(st.From)
	r.save()
	r.appoint(st.From)
	e := &entry{st: st, nick: nick, key: key, x: st.Child(nsMUC, "x"), aff: Owner, role: Moderator, codes: []int{201}}
	r.let(e)
}

// appoint gives a new room its first owners and admins.
func (r *Room) appoint(creator stanza.JID) {
	for _, jid := range append([]string{creator.Bare().String()}, r.settings.RoomOwners...) {
		r.setAffiliation(jid, Owner, "")
	}
	for _, jid := range r.settings.RoomAdmins {
		if r.listed(jid) == None {
			r.setAffiliation(jid, Admin, "")
		}
	}
}

// found gives the room its log and its first configuration.
func (r *Room) found(creator stanza.JID) {
	r.exists = true
	r.rec = Record{
		JID: r.me, Epoch: r.birth.Epoch, Secret: r.birth.Secret, Created: r.now, Creator: creator.Bare().String(), Locked: true,
		Config: r.settings.Defaults,
	}
	r.nid = nodeID(r.me, r.rec.Epoch)
}

package muc

import (
	"reflect"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// owner takes the configuration form and the end of the room. xep:0045#roomconfig xep:0045#destroyroom
func (r *Room) owner(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	if r.affiliation(st.From) != Owner {
		return nil, forbidden.Because("Only owners may configure this room.")
	}
	if st.Type == "get" {
		return r.configForm(), nil
	}
	if d := q.Child(nsOwner, "destroy"); d != nil {
		return nil, r.destroy(st, d)
	}
	x := q.Child(nsForm, "x")
	if x == nil {
		return nil, badRequest.Because("The query holds neither a form nor <destroy/>.")
	}
	form, err := stanza.ParseForm(x)
	switch {
	case err != nil:
		return nil, badRequest.Because("The form cannot be read.")
	case form.Type == "cancel":
		r.cancel(st)
		return nil, nil
	case form.Type != "submit":
		return nil, badRequest.Because("The form is neither submitted nor cancelled.")
	case form.FormType() != "" && form.FormType() != nsRoomConfig:
		return nil, badRequest.Because("This is another form than the room's.")
	}
	return nil, r.configure(st, form)
}

// configForm is the whole configuration as it is now.
func (r *Room) configForm() []byte {
	f := stanza.Form{
		Type: "form", Title: "Configuration of " + r.me,
		Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsRoomConfig}}},
	}
	for _, ft := range features {
		for _, o := range ft.fields {
			if o.typ != "" && r.sendable(3*o.size(r)) { // what a form leaves out stays as it is
				f.Fields = append(f.Fields, o.form(r))
			}
		}
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsOwner)
	f.Append(&b)
	return b.End().Bytes()
}

// size is about how many bytes the field's values take in a form.
func (f *field) size(r *Room) int {
	n := 0
	for _, v := range f.get(r) {
		n += len("<value></value>") + len(v)
	}
	return n
}

// form is the field as the room's form has it. A list has the present value among its options, whatever it is: some
// clients would show, and submit, another.
func (f *field) form(r *Room) stanza.Field {
	values, options := f.get(r), f.options
	if f.typ == "list-single" && !slices.ContainsFunc(options, func(o stanza.Option) bool { return o.Value == values[0] }) {
		options = append(slices.Clone(options), stanza.Option{Label: values[0], Value: values[0]})
	}
	return stanza.Field{Var: f.name, Type: f.typ, Label: f.label, Options: options, Values: values, Extra: f.extra}
}

// configure applies a submitted form whole, or not at all. Fields that are not the room's are ignored, fields that are
// missing stay as they are; an empty form is the instant room. xep:0045#roomconfig
func (r *Room) configure(st *stanza.Stanza, form *stanza.Form) *stanza.Error {
	d := &draft{Config: r.rec.Config, was: r.rec.Config}
	for i := range form.Fields {
		if err := r.submit(d, &form.Fields[i]); err != nil {
			return err
		}
	}
	lists := r.listChanges(d)
	if !r.keepsOwner(lists) {
		return lastOwner
	}
	if err := r.sound(st, d); err != nil {
		return err
	}
	r.result(st, nil)
	r.applyAll(lists, "")
	if r.exists {
		r.adopt(d.Config)
	}
	return nil
}

// adopt makes a configuration the room's and opens the room if it was locked.
func (r *Room) adopt(c Config) {
	was, wasLocked := r.rec.Config, r.rec.Locked
	changed := !reflect.DeepEqual(was, c)
	if changed || wasLocked {
		r.rec.Config, r.rec.Locked = c, false
		r.views = nil
		r.save()
	}
	if changed {
		r.applyConfig(was)
	}
}

func (r *Room) submit(d *draft, in *stanza.Field) *stanza.Error {
	f := fieldNamed(in.Var)
	if f == nil {
		return nil
	}
	if in.Type != "" && in.Type != f.typ && f.typ == "boolean" {
		return badRequest.Because("The field " + in.Var + " is of another type.")
	}
	value := ""
	if len(in.Values) > 0 {
		value = in.Values[0]
	}
	if len(in.Values) > 1 && !strings.HasSuffix(f.typ, "-multi") {
		return badRequest.Because("The field " + in.Var + " has one value.")
	}
	if !f.set(d, value, in.Values) {
		return badRequest.Because("The field " + in.Var + " cannot have this value.")
	}
	return nil
}

// sound holds a configuration to what the room's rules and the service's policy allow.
func (r *Room) sound(st *stanza.Stanza, d *draft) *stanza.Error {
	refuse := stanza.Fail(mellium.NotAcceptable)
	if name := r.fixed(st.From, d); name != "" {
		return refuse.Because(name + ": this service does not let owners change it.")
	}
	switch {
	case d.PasswordProtected && strings.TrimSpace(d.Password) == "":
		return refuse.Because("muc#roomconfig_roomsecret: a room that is protected by a password needs one.")
	case d.FederationJoin != "" && !Matches(r.settings.Peers, d.FederationJoin):
		return refuse.Because(fieldJoin + ": this service does not federate with that room.")
	}
	for _, peer := range d.FederationAccept {
		if !Matches(r.settings.Peers, peer) {
			return refuse.Because(fieldAccept + ": this service does not federate with " + peer + ".")
		}
	}
	return nil
}

// fixed is a field that a draft changes and only the service's administrators may change, "" if there is none.
func (r *Room) fixed(user stanza.JID, d *draft) string {
	if len(r.settings.Fixed) == 0 || r.settings.isAdmin(user) {
		return ""
	}
	as := d.as(r)
	for _, name := range r.settings.Fixed {
		if f := fieldNamed(name); f != nil && !slices.Equal(f.get(r), f.get(as)) {
			return f.name
		}
	}
	return ""
}

// applyConfig lets a change show: who may no longer be in goes, and everybody is told that something changed.
// xep:0045#roomconfig-notify
func (r *Room) applyConfig(was Config) {
	c := r.rec.Config
	if c.MembersOnly && !was.MembersOnly {
		r.expelNonMembers()
	}
	r.rebroadcast(was)
	if was.Moderated != c.Moderated || was.MembersByDefault != c.MembersByDefault {
		r.regradeVoices()
	}
	codes := changeCodes(was, c)
	for _, f := range features {
		if f.adopted != nil {
			codes = append(codes, f.adopted(r, was)...)
		}
	}
	if len(codes) > 0 {
		r.announceConfig(codes)
	}
	if c.NonAnonymous && !was.NonAnonymous {
		r.unveil()
	}
	if showsAbsent(&c) && !showsAbsent(&was) {
		r.eachHere(r.sendAbsent)
	}
	r.history = r.history[max(0, len(r.history)-c.MaxHistory):]
}

// changeCodes are the status codes of a change: those of what it is about, 104 for anything else.
func changeCodes(was, is Config) []int {
	var codes []int
	add := func(changed, now bool, on, off int) {
		switch {
		case changed && now:
			codes = append(codes, on)
		case changed:
			codes = append(codes, off)
		}
	}
	add(showsAbsent(&was) != showsAbsent(&is), showsAbsent(&is), 102, 103)
	add(was.Logging != is.Logging, is.Logging, 170, 171)
	add(was.NonAnonymous != is.NonAnonymous, is.NonAnonymous, 172, 173)
	was.Logging, was.NonAnonymous = is.Logging, is.NonAnonymous
	was.PresenceBroadcast, is.PresenceBroadcast = rolesIn(was.PresenceBroadcast), rolesIn(is.PresenceBroadcast)
	if !reflect.DeepEqual(was, is) {
		codes = append([]int{104}, codes...)
	}
	return codes
}

// rolesIn is a list of roles less none.
func rolesIn(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == NoRole.String() })
}

func (r *Room) announceConfig(codes []int) {
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser)
	for _, c := range codes {
		b.Empty("status", "code", itoa(c))
	}
	b.End()
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: r.me}, b.Bytes(), r.viewers().all...)
}

// expelNonMembers empties a room that became members-only of everybody else. xep:0045#roomconfig-notify
func (r *Room) expelNonMembers() {
	for _, o := range slices.Clone(r.occupants) {
		if o.aff < Member {
			r.expel(o, &notice{codes: []int{322}})
		}
	}
}

// regradeVoices gives those without affiliation the role that they would enter with now. Moderators stay, and so do those
// whose voice a moderator took by name.
func (r *Room) regradeVoices() {
	r.verdicts = slices.DeleteFunc(r.verdicts, func(v verdict) bool { return v.voice != Visitor })
	for _, o := range r.occupants {
		if o.aff == None && o.role < Moderator && !o.silenced {
			r.setRole(o, r.defaultRole(o.aff), &notice{})
		}
	}
}

// rebroadcast shows and hides whom a change of the broadcast roles concerns.
func (r *Room) rebroadcast(was Config) {
	for _, o := range r.occupants {
		switch before := slices.Contains(was.PresenceBroadcast, o.role.String()); {
		case before && !r.broadcasts(o.role):
			r.hide(o)
		case !before && r.broadcasts(o.role):
			r.announce(o, o.shown(), &notice{})
		}
	}
}

// unveil shows everybody's real address after the room became non-anonymous.
func (r *Room) unveil() {
	for _, o := range r.occupants {
		r.announce(o, o.shown(), &notice{})
	}
}

// cancel of the first form gives the new room up; of a later one it changes nothing. xep:0045#createroom-reserved
func (r *Room) cancel(st *stanza.Stanza) {
	r.result(st, nil)
	if r.rec.Locked {
		r.raze(parting{}, nil)
	}
}

// destroy ends the room for all. xep:0045#destroyroom
func (r *Room) destroy(st *stanza.Stanza, d *stanza.Element) *stanza.Error {
	venue := d.Attr("jid")
	if venue != "" {
		j, err := Typed(venue)
		if err != nil {
			return stanza.Fail(mellium.JIDMalformed).Because("The alternate venue is no address.")
		}
		venue = j.Bare().String()
	}
	if len(d.Raw) > longestFarewell {
		return stanza.Fail(mellium.PolicyViolation).Because("The reason is too long.")
	}
	p := parting{venue: d.Attr("jid"), reason: d.Child(nsOwner, "reason").Text(), password: d.Child(nsOwner, "password").Text()}
	r.raze(p, r.bury(venue, p.reason))
	r.result(st, nil)
	return nil
}

// longestFarewell bounds what a destroyed room says, in bytes: everybody who looks for it is told.
const longestFarewell = 4096

// parting is what a room says at its end.
type parting struct{ venue, reason, password string }

// raze tells every occupant once that the room is no more, and removes it.
func (r *Room) raze(p parting, t *Tombstone) {
	var b stanza.Builder
	b.Start("destroy", "jid", p.venue)
	if p.reason != "" {
		b.Leaf("reason", p.reason)
	}
	if p.password != "" {
		b.Leaf("password", p.password)
	}
	b.End()
	for _, o := range r.occupants {
		o.aff = None
		out := r.show(o, o.shown(), false, true, &notice{gone: true, extra: b.Bytes(), payload: []byte{}})
		if own := o.addrs(); len(own) > 0 {
			r.emit(Send{Out: out, To: own})
		}
	}
	r.clear()
	r.end(t)
}

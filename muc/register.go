package muc

import (
	"encoding/xml"
	"unicode/utf8"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// registration makes members of users and keeps a nick for each. xep:0045#register xep:0077#usecases-register
var registration = feature{
	name: "XEP-0045 registration",
	fields: []field{
		flag("allow_registration", "Everybody may register: a nick is kept for him, and he becomes a member",
			func(c *Config) *bool { return &c.AllowRegistration }),
	},
	disco: func(r *Room) []string {
		if !r.rec.Config.AllowRegistration {
			return nil
		}
		return []string{nsRegister, nsRegForm}
	},
	queries: map[xml.Name]query{name(nsRegister, "query"): {both, (*Room).register}},
	letter:  (*Room).decision,
	entered: (*Room).showRequests,
	adopted: func(r *Room, _ Config) []int {
		if !r.rec.Config.AllowRegistration {
			r.denyAll()
		}
		return nil
	},
}

const (
	fieldNick  = "muc#register_roomnick"
	fieldAllow = "muc#register_allow"

	// longestParticular bounds each text of a form, in characters.
	longestParticular = 512
	// mostListed bounds how many affiliations there are, before users can add their own no more.
	mostListed = 20000
)

var (
	unregistrable = notAllowed.Because("This room takes no registrations.")
	unregistered  = stanza.Fail(mellium.RegistrationRequired).Because("You are not registered with this room.")
	tooMany       = stanza.Fail(mellium.ResourceConstraint).Because("This room takes no more registrations at the moment.")
)

// particulars are what an admin may want to know of somebody. Where nobody reads them they are not asked for.
// xep:0045#registrar-formtype-register
var particulars = []stanza.Field{
	{Var: "muc#register_first", Type: "text-single", Label: "Given name"},
	{Var: "muc#register_last", Type: "text-single", Label: "Family name"},
	{Var: "muc#register_url", Type: "text-single", Label: "A web page"},
	{Var: "muc#register_email", Type: "text-single", Label: "Email address"},
	{Var: "muc#register_faqentry", Type: "text-multi", Label: "About yourself"},
}

// register answers what registration needs, and takes it, its change and its end.
func (r *Room) register(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	user := st.From.Bare().String()
	switch aff := r.affiliation(st.From); {
	case r.rec.Locked && aff != Owner:
		return nil, lockedRoom
	case aff == Outcast:
		return nil, unregistrable
	case st.From.Local == "":
		return nil, notAllowed.Because("Only people may register.")
	case st.Type == "get" && !r.rec.Config.AllowRegistration && r.affils[user].Nick == "":
		return nil, unregistrable
	case st.Type == "get":
		return r.registrationForm(user), nil
	case q.Child(nsRegister, "remove") != nil:
		return nil, r.unregister(st, q, user)
	case !r.rec.Config.AllowRegistration:
		return nil, unregistrable
	}
	return nil, r.submitRegistration(st, q, user)
}

// registrationForm asks for a nick. Who is registered is told so, and may ask for another.
func (r *Room) registrationForm(user string) []byte {
	nick, pending := r.affils[user].Nick, r.request(user)
	var b stanza.Builder
	b.Start("query", "xmlns", nsRegister)
	form := stanza.Form{Type: "form", Title: "Registration with " + r.me, Fields: []stanza.Field{
		{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsRegForm}},
		{Var: fieldNick, Type: "text-single", Label: "Your nick in this room", Required: true},
	}}
	switch {
	case nick != "" && !r.rec.Config.AllowRegistration:
		return b.Empty("registered").Leaf("username", nick).End().Bytes()
	case nick != "":
		form.Instructions = "You are registered. You may choose another nick."
		b.Empty("registered")
	case pending != nil:
		nick = pending.Nick
		form.Instructions = "Your request waits for an admin of the room. You may replace it by another."
	case r.needsApproval(user):
		form.Instructions = "Choose the nick that the room keeps for you. An admin decides whether you become a member."
	default:
		form.Instructions = "Choose the nick that the room keeps for you. You become a member of the room."
	}
	if nick != "" {
		form.Fields[1].Values = []string{nick}
	}
	if r.needsApproval(user) {
		form.Fields = append(form.Fields, particulars...)
	}
	b.Leaf("instructions", form.Instructions).Leaf("username", nick)
	form.Append(&b)
	return b.End().Bytes()
}

// submitRegistration takes the form, or what clients without forms say instead.
func (r *Room) submitRegistration(st *stanza.Stanza, q *stanza.Element, user string) *stanza.Error {
	form, err := registrationIn(q)
	if err != nil {
		return err
	}
	if form.Type == "cancel" {
		r.result(st, nil)
		return nil
	}
	if form.Field(fieldNick).Value() == "" {
		return stanza.Fail(mellium.NotAcceptable).Because(fieldNick + ": a nick is missing.")
	}
	nick, err := r.reservable(form.Field(fieldNick).Value(), user)
	if err != nil {
		return err
	}
	if err := r.awaits(r.paces().registrations, st.From); err != nil {
		return err
	}
	if r.needsApproval(user) {
		return r.ask(st, Request{JID: user, Nick: nick, At: r.now}, form)
	}
	if len(r.affils) >= mostListed && r.listed(user) == None {
		return tooMany
	}
	r.result(st, nil)
	r.enroll(user, nick, "")
	return nil
}

// registrationIn is the form in a query. A form comes before plain fields. xep:0077#precedence
func registrationIn(q *stanza.Element) (*stanza.Form, *stanza.Error) {
	x := q.Child(nsForm, "x")
	if x == nil {
		return plainRegistration(q)
	}
	form, err := stanza.ParseForm(x)
	switch {
	case err != nil, form.Type != "submit" && form.Type != "cancel":
		return nil, badRequest.Because("The form is neither submitted nor cancelled.")
	case form.FormType() != "" && form.FormType() != nsRegForm:
		return nil, badRequest.Because("This is another form than the room's.")
	}
	for i := range form.Fields {
		f := &form.Fields[i]
		switch {
		case f.Var == fieldNick && len(f.Values) > 1:
			return nil, badRequest.Because("The field " + fieldNick + " has one value.")
		case utf8.RuneCountInString(f.Text()) > longestParticular:
			return nil, stanza.Fail(mellium.NotAcceptable).Because("A field of the form is too long.")
		}
	}
	return form, nil
}

func plainRegistration(q *stanza.Element) (*stanza.Form, *stanza.Error) {
	for _, local := range []string{"username", "nick"} {
		if c := q.Child(nsRegister, local); c != nil {
			return &stanza.Form{Type: "submit", Fields: []stanza.Field{{Var: fieldNick, Values: []string{c.Text()}}}}, nil
		}
	}
	return nil, badRequest.Because("The query holds no form.")
}

// needsApproval tells whether registration would give a user more than a nick: entry, or voice. xep:0045#regapprove
func (r *Room) needsApproval(user string) bool {
	if r.affiliationOf(user) >= Member {
		return false
	}
	if r.rec.Config.MembersOnly || r.defaultRole(None) < Participant || r.judged(user) == Visitor {
		return true
	}
	for _, o := range r.of(user) {
		if o.role < Participant {
			return true
		}
	}
	return false
}

// enroll makes a user a member, if he is no more than that already, with this nick.
func (r *Room) enroll(user, nick, actor string) {
	aff := max(r.listed(user), Member)
	r.applyAffiliation(change{jid: user, aff: aff, nick: nick, renick: true, reason: r.affils[user].Reason}, actor)
}

// unregister frees a user's nick and ends his membership, or withdraws his request. Admins and owners stay what they are.
// xep:0077#usecases-cancel
func (r *Room) unregister(st *stanza.Stanza, q *stanza.Element, user string) *stanza.Error {
	if len(q.Children()) != 1 {
		return badRequest.Because("<remove/> stands alone.")
	}
	aff, was := r.listed(user), r.affils[user]
	if aff != Member && was.Nick == "" && r.request(user) == nil {
		return unregistered
	}
	if err := r.awaits(r.paces().registrations, st.From); err != nil {
		return err
	}
	r.result(st, nil)
	r.forget(user)
	if aff == Member {
		r.applyAffiliation(change{jid: user, aff: None}, "")
		return nil
	}
	r.setAffiliationNick(user, aff, "", was.Reason)
	return nil
}

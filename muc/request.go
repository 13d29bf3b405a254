package muc

import (
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// mostRequests bounds how many requests a room keeps for its admins.
const mostRequests = 50

// fieldUser tells whose request it is that an admin answers: the XEP's form has no field for it.
const fieldUser = "{" + nsIsthmus + "}jid"

// noSuchRequest is for whoever answers what is answered already, or withdrawn.
var noSuchRequest = stanza.Fail(mellium.ItemNotFound).Because("There is no such request any more.")

// request is what a user waits for, nil if he waits for nothing.
func (r *Room) request(user string) *Request {
	for i := range r.requests {
		if r.requests[i].JID == user {
			return &r.requests[i]
		}
	}
	return nil
}

// ask keeps a request, instead of the user's last one, and shows it to the admins who are here. xep:0045#regapprove
func (r *Room) ask(st *stanza.Stanza, q Request, form *stanza.Form) *stanza.Error {
	q.Form = approvalForm(q, form)
	switch old := r.request(q.JID); {
	case old != nil:
		*old = q
	case len(r.requests) >= mostRequests:
		return tooMany
	default:
		r.requests = append(r.requests, q)
	}
	r.emit(SaveRequest{q})
	r.result(st, nil)
	var admins []stanza.Addr
	for _, o := range r.occupants {
		if o.aff >= Admin {
			admins = append(admins, o.addrs()...)
		}
	}
	r.showRequest(q, admins...)
	return nil
}

// approvalForm is what admins are shown: what the user has said of himself, and the question.
func approvalForm(q Request, said *stanza.Form) []byte {
	form := stanza.Form{
		Type: "form", Title: "Registration request",
		Instructions: "Somebody wants to register with the room. Allow it, or deny it by submitting the form as it is. " +
			"If you cancel the form the request stays.",
		Fields: []stanza.Field{
			{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsRegForm}},
			{Var: fieldUser, Type: "jid-single", Label: "Who asks", Values: []string{q.JID}},
			{Var: fieldNick, Type: "text-single", Label: "Desired nick", Values: []string{q.Nick}},
		},
	}
	for _, f := range particulars {
		if text := said.Field(f.Var).Text(); text != "" {
			f.Values = []string{text}
			form.Fields = append(form.Fields, f)
		}
	}
	form.Fields = append(form.Fields, stanza.Field{
		Var: fieldAllow, Type: "boolean", Label: "Allow this person to register with the room?", Values: []string{bit(false)},
	})
	var b stanza.Builder
	form.Append(&b)
	return b.Bytes()
}

func (r *Room) showRequest(q Request, to ...stanza.Addr) {
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, q.Form, to...)
}

// showRequests shows an admin who enters what waits for him.
func (r *Room) showRequests(s *Session) {
	if s.o.aff < Admin {
		return
	}
	for _, q := range r.requests {
		r.showRequest(q, s.addr)
	}
}

// decision takes an admin's answer to a request. xep:0045#regapprove
func (r *Room) decision(st *stanza.Stanza, s *Session) bool {
	form := formIn(st, nsRegForm)
	if form == nil || s == nil && r.affiliation(st.From) < Admin {
		return false
	}
	if err := r.decide(st, form); err != nil {
		r.fail(st, err)
	}
	return true
}

func (r *Room) decide(st *stanza.Stanza, form *stanza.Form) *stanza.Error {
	if r.affiliation(st.From) < Admin {
		return forbidden.Because("Only admins and owners may do this.")
	}
	if form.Type == "cancel" {
		return nil
	}
	allow, bad := form.Field(fieldAllow).Bool()
	if bad != nil {
		return badRequest.Because("The form says neither yes nor no.")
	}
	q := r.requestIn(form)
	if q == nil {
		return noSuchRequest
	}
	if !allow {
		r.deny(*q)
		return nil
	}
	return r.approve(*q, form, st.From)
}

// requestIn is the request that a form answers. A client may have left out the field that it does not know: then the nick
// tells, unless two users want the same.
func (r *Room) requestIn(form *stanza.Form) *Request {
	if user := form.Field(fieldUser).Value(); user != "" {
		return r.request(user)
	}
	var found *Request
	for i := range r.requests {
		switch {
		case r.requests[i].Nick != form.Field(fieldNick).Value():
		case found != nil:
			return nil
		default:
			found = &r.requests[i]
		}
	}
	return found
}

// approve registers a user under the nick that the admin's form says: he has seen it, and may have changed it.
func (r *Room) approve(q Request, form *stanza.Form, admin stanza.JID) *stanza.Error {
	wanted := form.Field(fieldNick).Value()
	if wanted == "" {
		wanted = q.Nick
	}
	nick, err := r.reservable(wanted, q.JID)
	if err != nil {
		return err
	}
	actor := ""
	if s := r.session(admin); s != nil {
		actor = s.o.Nick
	}
	invited := r.newcomers([]change{{jid: q.JID, aff: Member}})
	r.enroll(q.JID, nick, actor)
	r.welcome(admin, invited)
	r.write(q.JID, "You are registered with the room "+r.me+" as "+nick+".")
	return nil
}

func (r *Room) deny(q Request) {
	r.forget(q.JID)
	r.write(q.JID, "Your request to register with the room "+r.me+" was denied.")
}

// denyAll is for a room that takes no registrations any more.
func (r *Room) denyAll() {
	for _, q := range slices.Clone(r.requests) {
		r.deny(q)
	}
}

// forget drops what a user, or everybody of a domain, waits for: it is decided.
func (r *Room) forget(jid string) {
	r.requests = slices.DeleteFunc(r.requests, func(q Request) bool {
		domain := q.JID[strings.IndexByte(q.JID, '@')+1:]
		if q.JID != jid && domain != jid {
			return false
		}
		r.emit(DeleteRequest{q.JID})
		return true
	})
}

// write tells a user something in words.
func (r *Room) write(user, text string) {
	j, err := stanza.ParseJID(user)
	if err != nil {
		return
	}
	var b stanza.Builder
	b.Leaf("body", text)
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, b.Bytes(), j.Addr())
}

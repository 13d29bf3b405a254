package muc

import (
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// renounces tells whether a client has agreed with the room not to have something.
func (r *Room) renounces(j stanza.JID, name string) bool {
	return slices.ContainsFunc(r.talks, func(t *talk) bool {
		return t.party() && !t.Over() && t.Ends[chatneg.A].JID == j && t.Bars(name)
	})
}

// staysHere refuses what must not be logged where other nodes would get it, which have not agreed to that.
func (r *Room) staysHere(s *Session, m *speech) *stanza.Error {
	if !r.renounces(s.jid, chatneg.Logging) || !r.federates() {
		return nil
	}
	return stanza.Fail(mellium.NotAcceptable).
		Because("You have asked that nothing you say is logged, and the other nodes of this room have not agreed to that.")
}

// asAgreed is what an occupant says to all, less what he has renounced; where nobody is to log it, it says so, and is not in
// the log; false where nothing is left.
func (r *Room) asAgreed(s *Session, list []stanza.Element) (kept []stanza.Element, ok bool) {
	n := len(list)
	list = slices.DeleteFunc(list, func(e stanza.Element) bool { return r.renounced(s.jid, &e) })
	if len(list) < n && !saysAnything(list) {
		return nil, false
	}
	if !r.renounces(s.jid, chatneg.Logging) {
		return list, true
	}
	list = slices.DeleteFunc(list, func(e stanza.Element) bool { return e.Name == name(nsHints, "store") })
	for _, hint := range off {
		if find(list, hint) == nil {
			list = append(list, stanza.Element{Name: hint, Raw: []byte("<" + hint.Local + " xmlns='" + nsHints + "'/>")})
		}
	}
	return list, true
}

// renounced tells whether an element is something that a client has renounced. xep:0155#parameters
func (r *Room) renounced(j stanza.JID, e *stanza.Element) bool {
	for _, name := range []string{chatneg.ChatStates, chatneg.XHTML} {
		if e.Name.Space == name && r.renounces(j, name) {
			return true
		}
	}
	return false
}

// tailor gives clients that have agreed on less with the room less than everybody else gets.
func (r *Room) tailor(list []Effect) []Effect {
	special := map[stanza.Addr]stanza.JID{}
	for _, t := range r.talks {
		if t.party() && !t.Over() && (t.Bars(chatneg.ChatStates) || t.Bars(chatneg.XHTML) || t.Bars(chatneg.Presence)) {
			special[t.Ends[chatneg.A].JID.Addr()] = t.Ends[chatneg.A].JID
		}
	}
	if len(special) == 0 {
		return list
	}
	var tailored []Effect
	for _, e := range list {
		s, ok := e.(Send)
		if !ok {
			tailored = append(tailored, e)
			continue
		}
		tailored = append(tailored, r.tailored(s, special)...)
	}
	return tailored
}

// tailored is one stanza for everybody else, and what is left of it for each who gets less.
func (r *Room) tailored(s Send, special map[stanza.Addr]stanza.JID) []Effect {
	var rest, own []stanza.Addr
	for _, to := range s.To {
		if _, ok := special[to]; ok {
			own = append(own, to)
			continue
		}
		rest = append(rest, to)
	}
	if len(own) == 0 {
		return []Effect{s}
	}
	var list []Effect
	if len(rest) > 0 {
		list = append(list, Send{s.Out, rest, s.Ahead})
	}
	for _, to := range own {
		if out, ok := r.lessOf(s.Out, to, special[to]); ok {
			list = append(list, Send{out, []stanza.Addr{to}, s.Ahead})
		}
	}
	return list
}

// lessOf is what a client gets of a stanza; false for nothing.
func (r *Room) lessOf(out stanza.Out, to stanza.Addr, j stanza.JID) (stanza.Out, bool) {
	st, err := stanza.Parse(out.To(to))
	if err != nil || st.IsError() {
		return out, true
	}
	switch st.Kind {
	case stanza.Presence:
		return out, st.From.IsBare() || own(st) || !r.renounces(j, chatneg.Presence)
	case stanza.Message:
		n := len(st.Children)
		kept := slices.DeleteFunc(st.Children, func(e stanza.Element) bool { return r.renounced(j, &e) })
		if len(kept) == n {
			return out, true
		}
		env := stanza.Envelope{Kind: st.Kind, Type: st.Type, ID: st.ID, From: st.From.String(), Lang: st.Lang}
		return env.Render(joined(kept)), saysAnything(kept)
	}
	return out, true
}

// own tells whether a presence is its reader's own.
func own(st *stanza.Stanza) bool {
	for _, c := range st.Child(nsUser, "x").Children() {
		if c.Name.Local == "status" && c.Attr("code") == "110" {
			return true
		}
	}
	return false
}

// wanted are the limits of the history for a client: its own, else those that it has agreed on.
func (r *Room) wanted(s *Session, x *stanza.Element) Limits {
	l := readLimits(x)
	if x.Child(nsMUC, "history") != nil {
		return l
	}
	for _, t := range r.talks {
		if n := t.Holds(historyOf); t.party() && !t.Over() && t.Ends[chatneg.A].JID == s.jid && n != "" {
			l.MaxStanzas = atoi(n)
		}
	}
	return l
}

// negotiable answers which parameters can be negotiated, and to what. xep:0020#protocol-query
func (r *Room) negotiable(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	if len(q.Raw) > chatneg.MaxForm {
		return nil, badRequest.Because("This form is too long.")
	}
	form, err := stanza.ParseForm(q.Child(nsForm, "x"))
	if err != nil || form.Type != "submit" || len(form.Fields) > chatneg.MaxFields {
		return nil, stanza.Fail(mellium.FeatureNotImplemented).Because("Sessions are negotiated in messages.")
	}
	answer := chatneg.Offers(form, r.can())
	if answer == nil {
		return nil, stanza.Fail(mellium.FeatureNotImplemented)
	}
	var b stanza.Builder
	b.Start("feature", "xmlns", chatneg.NSFeature)
	answer.Append(&b)
	return b.End().Bytes(), nil
}

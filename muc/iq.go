package muc

import (
	"encoding/xml"
	"slices"

	"isthmus/component/stanza"
)

// query answers one kind of IQ to the room: with what goes into the result, or an error. A handler that has sent its
// result itself returns neither.
type query func(*Room, *stanza.Stanza, *stanza.Element) ([]byte, *stanza.Error)

// queries are the IQs that a room answers, by their child. types says for which; the others get bad-request.
var queries = map[xml.Name]struct {
	types  []string
	answer query
}{
	name(nsInfo, "query"):  {[]string{"get"}, (*Room).info},
	name(nsItems, "query"): {[]string{"get"}, (*Room).items},
	name(nsAdmin, "query"): {[]string{"get", "set"}, (*Room).admin},
	name(nsOwner, "query"): {[]string{"get", "set"}, (*Room).owner},
	name(nsPing, "ping"):   {[]string{"get"}, (*Room).ping},
}

// iq takes every IQ to the room or to an occupant.
func (r *Room) iq(st *stanza.Stanza) {
	switch st.Type {
	case "result", "error":
		r.forwardReply(st)
		return
	case "get", "set":
	default:
		r.fail(st, badRequest.Because("An IQ is of type get, set, result or error."))
		return
	}
	if len(st.Children) != 1 {
		r.fail(st, badRequest.Because("An IQ of this type has exactly one child."))
		return
	}
	if !st.To.IsBare() {
		r.occupantIQ(st)
		return
	}
	q := &st.Children[0]
	h, ok := queries[q.Name]
	switch {
	case !ok:
		r.fail(st, unsupported)
	case !slices.Contains(h.types, st.Type):
		r.fail(st, badRequest)
	default:
		r.answer(st, q, h.answer)
	}
}

func (r *Room) answer(st *stanza.Stanza, q *stanza.Element, h query) {
	payload, err := h(r, st, q)
	switch {
	case err != nil:
		r.fail(st, err)
	case payload != nil:
		r.result(st, payload)
	}
}

// result answers an IQ.
func (r *Room) result(st *stanza.Stanza, payload []byte) {
	env := stanza.Envelope{Kind: stanza.IQ, Type: "result", ID: st.ID, From: st.To.String()}
	r.send(env, payload, st.From.Addr())
}

func (r *Room) ping(st *stanza.Stanza, _ *stanza.Element) ([]byte, *stanza.Error) {
	r.result(st, nil)
	return nil, nil
}

package muc

import (
	"encoding/xml"
	"slices"

	"isthmus/component/stanza"
)

// query is one kind of IQ that a room answers: of which types, and with what goes into the result, or an error. An answer
// that has sent its result itself, or will, returns neither.
type query struct {
	types  []string
	answer func(*Room, *stanza.Stanza, *stanza.Element) ([]byte, *stanza.Error)
}

var (
	gets = []string{"get"}
	sets = []string{"set"}
	both = []string{"get", "set"}
)

// queryNamed finds who answers for an IQ's child.
func queryNamed(n xml.Name) (query, bool) {
	for _, f := range features {
		if q, ok := f.queries[n]; ok {
			return q, true
		}
	}
	return query{}, false
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
	h, ok := queryNamed(q.Name)
	switch {
	case !ok:
		r.fail(st, unsupported)
	case !slices.Contains(h.types, st.Type):
		r.fail(st, badRequest)
	default:
		r.answer(st, q, h)
	}
}

func (r *Room) answer(st *stanza.Stanza, q *stanza.Element, h query) {
	payload, err := h.answer(r, st, q)
	switch {
	case err != nil:
		r.fail(st, err)
	case payload != nil:
		r.result(st, payload)
	}
}

// result answers an IQ.
func (r *Room) result(st *stanza.Stanza, payload []byte) {
	if !r.sendable(len(payload)) {
		r.fail(st, tooLong)
		return
	}
	env := stanza.Envelope{Kind: stanza.IQ, Type: "result", ID: st.ID, From: st.To.String()}
	r.send(env, payload, st.From.Addr())
}

func (r *Room) ping(st *stanza.Stanza, _ *stanza.Element) ([]byte, *stanza.Error) {
	r.result(st, nil)
	return nil, nil
}

// headroom is what the envelope of a stanza takes at most, in bytes: ids and addresses are bounded.
const headroom = 16 << 10

// sendable tells whether the host server takes a stanza with a payload of so many bytes. One that it does not take would end the stream.
func (r *Room) sendable(size int) bool {
	return r.settings.MaxStanza == 0 || size <= r.settings.MaxStanza-headroom
}

package muc

import (
	"bytes"

	"isthmus/component/stanza"
)

// Names of the fields by which an owner links his room to others.
const (
	fieldJoin   = "{" + nsIsthmus + "}federation_join"
	fieldAccept = "{" + nsIsthmus + "}federation_accept"
)

var notForClients = forbidden.Because("Only rooms that federate with this one may say this.")

// federation links a room with rooms on other servers. xep:0289
var federation = feature{
	name: "XEP-0289 federated rooms",
	fields: []field{
		{
			name: fieldJoin, typ: "text-single", label: "Room on another server that this one joins",
			get: func(r *Room) []string { return []string{r.rec.Config.FederationJoin} },
			set: func(d *draft, v string, _ []string) bool {
				peer, ok := peerName(v, true)
				d.FederationJoin = peer
				return ok
			},
		},
		{
			name: fieldAccept, typ: "text-multi", label: "Rooms, or whole services, that may join this one",
			get: func(r *Room) []string { return r.rec.Config.FederationAccept },
			set: func(d *draft, _ string, all []string) bool {
				d.FederationAccept = nil
				for _, v := range all {
					peer, ok := peerName(v, false)
					if !ok {
						return false
					}
					if peer != "" {
						d.FederationAccept = append(d.FederationAccept, peer)
					}
				}
				return true
			},
		},
	},
}

// peerName reads the address of a room, or of a service where a room is not required. Nothing is fine too.
func peerName(v string, room bool) (string, bool) {
	if v == "" {
		return "", true
	}
	j, err := Typed(v)
	if err != nil || !j.IsBare() || room && j.Local == "" {
		return "", false
	}
	return j.String(), true
}

// refuseForged refuses what only a federation peer may send: stanzas of peers never come this way. xep:0289#security
func refuseForged(st *stanza.Stanza) *stanza.Error {
	for i := range st.Children {
		if Marked(&st.Children[i]) {
			return notForClients
		}
	}
	return nil
}

// Marked tells whether an element is what only nodes say to each other, or holds it, however deep.
func Marked(e *stanza.Element) bool {
	if e.Name.Space == nsFMUC {
		return true
	}
	if !bytes.Contains(e.Raw, []byte("fmuc")) { // as the mark is called, and usually its namespace
		return false
	}
	list := e.Children()
	for i := range list {
		if Marked(&list[i]) {
			return true
		}
	}
	return false
}

// Joins is the peer that this room joins, "" for none: its owner's word, else the administrator's. A locked room is not
// there yet.
func (r *Room) Joins() string {
	if !r.exists || r.rec.Locked {
		return ""
	}
	peer := r.rec.Config.FederationJoin
	if peer == "" {
		peer = r.settings.Federation[r.jid.Local].Join
	}
	if peer == "" || !Matches(r.settings.Peers, peer) {
		return ""
	}
	return peer
}

// Accepts tells whether this peer may join the room; by default nobody may.
func (r *Room) Accepts(peer string) bool {
	if !r.exists || r.rec.Locked || !Matches(r.settings.Peers, peer) {
		return false
	}
	return Matches(r.rec.Config.FederationAccept, peer) || Matches(r.settings.Federation[r.jid.Local].Accept, peer)
}

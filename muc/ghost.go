package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// deadConditions are errors that no live client sends: whoever they name is gone. xep:0045#impl-service-ghosts
var deadConditions = []mellium.Condition{
	mellium.Gone, mellium.RecipientUnavailable, mellium.Redirect, mellium.RemoteServerNotFound, mellium.RemoteServerTimeout,
}

// ghostConditions remove a session when a groupchat message or a presence bounces: beside the dead ones those that
// servers answer in place of a client that is no longer connected.
var ghostConditions = append([]mellium.Condition{
	mellium.ItemNotFound, mellium.ServiceUnavailable, mellium.InternalServerError, mellium.JIDMalformed,
}, deadConditions...)

// ghostly tells whether an error stanza carries one of these conditions.
func ghostly(st *stanza.Stanza, conditions []mellium.Condition) bool {
	e := st.Child("", "error")
	for _, c := range conditions {
		if e.Child(nsStanzas, string(c)) != nil {
			return true
		}
	}
	return false
}

// ring remembers the last few private messages, so that their bounce is not taken for a groupchat's.
type ring struct {
	list [64]privateKey
	next int
}

type privateKey struct {
	to stanza.JID
	id string
}

func (g *ring) add(to stanza.JID, id string) {
	g.list[g.next] = privateKey{to, id}
	g.next = (g.next + 1) % len(g.list)
}

// drop forgets everything of one user.
func (g *ring) drop(to stanza.JID) {
	for i := range g.list {
		if g.list[i].to == to {
			g.list[i] = privateKey{}
		}
	}
}

func (g *ring) has(to stanza.JID, id string) bool {
	for _, k := range g.list {
		if k == (privateKey{to, id}) {
			return true
		}
	}
	return false
}

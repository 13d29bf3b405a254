package openfire

import (
	"fmt"
	"slices"
	"time"

	"isthmus/component/stanza"
)

// kept is how many messages a room's history holds.
const kept = 25

// Room is one room, and everybody in it. Its user's deeds are methods; what it sends for them is collected for Sent.
type Room struct {
	JID       stanza.JID
	Joins     stanza.JID // the room that this one joins; zero: none
	Off       bool       // it does not federate
	Closed    bool       // semi-anonymous: real addresses are not shown
	KickLeft  bool       // a node whose last user is kicked is told that it has left
	Now       time.Time
	Faults    []string // what would have broken a real one, in the order in which it came
	Ignored   int      // stanzas that did nothing
	occupants []*occupant
	nodes     []stanza.JID // that have joined this room
	out       outbound
	history   []line
	subject   line
	sent      [][]byte
	outed     map[stanza.JID]bool // put out here, while something of theirs may be on its way
	ids       int
}

// occupant is one session in the room.
type occupant struct {
	jid       stanza.JID
	nick      string
	aff, role string
	node      stanza.JID     // over which he came; zero: he is here
	heard     map[string]int // bodies, and how often
	subjects  []string
}

func (o *occupant) local() bool { return o.node.IsZero() }

// line is a message of the history, or the subject.
type line struct {
	nick string
	jid  stanza.JID
	id   string
	raw  []byte // children
	text string
	at   time.Time
}

// New is an empty room that federates.
func New(jid stanza.JID) *Room { return &Room{JID: jid, outed: map[stanza.JID]bool{}} }

// Settle says that nothing is on its way: whoever was put out is known to be out.
func (r *Room) Settle() { clear(r.outed) }

// Sent takes what the room has sent since it was last asked.
func (r *Room) Sent() [][]byte {
	list := r.sent
	r.sent = nil
	return list
}

// Who are the nicks in the room, in order.
func (r *Room) Who() []string {
	var list []string
	for _, o := range r.occupants {
		list = append(list, o.nick)
	}
	slices.Sort(list)
	return list
}

// Has tells whether somebody is in the room under a nick.
func (r *Room) Has(user stanza.JID, nick string) bool {
	return slices.ContainsFunc(r.occupants, func(o *occupant) bool { return o.jid == user && o.nick == nick })
}

// Heard is how often a local user was shown a message with this body.
func (r *Room) Heard(user stanza.JID, body string) int {
	if o := r.find(user); o != nil {
		return o.heard[body]
	}
	return 0 // its own room has lost him
}

// Subjects are those that a local user was shown.
func (r *Room) Subjects(user stanza.JID) []string { return r.find(user).subjects }

// Topic is what the room is about, as those see it who enter.
func (r *Room) Topic() string { return r.subject.text }

// Linked tells whether the room has joined its node, and whether it waits for the end of the answer.
func (r *Room) Linked() (joined, waits bool) { return r.out.joined, r.out.waits }

// Nodes are those that have joined.
func (r *Room) Nodes() []stanza.JID { return r.nodes }

func (r *Room) find(user stanza.JID) *occupant {
	for _, o := range r.occupants {
		if o.jid == user {
			return o
		}
	}
	return nil
}

func (r *Room) named(nick string) *occupant {
	for _, o := range r.occupants {
		if o.nick == nick {
			return o
		}
	}
	return nil
}

func (r *Room) drop(o *occupant) {
	r.occupants = slices.DeleteFunc(r.occupants, func(x *occupant) bool { return x == o })
}

// from tells whether anybody in the room came over a node.
func (r *Room) from(node stanza.JID) bool {
	return slices.ContainsFunc(r.occupants, func(o *occupant) bool { return o.node == node })
}

// unknown notes a stanza of somebody who is not in the room. If he was put out while it was on its way nobody is to blame.
func (r *Room) unknown(user stanza.JID, why string, st *stanza.Stanza) {
	if r.outed[user] {
		r.Ignored++
		return
	}
	r.fault(why, st)
}

// fault notes what would have broken a real one.
func (r *Room) fault(why string, st *stanza.Stanza) {
	mark := st.Child(nsFMUC, "fmuc")
	r.Faults = append(r.Faults, fmt.Sprintf("%s: %s type=%q id=%q from=%s fmuc=%s", why, st.Kind, st.Type, st.ID, st.From, mark.Attr("from")))
}

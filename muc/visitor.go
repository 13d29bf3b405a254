package muc

import (
	"bytes"
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// visitors is what those without voice may do all the same. xep:0045#roles-priv
var visitors = feature{
	name: "XEP-0045 visitors",
	fields: []field{
		flag("allow_visitor_status", "Visitors' status texts are shown", func(c *Config) *bool { return &c.AllowVisitorStatus }).
			called("allowvisitorstatus"),
		flag("allow_visitor_nickchange", "Visitors may change their nicks",
			func(c *Config) *bool { return &c.AllowVisitorNickChange }).
			called("allowvisitornickchange"),
	},
	renick: func(r *Room, s *Session, _ string) *stanza.Error {
		if s.o.role == Visitor && !r.rec.Config.AllowVisitorNickChange {
			return lockedNick
		}
		return nil
	},
	adopted: func(r *Room, was Config) []int {
		if was.AllowVisitorStatus != r.rec.Config.AllowVisitorStatus {
			r.showStatuses()
		}
		return nil
	},
}

var lockedNick = stanza.Fail(mellium.NotAcceptable).Because("Visitors may not change their nicks here.")

// says is what a session says of its presence, as far as others are shown it.
func (r *Room) says(s *Session) []byte {
	if r.rec.Config.AllowVisitorStatus || s.o.role != Visitor {
		return s.payload
	}
	return hushed(s.payload)
}

// hushed is a presence without its status text.
func hushed(payload []byte) []byte {
	list, err := stanza.ParseElements(payload)
	if err != nil {
		return nil
	}
	return joined(slices.DeleteFunc(list, func(e stanza.Element) bool { return e.Name == name("", "status") }))
}

// showStatuses shows visitors anew who have said something that is to be seen now, or is not any more.
func (r *Room) showStatuses() {
	for _, o := range r.occupants {
		if s := o.shown(); o.role == Visitor && !bytes.Equal(hushed(s.payload), s.payload) {
			r.announce(o, s, &notice{})
			r.relay(s.via, Changed{s.person(), r.says(s)})
		}
	}
}

package muc

import (
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
}

var lockedNick = stanza.Fail(mellium.NotAcceptable).Because("Visitors may not change their nicks here.")

// says is what a session says of its presence, as far as others are shown it.
func (r *Room) says(s *Session) []byte {
	if r.rec.Config.AllowVisitorStatus || s.o.role != Visitor {
		return s.payload
	}
	list, err := stanza.ParseElements(s.payload)
	if err != nil {
		return nil
	}
	return joined(slices.DeleteFunc(list, func(e stanza.Element) bool { return e.Name == name("", "status") }))
}

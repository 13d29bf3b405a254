package muc

import (
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// nickPolicy binds users to the nicks that are reserved for them. xep:0045#changenick xep:0045#register
// xep:0045#reservednick
//
// "registered" lets whoever has one be called nothing else; "locked" lets in nobody who has none, but admins and owners,
// who could give themselves one. Nobody's address becomes his nick: a room may hide addresses.
var nickPolicy = feature{
	name: "XEP-0045 locked nicks",
	admit: func(r *Room, e *entry) *stanza.Error {
		nick, key := r.keptNick(e.st.From.Bare().String())
		if nick != "" {
			e.call(r, nick, key)
			return nil
		}
		return r.needsNick(e.aff)
	},
	renick: func(r *Room, s *Session, nick string) *stanza.Error {
		switch kept, _ := r.keptNick(s.o.bare.String()); kept {
		case "":
			return r.needsNick(s.o.aff)
		case nick:
			return nil
		default:
			return nickLocked.Because("Your nick in this room is " + kept + ".")
		}
	},
	fields: []field{
		choice("nick_policy", "What registered nicks are for", func(c *Config) *string { return &c.NickPolicy },
			stanza.Option{Label: "Nobody else may use them", Value: "free"},
			stanza.Option{Label: "Their owners may use no others", Value: "registered"},
			stanza.Option{Label: "Only who has one may enter", Value: "locked"}),
	},
	adopted: func(r *Room, was Config) []int {
		if was.NickPolicy != r.rec.Config.NickPolicy {
			for _, o := range slices.Clone(r.occupants) {
				r.settle(o.bare.String())
			}
		}
		return nil
	},
}

// nickLocked is of the type that the XEP gives it. xep:0045#changenick
var nickLocked = stanza.Fail(mellium.NotAcceptable).OfType(mellium.Cancel)

// keptNick is the nick that a user has to use here, "" if he is free to choose.
func (r *Room) keptNick(user string) (nick, key string) {
	reserved := r.affils[user].Nick
	if reserved == "" || !r.bindsNicks() {
		return "", ""
	}
	nick, key, err := prepareNick(reserved)
	if err != nil {
		return "", ""
	}
	return nick, key
}

func (r *Room) bindsNicks() bool {
	return slices.Contains([]string{"registered", "locked"}, r.rec.Config.NickPolicy)
}

// needsNick is why somebody who has reserved no nick may not use any.
func (r *Room) needsNick(aff Affiliation) *stanza.Error {
	if r.rec.Config.NickPolicy != "locked" || aff >= Admin {
		return nil
	}
	return nickLocked.Because("Only registered nicks may be used in this room: register one first.")
}

// settled tells whether a session goes by the nick that its user has to use. Whatever nick it wants to enter under again,
// it enters under this one.
func (r *Room) settled(s *Session) bool {
	_, key := r.keptNick(s.o.bare.String())
	return key != "" && key == s.o.key
}

// settle calls a user who is here by the nick that he has to use, if he does not yet. xep:0045#register
func (r *Room) settle(user string) {
	nick, key := r.keptNick(user)
	if nick == "" || !strings.Contains(user, "@") { // a domain is many users
		return
	}
	if _, err := r.reservable(nick, user); err != nil {
		return
	}
	for _, o := range r.of(user) {
		for _, s := range slices.Clone(o.sessions) {
			if s.via == Here && s.o.key != key {
				r.renameSession(s, nick, key, s.payload, &notice{codes: []int{210}})
			}
		}
	}
}

package muc

import (
	"crypto/subtle"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

var (
	lockedRoom = stanza.Fail(mellium.ItemNotFound).Because("The room is not open yet.")
	banned     = stanza.Fail(mellium.Forbidden).Because("You are banned from this room.")
	noMember   = stanza.Fail(mellium.RegistrationRequired).Because("Only members may enter this room.")
	noPassword = stanza.Fail(mellium.NotAuthorized).Because("The password is missing or wrong.")
	roomFull   = stanza.Fail(mellium.ServiceUnavailable).OfType(mellium.Wait).Because("The room is full.")
)

// outcasts keeps out who is banned, alone or with the whole domain. xep:0045#enter-banned
var outcasts = feature{
	name: "XEP-0045 bans",
	admit: func(_ *Room, e *entry) *stanza.Error {
		if e.aff == Outcast {
			return banned
		}
		return nil
	},
}

// membersOnly keeps out who is no member. xep:0045#enter-members
var membersOnly = feature{
	name: "XEP-0045 members-only rooms",
	admit: func(r *Room, e *entry) *stanza.Error {
		if r.rec.Config.MembersOnly && e.aff < Member {
			return noMember
		}
		return nil
	},
	fields: []field{
		flag("muc#roomconfig_membersonly", "Only members may enter", func(c *Config) *bool { return &c.MembersOnly }),
	},
	disco: either(func(c *Config) bool { return c.MembersOnly }, "muc_membersonly", "muc_open"),
}

// password keeps out who does not know it, owners too. xep:0045#enter-pw
var password = feature{
	name: "XEP-0045 passwords",
	admit: func(r *Room, e *entry) *stanza.Error {
		if !r.rec.Config.PasswordProtected {
			return nil
		}
		given := e.x.Child(nsMUC, "password").Text()
		if subtle.ConstantTimeCompare([]byte(given), []byte(r.rec.Config.Password)) != 1 {
			return noPassword
		}
		return nil
	},
	fields: []field{
		flag("muc#roomconfig_passwordprotectedroom", "A password is needed to enter",
			func(c *Config) *bool { return &c.PasswordProtected }),
		secret("muc#roomconfig_roomsecret", "The password", 256, func(c *Config) *string { return &c.Password }),
	},
	disco: either(func(c *Config) bool { return c.PasswordProtected }, "muc_passwordprotected", "muc_unsecured"),
}

// maxUsers keeps a room from growing beyond its owner's wish; owners and admins always find room. xep:0045#enter-maxusers
var maxUsers = feature{
	name: "XEP-0045 maximum number of occupants",
	admit: func(r *Room, e *entry) *stanza.Error {
		if limit := r.rec.Config.MaxUsers; limit > 0 && len(r.occupants) >= limit && !e.beside && e.aff < Admin {
			return roomFull
		}
		return nil
	},
	fields: []field{
		number("muc#roomconfig_maxusers", "Most occupants at a time", 0, 100000, func(c *Config) *int { return &c.MaxUsers },
			stanza.Option{Label: "No limit", Value: "none"}, stanza.Option{Value: "10"}, stanza.Option{Value: "20"},
			stanza.Option{Value: "30"}, stanza.Option{Value: "50"}, stanza.Option{Value: "100"}, stanza.Option{Value: "1000"}),
	},
}

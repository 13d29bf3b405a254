package muc

import "isthmus/component/stanza"

// about is what a room says of itself. xep:0045#disco-roominfo
var about = feature{
	name: "XEP-0045 room information",
	fields: []field{
		text("muc#roomconfig_roomname", "Name of the room", 256, func(c *Config) *string { return &c.Name }),
		text("muc#roomconfig_roomdesc", "What the room is about", 1024, func(c *Config) *string { return &c.Description }),
		matching(`^([A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*)?$`,
			text("muc#roomconfig_lang", "Language of the room (such as en)", 35, func(c *Config) *string { return &c.Lang })),
		text("muc#roomconfig_pubsub", "Address of a publish-subscribe node that belongs to the room", 1023,
			func(c *Config) *string { return &c.PubSub }),
	},
	info: func(r *Room) []stanza.Field {
		c := &r.rec.Config
		list := []stanza.Field{
			{Var: "muc#roomconfig_roomname", Values: []string{c.Name}},
			{Var: "muc#roominfo_description", Values: []string{c.Description}},
			{Var: "muc#roominfo_lang", Values: []string{c.Lang}},
			{Var: "muc#roominfo_occupants", Values: []string{itoa(len(r.occupants))}},
		}
		if c.PubSub != "" {
			list = append(list, stanza.Field{Var: "muc#roomconfig_pubsub", Values: []string{c.PubSub}})
		}
		if len(r.settings.Contacts) > 0 {
			list = append(list, stanza.Field{Var: "muc#roominfo_contactjid", Type: "jid-multi", Values: r.settings.Contacts})
		}
		return list
	},
}

// lifetime is what ends a room. xep:0045#terms
var lifetime = feature{
	name: "XEP-0045 persistent rooms",
	fields: []field{
		flag("muc#roomconfig_persistentroom", "Keep the room when nobody is in it", func(c *Config) *bool { return &c.Persistent }),
	},
	disco: either(func(c *Config) bool { return c.Persistent }, "muc_persistent", "muc_temporary"),
}

// listing is who finds a room. xep:0045#disco-rooms
var listing = feature{
	name: "XEP-0045 public rooms",
	fields: []field{
		flag("muc#roomconfig_publicroom", "List the room", func(c *Config) *bool { return &c.Public }),
		flag("public_list", "List who is in the room", func(c *Config) *bool { return &c.PublicList }),
	},
	disco: either(func(c *Config) bool { return c.Public }, "muc_public", "muc_hidden"),
}

// locked keeps everybody out until the owner has configured the room. xep:0045#createroom-reserved
var locked = feature{
	name: "XEP-0045 locked rooms",
	admit: func(r *Room, e *entry) *stanza.Error {
		if r.rec.Locked && e.aff != Owner {
			return lockedRoom
		}
		return nil
	},
	speak: func(r *Room, s *Session, _ *speech) *stanza.Error {
		if r.rec.Locked && s.o.aff != Owner {
			return lockedRoom
		}
		return nil
	},
}

// outside is why somebody who is not in the room may not write to it: a locked room is not there yet.
// xep:0045#message xep:0045#bizrules-message
func (r *Room) outside() *stanza.Error {
	if r.rec.Locked {
		return lockedRoom
	}
	return notInside
}

// either is the disco feature of a room that is one thing or the other.
func either(is func(*Config) bool, yes, no string) func(*Room) []string {
	return func(r *Room) []string {
		if is(&r.rec.Config) {
			return []string{yes}
		}
		return []string{no}
	}
}

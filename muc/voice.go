package muc

import "isthmus/component/stanza"

// voice keeps visitors silent. xep:0045#message
var voice = feature{
	name: "XEP-0045 moderated rooms",
	speak: func(_ *Room, s *Session, _ *speech) *stanza.Error {
		if s.o.role < Participant {
			return nobodysVoice
		}
		return nil
	},
	fields: []field{
		flag("muc#roomconfig_moderatedroom", "Only those with voice may speak", func(c *Config) *bool { return &c.Moderated }),
		flag("members_by_default", "Newcomers have voice, unless only those with voice may speak",
			func(c *Config) *bool { return &c.MembersByDefault }),
	},
	disco: either(func(c *Config) bool { return c.Moderated }, "muc_moderated", "muc_unmoderated"),
}

// defaultRole is the role that an affiliation enters with. xep:0045#roles-default
func (r *Room) defaultRole(a Affiliation) Role {
	switch {
	case a >= Admin:
		return Moderator
	case a == None && (r.rec.Config.Moderated || !r.rec.Config.MembersByDefault):
		return Visitor
	case a == Outcast:
		return NoRole
	}
	return Participant
}

// presences is whose presence everybody is sent. xep:0045#enter-pres
var presences = feature{
	name: "XEP-0045 presence broadcast",
	fields: []field{
		roles("muc#roomconfig_presencebroadcast", "Whose presence is sent to everybody",
			func(c *Config) *[]string { return &c.PresenceBroadcast }, stanza.Option{Label: "Members who are not here", Value: "none"}),
	},
}

// anonymity is who sees real JIDs. xep:0045#enter-nonanon xep:0045#enter-semianon
var anonymity = feature{
	name: "XEP-0045 anonymity",
	fields: []field{
		{
			name: "muc#roomconfig_whois", typ: "list-single", label: "Who may see real addresses",
			options: []stanza.Option{{Label: "Moderators", Value: "moderators"}, {Label: "Anyone", Value: "anyone"}},
			get: func(r *Room) []string {
				if r.rec.Config.NonAnonymous {
					return []string{"anyone"}
				}
				return []string{"moderators"}
			},
			set: func(d *draft, v string, _ []string) bool {
				d.NonAnonymous = v == "anyone"
				return v == "anyone" || v == "moderators"
			},
		},
		flag("allow_query_users", "Occupants' clients may query each other", func(c *Config) *bool { return &c.AllowQuery }),
	},
	disco: either(func(c *Config) bool { return c.NonAnonymous }, "muc_nonanonymous", "muc_semianonymous"),
	info: func(r *Room) []stanza.Field {
		return []stanza.Field{{Var: "muc#roomconfig_allow_query_users", Values: []string{bit(r.rec.Config.AllowQuery)}}}
	},
}

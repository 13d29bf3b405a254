package config

import (
	"maps"
	"slices"

	"isthmus/muc"
)

// whois is how the owner's form says that a room is non-anonymous or not. xep:0045#roomconfig
var whois = map[bool]string{false: "moderators", true: "anyone"}

// Settings are the rules that the rooms go by.
func (c Config) Settings() *muc.Settings {
	s := &muc.Settings{
		Service: c.Component.Domain, Name: c.Component.Name,
		Creation: c.Rooms.Creation, LocalDomains: c.Rooms.LocalDomains, Admins: c.Rooms.Admins,
		Defaults: c.Rooms.Defaults.config(), MaxNick: c.Rooms.MaxNick,
		Bounds: c.Limits.bounds(),
		Peers:  c.Federation.Peers, Federation: map[string]muc.Federation{},
	}
	for _, r := range c.Federation.Rooms {
		s.Federation[r.Room] = muc.Federation{Join: r.Join, Accept: r.Accept}
	}
	return s
}

func (d Defaults) config() muc.Config {
	return muc.Config{
		Persistent: d.Persistent, Public: d.Public, PublicList: d.PublicList,
		MembersOnly: d.MembersOnly, Moderated: d.Moderated, NonAnonymous: d.Whois == whois[true],
		ChangeSubject: d.ChangeSubject, AllowInvites: d.AllowInvites, AllowQuery: d.AllowQuery,
		Logging: d.Logging, AllowPM: d.AllowPM,
		PresenceBroadcast: d.PresenceBroadcast, GetMemberList: d.GetMemberList,
		MaxUsers: d.MaxUsers, MaxHistory: d.MaxHistory, Lang: d.Lang,

		Archiving: d.Archiving, MembersByDefault: d.MembersByDefault,
		AllowVisitorStatus: d.AllowVisitorStatus, AllowVisitorNickChange: d.AllowVisitorNickChange,
		AllowVoiceRequests: d.AllowVoiceRequests, AllowModeratorPM: d.AllowModeratorPM,
		AllowRegistration: d.AllowRegistration, NickPolicy: d.NickPolicy, SlowMode: d.SlowMode,
	}
}

func values[K comparable](m map[K]string) []string { return slices.Sorted(maps.Values(m)) }

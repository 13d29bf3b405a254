package config

import (
	"maps"
	"net"
	"reflect"
	"slices"

	"isthmus/muc"
)

// whois is how the owner's form says that a room is non-anonymous or not. xep:0045#roomconfig
var whois = map[bool]string{false: "moderators", true: "anyone"}

// Headroom is what a room may add to a stanza, in bytes: the host's limit holds for what leaves, too.
const Headroom = 8192

// Settings are the rules that the rooms go by.
func (c Config) Settings() *muc.Settings {
	s := &muc.Settings{
		Service: c.Component.Domain, Name: c.Component.Name,
		Creation: c.Rooms.Creation, LocalDomains: c.Rooms.LocalDomains, Admins: c.Rooms.Admins,
		Defaults: c.Rooms.Defaults.config(), MaxNick: c.Rooms.MaxNick,
		MaxStanza:  c.Component.MaxStanzaBytes,
		MaxVCard:   min(c.Rooms.MaxVCard, c.Component.MaxStanzaBytes-Headroom),
		RoomOwners: c.Rooms.Defaults.Owners, RoomAdmins: c.Rooms.Defaults.Admins, Fixed: c.Rooms.Fixed,
		Contacts: c.Rooms.Contacts, ShowSubject: c.Rooms.ShowSubject,
		TombstoneLife: c.Rooms.Tombstone,
		InviteMembers: c.Rooms.InviteMembers, AnnounceAffiliations: c.Rooms.AnnounceAffiliations,
		Bounds: c.Limits.bounds(), Peers: c.Federation.Peers, Federation: map[string]muc.Federation{},
	}
	s.Retention = muc.Retention{Age: c.Archive.Age, Events: c.Archive.Events}
	s.SecureLink = local(c.Component.Server)
	s.Confusables = c.Rooms.Confusables
	s.PingIdle, s.PingTimeout = c.Rooms.PingIdle, c.Rooms.PingTimeout
	s.Quarantine, s.LockTime = c.Rooms.Quarantine, c.Rooms.LockTime
	s.Reserved, _ = muc.Reserve(c.Rooms.Reserved) // the rules have refused what cannot be a nick
	for _, r := range c.Federation.Rooms {
		s.Federation[r.Room] = muc.Federation{Join: r.Join, Accept: r.Accept}
	}
	s.Link, s.Links = c.Federation.Link.config(), c.Federation.links()
	return s
}

// local tells whether a server is on this machine, so that nobody can read on the way what is sent to it.
func local(server string) bool {
	host, _, err := net.SplitHostPort(server)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// defaults are a room's configuration as the file says it.
func defaults(c muc.Config) Defaults {
	d := Defaults{Whois: whois[c.NonAnonymous]}
	copyFields(reflect.ValueOf(&d).Elem(), reflect.ValueOf(c))
	return d
}

func (d Defaults) config() muc.Config {
	c := muc.DefaultConfig()
	copyFields(reflect.ValueOf(&c).Elem(), reflect.ValueOf(d))
	c.NonAnonymous, c.Password = d.Whois == whois[true], d.Password.Reveal()
	return c
}

// copyFields copies what has the same name and type.
func copyFields(to, from reflect.Value) {
	for i := range from.NumField() {
		f := to.FieldByName(from.Type().Field(i).Name)
		if f.IsValid() && f.Type() == from.Field(i).Type() {
			f.Set(from.Field(i))
		}
	}
}

func values[K comparable](m map[K]string) []string { return slices.Sorted(maps.Values(m)) }

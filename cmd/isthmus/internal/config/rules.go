package config

import (
	"errors"
	"strings"
	"time"

	"isthmus/muc"
)

// rule holds one key to what it may say, and brings addresses into the form in which the host server stamps them.
type rule struct {
	key   string
	check func(*Config) error // the rest of a sentence that begins with the key
}

var rules = []rule{
	{"component.domain", func(c *Config) error { return required(&c.Component.Domain, aDomain) }},
	{"component.secret", func(c *Config) error { return oneSecret(&c.Component) }},
	{"component.server", func(c *Config) error { return hostPort(c.Component.Server) }},
	// A smaller one would refuse what every client may send, beside what rooms add to it. RFC 6120 section 13.12
	{"component.max_stanza_bytes", func(c *Config) error { return between(c.Component.MaxStanzaBytes, 20000, 16<<20) }},
	{"component.host", func(c *Config) error { return optional(&c.Component.Host, aDomain) }},
	{"component.multicast", func(c *Config) error { return optional(&c.Component.Multicast, aDomain) }},

	{"storage.url", func(c *Config) error { return database(&c.Storage) }},
	{"storage.data_dir", func(c *Config) error { return given(c.Storage.DataDir) }},

	{"rooms.creation", func(c *Config) error { return creation(c.Rooms) }},
	{"rooms.admins", func(c *Config) error { return each(c.Rooms.Admins, aUser) }},
	{"rooms.local_domains", func(c *Config) error { return each(c.Rooms.LocalDomains, aDomain) }},
	{"rooms.max_nick", func(c *Config) error { return between(c.Rooms.MaxNick, 1, 1023) }},
	{"rooms.max_vcard", func(c *Config) error { return between(c.Rooms.MaxVCard, 0, 1<<20) }},

	{"rooms.contacts", func(c *Config) error { return each(c.Rooms.Contacts, aUser) }},
	{"rooms.tombstone", func(c *Config) error { return atLeast(c.Rooms.Tombstone, 0) }},
	{"rooms.fixed", func(c *Config) error { return fields(c.Rooms.Fixed) }},
	{"rooms.ping_idle", func(c *Config) error { return atLeastOr(c.Rooms.PingIdle, 10*time.Second) }},
	{"rooms.lock_timeout", func(c *Config) error { return atLeastOr(c.Rooms.LockTime, time.Second) }},
	{"rooms.nick_quarantine", func(c *Config) error { return atLeastOr(c.Rooms.Quarantine, time.Second) }},
	{"rooms.ping_timeout", func(c *Config) error { return atLeast(c.Rooms.PingTimeout, time.Second) }},
	{"rooms.confusables", func(c *Config) error { return oneOf(c.Rooms.Confusables, "conflict", "off") }},
	{"rooms.reserved_nicks", func(c *Config) error {
		_, err := muc.Reserve(c.Rooms.Reserved)
		return err
	}},

	{"rooms.defaults.roomname", func(c *Config) error { return taken("roomname", c.Rooms.Defaults.Name) }},
	{"rooms.defaults.roomdesc", func(c *Config) error { return taken("roomdesc", c.Rooms.Defaults.Description) }},
	{"rooms.defaults.lang", func(c *Config) error { return taken("lang", c.Rooms.Defaults.Lang) }},
	{"rooms.defaults.pubsub", func(c *Config) error { return taken("pubsub", c.Rooms.Defaults.PubSub) }},
	{"rooms.defaults.roomowners", func(c *Config) error { return each(c.Rooms.Defaults.Owners, aUser) }},
	{"rooms.defaults.roomadmins", func(c *Config) error { return each(c.Rooms.Defaults.Admins, aUser) }},
	{"rooms.defaults.roomsecret", func(c *Config) error { return password(&c.Rooms.Defaults) }},
	{"rooms.defaults.whois", func(c *Config) error { return oneOf(c.Rooms.Defaults.Whois, values(whois)...) }},
	{"rooms.defaults.allowpm", func(c *Config) error {
		return oneOf(c.Rooms.Defaults.AllowPM, "anyone", "participants", "moderators", "none")
	}},
	{"rooms.defaults.presencebroadcast", func(c *Config) error { return allOf(c.Rooms.Defaults.PresenceBroadcast, append(roles, "none")...) }},
	{"rooms.defaults.getmemberlist", func(c *Config) error { return allOf(c.Rooms.Defaults.GetMemberList, roles...) }},
	{"rooms.defaults.maxusers", func(c *Config) error { return between(c.Rooms.Defaults.MaxUsers, 0, 100000) }},
	{"rooms.defaults.maxhistoryfetch", func(c *Config) error { return between(c.Rooms.Defaults.MaxHistory, 0, 1000) }},

	{"rooms.defaults.nick_policy", func(c *Config) error {
		return oneOf(c.Rooms.Defaults.NickPolicy, "free", "registered", "locked")
	}},
	{"rooms.defaults.chatneg_logging", func(c *Config) error {
		return oneOf(c.Rooms.Defaults.TalkLogging, "pass", "force-may", "force-mustnot")
	}},
	{"rooms.defaults.slow_mode_duration", func(c *Config) error { return between(c.Rooms.Defaults.SlowMode, 0, 86400) }},
	{"rooms.defaults.archive_days", func(c *Config) error { return between(c.Rooms.Defaults.KeepDays, 0, 36500) }},
	{"rooms.defaults.archive_events", func(c *Config) error { return between(c.Rooms.Defaults.KeepEvents, 0, 1<<31-1) }},
	{"archive.max_age", func(c *Config) error { return atLeastOr(c.Archive.Age, time.Minute) }},
	{"archive.max_events", func(c *Config) error { return between(c.Archive.Events, 0, 1<<31-1) }},
	{"archive.trim_every", func(c *Config) error { return atLeast(c.Archive.Every, time.Second) }},
	{"limits.stanzas", func(c *Config) error { return aRate(c.Limits.Stanzas) }},
	{"limits.entries", func(c *Config) error { return aRate(c.Limits.Entries) }},
	{"limits.messages", func(c *Config) error { return aRate(c.Limits.Messages) }},
	{"limits.presences", func(c *Config) error { return aRate(c.Limits.Presences) }},
	{"limits.invites", func(c *Config) error { return aRate(c.Limits.Invites) }},
	{"limits.voice", func(c *Config) error { return aRate(c.Limits.Voice) }},
	{"limits.registrations", func(c *Config) error { return aRate(c.Limits.Registrations) }},
	{"limits.room", func(c *Config) error { return aRate(c.Limits.Room) }},
	{"limits.occupants", func(c *Config) error { return between(c.Limits.Occupants, 0, 1<<20) }},
	{"limits.rooms", func(c *Config) error { return between(c.Limits.Rooms, 0, 1<<20) }},

	{"federation.peers", func(c *Config) error { return each(c.Federation.Peers, aPeer) }},

	{"admin.listen", func(c *Config) error {
		if c.Admin.Listen == "" {
			return nil
		}
		return hostPort(c.Admin.Listen)
	}},
	{"log.level", func(c *Config) error { return oneOf(c.Log.Level, "trace", "debug", "info", "warn", "error") }},
	{"log.format", func(c *Config) error { return oneOf(c.Log.Format, "json", "console") }},
}

// roomRule is a rule for each [[federation.room]].
type roomRule struct {
	key   string
	check func(*Config, *FederationRoom) error
}

var roomRules = []roomRule{
	{"room", func(c *Config, r *FederationRoom) error { return required(&r.Room, localOf(c.Component.Domain)) }},
	{"join", func(c *Config, r *FederationRoom) error {
		if r.Join == "" {
			return nil
		}
		return errors.Join(required(&r.Join, aUser), c.permits(r.Join))
	}},
	{"accept", func(c *Config, r *FederationRoom) error {
		return errors.Join(each(r.Accept, aPeer), c.permits(r.Accept...))
	}},
}

var roles = []string{"moderator", "participant", "visitor"}

// judge applies the rules to every key that is of the right type.
func (ms *mistakes) judge(c *Config) {
	hold := func(path string, check func() error) {
		if ms.bad[path] {
			return
		}
		if err := check(); err != nil {
			ms.add(path, "%s", first(err))
		}
	}
	for _, r := range rules {
		hold(r.key, func() error { return r.check(c) })
	}
	links := func(at string, l *Link) {
		for _, r := range linkRules {
			hold(join(at, r.key), func() error { return r.check(l) })
		}
	}
	links("federation", &c.Federation.Link)
	seen := map[string]bool{}
	for i := range c.Federation.Rooms {
		room, at := &c.Federation.Rooms[i], element("federation.room", i)
		for _, r := range roomRules {
			hold(join(at, r.key), func() error { return r.check(c, room) })
		}
		links(at, &room.Link)
		if seen[room.Room] {
			ms.add(join(at, "room"), "is %q, which another [[federation.room]] is about already", room.Room)
		}
		seen[room.Room] = room.Room != ""
	}
	seen = map[string]bool{}
	for i := range c.Federation.Ways {
		peer, at := &c.Federation.Ways[i], element("federation.peer", i)
		hold(join(at, "peer"), func() error { return errors.Join(required(&peer.Peer, aPeer), c.permits(peer.Peer)) })
		links(at, &peer.Link)
		if seen[peer.Peer] {
			ms.add(join(at, "peer"), "is %q, which another [[federation.peer]] is about already", peer.Peer)
		}
		seen[peer.Peer] = peer.Peer != ""
	}
	ms.judgeOpenfire(&c.Federation)
}

// first is the first line of joined errors: the later ones follow from it.
func first(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

package config

import (
	"reflect"
	"strings"

	"isthmus/muc"
)

// linkRule is a rule for whatever is said of links: of all, of those of one room, of those with one peer.
type linkRule struct {
	key   string
	check func(*Link) error
}

var linkRules = []linkRule{
	{"join_timeout", func(l *Link) error { return aSpan(l.JoinTimeout, aSecond) }},
	{"retry", func(l *Link) error { return aSpan(l.Retry, aSecond) }},
	{"ping", func(l *Link) error { return aSpan(l.Ping, aSecondOrNever) }},
	{"ping_timeout", func(l *Link) error { return aSpan(l.PingTimeout, aSecond) }},
	{"grace", func(l *Link) error { return aSpan(l.Grace, anyTime) }},
	{"echo_timeout", func(l *Link) error { return aSpan(l.EchoTimeout, aSecond) }},
	{"mode", func(l *Link) error { return oneOfOrNone(l.Mode, muc.MasterMaster, muc.MasterSlave) }},
	{"presence", func(l *Link) error {
		return oneOfOrNone(l.Presence, muc.PresenceFull, muc.PresenceJoins, muc.PresenceNone)
	}},
	{"dialect", func(l *Link) error { return oneOfOrNone(l.Dialect, muc.DialectPlain, muc.DialectOpenfire) }},
	{"rate", func(l *Link) error { return aPace(l.Rate) }},
	{"users", func(l *Link) error { return each(l.Users, aDomain) }},
}

func oneOfOrNone(v string, list ...string) error {
	if v == "" {
		return nil
	}
	return oneOf(v, list...)
}

// over is what is said here, and where nothing is said what another says.
func (l Link) over(other Link) Link {
	v := reflect.ValueOf(&l).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			v.Field(i).Set(reflect.ValueOf(other).Field(i))
		}
	}
	return l
}

// config is what rooms make of it, with the defaults where nothing is said.
func (l Link) config() muc.LinkConfig {
	l = l.over(Default().Federation.Link)
	return muc.LinkConfig{
		JoinTimeout: l.JoinTimeout.duration(), Retry: l.Retry.duration(),
		Ping: l.Ping.duration(), PingTimeout: l.PingTimeout.duration(), Grace: l.Grace.duration(),
		EchoTimeout: l.EchoTimeout.duration(),
		Mode:        l.Mode, Presence: l.Presence, Dialect: l.Dialect, Rate: l.Rate.bits(), Users: l.Users, Transit: *l.Transit, Negotiate: *l.Negotiate,
	}
}

// links are all links of which something is said: each room's, each peer's, and each room's with each peer.
func (f Federation) links() map[muc.Ends]muc.LinkConfig {
	m := map[muc.Ends]muc.LinkConfig{}
	for _, r := range append([]FederationRoom{{}}, f.Rooms...) {
		for _, p := range append([]FederationPeer{{}}, f.Ways...) {
			m[muc.Ends{Room: r.Room, Peer: p.Peer}] = p.Link.over(f.around(p.Peer)).over(r.Link).over(f.Link).config()
		}
	}
	delete(m, muc.Ends{})
	return m
}

// judgeOpenfire refuses links to an Openfire that would be master-slave: it repeats nothing to those who join it.
func (ms *mistakes) judgeOpenfire(f *Federation) {
	const sentence = "is of links that are master-slave, and to an Openfire: that knows only master-master"
	hopeless := func(l Link) bool { return l.Mode == muc.MasterSlave && l.Dialect == muc.DialectOpenfire }
	if hopeless(f.Link) {
		ms.add("federation.dialect", sentence)
		return
	}
	for i, r := range f.Rooms {
		if hopeless(r.Link.over(f.Link)) {
			ms.add(join(element("federation.room", i), "room"), sentence)
			return
		}
	}
	for i, p := range f.Ways {
		for _, r := range append([]FederationRoom{{}}, f.Rooms...) {
			if hopeless(p.Link.over(f.around(p.Peer)).over(r.Link).over(f.Link)) {
				ms.add(join(element("federation.peer", i), "peer"), sentence)
				return
			}
		}
	}
}

// around is what is said of the whole domain of a peer's room.
func (f Federation) around(peer string) Link {
	_, domain, room := strings.Cut(peer, "@")
	for _, p := range f.Ways {
		if room && p.Peer == domain {
			return p.Link
		}
	}
	return Link{}
}

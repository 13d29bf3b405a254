package config

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"isthmus/muc"
)

// ownersOnly are the fields of the owner's form that make no sense for every room alike: [[federation.room]] says them.
var ownersOnly = []string{"federation_join", "federation_accept"}

// again are second names of a field: enablearchiving.
var again = []string{"mam"}

// Every field of the owner's form has a key in [rooms.defaults].
func TestDefaultsAreTheForm(t *testing.T) {
	known := slices.Concat(keys(reflect.TypeFor[Defaults]()), ownersOnly, again)
	for _, name := range muc.FieldNames() {
		if !slices.Contains(known, name) {
			t.Errorf("%s has no key in [rooms.defaults]", name)
		}
	}
}

func TestDefaultsAreTheRooms(t *testing.T) {
	if diff := cmp.Diff(muc.DefaultConfig(), Default().Rooms.Defaults.config()); diff != "" {
		t.Error(diff)
	}
}

// Every key of [rooms.defaults] changes one thing of a new room, and each another.
func TestDefaultsReachTheRoom(t *testing.T) {
	was := reflect.ValueOf(*Default().Settings())
	seen := map[string]bool{}
	for i := range reflect.TypeFor[Defaults]().NumField() {
		c := Default()
		key := keys(reflect.TypeFor[Defaults]())[i]
		change(reflect.ValueOf(&c.Rooms.Defaults).Elem().Field(i))
		got := append(changed(was, reflect.ValueOf(*c.Settings())), changed(was.FieldByName("Defaults"),
			reflect.ValueOf(c.Settings().Defaults))...)
		got = slices.DeleteFunc(got, func(name string) bool { return name == "Defaults" })
		if len(got) != 1 || seen[got[0]] {
			t.Errorf("%s changes %v", key, got)
			continue
		}
		seen[got[0]] = true
	}
}

// changed are the fields in which two structs differ.
func changed(was, is reflect.Value) (names []string) {
	for i := range is.NumField() {
		if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			names = append(names, is.Type().Field(i).Name)
		}
	}
	return names
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.Set(reflect.ValueOf([]string{"other"}))
	case reflect.String:
		if v.String() == whois[false] {
			v.SetString(whois[true])
		} else {
			v.SetString("other")
		}
	}
}

func TestSettings(t *testing.T) {
	c := Default()
	c.Component.Domain = "rooms.denmark.lit"
	c.Rooms.Admins, c.Rooms.LocalDomains = []string{"a@b"}, []string{"b"}
	c.Rooms.Fixed, c.Rooms.Defaults.Owners, c.Rooms.Defaults.Admins = []string{"publicroom"}, []string{"o@b"}, []string{"m@b"}
	c.Rooms.Contacts, c.Rooms.ShowSubject = []string{"help@b"}, false
	c.Rooms.Tombstone = time.Hour
	c.Rooms.InviteMembers, c.Rooms.AnnounceAffiliations = false, true
	c.Rooms.Reserved = []string{"root"}
	c.Federation.Peers = []string{"rooms.wonderland.lit"}
	c.Federation.Rooms = []FederationRoom{
		{Room: "elsinore", Join: "x@rooms.wonderland.lit", Accept: []string{"rooms.wonderland.lit"}, Link: Link{Ping: "0s", Grace: "5m"}},
	}
	c.Federation.Ways = []FederationPeer{
		{Peer: "rooms.wonderland.lit", Link: Link{Rate: "64 kbit/s", Users: []string{"wonderland.lit"}}},
		{Peer: "y@rooms.wonderland.lit", Link: Link{Rate: "2400 bit/s", Grace: "1h"}},
	}
	reserved, err := muc.Reserve([]string{"root"})
	if err != nil || len(reserved) == 0 {
		t.Fatal(reserved, err)
	}
	link := muc.LinkConfig{
		JoinTimeout: 30 * time.Second, Retry: 30 * time.Second,
		Ping: time.Minute, PingTimeout: 20 * time.Second, Grace: time.Minute, EchoTimeout: 5 * time.Minute,
		Mode: muc.MasterMaster, Presence: muc.PresenceFull, Dialect: muc.DialectPlain, Transit: true, Negotiate: true,
	}
	with := func(c muc.LinkConfig, rate int) muc.LinkConfig {
		c.Rate, c.Users = rate, []string{"wonderland.lit"}
		return c
	}
	patient := func(c muc.LinkConfig, grace time.Duration) muc.LinkConfig {
		c.Grace = grace
		return c
	}
	own := link
	own.Ping, own.Grace = 0, 5*time.Minute
	want := &muc.Settings{
		Service: "rooms.denmark.lit", Name: "Rooms", Creation: "open", LocalDomains: []string{"b"}, Admins: []string{"a@b"},
		Contacts: []string{"help@b"}, AnnounceAffiliations: true, TombstoneLife: time.Hour,
		Fixed: []string{"publicroom"}, RoomOwners: []string{"o@b"}, RoomAdmins: []string{"m@b"},
		Defaults: muc.DefaultConfig(), MaxNick: 64, MaxVCard: 65536, Bounds: c.Limits.bounds(),
		Peers:       []string{"rooms.wonderland.lit"},
		Confusables: "conflict", Reserved: reserved,
		SecureLink: true, MaxStanza: 256 << 10, PingIdle: 15 * time.Minute, PingTimeout: 2 * time.Minute,
		Quarantine: 2 * time.Minute, LockTime: 5 * time.Minute,
		Federation: map[string]muc.Federation{
			"elsinore": {Join: "x@rooms.wonderland.lit", Accept: []string{"rooms.wonderland.lit"}},
		},
		Links: map[muc.Ends]muc.LinkConfig{
			{Room: "elsinore"}: own, {Peer: "rooms.wonderland.lit"}: with(link, 64000),
			{Peer: "y@rooms.wonderland.lit"}:                   patient(with(link, 2400), time.Hour),
			{Room: "elsinore", Peer: "rooms.wonderland.lit"}:   with(own, 64000),
			{Room: "elsinore", Peer: "y@rooms.wonderland.lit"}: patient(with(own, 2400), time.Hour),
		},
		Link: link,
	}
	if diff := cmp.Diff(want, c.Settings()); diff != "" {
		t.Error(diff)
	}
	c.Component.MaxStanzaBytes = 20000
	if got := c.Settings().MaxVCard; got != 20000-Headroom {
		t.Errorf("a vCard of %d bytes would not get through", got)
	}
}

// TestSecureLink: only what stays on the machine is known not to be read on the way.
func TestSecureLink(t *testing.T) {
	for server, want := range map[string]bool{
		"127.0.0.1:5347": true, "[::1]:5347": true, "localhost:5347": true, "10.0.0.1:5347": false, "xmpp.denmark.lit:5347": false, "": false,
	} {
		if local(server) != want {
			t.Errorf("%q is local: %t", server, !want)
		}
	}
}

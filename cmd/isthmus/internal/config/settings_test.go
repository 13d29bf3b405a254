package config

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"isthmus/muc"
)

// ownersOnly are the fields of a room's configuration that make no sense for every room alike.
var ownersOnly = []string{"Name", "Description", "Password", "PasswordProtected", "PubSub", "FederationJoin", "FederationAccept"}

func TestDefaultsAreTheRooms(t *testing.T) {
	if diff := cmp.Diff(muc.DefaultConfig(), Default().Rooms.Defaults.config()); diff != "" {
		t.Error(diff)
	}
}

// Every key of [rooms.defaults] changes one field of the room, and every field but the owner's own has a key.
func TestDefaultsReachTheRoom(t *testing.T) {
	was := reflect.ValueOf(Default().Rooms.Defaults.config())
	var changed []string
	for i := range reflect.TypeFor[Defaults]().NumField() {
		d := Default().Rooms.Defaults
		change(reflect.ValueOf(&d).Elem().Field(i))
		is := reflect.ValueOf(d.config())
		for j := range is.NumField() {
			if !reflect.DeepEqual(was.Field(j).Interface(), is.Field(j).Interface()) {
				changed = append(changed, is.Type().Field(j).Name)
			}
		}
	}
	var want []string
	for i := range was.NumField() {
		if name := was.Type().Field(i).Name; !slices.Contains(ownersOnly, name) {
			want = append(want, name)
		}
	}
	slices.Sort(changed)
	slices.Sort(want)
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.SetZero()
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
	c.Federation.Peers = []string{"rooms.wonderland.lit"}
	c.Federation.Rooms = []FederationRoom{{"elsinore", "x@rooms.wonderland.lit", []string{"rooms.wonderland.lit"}}}
	want := &muc.Settings{
		Service: "rooms.denmark.lit", Name: "Rooms", Creation: "open", LocalDomains: []string{"b"}, Admins: []string{"a@b"},
		Defaults: muc.DefaultConfig(), MaxNick: 64, Bounds: c.Limits.bounds(), Peers: []string{"rooms.wonderland.lit"},
		Federation: map[string]muc.Federation{
			"elsinore": {Join: "x@rooms.wonderland.lit", Accept: []string{"rooms.wonderland.lit"}},
		},
	}
	if diff := cmp.Diff(want, c.Settings()); diff != "" {
		t.Error(diff)
	}
}

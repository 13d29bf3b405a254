package config

import (
	"testing"

	"isthmus/component"
)

func TestVia(t *testing.T) {
	tests := []struct {
		c    Component
		want component.Multicast
	}{
		{Component{Domain: "rooms.denmark.lit", Multicast: "auto"}, component.Multicast{Users: "denmark.lit"}},
		{Component{Domain: "rooms.denmark.lit", Multicast: "off"}, component.Multicast{}},
		{Component{Domain: "rooms.lit", Host: "denmark.lit", Multicast: "auto"}, component.Multicast{Users: "denmark.lit"}},
		{Component{Domain: "talk.denmark.lit", Multicast: "m.lit"}, component.Multicast{Users: "denmark.lit", Service: "m.lit"}},
		{Component{Domain: "rooms", Multicast: "auto"}, component.Multicast{}},
	}
	for _, test := range tests {
		if got := test.c.Via(); got != test.want {
			t.Errorf("%+v: %+v, want %+v", test.c, got, test.want)
		}
	}
}

package muc

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// BenchmarkEnter is what it costs a room to let the last of N occupants in and out again, with everything that all of them
// are told.
func BenchmarkEnter(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			r, now := crowded(n), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			in, out := visitor(n, ""), visitor(n, " type='unavailable'")
			copies := 0
			b.ReportAllocs()
			for b.Loop() {
				for _, st := range []*stanza.Stanza{in, out} {
					for _, e := range r.Handle(Event{At: now, Stanza: st}) {
						if s, ok := e.(Send); ok {
							copies += len(s.To)
						}
					}
				}
			}
			b.ReportMetric(float64(copies)/float64(b.N), "copies/op")
		})
	}
}

// crowded is a room with n occupants.
func crowded(n int) *Room {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("a secret of thirty-two characters")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		r.Handle(Event{At: now, Stanza: visitor(i, "")})
		r.rec.Locked = false
	}
	return r
}

func visitor(i int, attr string) *stanza.Stanza {
	st, err := stanza.Parse(fmt.Appendf(nil, "<presence to='den@muc.example/n%d'%s><c xmlns='http://jabber.org/protocol/caps' "+
		"hash='sha-1' node='https://gajim.org' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/><x xmlns='http://jabber.org/protocol/muc'/></presence>", i, attr))
	if err != nil {
		panic(err)
	}
	st.From = stanza.MustJID(fmt.Sprintf("user%d@a.example/pc", i))
	return st
}

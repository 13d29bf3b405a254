package muc

import (
	"fmt"
	"runtime"
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

// BenchmarkCrowdMemory is what an occupant of a room costs while nothing happens, in bytes: alone, and with his presence as
// it was rendered for those who enter.
func BenchmarkCrowdMemory(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				r := crowded(n)
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(r)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/occupant")
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

// BenchmarkCrowd is what single deeds cost in a room with N occupants, with what all of them are told.
func BenchmarkCrowd(b *testing.B) {
	const admin = "<iq to='den@muc.example' type='set' id='a'><query xmlns='" + nsAdmin + "'>"
	for name, deeds := range map[string][]string{
		"presence": {"<presence to='den@muc.example/n0'><show>away</show></presence>", "<presence to='den@muc.example/n0'/>"},
		"nick":     {"<presence to='den@muc.example/other'/>", "<presence to='den@muc.example/n0'/>"},
		"message":  {"<message to='den@muc.example' type='groupchat' id='m'><body>hello</body></message>"},
		"private":  {"<message to='den@muc.example/n7' type='chat' id='m'><body>hello</body></message>"},
		"ping":     {"<iq to='den@muc.example/n0' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"},
		"info":     {"<iq to='den@muc.example' type='get' id='p'><query xmlns='" + nsInfo + "'/></iq>"},
		"member": {
			admin + "<item jid='zoe@z.example' affiliation='member'/></query></iq>",
			admin + "<item jid='zoe@z.example' affiliation='none'/></query></iq>",
		},
		"voice": {
			admin + "<item nick='n9' role='visitor'/></query></iq>", admin + "<item nick='n9' role='participant'/></query></iq>",
		},
	} {
		for _, n := range []int{100, 1000, 10000} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				r, now := crowded(n), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				var list []*stanza.Stanza
				for _, d := range deeds {
					st, err := stanza.Parse([]byte(d))
					if err != nil {
						b.Fatal(err)
					}
					st.From = stanza.MustJID("user0@a.example/pc")
					list = append(list, st)
				}
				b.ReportAllocs()
				for b.Loop() {
					for _, st := range list {
						r.Handle(Event{At: now, Stanza: st})
					}
				}
			})
		}
	}
}

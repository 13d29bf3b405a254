package component

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"isthmus/component/stanza"
)

// exchange is a host with a multicast service that takes its time, for an outbox without a connection.
type exchange struct {
	t    *testing.T
	o    *Outbox
	got  map[string][]string // what each recipient has received in each room
	wait []*stanza.Stanza    // at the service
	most int                 // recipients of one stanza to the service so far

	deaf    bool // the service loses what comes
	refuses bool // it refuses what comes
	gone    bool // there is no service
}

const multicastHost = "multicast.host"

func newExchange(t *testing.T, l limits) *exchange {
	x := &exchange{t: t, o: NewOutbox(0), got: map[string][]string{}}
	x.o.offer(&service{addr: multicastHost, from: "muc", users: "host", limits: l, size: 256 << 10})
	t.Cleanup(x.o.leave)
	return x
}

// pump takes what the outbox writes.
func (x *exchange) pump() {
	for x.o.fill() {
		p := bytes.Clone(x.o.batch.buf)
		x.o.batch.written(len(p))
		s := NewScanner(bytes.NewReader(append(p, "</stream:stream>"...)), Limits{})
		for raw, err := s.Next(); err != io.EOF; raw, err = s.Next() {
			if err != nil {
				x.t.Fatalf("%v in %s", err, p)
			}
			st, err := stanza.Parse(bytes.Clone(raw))
			if err != nil {
				x.t.Fatalf("%v: %s", err, raw)
			}
			x.take(st)
		}
	}
}

func (x *exchange) take(st *stanza.Stanza) {
	if st.To.Domain != multicastHost {
		x.deliver(st.To.String(), st)
		return
	}
	x.wait = append(x.wait, st)
}

func (x *exchange) deliver(to string, st *stanza.Stanza) {
	key := st.From.Local + " to " + to
	x.got[key] = append(x.got[key], st.Children[len(st.Children)-1].Text())
}

// serve lets the service deal with n stanzas.
func (x *exchange) serve(n int) {
	for ; n > 0 && len(x.wait) > 0; n-- {
		st := x.wait[0]
		x.wait = x.wait[1:]
		switch {
		case x.deaf:
		case st.Kind == stanza.IQ:
			last, ok := x.o.question(st.ID)
			if !ok {
				x.t.Fatalf("the service is asked %+v", st)
			}
			x.o.landed(last, !x.gone)
		case x.refuses || x.gone:
			st.From, st.To, st.Type = st.To, st.From, "error"
			x.o.refused(st)
		default:
			x.fan(st)
		}
	}
}

// fan does what XEP-0033 asks of a service: bcc addresses are seen by nobody.
func (x *exchange) fan(st *stanza.Stanza) {
	list := st.Children[0].Children()
	x.most = max(x.most, len(list))
	for _, a := range list {
		if a.Attr("type") != "bcc" || !strings.Contains(a.Attr("jid"), "@host/") {
			x.t.Errorf("the service is sent %s", a.Raw)
		}
		x.deliver(a.Attr("jid"), st)
	}
}

// finish lets everything arrive.
func (x *exchange) finish() {
	for range 100 {
		x.o.due() // as when its time has come
		x.pump()
		x.serve(len(x.wait))
	}
	if x.o.Size() != 0 || len(x.o.parked) != 0 || len(x.o.multicast.flight.bundles) != 0 {
		x.t.Errorf("%d bytes, %d lanes, %d bundles still wait", x.o.Size(), len(x.o.parked), len(x.o.multicast.flight.bundles))
	}
}

// say enqueues the n-th stanza of a room, and returns what each recipient gets.
func (x *exchange) say(kind stanza.Kind, typ, room string, n int, to []stanza.Addr, want map[string][]string) {
	body := fmt.Sprintf("<body>%d</body>", n)
	id := fmt.Sprint(n % 3) // as users choose them
	x.o.Enqueue(room, stanza.Envelope{Kind: kind, Type: typ, ID: id, From: room + "@muc/x"}.Render([]byte(body)), to)
	for _, a := range to {
		key := room + " to " + string(a)
		want[key] = append(want[key], fmt.Sprint(n))
	}
}

var crowd = append(locals(9), "far@away/r", "host@away", "x@nohost/r", "y@hosts/r")

func locals(n int) (list []stanza.Addr) {
	for i := range n {
		list = append(list, stanza.Addr(fmt.Sprintf("u%d@host/it&apos;s", i)))
	}
	return list
}

// act does something at random: a room says something to some, the host takes it, the service does its work.
func (x *exchange) act(rng *rand.Rand, n int, want map[string][]string) {
	switch rng.IntN(5) {
	case 0:
		x.pump()
	case 4:
		x.o.due()
	case 1:
		x.serve(rng.IntN(4))
	default:
		to := slices.Clone(crowd)
		rng.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
		kind, typ := stanza.Kind(1+rng.IntN(3)), []string{"", "groupchat", "error"}[rng.IntN(3)]
		x.say(kind, typ, fmt.Sprint("room", rng.IntN(3)), n, to[:1+rng.IntN(len(to))/(1+2*rng.IntN(2))], want)
	}
}

func unescaped(m map[string][]string) map[string][]string {
	out := map[string][]string{}
	for k, v := range m {
		out[strings.ReplaceAll(k, "&apos;", "'")] = v
	}
	return out
}

// M1, M2: whatever way copies go, and though the service begins to refuse everything at some time, every recipient gets
// each stanza of a room once, and in order.
func TestM1OrderM2Refusal(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 1))
		x := newExchange(t, limits{2 + rng.IntN(20), 2 + rng.IntN(20)})
		want := map[string][]string{}
		trouble := rng.IntN(300) // none in a third of the runs
		for n := range 200 {
			if n == trouble {
				x.refuses = true
			}
			x.act(rng, n, want)
		}
		x.finish()
		if want := unescaped(want); !maps.EqualFunc(x.got, want, slices.Equal) {
			t.Fatalf("seed %d:\ngot  %v\nwant %v", seed, x.got, want)
		}
		if trouble < 100 && x.o.service() != "" {
			t.Errorf("seed %d: the service that refuses is still in use", seed)
		}
	}
}

// M2: nothing is lost when the service disappears with what it had, or a connection is cut.
func TestM2Disappearance(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		x := newExchange(t, limits{20, 20})
		want := map[string][]string{}
		for n := range 200 {
			if n == 100 {
				x.deaf, x.gone = seed%2 == 0, seed%2 == 1
			}
			x.act(rng, n, want)
		}
		for range 3 {
			x.o.due()
			x.pump()
			x.serve(len(x.wait))
			if x.deaf {
				x.o.landed(x.o.multicast.flight.asked, false) // as when its time is over
			}
		}
		x.finish()
		for who, list := range unescaped(want) {
			for _, n := range list {
				if !slices.Contains(x.got[who], n) {
					t.Fatalf("seed %d: %s: got %v, want %v", seed, who, x.got[who], list)
				}
			}
		}
	}
}

// A cut connection ends the use of the service: what was on the way lands on the next one, or is refused there.
func TestMulticastCut(t *testing.T) {
	for _, gone := range []bool{false, true} {
		x, want := newExchange(t, limits{20, 20}), map[string][]string{}
		x.say(stanza.Message, "groupchat", "den", 1, crowd, want)
		x.pump()
		x.o.cut()
		x.say(stanza.Message, "groupchat", "den", 2, crowd, want)
		x.gone = gone
		x.finish()
		if want := unescaped(want); !maps.EqualFunc(x.got, want, slices.Equal) || x.o.service() != "" {
			t.Errorf("gone %v: got %v, want %v", gone, x.got, want)
		}
	}
}

// One stanza names no more recipients than the service allows, and is no longer than the host takes.
func TestMulticastLimits(t *testing.T) {
	tests := []struct {
		kind    stanza.Kind
		limits  limits
		n, body int
		most    int // 0 = single copies
	}{
		{stanza.Message, limits{7, 3}, 50, 10, 7},
		{stanza.Presence, limits{7, 3}, 50, 10, 3},
		{stanza.Presence, limits{noLimit, noLimit}, 100, 10, 100},
		{stanza.Presence, limits{noLimit, 0}, 100, 10, 0},
		{stanza.Message, limits{noLimit, noLimit}, 1000, 10, addressBytes/(addressSize+len(locals(1)[0])) + 1},
		{stanza.Message, limits{noLimit, noLimit}, worth - 1, 10, 0},
		{stanza.Message, limits{noLimit, noLimit}, 10, 256<<10 - addressBytes, 0},
	}
	for _, test := range tests {
		x := newExchange(t, test.limits)
		body := "<body>" + strings.Repeat("x", test.body) + "</body>"
		out := stanza.Envelope{Kind: test.kind, From: "den@muc"}.Render([]byte(body))
		x.o.Enqueue("den", out, locals(test.n))
		x.finish()
		if len(x.got) != test.n || x.most != test.most && (x.most < test.most-20 || x.most > test.most) {
			t.Errorf("%+v: %d recipients, at most %d in one stanza", test, len(x.got), x.most)
		}
		if len(x.wait) > 0 {
			t.Error("something waits")
		}
	}
}

// What is on the way is bounded: the host's service has no other means to slow the rooms down.
func TestMulticastWindow(t *testing.T) {
	x := newExchange(t, limits{noLimit, noLimit})
	x.deaf = true
	for n := range 100 {
		x.say(stanza.Message, "", "den", n, locals(1000), map[string][]string{})
	}
	x.say(stanza.Message, "", "inn", 1, locals(1), map[string][]string{})
	x.pump()
	if w := x.o.multicast.flight.weight; w < window || w > window+1000 {
		t.Errorf("%d on the way", w)
	}
	if len(x.got) != 1 {
		t.Error("a room that does not need the service waits for it")
	}
}

// A payload is spliced raw, and a stanza without one gets its end tag.
func TestAddMany(t *testing.T) {
	const addresses = "<addresses xmlns='http://jabber.org/protocol/address'><address type='bcc' jid='a@host/x'/></addresses>"
	tests := []struct{ payload, want string }{
		{"", "<presence from='den@muc' to='m.host'>" + addresses + "</presence>"},
		{"<show>away</show>", "<presence from='den@muc' to='m.host'>" + addresses + "<show>away</show></presence>"},
	}
	for _, test := range tests {
		var b batch
		b.addMany(stanza.Envelope{Kind: stanza.Presence, From: "den@muc"}.Render([]byte(test.payload)), "m.host", []stanza.Addr{"a@host/x"})
		if string(b.buf) != test.want {
			t.Errorf("got %s\nwant %s", b.buf, test.want)
		}
	}
}

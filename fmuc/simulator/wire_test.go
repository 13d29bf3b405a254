package simulator_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"time"

	"isthmus/component/stanza"
)

// wire carries what one node's server sends to another's, in order. What the sender's own server gives back travels on a
// lane beside it.
type wire struct {
	from, to *node
	rand     *rand.Rand // its own, so that what other wires carry changes nothing here
	queue    []parcel
	backs    []parcel // errors on their way to the sender
	told     []parcel // the last that were delivered
	slow     time.Duration
	narrow   bool      // it carries bitRate
	idle     time.Time // when a narrow one has carried what it was given
	cut      bool      // the sender's server cannot reach the other's, and says so
	hole     time.Time // since when everything vanishes, the zero time if it does not
}

type parcel struct {
	due time.Time
	st  *stanza.Stanza
}

// broken is how long a server waits until it gives up a connection over which nothing comes. What was under way then is
// lost; before, it comes late.
const broken = 10 * time.Minute

// push takes what the sending node has sent.
func (k *wire) push(st *stanza.Stanza, now time.Time) {
	if k.cut {
		k.bounce(st, now)
		return
	}
	k.queue = append(k.queue, parcel{k.when(k.queue, st, now), st})
}

// when is the time at which something arrives that is sent now: never before what was sent before.
func (k *wire) when(before []parcel, st *stanza.Stanza, now time.Time) time.Time {
	due := k.carried(st, now).Add(time.Duration(k.rand.Int64N(int64(20*time.Millisecond + k.slow))))
	if n := len(before); n > 0 && !due.After(before[n-1].due) {
		due = before[n-1].due.Add(time.Nanosecond)
	}
	return due
}

// bitRate and latency are those of a narrow wire.
const (
	bitRate = 2400
	latency = 1500 * time.Millisecond
)

// carried is when a wire has carried a stanza, behind those before it; what a server gives back itself is nil.
func (k *wire) carried(st *stanza.Stanza, now time.Time) time.Time {
	if !k.narrow || st == nil {
		return now
	}
	size := 200 // of what is around the children
	for _, e := range st.Children {
		size += len(e.Raw)
	}
	if k.idle.Before(now) {
		k.idle = now
	}
	k.idle = k.idle.Add(time.Duration(size*8) * time.Second / bitRate)
	return k.idle.Add(latency)
}

// bounce gives a stanza back to its sender, as his server does.
func (k *wire) bounce(st *stanza.Stanza, now time.Time) {
	if e := refused(st, "remote-server-not-found"); e != nil {
		k.backs = append(k.backs, parcel{k.when(k.backs, nil, now), e})
	}
}

// refused is the error that answers a stanza, nil if it is one that must not be answered.
func refused(st *stanza.Stanza, condition string) *stanza.Stanza {
	if st.IsError() || st.Kind == stanza.IQ && st.Type == "result" {
		return nil
	}
	why, err := stanza.ParseElement([]byte("<error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
		"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Out of reach.</text></error>"))
	if err != nil {
		panic(err)
	}
	return &stanza.Stanza{
		Kind: st.Kind, Type: "error", ID: st.ID, From: st.To, To: st.From, Children: append(slices.Clone(st.Children), why),
	}
}

// next is when the wire has something to deliver, false if it has not.
func (k *wire) next() (time.Time, bool) {
	var at time.Time
	if len(k.queue) > 0 && k.hole.IsZero() {
		at = k.queue[0].due
	}
	if len(k.backs) > 0 && (at.IsZero() || k.backs[0].due.Before(at)) {
		at = k.backs[0].due
	}
	return at, !at.IsZero()
}

// take is what is due, and whom it is for.
func (k *wire) take(now time.Time) (*stanza.Stanza, *node) {
	if len(k.backs) > 0 && !k.backs[0].due.After(now) {
		p := k.backs[0]
		k.backs = k.backs[1:]
		return p.st, k.from
	}
	if len(k.queue) == 0 || !k.hole.IsZero() || k.queue[0].due.After(now) {
		return nil, nil
	}
	p := k.queue[0]
	k.queue = k.queue[1:]
	k.told = append(k.told, p)
	return p.st, k.to
}

// sever makes the sender's server give everything back that has not arrived, from now on at once.
func (k *wire) sever(now time.Time) {
	k.cut = true
	for _, p := range k.queue {
		k.bounce(p.st, now)
	}
	k.queue = nil
}

// heal lets everything pass again.
func (k *wire) heal(now time.Time) {
	if !k.hole.IsZero() && now.Sub(k.hole) > broken {
		k.queue = nil
	}
	for i := range k.queue {
		k.queue[i].due = now.Add(time.Duration(i + 1))
	}
	k.cut, k.hole, k.slow = false, time.Time{}, 0
}

// again delivers the last few once more, as a server does that resumes a connection and does not know what has arrived.
func (k *wire) again(n int, now time.Time) {
	list := slices.Clone(k.told[len(k.told)-min(n, len(k.told)):])
	for i := range list {
		list[i].due = now
	}
	k.queue = append(list, k.queue...)
}

var stamps = regexp.MustCompile(`\b(stamp|since)='([^']*)'`)

// shift turns the times that a stanza names into what the receiver makes of them, whose clock differs by so much: as if
// the sender's clock were wrong.
func shift(raw []byte, by time.Duration) []byte {
	if by == 0 {
		return raw
	}
	return stamps.ReplaceAllFunc(raw, func(m []byte) []byte {
		parts := stamps.FindSubmatch(m)
		t, err := time.Parse(time.RFC3339Nano, string(parts[2]))
		if err != nil {
			return m
		}
		return []byte(string(parts[1]) + "='" + t.Add(by).UTC().Format("2006-01-02T15:04:05.000000Z") + "'")
	})
}

// open lets everything vanish, unless it does already.
func (k *wire) open(now time.Time) {
	if k.hole.IsZero() {
		k.hole = now
	}
}

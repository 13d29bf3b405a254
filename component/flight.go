package component

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// flight is what has gone to the multicast service and has not landed: it may still be refused. Behind it goes a question,
// which the service answers when it has dealt with all before it.
type flight struct {
	bundles []*bundle // in the order in which they went
	weight  int       // of them all: copies, and KiB that are kept for them
	lanes   map[string][]*bundle
	refused []*bundle

	sent  uint64 // bundles ever
	asked uint64 // the last bundle before the question that is not answered; 0 = no question
	id    string // our questions begin with it
	due   bool   // it is time for a question
	timer *time.Timer

	seen struct { // what the last question about somebody was answered
		addr  stanza.Addr
		last  *bundle
		meets bool
	}
}

// bundle is one stanza to the service.
type bundle struct {
	number  uint64
	lane    string
	out     stanza.Out
	to      []stanza.Addr
	refused bool
}

func (b *bundle) weight() int { return len(b.to) + b.out.Size()>>10 }

const (
	// landingTime is how long the service has to answer before it is given up.
	landingTime = 20 * time.Second
	// askAfter is how long nobody asks whether something has landed for which nobody waits.
	askAfter = time.Second
)

func (f *flight) add(lane string, out stanza.Out, to []stanza.Addr) {
	f.sent++
	b := &bundle{number: f.sent, lane: lane, out: out, to: to}
	f.bundles = append(f.bundles, b)
	f.weight += b.weight()
	if f.lanes == nil {
		f.lanes = map[string][]*bundle{}
	}
	f.lanes[lane] = append(f.lanes[lane], b)
}

// meets tells whether one of these has a copy on the way in this lane.
func (f *flight) meets(lane string, to []stanza.Addr) bool {
	way := f.lanes[lane]
	if len(way) == 0 {
		return false
	}
	if len(to) >= worth {
		return true // most likely; where not, nothing is lost but a little time
	}
	return slices.ContainsFunc(to, func(a stanza.Addr) bool { return f.has(way, a) })
}

// has remembers its last answer: whoever enters a room gets one presence after another.
func (f *flight) has(way []*bundle, a stanza.Addr) bool {
	s, last := &f.seen, way[len(way)-1]
	if s.addr == a && s.last == last {
		return s.meets
	}
	s.addr, s.last = a, last
	s.meets = slices.ContainsFunc(way, func(b *bundle) bool { return slices.Contains(b.to, a) })
	return s.meets
}

// land takes out what went up to this bundle.
func (f *flight) land(last uint64) {
	for len(f.bundles) > 0 && f.bundles[0].number <= last {
		b := f.bundles[0]
		f.bundles[0] = nil
		f.bundles = f.bundles[1:]
		f.weight -= b.weight()
		if f.lanes[b.lane] = f.lanes[b.lane][1:]; len(f.lanes[b.lane]) == 0 {
			delete(f.lanes, b.lane)
		}
		if b.refused {
			f.refused = append(f.refused, b)
		}
	}
	f.seen.last = nil
}

// fail refuses everything that has not landed.
func (f *flight) fail() {
	for _, b := range f.bundles {
		b.refused = true
	}
}

// find is the bundle that an error is about: the first that was not refused before and has the same head and, where the
// error repeats them, the same recipients.
func (f *flight) find(st *stanza.Stanza) *bundle {
	for _, b := range f.bundles {
		if !b.refused && b.fits(st) {
			return b
		}
	}
	return nil
}

func (b *bundle) fits(st *stanza.Stanza) bool {
	has := func(name, value string) bool { return bytes.Contains(b.out.Head, []byte(" "+name+"='"+value)) }
	if !bytes.HasPrefix(b.out.Head, []byte("<"+st.Kind.String()+" ")) || !has("from", stanza.Escape(st.To.String())+"'") {
		return false
	}
	if st.ID != "" && !has("id", stanza.Escape(st.ID)+"'") || st.ID == "" && has("id", "") {
		return false
	}
	addresses := st.Child(nsAddress, "addresses")
	if addresses == nil {
		return true
	}
	list := addresses.Children()
	return len(list) == len(b.to) && stanza.Escape(list[0].Attr("jid")) == string(b.to[0])
}

// question asks the service whether everything up to now has landed.
func (f *flight) question(s *service) (stanza.Out, stanza.Addr) {
	f.asked = f.sent
	return discoInfo(s.from, f.questionID()), s.addr
}

func (f *flight) questionID() string {
	if f.id == "" {
		f.id = "landed-" + rand.Text() + "-"
	}
	return fmt.Sprint(f.id, f.asked)
}

// answers tells which question an id is of.
func (f *flight) answers(id string) (last uint64, ok bool) {
	number, ok := strings.CutPrefix(id, f.id)
	if !ok || f.id == "" {
		return 0, false
	}
	last, err := strconv.ParseUint(number, 10, 64)
	return last, err == nil
}

// unasked ends a question.
func (f *flight) unasked() {
	f.asked = 0
	f.stop()
}

// stop ends what time would do.
func (f *flight) stop() {
	if f.timer != nil {
		f.timer.Stop()
	}
	f.timer, f.due = nil, false
}

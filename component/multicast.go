package component

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"isthmus/component/stanza"
)

const nsAddress = "http://jabber.org/protocol/address"

// Multicast says whether copies that differ in nothing but their address may go through a multicast service of the host,
// as one stanza. xep:0033#multicast
type Multicast struct {
	Users   string // the domain of the host's own users, who alone are reached this way; "" = none is used
	Service string // the service's address; "" = whichever the host names
}

// multicast is how the outbox uses the service. The outbox's lock guards it.
//
// M1. One recipient's copies in one lane keep their order, whichever way they go: whoever has a copy on the way through the
// service gets the next one through it, too, or once it has landed.
// M2. What the service refuses goes again as single copies.
// M3. Recipients learn nothing of each other: all are named as bcc, which the service takes out. xep:0033#addr-type-bcc
type multicast struct {
	service *service // in use; nil = none
	next    *service // in use when all has landed
	closing bool     // no service is used, and no room sends, until all that is on the way has landed
	flight  flight
}

// service is a multicast service with what it takes.
type service struct {
	addr   stanza.Addr
	from   string // the component that asks it
	users  string // the domain of its users
	limits limits
	size   int // of one stanza, in bytes
}

// limits are how many recipients one stanza may name. xep:0033#errors
type limits struct{ message, presence int }

// defaultLimits are those of a service that names none: what ejabberd grants to components, and the least that the
// specification recommends.
var defaultLimits = limits{20, 20}

const (
	noLimit = math.MaxInt
	// worth is for how many local recipients the service is used: below, asking whether all has landed costs more than the
	// copies.
	worth = 5
	// addressBytes is what the addresses of one stanza may take: a lane has its turn of 16 KiB.
	addressBytes = 16 << 10
	// window is the weight that may be on the way: the host has no other means to slow us down.
	window = 10000
)

// ready decides how a lane's next entry goes, and tells whether it may go now.
func (m *multicast) ready(l *lane) bool {
	e := l.first
	switch {
	case m.closing:
		return l.name == ""
	case m.service == nil:
		e.single()
		return true
	case !e.routed && !m.route(l.name, e):
		return false
	}
	return len(e.many) == 0 || m.flight.weight < window
}

// route decides how an entry goes; false where that depends on what is on the way.
func (m *multicast) route(lane string, e *entry) bool {
	local, others := m.service.split(e.to)
	carried := m.service.takes(e.out)
	busy := m.flight.meets(lane, local)
	if busy && !carried {
		return false
	}
	if carried && (busy || len(local) >= worth) {
		e.many, e.to = local, others
	}
	e.routed = true
	return true
}

// takes tells whether the service carries a stanza: errors and requests it does not. xep:0033#outer
func (s *service) takes(out stanza.Out) bool {
	return s.limit(out) > 0 && !bytes.Contains(out.Head, []byte(" type='error'")) && out.Size()+addressBytes <= s.size
}

func (s *service) limit(out stanza.Out) int {
	switch {
	case bytes.HasPrefix(out.Head, []byte("<message ")):
		return s.limits.message
	case bytes.HasPrefix(out.Head, []byte("<presence ")):
		return s.limits.presence
	}
	return 0
}

// split parts the service's users from others. The lists are to itself where they can be.
func (s *service) split(to []stanza.Addr) (local, others []stanza.Addr) {
	remote := func(a stanza.Addr) bool { return !s.serves(a) }
	switch first := slices.IndexFunc(to, remote); {
	case first < 0:
		return to, nil
	case !slices.ContainsFunc(to, s.serves):
		return nil, to
	}
	for _, a := range to {
		if s.serves(a) {
			local = append(local, a)
		} else {
			others = append(others, a)
		}
	}
	return local, others
}

// serves tells whether an address is one of a user of the service's host.
func (s *service) serves(a stanza.Addr) bool {
	_, domain, ok := strings.Cut(string(a), "@")
	rest, same := strings.CutPrefix(domain, s.users)
	return ok && same && (rest == "" || rest[0] == '/')
}

// chunk is how many of these recipients one stanza may name.
func (s *service) chunk(out stanza.Out, to []stanza.Addr) int {
	n, size := 1, len(to[0])
	for n < len(to) && n < s.limit(out) && size < addressBytes {
		size += addressSize + len(to[n])
		n++
	}
	return n
}

// addMany adds one stanza that the service delivers to all these recipients, and returns its length. xep:0033#addr-type-bcc
func (b *batch) addMany(out stanza.Out, service stanza.Addr, to []stanza.Addr) int {
	before := len(b.buf)
	b.buf = append(append(append(b.buf, out.Head...), service...), "'><addresses xmlns='"+nsAddress+"'>"...)
	for _, a := range to {
		b.buf = append(append(append(b.buf, "<address type='bcc' jid='"...), a...), "'/>"...)
	}
	b.buf = append(b.buf, "</addresses>"...)
	if payload, ok := bytes.CutPrefix(out.Tail, []byte("'>")); ok {
		b.buf = append(b.buf, payload...)
	} else {
		name, _, _ := bytes.Cut(out.Head[1:], []byte(" "))
		b.buf = append(append(append(b.buf, "</"...), name...), '>')
	}
	b.ends = append(b.ends, len(b.buf))
	return len(b.buf) - before
}

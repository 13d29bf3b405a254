package component

import (
	"slices"
	"time"

	"isthmus/component/stanza"
)

// offer has the outbox use this service as soon as nothing is on the way through another.
func (o *Outbox) offer(s *service) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.multicast.next = s
	o.settle()
}

// park takes the first lane out of the turns until something has landed.
func (o *Outbox) park() {
	l := o.shift()
	l.credit = min(l.credit, 0)
	o.parked = append(o.parked, l)
}

// askLanded puts a question behind what has gone to the service, one at a time: when somebody waits for the answer, when
// much is on the way, or when the first of it has been on its way for a while. An answer costs the host as much as some
// copies.
func (o *Outbox) askLanded() {
	m := &o.multicast
	f := &m.flight
	switch {
	case len(f.bundles) == 0 || f.asked != 0:
		return
	case f.due || m.closing || len(o.parked) > 0 || f.weight > window/2:
		f.stop()
		out, to := f.question(m.service)
		o.batch.add(out, to)
		asked := f.asked
		f.timer = time.AfterFunc(landingTime, func() { o.landed(asked, false) })
	case f.timer == nil:
		f.timer = time.AfterFunc(askAfter, o.due)
	}
}

// due asks whether what is on the way has landed.
func (o *Outbox) due() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.multicast.flight.due = true
	o.rouse()
}

// landed takes the service's answer to a question, or its absence. ok is false where it is no multicast service any more:
// then nobody knows what has become of what was on the way, and it goes again. Better twice than never: clients tell
// messages by their stanza-id.
func (o *Outbox) landed(last uint64, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := &o.multicast.flight
	if f.asked == last {
		f.unasked()
	}
	if !ok && len(f.bundles) > 0 && f.bundles[0].number <= last {
		f.fail()
		last = f.sent
		f.unasked()
		o.multicast.closing = true
	}
	f.land(last)
	o.settle()
}

// refused takes the service's error about a stanza, and tells whether it is the first.
func (o *Outbox) refused(st *stanza.Stanza) (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.multicast.flight.find(st)
	if b == nil {
		return false
	}
	o.rouse()
	first = !o.multicast.closing
	b.refused, o.multicast.closing = true, true
	return first
}

// service is the address of the service in use; "" = none.
func (o *Outbox) service() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.multicast.service; s != nil {
		return string(s.addr)
	}
	return ""
}

// question tells which of the outbox's questions to the service an id is of.
func (o *Outbox) question(id string) (last uint64, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.multicast.flight.answers(id)
}

// cut is called when a connection is lost: the next one may be to a host without the service. What is on the way lands when
// a question is answered that goes behind it.
func (o *Outbox) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := &o.multicast
	m.flight.unasked()
	m.closing, m.next = true, nil
	o.settle()
}

// leave is called when nobody listens any more to what lands.
func (o *Outbox) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := &o.multicast
	m.flight.unasked()
	m.flight.land(m.flight.sent)
	m.closing, m.next = true, nil
	o.settle()
}

// settle begins again with single copies, or with the next service, when all has landed; and lets the lanes that wait look
// whether they still have to.
func (o *Outbox) settle() {
	m := &o.multicast
	if len(m.flight.bundles) == 0 && (m.closing || m.next != nil) {
		m.service, m.next, m.closing = m.next, nil, false
		for _, b := range slices.Backward(m.flight.refused) {
			o.again(b)
		}
		m.flight.refused = nil
	}
	for _, l := range o.parked {
		o.append(l)
	}
	o.parked = nil
	o.rouse()
}

// again puts what was refused before all else that its lane has.
func (o *Outbox) again(b *bundle) {
	l := o.lanes[b.lane]
	if l == nil {
		l = &lane{name: b.lane}
		o.lanes[b.lane] = l
		o.append(l)
	}
	l.unshift(&entry{out: b.out, to: b.to, routed: true})
	o.size += len(b.to) * (b.out.Size() + addressSize)
}

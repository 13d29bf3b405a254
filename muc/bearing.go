package muc

import (
	"slices"
	"time"

	"isthmus/component/stanza"
)

// bearing is a message of a peer that goes on alone when nothing gets through (master-master), in a room that does not
// (master-slave): it is in the peer's log, and in ours when the primary has repeated it. Until then the peer gets no receipt:
// it tells it again if this room forgets it. A ping that came behind it waits here as well.
type bearing struct {
	via   Via
	said  Said
	until time.Time // when it is taken for refused, while the primary repeats others
	ping  *Settled
}

// mostBorne bounds them. A peer sends no more without a receipt than fits.
const mostBorne = 1000

// bear passes what came over a link of another on to the primary. A replica of our own asks no more than once; it is told by
// how we stand with the primary what became of it.
func (r *Room) bear(via Via, f Said) {
	ready := r.replica.standing == Ready
	if r.repeats(via) {
		if ready {
			r.putForward(f)
		}
		return
	}
	if len(r.replica.borne) >= mostBorne || slices.ContainsFunc(r.replica.borne, func(b bearing) bool {
		return b.ping == nil && b.via == via && b.said.JID == f.JID && b.said.ID == f.ID
	}) {
		return
	}
	r.replica.borne = append(r.replica.borne, bearing{via: via, said: f, until: r.patienceWithPrimary()})
	if ready {
		r.putForward(f)
	}
}

func (r *Room) patienceWithPrimary() time.Time {
	return r.now.Add(r.linkWith(string(r.primary())).EchoTimeout)
}

// carryAll asks the primary again for everything that it has not repeated.
func (r *Room) carryAll() {
	for i := range r.replica.borne {
		if b := &r.replica.borne[i]; b.ping == nil {
			b.until = r.patienceWithPrimary()
			r.putForward(b.said)
		}
	}
}

// settlesFor answers a link that asks whether everything before is stored.
func (r *Room) settlesFor(via Via, f Settled) {
	if slices.ContainsFunc(r.replica.borne, func(b bearing) bool { return b.via == via }) && len(r.replica.borne) < 2*mostBorne {
		r.replica.borne = append(r.replica.borne, bearing{via: via, ping: &f})
		return
	}
	r.emit(Relay{Only: via, Fact: f})
}

// bearer is the link that a message came over before the primary repeated it, Here for none.
func (r *Room) bearer(author stanza.JID, id string) Via {
	for _, b := range r.replica.borne {
		if b.ping == nil && b.said.JID == author && b.said.ID == id {
			return b.via
		}
	}
	return Here
}

// delivered takes it that the primary has repeated something.
func (r *Room) delivered(author stanza.JID, id string) {
	r.unload(func(b *bearing) bool { return b.said.JID == author && b.said.ID == id })
}

func (r *Room) unload(over func(*bearing) bool) {
	waits := map[Via]bool{}
	r.replica.borne = slices.DeleteFunc(r.replica.borne, func(b bearing) bool {
		switch {
		case b.ping == nil && !over(&b):
			waits[b.via] = true
			return false
		case b.ping == nil:
			return true
		case waits[b.via]:
			return false
		}
		r.emit(Relay{Only: b.via, Fact: *b.ping})
		return true
	})
}

// dropBorne lets go of what the primary does not repeat though it repeats others.
func (r *Room) dropBorne() {
	if r.replica.standing == Ready {
		r.unload(func(b *bearing) bool { return !b.until.After(r.now) })
	}
}

func (r *Room) borneDue() time.Time {
	if r.replica.standing != Ready {
		return time.Time{}
	}
	for _, b := range r.replica.borne {
		if b.ping == nil {
			return b.until
		}
	}
	return time.Time{}
}

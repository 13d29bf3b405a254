package muc

import (
	"slices"
	"time"

	"isthmus/component/stanza"
)

// bearing is a message of a peer that goes on alone when nothing gets through (master-master), in a room that does not
// (master-slave): it is in the peer's log, and in ours when the primary has repeated it. Until then the peer gets no receipt,
// and tells it again if this room forgets it. A ping that came behind it waits here as well.
type bearing struct {
	via   Via
	said  Said
	ping  *Settled  // not nil: this is a ping
	until time.Time // when it is taken for refused, while the primary repeats others
	over  bool      // it was; should it come after all, it is known where from
}

// mostBorne bounds them. A peer sends no more without a receipt than fits.
const mostBorne = 1000

// bear passes what came over a link of another on to the primary. A replica of our own asks no more than once; it is told by
// how we stand with the primary what became of it.
func (r *Room) bear(via Via, f Said) {
	if !r.repeats(via) && !r.shoulder(via, f) {
		return
	}
	if r.replica.standing == Ready {
		r.putForward(f)
	}
}

// shoulder remembers a message until the primary repeats it, and tells whether that is news.
func (r *Room) shoulder(via Via, f Said) bool {
	b := r.borne(f.JID, f.ID)
	if b != nil && !b.over {
		return false
	}
	if b == nil {
		r.lighten()
		if len(r.replica.borne) >= mostBorne {
			return false
		}
		r.replica.borne = append(r.replica.borne, bearing{})
		b = &r.replica.borne[len(r.replica.borne)-1]
	}
	*b = bearing{via: via, said: f, until: r.patienceWithPrimary()}
	return true
}

// lighten forgets the first of those that are over, if there are too many.
func (r *Room) lighten() {
	i := slices.IndexFunc(r.replica.borne, func(b bearing) bool { return b.over })
	if i >= 0 && len(r.replica.borne) >= mostBorne/2 {
		r.replica.borne = slices.Delete(r.replica.borne, i, i+1)
	}
}

func (r *Room) borne(author stanza.JID, id string) *bearing {
	for i := range r.replica.borne {
		if b := &r.replica.borne[i]; b.ping == nil && b.said.JID == author && b.said.ID == id {
			return b
		}
	}
	return nil
}

func (r *Room) patienceWithPrimary() time.Time {
	return r.now.Add(r.linkWith(string(r.primary())).EchoTimeout)
}

// carryAll asks the primary again for everything that it has not repeated.
func (r *Room) carryAll() {
	for i := range r.replica.borne {
		if b := &r.replica.borne[i]; b.ping == nil && !b.over {
			b.until = r.patienceWithPrimary()
			r.putForward(b.said)
		}
	}
}

// settlesFor answers a link that asks whether everything before is stored.
func (r *Room) settlesFor(via Via, f Settled) {
	if len(r.replica.borne) >= 2*mostBorne {
		return // it has asked too often; it will take us for down
	}
	r.replica.borne = append(r.replica.borne, bearing{via: via, ping: &f})
	r.receipts()
}

// bearer is the link that a message came over before the primary repeated it, Here for none.
func (r *Room) bearer(author stanza.JID, id string) Via {
	if b := r.borne(author, id); b != nil {
		return b.via
	}
	return Here
}

// delivered takes it that the primary has repeated something.
func (r *Room) delivered(author stanza.JID, id string) {
	if len(r.replica.borne) == 0 {
		return
	}
	r.replica.borne = slices.DeleteFunc(r.replica.borne, func(b bearing) bool {
		return b.ping == nil && b.said.JID == author && b.said.ID == id
	})
	r.receipts()
}

// receipts answers the pings that nothing is before any more.
func (r *Room) receipts() {
	waits := map[Via]bool{}
	r.replica.borne = slices.DeleteFunc(r.replica.borne, func(b bearing) bool {
		switch {
		case b.ping == nil:
			waits[b.via] = waits[b.via] || !b.over
			return false
		case waits[b.via]:
			return false
		}
		r.emit(Relay{Only: b.via, Fact: *b.ping})
		return true
	})
}

// dropBorne gives up what the primary does not repeat though it repeats others.
func (r *Room) dropBorne() {
	if r.replica.standing != Ready {
		return
	}
	for i := range r.replica.borne {
		if b := &r.replica.borne[i]; b.ping == nil && !b.until.After(r.now) {
			b.over = true
		}
	}
	r.receipts()
}

func (r *Room) borneDue() (first time.Time) {
	if r.replica.standing != Ready {
		return time.Time{}
	}
	for _, b := range r.replica.borne {
		if b.ping == nil && !b.over && (first.IsZero() || b.until.Before(first)) {
			first = b.until
		}
	}
	return first
}

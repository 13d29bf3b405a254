package host

import (
	"cmp"
	"context"
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// LinkStatus is what the operator is told of one link. What is counted is so since the daemon began.
type LinkStatus struct {
	Room, Peer    string // bare JIDs
	Inbound       bool   // the peer joins the room
	Mode, Dialect string
	Terms         string    // what the rooms have agreed on, "" = nothing
	State         string    // one of fmuc's, or how the operator holds it
	Cause         string    // of the last outage, until the link is up again
	Since         time.Time // when it came into this state; zero: before the daemon began
	Ours, Theirs  int       // people whom the peer was told of, and whom it has announced
	Backlog       int       // events that the peer has not got, counted to storage.BacklogMost + 1
	Oldest        time.Time // of them; zero: there are none
	In, Out       Traffic
	RoundTrip     time.Duration // of the last ping that was answered, 0 = none
	Heard         time.Time     // when the peer last said something; zero: not yet
	Next          time.Time     // of the next attempt to join; zero: none is waited for
	Trouble       string        // the last note that somebody should look at, "" = none
	TroubleAt     time.Time
	Caught        fmuc.Caught
	Counts        [len(fmuc.Kinds)]int // of notes, by their kind

	link    storage.Link
	settled bool // there is no backlog
	live    bool // its room is in memory
	last    lasting
}

// lasting is a state of a link, and since when.
type lasting struct {
	state string
	since time.Time
}

// Outages counts the times that the link was up and nothing got through any more.
func (s LinkStatus) Outages() (n int) {
	for k, kind := range fmuc.Kinds {
		if kind.Outage {
			n += s.Counts[k]
		}
	}
	return n
}

// mostLinks bounds how many links are told of at a time.
const mostLinks = 1000

// survey asks a shard for its links.
type survey struct {
	room  string // "" = of all rooms
	reply chan []LinkStatus
}

// Links tells of the links of one room, or of all ("") that are in memory, stored or configured; in the order of rooms and
// peers, up to a bound, and how many there are.
func (h *Host) Links(ctx context.Context, room string) (list []LinkStatus, total int, err error) {
	stored, total, err := h.o.Store.Links(ctx, room, mostLinks)
	if err != nil {
		return nil, 0, err
	}
	found := map[ends]LinkStatus{}
	for _, l := range stored {
		found[ends{l.Room, muc.Via(l.Peer)}] = asleep(l)
	}
	for at := range h.configured(room) {
		if _, ok := found[at]; !ok {
			found[at] = asleep(storage.Link{Room: at.room, Peer: string(at.peer)})
		}
	}
	for _, s := range h.shards {
		part, err := s.surveyed(ctx, room)
		if err != nil {
			return nil, 0, err
		}
		for _, l := range part {
			at := ends{l.Room, muc.Via(l.Peer)}
			was, ok := found[at]
			if !ok && !l.live {
				continue // it was dropped
			}
			if !l.live {
				l.State, l.Heard, l.link = was.State, was.Heard, was.link
			}
			found[at] = l
		}
	}
	h.overrule(found)
	for _, l := range found {
		if l.State == "idle" && l.last.state == "down" {
			l.State = "down" // the peer was lost, and has not come back
		}
		if l.State == l.last.state {
			l.Since = l.last.since
		}
		list = append(list, h.configuredAs(l))
	}
	slices.SortFunc(list, func(a, b LinkStatus) int {
		return cmp.Or(cmp.Compare(a.Room, b.Room), cmp.Compare(a.Peer, b.Peer))
	})
	total = max(total, len(list))
	list = list[:min(len(list), mostLinks)]
	return list, total, h.weigh(ctx, list)
}

// asleep is a link of a room that is not in memory.
func asleep(l storage.Link) LinkStatus {
	return LinkStatus{
		Room: l.Room, Peer: l.Peer, Inbound: l.Inbound, State: cmp.Or(l.Held, "idle"), Heard: l.SyncedAt, link: l,
	}
}

// configured are the links that the administrator's file asks for.
func (h *Host) configured(room string) map[ends]bool {
	s, list := h.settings(), map[ends]bool{}
	for local, f := range s.Federation {
		at := ends{local + "@" + s.Service, muc.Via(f.Join)}
		if f.Join != "" && (room == "" || room == at.room) {
			list[at] = true
		}
	}
	return list
}

// overrule takes out what the file asks for where a room's owner has another word.
func (h *Host) overrule(found map[ends]LinkStatus) {
	joins := map[string]bool{}
	for _, l := range found {
		if l.live && !l.Inbound {
			joins[l.Room] = true
		}
	}
	for at, l := range found {
		if !l.live && l.link.State == "" && joins[at.room] {
			delete(found, at)
		}
	}
}

func (h *Host) configuredAs(l LinkStatus) LinkStatus {
	room, _ := stanza.ParseJID(l.Room)
	peer, _ := stanza.ParseJID(l.Peer)
	c := h.settings().LinkOf(room, peer)
	l.Mode, l.Dialect = c.Mode, c.Dialect
	return l
}

// weigh finds how much waits for each peer.
func (h *Host) weigh(ctx context.Context, list []LinkStatus) error {
	var links []storage.Link
	var places []int
	for i, l := range list {
		if !l.settled && l.link.Acked != "" {
			links, places = append(links, l.link), append(places, i)
		}
	}
	if len(links) == 0 {
		return nil
	}
	backlogs, err := h.o.Store.Backlogs(ctx, links)
	for i, b := range backlogs {
		l := &list[places[i]]
		if l.Backlog = b.Events; b.Events > 0 {
			l.Oldest = time.UnixMilli(b.Oldest >> 16)
		}
	}
	return err
}

func (s *shard) surveyed(ctx context.Context, room string) ([]LinkStatus, error) {
	v := survey{room, make(chan []LinkStatus, 1)}
	s.mail.push(v)
	select {
	case list := <-v.reply:
		return list, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// survey tells of the links of the rooms in memory, and of what is remembered of others.
func (s *shard) survey(v survey) {
	var list []LinkStatus
	told := map[ends]bool{}
	tell := func(at ends, l LinkStatus) {
		if !told[at] && (v.room == "" || v.room == at.room) {
			told[at] = true
			list = append(list, s.recall(at, l))
		}
	}
	for key, l := range s.rooms {
		for via, k := range l.edges {
			tell(ends{key, via}, l.linkStatus(k))
		}
		for via, link := range l.known {
			l := asleep(link)
			l.live = true
			tell(ends{key, via}, l)
		}
	}
	for at, e := range s.ledger.entries {
		tell(at, LinkStatus{Room: at.room, Peer: string(at.peer), Inbound: e.inbound})
	}
	v.reply <- list
}

// linkStatus is how a link is now.
func (l *live) linkStatus(k *edge) LinkStatus {
	s := k.link.Status()
	return LinkStatus{
		Terms: l.agreement(k.via),
		Room:  l.key, Peer: string(k.via), Inbound: k.inbound, State: s.State, Ours: s.Ours, Theirs: s.Theirs,
		RoundTrip: s.RoundTrip, Heard: s.Heard, Next: s.Next, Caught: s.Caught,
		link:    storage.Link{Room: l.key, Peer: string(k.via), Acked: s.Acked, SyncedAt: s.SyncedAt},
		settled: s.Settled, live: true,
	}
}

// recall adds what was counted, and what a link that is no more has said last.
func (s *shard) recall(at ends, l LinkStatus) LinkStatus {
	e := s.ledger.entries[at]
	if e == nil {
		return l
	}
	l.In, l.Out, l.Counts, l.Cause, l.Trouble, l.TroubleAt = e.in, e.out, e.counts, e.cause, e.trouble, e.at
	l.last = e.lasting
	if l.Caught.At.IsZero() {
		l.RoundTrip, l.Caught = cmp.Or(l.RoundTrip, e.last.RoundTrip), e.last.Caught
	}
	return l
}

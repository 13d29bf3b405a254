package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// How the operator holds a link. A paused one is not joined, and whom it would admit is refused, until he resumes it. A dropped
// one is forgotten; the room joins that peer no more until he resumes it, or until it is taken out of the configuration and put
// back. A peer that joins us may always ask again.
const (
	paused  = "paused"
	dropped = "dropped"
)

// order is what the operator does with a link of a room.
type order struct {
	peer muc.Via // Here = the only one
	do   string
}

// steering is one thing that he may do. It returns what is to be stored, nil for nothing.
type steering func(s *shard, l *live, via muc.Via, now time.Time) (storage.Change, error)

var steerings = map[string]steering{"pause": (*shard).pause, "resume": (*shard).resume, "resync": (*shard).resync, "drop": (*shard).forgo}

// Steer does something with a link of a room, and waits until it is stored.
func (h *Host) Steer(ctx context.Context, room stanza.JID, peer, do string) error {
	return h.task(ctx, task{room: room, order: &order{muc.Via(peer), do}, reply: make(chan error, 1)})
}

// steer does what the operator wants of a link of a room that is in memory.
func (s *shard) steer(l *live, t task) {
	now := time.Now()
	via, err := l.linkCalled(t.order.peer)
	var change storage.Change
	if err == nil {
		change, err = steerings[t.order.do](s, l, via, now)
	}
	switch {
	case err != nil || change == nil:
		t.reply <- err
	default:
		s.unsaved++
		s.h.writer.submit(&ticket{change: change, size: changeSize(change), owner: s, room: l, reply: t.reply})
	}
	s.settle(l, now)
}

// linkCalled finds a link that there is, or could be.
func (l *live) linkCalled(via muc.Via) (muc.Via, error) {
	if !l.room.Exists() {
		return via, errors.New("there is no such room")
	}
	all := map[muc.Via]bool{}
	for v := range l.edges {
		all[v] = true
	}
	for v := range l.known {
		all[v] = true
	}
	if v := l.room.Joins(); v != "" {
		all[muc.Via(v)] = true
	}
	switch {
	case via == muc.Here && len(all) == 1:
		for v := range all {
			via = v
		}
	case via == muc.Here && len(all) > 1:
		return via, errors.New("the room has several links: say which peer is meant")
	case !all[via] && !l.room.Accepts(string(via)):
		return via, errors.New("the room has no such link")
	}
	return via, nil
}

func (s *shard) pause(l *live, via muc.Via, now time.Time) (storage.Change, error) {
	s.endLink(l, via, "The operator has paused it.", now)
	return s.hold(l, via, paused, now), nil
}

func (s *shard) resume(l *live, via muc.Via, now time.Time) (storage.Change, error) {
	if l.known[via].Held == "" {
		return nil, errors.New("the link is neither paused nor dropped")
	}
	return s.hold(l, via, "", now), nil
}

func (s *shard) resync(l *live, via muc.Via, now time.Time) (storage.Change, error) {
	k := l.edges[via]
	switch {
	case l.known[via].Held != "":
		return nil, fmt.Errorf("the link is %s: it has to be resumed", l.known[via].Held)
	case k == nil, k.link.State() == "idle":
		return nil, errors.New("the link is at rest: nobody is in the room that joins")
	}
	if t := l.terms[via]; t != nil {
		t.Forget() // a peer that did not negotiate may have learnt to
	}
	s.tell(l, k, fmuc.Event{At: now, Resync: true})
	return nil, nil
}

// forgo forgets a link with its cursor. That it is not to be joined again has to be remembered.
func (s *shard) forgo(l *live, via muc.Via, now time.Time) (storage.Change, error) {
	s.endLink(l, via, "The operator has dropped it.", now)
	delete(s.ledger.entries, ends{l.key, via})
	delete(l.known, via)
	s.forgetTerms(l, via)
	if l.room.Joins() != string(via) {
		return storage.DeleteLink{Room: l.key, Peer: string(via)}, nil
	}
	return s.hold(l, via, dropped, now), nil
}

func (s *shard) endLink(l *live, via muc.Via, reason string, now time.Time) {
	if k := l.edges[via]; k != nil {
		s.tell(l, k, fmuc.Event{At: now, Stop: reason})
		s.follow(now)
		s.drop(l, k)
	}
}

// hold notes how the operator holds a link, "" for not any more.
func (s *shard) hold(l *live, via muc.Via, how string, now time.Time) storage.Change {
	link := l.known[via]
	if link.Room == "" {
		link = storage.Link{Room: l.key, Peer: string(via), Inbound: l.room.Joins() != string(via), State: "idle"}
	}
	link.Held = how
	l.known[via] = link
	at := ends{l.key, via}
	if e := s.ledger.entries[at]; e != nil && how != "" {
		e.become(how, now)
	}
	return storage.SaveLink{Link: link}
}

// unhold lets go of what was dropped and is not configured any more: if it is again it is new.
func (s *shard) unhold(l *live) {
	for via, link := range l.known {
		if link.Held == dropped && l.room.Joins() != string(via) {
			delete(l.known, via)
			s.unsaved++
			c := storage.DeleteLink{Room: l.key, Peer: string(via)}
			s.h.writer.submit(&ticket{change: c, size: changeSize(c), owner: s, room: l})
		}
	}
}

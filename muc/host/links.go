package host

import (
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// deed is something for a link, or by a link for its room.
type deed struct {
	room *live
	edge *edge
	ev   fmuc.Event
}

// fromPeer takes a stanza that belongs to federation, and tells whether it was one.
func (s *shard) fromPeer(l *live, st *stanza.Stanza, now time.Time) bool {
	via := muc.Via(st.From.Bare().String())
	k := l.edges[via]
	if s.negotiates(l, k, st, now) {
		if k != nil {
			s.entry(l, k).in.received(st)
		}
		return true
	}
	if k == nil && fmuc.Pings(st) && (l.room.Accepts(string(via)) || l.room.Joins() == string(via)) {
		s.h.reply(st, fmuc.Unlinked)
		return true
	}
	if k == nil && !fmuc.Concerns(st) {
		return false
	}
	if k != nil && fmuc.Takes(st) {
		if !k.inbound && !st.IsError() && fmuc.JoinShaped(st) && (!k.link.Up() || fmuc.Begins(st)) {
			return s.bothJoin(l, k, st, now)
		}
		if k.inbound && fmuc.Answers(st) && l.room.Joins() == string(via) && l.key < string(via) {
			k = s.turn(l, k, now)
		}
		s.tell(l, k, fmuc.Event{At: now, Stanza: st})
		return true
	}
	if k != nil || st.IsError() {
		return st.IsError()
	}
	if fmuc.Ends(st) {
		return true // a link that is no more here either
	}
	accepts := l.room.Accepts(string(via))
	resumes := accepts && fmuc.Resumes(st, s.h.settings().LinkOf(l.jid, st.From.Bare()))
	if !resumes && !fmuc.JoinShaped(st) || !accepts && fmuc.Posing(st, s.h.settings().Hosts) {
		return false // the room refuses it
	}
	return s.admit(l, via, st, now)
}

// Where a whole service may join a room, any of its rooms may.
const (
	mostEdges = 100  // of one room at a time
	mostPeers = 1000 // that a room has ever been linked with
)

// admit lets a peer join the room, or says why not. xep:0289#startup
func (s *shard) admit(l *live, via muc.Via, st *stanza.Stanza, now time.Time) bool {
	reason := ""
	switch {
	case !l.room.Exists():
		reason = "There is no such room."
	case !l.room.Accepts(string(via)):
		reason = "This room does not federate with yours."
	case l.known[via].Held == paused:
		reason = "This link is paused."
	case len(l.edges) >= mostEdges, len(l.known) >= mostPeers && l.known[via] == (storage.Link{}):
		reason = "Too many rooms have joined this one."
	}
	if reason != "" {
		s.turnAway(l, via, reason, now)
		s.refuse(l, st, reason)
		return true
	}
	if link := l.known[via]; link.Held == dropped { // asked again
		link.Held = ""
		l.known[via] = link
	}
	k := s.connect(l, via, true, now)
	s.tell(l, k, fmuc.Event{At: now, Stanza: st})
	return true
}

func (s *shard) refuse(l *live, st *stanza.Stanza, reason string) {
	out, to := fmuc.Refuse(st, reason)
	s.h.o.Out.Enqueue(l.key, out, []stanza.Addr{to})
}

// bothJoin settles that each of two rooms is configured to join the other: the room of the lower address joins, the other
// accepts. An own link that is at rest gives way at once.
func (s *shard) bothJoin(l *live, k *edge, st *stanza.Stanza, now time.Time) bool {
	if !l.room.Accepts(string(k.via)) {
		s.refuse(l, st, "This room does not federate with yours.")
		return true
	}
	again := st.ID != "" && st.ID == k.refused // by a server that does not know what has arrived
	if k.refuses && !fmuc.Begins(st) {
		return true // it was announced behind the request
	}
	if again || !k.link.Resting() && l.key < string(k.via) {
		out, to := fmuc.Cross(st)
		s.h.o.Out.Enqueue(l.key, out, []stanza.Addr{to})
		k.refused, k.refuses = st.ID, fmuc.Begins(st)
		if k.link.Up() && !again { // the peer does not know it any more
			s.tell(l, k, fmuc.Event{At: now, Detached: true})
		}
		return true
	}
	s.drop(l, k)
	heir := s.connect(l, k.via, true, now)
	heir.link.Succeed(k.link)
	s.tell(l, heir, fmuc.Event{At: now, Stanza: st})
	return true
}

// turn makes one link of two: requests have crossed in a way that each room takes the other for the one that has joined it.
func (s *shard) turn(l *live, k *edge, now time.Time) *edge {
	s.drop(l, k)
	heir := s.connect(l, k.via, false, now)
	heir.link.Succeed(k.link)
	return heir
}

// connect makes a link.
func (s *shard) connect(l *live, via muc.Via, inbound bool, now time.Time) *edge {
	peer, _ := stanza.ParseJID(string(via))
	since, _ := s.h.o.Attached()
	known := l.known[via]
	wanted, syncedAt := fmuc.Recall(fmuc.Save{SyncedAt: known.SyncedAt, State: known.State})
	c := s.linkConfig(l, via)
	k := &edge{via: via, inbound: inbound, config: c, since: since}
	k.link = fmuc.New(fmuc.Config{
		LinkConfig: s.inForce(l, via),
		Room:       l.jid, Peer: peer, Inbound: inbound, MaxHistory: s.historyOf(l, via),
		Wanted: wanted, SyncedAt: syncedAt, Acked: known.Acked,
		Node: l.room.Token(), Behind: l.behind, Epochs: s.entry(l, k).epochs, Past: l.past[via],
	})
	l.edges[via] = k
	if !inbound && l.room.Peopled(via) {
		s.tell(l, k, fmuc.Event{At: now, Start: true})
	}
	return k
}

// reconcile makes the links what the configuration asks for, and tells whether it changed one.
func (s *shard) reconcile(l *live, now time.Time) bool {
	if l.room == nil || !l.room.Exists() {
		return false
	}
	s.unhold(l)
	want := muc.Via(l.room.Joins())
	for _, k := range l.links() {
		if k.inbound && !l.room.Accepts(string(k.via)) || !k.inbound && k.via != want {
			s.tell(l, k, fmuc.Event{At: now, Stop: "The room no longer federates with yours."})
			s.follow(now)
			s.drop(l, k)
			return true
		}
	}
	if want == muc.Here || l.edges[want] != nil || l.known[want].Held != "" {
		return false
	}
	s.connect(l, want, false, now)
	return true
}

func (s *shard) drop(l *live, k *edge) {
	k.alarm.set(time.Time{}, nil)
	s.entry(l, k).last, s.entry(l, k).epochs = k.link.Status(), k.link.Epochs()
	if l.edges[k.via] == k {
		delete(l.edges, k.via)
		l.past[k.via] = k.link.Past
	}
}

// spread tells the link to the room that this one joins which nodes are behind the others, when that has changed.
func (s *shard) spread(l *live, now time.Time) {
	list := []string{}
	for _, k := range l.links() {
		list = append(list, k.link.Behind()...)
	}
	if slices.Equal(list, l.behind) {
		return
	}
	l.behind = list
	for _, k := range l.links() {
		if !k.inbound {
			s.tell(l, k, fmuc.Event{At: now, Behind: list})
		}
	}
}

// above is the link to the room that this one joins, nil if there is none.
func (l *live) above() *edge {
	for _, k := range l.edges {
		if !k.inbound {
			return k
		}
	}
	return nil
}

// unsure tells whether nodes above do not know yet who is behind the room.
func (l *live) unsure() bool {
	k := l.above()
	return k != nil && !k.link.Resting()
}

// reassure tells links that wait for it what the nodes above say of who is behind the room.
func (s *shard) reassure(l *live, now time.Time) {
	up := l.above()
	for _, k := range l.links() {
		switch {
		case !k.link.Unsure():
		case up != nil && up.link.Circular() != "":
			s.instruct(l, k, fmuc.Event{At: now, Circular: up.link.Circular()})
		case up == nil || up.link.Sure():
			s.instruct(l, k, fmuc.Event{At: now, Clear: true})
		default:
			continue
		}
		s.spread(l, now)
	}
}

// dropAll lets go of the links of a room that is no more.
func (s *shard) dropAll(l *live) {
	for _, k := range l.edges {
		s.drop(l, k)
	}
	clear(l.past)
}

// follow does everything that links have been told, and what comes of it, until there is nothing more.
func (s *shard) follow(now time.Time) {
	for len(s.todo) > 0 {
		d := s.todo[0]
		s.todo = s.todo[1:]
		d.ev.At = now
		s.tell(d.room, d.edge, d.ev)
	}
}

// tell lets a link act. If the host server was away since it last did, it is told so first.
func (s *shard) tell(l *live, k *edge, ev fmuc.Event) {
	since, ok := s.h.o.Attached()
	if ok && since.After(k.since) {
		k.since = since
		s.instruct(l, k, fmuc.Event{At: ev.At, Detached: true})
	}
	s.instruct(l, k, ev)
	s.spread(l, ev.At)
	s.reassure(l, ev.At)
}

func (s *shard) instruct(l *live, k *edge, ev fmuc.Event) {
	ev.Waiting, ev.Above = l.waits(k, ev.At), l.unsure()
	if ev.Stanza != nil {
		s.entry(l, k).in.received(ev.Stanza)
	}
	for _, e := range k.link.Handle(ev) {
		switch e := e.(type) {
		case fmuc.Send:
			s.entry(l, k).out.sent(e)
			s.h.o.Out.Enqueue(l.key, e.Out, e.To)
		case fmuc.Tell:
			s.inform(l, k.via, e.Fact, ev.At)
		case fmuc.Wake:
			s.setLinkAlarm(l, k, e.At)
		case fmuc.Save:
			s.saveLink(l, k, e)
		case fmuc.Note:
			s.note(l, k, e, ev.At)
		case fmuc.Ended:
			s.drop(l, k)
		}
	}
	s.entry(l, k).observe(k, ev.At)
	s.offer(l, k, ev.At)
}

// woken lets a room, a link or a negotiation do what it wanted to be woken for, unless its timer has been set anew since.
func (s *shard) woken(w woken) {
	if w.turn != w.alarm.turn {
		return
	}
	now := time.Now()
	w.do(now)
	s.settle(w.room, now)
}

// wakeRoom lets a room do what is due. While the host server is away nobody can answer or come back, so time stands still.
func (s *shard) wakeRoom(l *live, now time.Time) {
	if l.room == nil {
		return
	}
	since, ok := s.h.o.Attached()
	if !ok {
		s.setAlarm(l, now.Add(outageTime))
		return
	}
	s.perform(l, l.room.Handle(muc.Event{At: now, Wake: true, Since: since}))
}

// wakeLink lets a link do what is due. While the host server is away nothing of it would get anywhere.
func (s *shard) wakeLink(l *live, k *edge, now time.Time) {
	if l.edges[k.via] != k {
		return
	}
	if _, ok := s.h.o.Attached(); !ok {
		s.setLinkAlarm(l, k, now.Add(outageTime))
		return
	}
	s.tell(l, k, fmuc.Event{At: now, Wake: true})
}

func (s *shard) setLinkAlarm(l *live, k *edge, at time.Time) {
	k.alarm.set(at, func(turn int) {
		s.mail.push(woken{l, &k.alarm, turn, func(now time.Time) { s.wakeLink(l, k, now) }})
	})
}

func (s *shard) setAlarm(l *live, at time.Time) {
	l.alarm.set(at, func(turn int) {
		s.mail.push(woken{l, &l.alarm, turn, func(now time.Time) { s.wakeRoom(l, now) }})
	})
}

// saveLink stores what is known of a link. That a peer has joined is stored before anybody is shown who is behind it: after a
// restart the room waits for them.
func (s *shard) saveLink(l *live, k *edge, e fmuc.Save) {
	link := storage.Link{
		Room: l.key, Peer: string(k.via), Inbound: k.inbound, State: e.State, SyncedAt: e.SyncedAt, Acked: e.Acked,
		Held: l.known[k.via].Held,
	}
	l.known[k.via] = link
	t := &ticket{change: storage.SaveLink{Link: link}, size: 512, owner: s, room: l}
	s.unsaved++
	s.h.writer.submit(t)
	if e.State == "asking" {
		l.held = append(l.held, step{ticket: t})
	}
}

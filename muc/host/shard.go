package host

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// shard owns some of the rooms (H1).
type shard struct {
	h       *Host
	mail    *mailbox
	rooms   map[string]*live
	count   atomic.Int64 // of rooms, for whoever asks from outside
	loading int
	asking  int     // questions to rooms' logs that are not answered yet
	touched []*live // rooms whose occupants may have changed
	unsaved int     // changes not committed yet
	todo    []deed  // what links said, to be done after what is being done
	ledger  ledger
	last    context.Context // outlives the intake, so that what was accepted is finished
}

// What comes back to a shard through its own mail.
type (
	committed []*ticket
	loaded    struct {
		room   *live
		stored *storage.Room
		owned  map[string]int // rooms by those who might create this one
		err    error
	}
	answered struct {
		live   *live
		room   *muc.Room // which asked; it may be destroyed since
		loaded *muc.Loaded
	}
	woken struct {
		room  *live
		alarm *alarm
		turn  int // of the alarm
		do    func(now time.Time)
	}
)

var (
	errBusy = stanza.Fail(mellium.ResourceConstraint).Because("The service is busy; try again in a moment.")
	errSlow = stanza.Fail(mellium.ResourceConstraint).Because("Messages cannot be stored at the moment; try again later.")
	errAway = stanza.Fail(mellium.ResourceConstraint).Because("The room cannot be read at the moment; try again later.")
)

func newShard(h *Host) *shard {
	return &shard{h: h, mail: newMailbox(mailLimit), rooms: map[string]*live{}, ledger: newLedger()}
}

func (s *shard) run(ctx, last context.Context) {
	s.last = last
	for ctx.Err() == nil {
		select {
		case <-s.mail.wake:
			s.work(ctx)
		case <-ctx.Done():
		}
	}
	s.finish()
}

// finish lets what was accepted before the end be committed and released, and says farewell if it is one for good.
func (s *shard) finish() {
	s.drain()
	if s.h.final.Load() {
		s.endRooms()
	}
	s.keep()
	s.drain()
}

func (s *shard) drain() {
	for {
		s.work(s.last)
		if s.unsaved == 0 && s.loading == 0 && s.asking == 0 {
			return
		}
		select {
		case <-s.mail.wake:
		case <-s.last.Done():
			return
		}
	}
}

// endRooms ends the rooms that anybody is in: they are all in memory.
func (s *shard) endRooms() {
	for _, key := range slices.Sorted(maps.Keys(s.rooms)) {
		l, now := s.rooms[key], time.Now()
		if l.room == nil {
			continue
		}
		s.perform(l, l.room.Handle(muc.Event{At: now, Final: true}))
		s.settle(l, now)
	}
}

func (s *shard) work(ctx context.Context) {
	for _, item := range s.mail.take() {
		switch item := item.(type) {
		case *stanza.Stanza:
			_ = s.h.o.Out.Ready(ctx) // what was taken is handled, also at the end
			s.stanza(item)
		case committed:
			s.committed(item)
		case loaded:
			s.loaded(item)
		case answered:
			s.answered(item)
		case recognized:
			s.recognized(item)
		case task:
			s.task(item)
		case round:
			s.round(item)
		case adoption:
			s.adopt(item)
		case headcount:
			s.headcount(item)
		case survey:
			s.survey(item)
		case woken:
			s.woken(item)
		case keep:
			s.keep()
		}
	}
	s.count.Store(int64(len(s.rooms)))
}

// stanza hands a stanza to its room, which is loaded first if it is not in memory.
func (s *shard) stanza(st *stanza.Stanza) {
	l := s.live(st.To.Bare())
	switch {
	case l.room == nil:
		s.wait(l, st)
	case (len(l.held) > heldLimit || l.swamped(st)) && !farewell(st):
		s.h.reply(st, errBusy)
	case st.Kind == stanza.Message && st.Type == "groupchat" && s.h.writer.full():
		s.h.reply(st, errSlow)
	default:
		s.handle(l, st)
	}
}

// live is a room's place in memory.
func (s *shard) live(room stanza.JID) *live {
	key := room.String()
	l := s.rooms[key]
	if l == nil {
		l = &live{key: key, jid: room, edges: map[muc.Via]*edge{}, doubts: map[muc.Via]*inquiry{}, past: map[muc.Via]fmuc.Past{}}
		s.rooms[key] = l
	}
	return l
}

func (s *shard) handle(l *live, st *stanza.Stanza) {
	now := time.Now()
	if !s.fromPeer(l, st, now) {
		s.perform(l, l.room.Handle(muc.Event{At: now, Stanza: st}))
	}
	s.settle(l, now)
}

// farewell tells whether a stanza says that somebody is gone: it is always taken, because nobody could say it again. It
// costs at most one occupant's leave.
func farewell(st *stanza.Stanza) bool {
	return st.IsError() || st.Kind == stanza.Presence && st.Type == "unavailable"
}

// settle does what links said, keeps the links to what the configuration asks for, and lets go of rooms that nobody needs.
func (s *shard) settle(l *live, now time.Time) {
	if s.rooms[l.key] != l {
		return // let go of meanwhile
	}
	for {
		s.follow(now)
		if !s.reconcile(l, now) {
			break
		}
	}
	s.touch(l)
	s.release(l)
}

// release forgets a room that is not needed. A destroyed one is forgotten at once: who comes next finds what is stored.
func (s *shard) release(l *live) {
	if l.room != nil && !l.room.Exists() {
		l.room, l.kept = nil, nil
	}
	if len(l.held) > 0 || l.loading || l.asking > 0 || l.keeping > 0 {
		return
	}
	if l.room == nil {
		s.dropAll(l)
	}
	if l.room == nil && len(l.waiting)+len(l.tasks) > 0 {
		s.load(l)
		return
	}
	if l.room != nil && len(l.kept) > 0 && l.room.Idle() {
		s.keepRoom(l) // whoever loads it next must not find who has left
		return
	}
	if l.room == nil || l.room.Idle() && !l.busy() {
		l.alarm.set(time.Time{}, nil)
		delete(s.rooms, l.key)
	}
}

// wait keeps a stanza until its room is loaded.
func (s *shard) wait(l *live, st *stanza.Stanza) {
	if l.bytes > waitingLimit && !farewell(st) {
		s.h.reply(st, errBusy)
		return
	}
	if !l.loading && len(l.held) == 0 && s.loading >= loadingLimit {
		s.h.reply(st, errBusy)
		s.release(l)
		return
	}
	l.waiting = append(l.waiting, st)
	l.bytes += size(st)
	if !l.loading && len(l.held) == 0 {
		s.load(l)
	}
}

// load reads a room beside the shard; its answer is mail.
func (s *shard) load(l *live) {
	l.loading = true
	s.loading++
	users := entering(l.waiting)
	go func() {
		stored, err := s.h.o.Store.Load(s.last, l.key, -1)
		owned := map[string]int{}
		if absent(stored, err) && s.h.settings().Bounds.Rooms > 0 {
			err = errors.Join(err, s.census(users, owned))
		}
		s.mail.push(loaded{l, stored, owned, err})
	}()
}

// absent tells whether there is no room, so that somebody may create it.
func absent(stored *storage.Room, err error) bool {
	return errors.Is(err, storage.ErrNotFound) || err == nil && stored.Tombstone != nil
}

// entering are the bare JIDs of those who might create the room that they wait for.
func entering(waiting []*stanza.Stanza) []string {
	var users []string
	for _, st := range waiting {
		if user := st.From.Bare().String(); st.Kind == stanza.Presence && !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// census says how many rooms each of these users has created, or is about to.
func (s *shard) census(users []string, owned map[string]int) error {
	for _, user := range users {
		owned[user] = s.h.crowd.found(user)
		n, err := s.h.o.Store.Owned(s.last, user)
		if err != nil {
			return err
		}
		owned[user] += n
	}
	return nil
}

func (s *shard) loaded(m loaded) {
	l := m.room
	l.loading = false
	s.loading--
	waiting, tasks := l.waiting, l.tasks
	l.waiting, l.bytes, l.tasks = nil, 0, nil
	if m.err != nil && !errors.Is(m.err, storage.ErrNotFound) {
		s.h.log.Error().Err(m.err).Str("room", l.key).Msg("a room cannot be loaded")
		for _, st := range waiting {
			s.h.reply(st, errAway)
		}
		for _, t := range tasks {
			t.reply <- errAway
		}
		s.founded(l, m.owned)
		s.release(l)
		return
	}
	birth := s.h.o.Birth()
	birth.Owned = m.owned
	l.room = muc.Open(s.h.settings(), l.jid, birth, fromStored(m.stored))
	l.known, l.kept = linksOf(m.stored), map[string]muc.SessionRecord{}
	l.absent = s.absent(l, time.Now())
	if m.stored != nil {
		l.terms = storedTerms(m.stored.Talks)
		for _, q := range m.stored.Sessions {
			l.kept[q.JID] = fromSession(q)
		}
	}
	for _, t := range tasks {
		s.task(t)
	}
	for _, st := range waiting {
		s.stanza(st)
	}
	s.founded(l, m.owned)
	s.settle(l, time.Now())
}

// founded lets go of the counts of those who might have created a room; that of its creator when it is stored.
func (s *shard) founded(l *live, owned map[string]int) {
	for user := range owned {
		if l.room != nil && l.room.Exists() && len(l.held) > 0 && l.room.Creator() == user {
			l.founder = user
			continue
		}
		s.h.crowd.founded(user)
	}
}

// committed releases what waited for these changes.
func (s *shard) committed(list committed) {
	s.unsaved -= len(list)
	for _, t := range list {
		t.done = true
		if t.keeps {
			t.room.keeping--
		}
		if t.reply != nil {
			t.reply <- t.err
		}
	}
	now := time.Now()
	for _, t := range list {
		s.flush(t.room)
		if l := t.room; l.founder != "" && len(l.held) == 0 {
			s.h.crowd.founded(l.founder)
			l.founder = ""
		}
		s.settle(t.room, now)
	}
}

func birth() muc.Birth {
	var b [40]byte
	_, _ = rand.Read(b[:])                                                             // crypto/rand never fails
	return muc.Birth{Epoch: int64(binary.BigEndian.Uint64(b[:8]) >> 1), Secret: b[8:]} // #nosec G115 -- the top bit is off
}

package host

import (
	"context"
	"errors"
	"time"

	"isthmus/muc"
	"isthmus/storage"
)

const (
	readers  = 8    // queries of logs at a time
	askLimit = 1000 // that wait for their turn
)

// The room and the storage mean the same number: anything else does not compile.
var _ [muc.CountMost - storage.CountMost]struct{} = [storage.CountMost - muc.CountMost]struct{}{}

// reader reads rooms' logs beside the shards.
type reader struct {
	store storage.Store
	turn  chan struct{} // one of readers
	place chan struct{} // one of those that wait or read
}

func newReader(store storage.Store) *reader {
	return &reader{store, make(chan struct{}, readers), make(chan struct{}, askLimit)}
}

// ask reads what a room wants of its log; the answer is mail.
func (s *shard) ask(l *live, e muc.Load) {
	l.asking++
	s.asking++
	r, room := s.h.reader, l.room
	select {
	case r.place <- struct{}{}:
	default:
		s.mail.push(answered{l, room, &muc.Loaded{Load: e, Err: muc.ErrBusy}})
		return
	}
	go func() {
		defer func() { <-r.place }()
		pages, err := r.read(s.last, l.key, e.Queries)
		s.mail.push(answered{l, room, &muc.Loaded{Load: e, Pages: pages, Err: err}})
	}()
}

func (r *reader) read(ctx context.Context, room string, queries []muc.Query) ([]muc.Page, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var pages []muc.Page
	for _, q := range queries {
		q.Room = room
		p, err := r.store.Archive(ctx, storage.Query(q))
		if errors.Is(err, storage.ErrNoEvent) {
			return nil, muc.ErrNoEvent
		}
		if err != nil {
			return nil, err
		}
		pages = append(pages, toPage(p))
	}
	return pages, nil
}

// answered hands a room what it asked of its log. A room that was destroyed meanwhile says so itself.
func (s *shard) answered(m answered) {
	m.live.asking--
	s.asking--
	if e := m.loaded.Err; e != nil && !errors.Is(e, muc.ErrNoEvent) && !errors.Is(e, muc.ErrBusy) {
		s.h.log.Error().Err(e).Str("room", m.live.key).Msg("the log of a room cannot be read")
	}
	now := time.Now()
	s.perform(m.live, m.room.Handle(muc.Event{At: now, Loaded: m.loaded}))
	s.settle(m.live, now)
}

// known asks a log until it answers which of these are in it, because the room cannot go on without; or until ctx is done.
func (h *Host) known(ctx context.Context, room string, traces []storage.Trace) ([]bool, error) {
	for told := false; ; told = true {
		known, err := h.reader.known(ctx, room, traces)
		if err == nil || ctx.Err() != nil {
			return known, err
		}
		if !told {
			h.log.Error().Err(err).Str("room", room).Msg("the log of a room cannot be read; what its peer sends waits")
		}
		if !pause(ctx, restoreAgain) {
			return nil, err
		}
	}
}

func (r *reader) known(ctx context.Context, room string, traces []storage.Trace) ([]bool, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return r.store.Known(ctx, room, traces)
}

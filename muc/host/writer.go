package host

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"isthmus/storage"
)

// ticket is one change on its way into the database.
type ticket struct {
	change storage.Change
	size   int
	owner  *shard
	room   *live
	keeps  bool       // who is in the room: nothing waits for it
	reply  chan error // has a place for the one answer, nil = nobody asked
	done   bool
	err    error // final: it will never be stored
}

// writer commits changes in groups: while one commit is under way the next batch gathers (H3).
type writer struct {
	store storage.Store
	log   zerolog.Logger
	wake  chan struct{}

	mu    sync.Mutex
	queue []*ticket
	bytes int   // of all changes that are not committed
	ill   error // why nothing can be stored, nil while it can
}

const (
	batchChanges = 2000
	batchBytes   = 4 << 20
)

func newWriter(store storage.Store, log zerolog.Logger) *writer {
	return &writer{store: store, log: log, wake: make(chan struct{}, 1)}
}

// submit never waits; full tells when no more should be asked of it.
func (w *writer) submit(t *ticket) {
	w.mu.Lock()
	w.queue = append(w.queue, t)
	w.bytes += t.size
	w.mu.Unlock()
	signal(w.wake)
}

// full tells whether new messages must be refused until the database has caught up.
func (w *writer) full() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes > logLimit
}

func (w *writer) run(ctx context.Context) {
	for {
		batch := w.gather()
		if len(batch) == 0 {
			select {
			case <-w.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if w.commit(ctx, batch) != nil {
			return
		}
		w.finish(batch)
	}
}

func (w *writer) gather() []*ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, bytes := 0, 0
	for n < len(w.queue) && n < batchChanges && bytes < batchBytes {
		bytes += w.queue[n].size
		n++
	}
	batch := w.queue[:n:n]
	w.queue = w.queue[n:]
	return batch
}

// commit tries until the batch is stored or ctx is done. If a change in it is refused for good, each is committed alone,
// so that one bad change costs only itself.
func (w *writer) commit(ctx context.Context, batch []*ticket) error {
	err := w.persist(ctx, changes(batch))
	if !errors.Is(err, storage.ErrRejected) {
		return err
	}
	for _, t := range batch {
		t.err = w.persist(ctx, changes([]*ticket{t}))
		if t.err == nil {
			continue
		}
		if !errors.Is(t.err, storage.ErrRejected) {
			return t.err
		}
		w.log.Error().Err(t.err).Str("room", t.room.key).Msg("a change of a room cannot be stored")
	}
	return nil
}

// persist commits, again and again while the database is away.
func (w *writer) persist(ctx context.Context, list []storage.Change) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := w.store.Commit(ctx, list)
		if err == nil || errors.Is(err, storage.ErrRejected) {
			w.well()
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.sick(err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *writer) sick(err error) {
	if w.change(err) == nil {
		w.log.Error().Err(err).Msg("nothing can be stored; messages wait")
	}
}

func (w *writer) well() {
	if w.change(nil) != nil {
		w.log.Info().Msg("messages are stored again")
	}
}

// change notes how the database is, and returns how it was.
func (w *writer) change(ill error) (was error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, w.ill = w.ill, ill
	return was
}

// Ill is why nothing can be stored at the moment, nil if it can.
func (h *Host) Ill() error {
	h.writer.mu.Lock()
	defer h.writer.mu.Unlock()
	return h.writer.ill
}

// finish tells the shards, each once for the whole batch.
func (w *writer) finish(batch []*ticket) {
	w.mu.Lock()
	for _, t := range batch {
		w.bytes -= t.size
	}
	w.mu.Unlock()
	told := map[*shard]committed{}
	for _, t := range batch {
		told[t.owner] = append(told[t.owner], t)
	}
	for s, list := range told {
		s.mail.push(list)
	}
}

func changes(batch []*ticket) []storage.Change {
	list := make([]storage.Change, len(batch))
	for i, t := range batch {
		list[i] = t.change
	}
	return list
}

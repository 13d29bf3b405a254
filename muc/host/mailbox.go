package host

import (
	"context"
	"sync"

	"isthmus/component/stanza"
)

// mailbox is what waits for a shard. Stanzas are bounded in bytes and make their sender wait; the shard's own business
// (rooms loaded, changes committed, timers) is bounded by what the shard itself has begun, and never waits.
type mailbox struct {
	mu    sync.Mutex
	list  []any
	bytes int
	limit int
	wake  chan struct{} // there is mail
	space chan struct{} // there is room again
}

func newMailbox(limit int) *mailbox {
	return &mailbox{limit: limit, wake: make(chan struct{}, 1), space: make(chan struct{}, 1)}
}

// put waits until the stanza has a place, or ctx is done; then it is dropped, as the stream it came from is over.
func (m *mailbox) put(ctx context.Context, st *stanza.Stanza) {
	for !m.tryPut(st) {
		select {
		case <-m.space:
		case <-ctx.Done():
			return
		}
	}
	signal(m.wake)
}

func (m *mailbox) tryPut(st *stanza.Stanza) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bytes > m.limit {
		return false
	}
	m.bytes += size(st)
	m.list = append(m.list, st)
	if m.bytes <= m.limit {
		signal(m.space) // for the next one that waits
	}
	return true
}

// push adds the shard's own business.
func (m *mailbox) push(item any) {
	m.mu.Lock()
	m.list = append(m.list, item)
	m.mu.Unlock()
	signal(m.wake)
}

// take empties the mailbox.
func (m *mailbox) take() []any {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.list
	m.list, m.bytes = nil, 0
	signal(m.space)
	return list
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// size is about how much memory a stanza holds, in bytes.
func size(st *stanza.Stanza) int {
	n := 512
	for i := range st.Children {
		n += len(st.Children[i].Raw)
	}
	return n
}

package client

import (
	"context"
	"fmt"
	"sync"
)

// maxInbox bounds all that a client ever received, in bytes.
const maxInbox = 256 << 20

var errFull = fmt.Errorf("a client received more than %d bytes", maxInbox)

// inbox has every stanza that came, in order, and which of them nobody
// expected yet.
type inbox struct {
	mu      sync.Mutex
	all     []*Node
	waiting []*Node
	bytes   int
	err     error         // why nothing more comes
	changed chan struct{} // closed and replaced at each change
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

func (b *inbox) put(n *Node) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes += len(n.Raw); b.bytes > maxInbox {
		return errFull
	}
	b.all = append(b.all, n)
	b.waiting = append(b.waiting, n)
	b.wake()
	return nil
}

func (b *inbox) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	b.wake()
}

func (b *inbox) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// take removes and returns the first waiting stanza that matches, and waits
// for one where there is none. match is called once for each stanza.
func (b *inbox) take(ctx context.Context, match func(*Node) bool) (*Node, error) {
	seen := map[*Node]bool{}
	for {
		node, changed, err := b.find(match, seen)
		if node != nil || err != nil {
			return node, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w; waiting unread: %s", context.Cause(ctx), b.unread())
		}
	}
}

func (b *inbox) find(match func(*Node) bool, seen map[*Node]bool) (*Node, <-chan struct{}, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, n := range b.waiting {
		if seen[n] {
			continue
		}
		seen[n] = true
		if match(n) {
			b.waiting = append(b.waiting[:i:i], b.waiting[i+1:]...)
			return n, nil, nil
		}
	}
	return nil, b.changed, b.err
}

// unread shows the beginning of what nobody expected, for error messages.
func (b *inbox) unread() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	const shown = 5
	text := fmt.Sprintf("%d stanzas", len(b.waiting))
	for _, n := range b.waiting[max(0, len(b.waiting)-shown):] {
		text += "\n\t" + n.Raw[:min(len(n.Raw), 600)]
	}
	return text
}

func (b *inbox) snapshot(waiting bool) []*Node {
	b.mu.Lock()
	defer b.mu.Unlock()
	if waiting {
		return append([]*Node(nil), b.waiting...)
	}
	return append([]*Node(nil), b.all...)
}

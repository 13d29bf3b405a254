package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func stanza(raw string) *Node { return &Node{Raw: raw} }

func called(raw string) func(*Node) bool { return func(n *Node) bool { return n.Raw == raw } }

func raws(nodes []*Node) (all string) {
	for _, n := range nodes {
		all += n.Raw
	}
	return all
}

func TestSkippedStanzasStayInOrder(t *testing.T) {
	b := newInbox()
	for _, raw := range []string{"a", "b", "c", "d"} {
		b.put(stanza(raw))
	}
	for _, raw := range []string{"c", "a"} {
		if _, err := b.take(t.Context(), called(raw)); err != nil {
			t.Fatal(err)
		}
	}
	if left, all := raws(b.snapshot(true)), raws(b.snapshot(false)); left != "bd" || all != "abcd" {
		t.Errorf("left %q of %q", left, all)
	}
}

func TestExpectWaitsForWhatComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newInbox()
		got := make(chan *Node)
		go func() {
			n, _ := b.take(t.Context(), called("b"))
			got <- n
		}()
		synctest.Wait()
		b.put(stanza("a"))
		synctest.Wait()
		b.put(stanza("b"))
		if n := <-got; n == nil || n.Raw != "b" {
			t.Errorf("got %v", n)
		}
	})
}

func TestExpectEndsWithTheSessionAndTheContext(t *testing.T) {
	never := func(*Node) bool { return false }
	b := newInbox()
	b.put(stanza("left"))
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := b.take(ctx, never); !errors.Is(err, gone) {
		t.Errorf("after the context: %v", err)
	}
	b.end(gone)
	if _, err := b.take(t.Context(), never); !errors.Is(err, gone) {
		t.Errorf("after the session: %v", err)
	}
	if n, err := b.take(t.Context(), called("left")); err != nil {
		t.Errorf("what came before the end: %v, %v", n, err)
	}
}

func TestInboxIsBounded(t *testing.T) {
	b := newInbox()
	b.bytes = maxInbox - 1
	if err := b.put(stanza("ab")); !errors.Is(err, errFull) {
		t.Errorf("put too much: %v", err)
	}
}

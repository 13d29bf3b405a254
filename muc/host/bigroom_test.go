package host_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// counter counts what is sent, and what is sent to one alone.
type counter struct {
	who           stanza.Addr
	copies, alone int
}

func (c *counter) Enqueue(_ string, _ stanza.Out, to []stanza.Addr) {
	c.copies += len(to)
	if len(to) == 1 && to[0] == c.who {
		c.alone++
	}
}

func (c *counter) Ready(context.Context) error { return nil }

// TestBigRoom: who enters is sent a presence of everybody and a few stanzas more, and everybody is sent one. While a message
// is being stored, those who enter wait for it, and none is turned away. xep:0045#enter-pres
func TestBigRoom(t *testing.T) {
	for _, n := range []int{1000, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { fill(t, n) })
		})
	}
}

func fill(t *testing.T, n int) {
	c, store := &counter{}, &faulty{Store: memory.New()}
	h := host.New(host.Options{
		Settings: muctest.Defaults(), Store: store, Out: c, Log: zerolog.Nop(), Birth: muctest.Birth,
	})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.Run(ctx) })
	defer func() { cancel(); wg.Wait() }()
	send := func(i int, format string, args ...any) (copies, alone int) {
		st, err := stanza.Parse(fmt.Appendf(nil, format, args...))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.JID{Local: fmt.Sprintf("user%d", i), Domain: "a.example", Resource: "pc"}
		*c = counter{who: st.From.Addr()} // nobody writes to it while nothing moves
		h.Deliver(ctx, st)
		synctest.Wait()
		return c.copies, c.alone
	}
	const entry = "<presence to='den@muc.example/n%d'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
	send(0, entry, 0)
	send(0, "<iq type='set' id='c' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>")
	for i := 1; i < n; i++ {
		history := min(i-1, muc.DefaultConfig().MaxHistory)
		if copies, alone := send(i, entry, i); copies != 2*i+2+history || i > 1 && alone != i+2+history {
			t.Fatalf("number %d is sent %d stanzas, of %d", i, alone, copies)
		}
		if copies, _ := send(i, "<message to='den@muc.example' type='groupchat' id='m%d'><body>hello</body></message>", i); copies != i+1 {
			t.Fatalf("number %d says one thing, and %d are told", i, copies)
		}
	}
	gate := make(chan struct{})
	store.set(gate, nil)
	send(0, "<message to='den@muc.example' type='groupchat' id='m0'><body>hello</body></message>")
	for i := n; i < n+10; i++ {
		// He sees everybody, and all that were there before see him; the other new ones wait for their history first.
		if copies, alone := send(i, entry, i); alone != i+1 || copies != i+1+n {
			t.Fatalf("number %d is told %d presences, of %d", i, alone, copies)
		}
	}
	close(gate)
	store.set(nil, nil)
	synctest.Wait()
	for i := n + 9; i > 0; i-- {
		if copies, _ := send(i, "<presence type='unavailable' to='den@muc.example/n%d'/>", i); copies != i+1 {
			t.Fatalf("number %d leaves, and %d are told", i, copies)
		}
	}
}

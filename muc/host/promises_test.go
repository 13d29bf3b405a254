package host_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage"
	"isthmus/storage/memory"
)

// faulty is a store whose commits can be held up, or fail.
type faulty struct {
	storage.Store
	mu   sync.Mutex
	gate chan struct{}                      // nil = open
	fail func(batch []storage.Change) error // nil = never
	dark bool                               // its logs cannot be searched
}

func (f *faulty) set(gate chan struct{}, fail func([]storage.Change) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate, f.fail = gate, fail
}

func (f *faulty) Commit(ctx context.Context, batch []storage.Change) error {
	f.mu.Lock()
	gate, fail := f.gate, f.fail
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fail != nil {
		if err := fail(batch); err != nil {
			return err
		}
	}
	return f.Store.Commit(ctx, batch)
}

func (f *faulty) setDark(dark bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dark = dark
}

func (f *faulty) Known(ctx context.Context, room string, list []storage.Trace) ([]bool, error) {
	f.mu.Lock()
	dark := f.dark
	f.mu.Unlock()
	if dark {
		return nil, errDark
	}
	return f.Store.Known(ctx, room, list)
}

var errDark = errors.New("the log cannot be read")

// stage is a running host with everything in a test's hands.
type stage struct {
	t     *testing.T
	host  *host.Host
	out   *outbox
	store *faulty
	stop  func()
}

func start(t *testing.T, store storage.Store) *stage { return startWith(t, store, muctest.Defaults()) }

func startWith(t *testing.T, store storage.Store, settings *muc.Settings) *stage {
	s := &stage{t: t, out: &outbox{}, store: &faulty{Store: store}}
	s.host = host.New(host.Options{
		Settings: settings, Store: s.store, Out: s.out, Log: zerolog.Nop(), Birth: muctest.Birth,
	})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.host.Run(ctx) })
	s.stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(s.stop)
	return s
}

// send hands in one stanza and returns what comes of it as soon as nothing moves any more.
func (s *stage) send(xml string) string {
	s.t.Helper()
	st, err := stanza.Parse([]byte(xml))
	if err != nil {
		s.t.Fatal(err)
	}
	s.host.Deliver(context.Background(), st)
	return s.quiet()
}

func (s *stage) quiet() string {
	synctest.Wait()
	var b strings.Builder
	for _, o := range s.out.take() {
		fmt.Fprintf(&b, "%s\n", o.XML)
	}
	return b.String()
}

func (s *stage) enter(who, nick string) string {
	return s.send("<presence from='" + who + "' to='den@muc.example/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
}

func (s *stage) open() {
	s.enter("alice@a.example/pc", "Alice")
	s.send("<iq type='set' id='c' from='alice@a.example/pc' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>" +
		"<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
}

func (s *stage) say(id string) string {
	return s.send("<message type='groupchat' id='" + id + "' from='alice@a.example/pc' to='den@muc.example'><body>hi</body></message>")
}

func (s *stage) has(got, want string) {
	s.t.Helper()
	if !strings.Contains(got, want) {
		s.t.Fatalf("expected %s in\n%s", want, got)
	}
}

func (s *stage) lacks(got, unwanted string) {
	s.t.Helper()
	if strings.Contains(got, unwanted) {
		s.t.Fatalf("unexpected %s in\n%s", unwanted, got)
	}
}

// TestH2 holds a commit up: nothing behind it is seen but who comes, and then everything is, in order.
func TestH2_NothingIsSeenBeforeItIsCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.lacks(s.say("m1"), "m1")
		early := s.enter("bob@b.example/pc", "Bob") // who is there is nothing that was said
		s.has(early, "code='110'")
		s.lacks(early, "<message")
		s.lacks(s.say("m2"), "m2")
		s.has(s.send("<presence from='carol@c.example/pc' to='void@muc.example/Carol'/>"), "333") // another room goes on
		close(gate)
		got := s.quiet()
		first, subject, second := strings.Index(got, "id='m1'"), strings.Index(got, "<subject/>"), strings.LastIndex(got, "id='m2'")
		if history := strings.Index(got, "<delay"); first < 0 || history < first || subject < history || second < subject {
			t.Fatalf("not in order:\n%s", got)
		}
	})
}

// TestRejected lets the database refuse one message for good: its author is told, the others are shown.
func TestRejectedMessageIsToldToItsAuthor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		s.store.set(nil, func(batch []storage.Change) error {
			for _, c := range batch {
				if a, ok := c.(storage.AppendEvent); ok && a.Event.ID == "bad" {
					return fmt.Errorf("%w: no", storage.ErrRejected)
				}
			}
			return nil
		})
		got := s.say("bad")
		s.has(got, "internal-server-error")
		s.lacks(got, "<body>")
		s.has(s.say("good"), "<body>")
	})
}

// TestAway lets the database go away: messages wait, and past the bound are refused; then everything is made up for.
func TestDatabaseAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		s.store.set(nil, func([]storage.Change) error { return errors.New("away") })
		body := strings.Repeat("x", 1<<20)
		refused := ""
		for i := range 64 {
			refused = s.send(fmt.Sprintf("<message type='groupchat' id='m%d' from='alice@a.example/pc' to='den@muc.example'><body>%s</body></message>", i, body))
			if refused != "" {
				break
			}
		}
		s.has(refused, "resource-constraint")
		s.lacks(refused, "<body>")
		s.store.set(nil, nil)
		time.Sleep(time.Minute)
		got := s.quiet()
		s.has(got, "id='m0'")
		s.has(s.say("after"), "<body>hi</body>")
	})
}

// TestRestart stops a host with a message on its way: it is committed and shown, and the next host knows the room.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		s := start(t, store)
		s.open()
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.say("last")
		go func() { time.Sleep(time.Second); close(gate) }()
		s.stop()
		s.has(s.quiet(), "id='last'")
		s = start(t, store)
		got := s.enter("alice@a.example/pc", "Alice")
		s.has(got, "affiliation='owner'")
		s.has(got, "<body>hi</body>")
		s.lacks(got, "201")
	})
}

// TestAhead holds a commit up: people come and go meanwhile, but whoever has said what is not stored yet, and each sees what
// concerns him in order.
func TestAhead_WhoComesAndGoesDoesNotWaitForWhatOthersSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		for _, name := range []string{"Bob", "Carol", "Dave"} {
			s.enter(strings.ToLower(name)+"@b.example/pc", name)
		}
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.lacks(s.say("m1"), "m1")
		leave := func(name string) string {
			return s.send("<presence type='unavailable' from='" + strings.ToLower(name) + "@b.example/pc' to='den@muc.example/" + name + "'/>")
		}
		gone := leave("Carol")
		s.has(gone, "<presence from='den@muc.example/Carol' type='unavailable' to='bob@b.example/pc'>")
		s.lacks(gone, "to='carol@b.example/pc'") // she hears first what was said while she was there
		s.has(s.enter("erin@b.example/pc", "Erin"), "to='bob@b.example/pc'")
		frank := s.enter("frank@b.example/pc", "Frank")
		s.has(frank, "<presence from='den@muc.example/Frank' to='bob@b.example/pc'>")
		s.lacks(frank, "to='erin@b.example/pc'") // who has not got her history
		s.lacks(s.send("<presence type='unavailable' from='alice@a.example/pc' to='den@muc.example/Alice'/>"), "Alice")
		s.lacks(leave("Dave"), "to='bob@b.example/pc'") // he is owed Alice's leave
		close(gate)
		got := s.quiet()
		for _, order := range [][]string{
			{"id='m1' to='carol@b.example/pc'", "<presence from='den@muc.example/Carol' type='unavailable' to='carol@b.example/pc'>"},
			{"<delay", "<subject/>", "<presence from='den@muc.example/Frank' to='erin@b.example/pc'>", "<presence from='den@muc.example/Alice' type='unavailable' to='erin@b.example/pc'>"},
			{"id='m1' to='bob@b.example/pc'", "<presence from='den@muc.example/Alice' type='unavailable' to='bob@b.example/pc'>", "<presence from='den@muc.example/Dave' type='unavailable' to='bob@b.example/pc'>"},
		} {
			at := 0
			for _, part := range order {
				next := strings.Index(got[at:], part)
				if next < 0 {
					t.Fatalf("%s is not in its place in\n%s", part, got)
				}
				at += next
			}
		}
	})
}

// What is changed for good is not shown before it is stored, and nobody who comes overtakes it.
func TestAhead_NobodyOvertakesChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.send("<iq type='set' id='b' from='alice@a.example/pc' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#admin'>" +
			"<item jid='bob@b.example' affiliation='member'/></query></iq>")
		s.lacks(s.enter("bob@b.example/pc", "Bob"), "member")
		s.lacks(s.enter("carol@b.example/pc", "Carol"), "Carol")
		close(gate)
		s.has(s.quiet(), "affiliation='member'")
	})
}

// TestForgotten: rooms that nobody is in are not in memory, and are found again with what they had.
func TestRoomsAreLoadedOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		s.say("m1")
		s.send("<presence type='unavailable' from='alice@a.example/pc' to='den@muc.example/Alice'/>")
		if n := s.host.Rooms(); n != 0 {
			t.Fatalf("%d rooms in memory", n)
		}
		got := s.enter("bob@b.example/pc", "Bob")
		s.has(got, "id='m1'")
		if n := s.host.Rooms(); n != 1 {
			t.Fatalf("%d rooms in memory", n)
		}
	})
}

// TestDestroyed makes a room again while its end is not committed yet: it is another room.
func TestDestroyedAndMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.TombstoneLife = 0
		s := startWith(t, memory.New(), settings)
		s.open()
		s.say("m1")
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.lacks(s.send("<iq type='set' id='d' from='alice@a.example/pc' to='den@muc.example'>"+
			"<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>"), "room-destroyed")
		s.enter("bob@b.example/pc", "Bob")
		close(gate)
		got := s.quiet()
		s.has(got, "<destroy")
		s.has(got, "code='201'")
		s.lacks(got, "id='m1'")
	})
}

// TestLeaveWhileBusy: however much waits for the database, somebody who leaves is gone (P9).
func TestLeaveWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		s.enter("bob@b.example/pc", "Bob")
		gate := make(chan struct{})
		s.store.set(gate, nil)
		busy := ""
		for i := range 100000 {
			if busy = s.say(fmt.Sprint("m", i)); busy != "" {
				break
			}
		}
		s.has(busy, "resource-constraint")
		s.lacks(s.send("<presence type='unavailable' from='bob@b.example/pc' to='den@muc.example/Bob'/>"), "error")
		close(gate)
		got := s.quiet()
		s.has(got, "<presence from='den@muc.example/Bob' type='unavailable' to='bob@b.example/pc'>")
	})
}

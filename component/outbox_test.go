package component

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"isthmus/component/stanza"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// numbered is a stanza of about size bytes that says which it is.
func numbered(lane string, n, size int) stanza.Out {
	body := fmt.Sprintf("<body>%s %d %s</body>", lane, n, strings.Repeat("x", size))
	return stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: lane + "@muc"}.Render([]byte(body))
}

func addrs(n int) []stanza.Addr {
	list := make([]stanza.Addr, n)
	for i := range list {
		list[i] = stanza.Addr(fmt.Sprintf("u%d@host/r", i))
	}
	return list
}

// drain writes all that waits into w.
func drain(t *testing.T, o *Outbox, w io.Writer) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Write(ctx, w) }()
	flushed := make(chan error, 1)
	go func() { flushed <- o.Flush(ctx) }()
	defer cancel()
	select {
	case err := <-done:
		cancel()
		<-flushed
		return err
	case err := <-flushed:
		cancel()
		<-done
		return err
	}
}

// read is every stanza in p, as "lane n to".
func read(t *testing.T, p []byte) (list []string) {
	t.Helper()
	s := NewScanner(bytes.NewReader(append(p, "</stream:stream>"...)), Limits{})
	for {
		raw, err := s.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatalf("%v in %q", err, p)
		}
		st, err := stanza.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Fields(st.Child("", "body").Text())
		list = append(list, text[0]+" "+text[1]+" "+st.To.String())
	}
}

// O1: the order within a lane is kept.
func TestO1OrderInLane(t *testing.T) {
	o := NewOutbox(0)
	var want []string
	for n := range 500 {
		to := addrs(1 + n%3)
		for _, a := range to {
			want = append(want, fmt.Sprintf("a %d %s", n, a))
		}
		o.Enqueue("a", numbered("a", n, n), to)
		o.Enqueue("b", numbered("b", n, 10), to[:n%2])
	}
	var sink bytes.Buffer
	if err := drain(t, o, &sink); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range read(t, sink.Bytes()) {
		if strings.HasPrefix(s, "a ") {
			got = append(got, s)
		}
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// breaking takes limit bytes and breaks.
type breaking struct {
	bytes.Buffer
	limit int
}

func (b *breaking) Write(p []byte) (int, error) {
	n := min(len(p), b.limit-b.Len())
	b.Buffer.Write(p[:n])
	if n < len(p) {
		return n, io.ErrClosedPipe
	}
	return n, nil
}

// O2: wherever a connection breaks, each stanza is once whole in one of the streams, in order.
func TestO2NoStanzaIsCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		o := NewOutbox(0)
		var want []string
		for n, size := range []int{10, 0, 20 << 10, 300, 5} {
			for _, a := range addrs(20) {
				want = append(want, fmt.Sprintf("a %d %s", n, a))
			}
			o.Enqueue("a", numbered("a", n, size), addrs(20))
		}
		var got []string
		for err := io.ErrClosedPipe; err != nil; {
			conn := &breaking{limit: rng.IntN(50 << 10)}
			err = drain(t, o, conn)
			got = append(got, read(t, whole(conn.Bytes()))...)
		}
		if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
			t.Fatalf("got\n%s\nwant\n%s", a, b)
		}
	}
}

// whole is a stream without the stanza that was cut at its end, as the host sees it.
func whole(p []byte) []byte {
	const last = "</message>"
	if end := bytes.LastIndex(p, []byte(last)); end >= 0 {
		return p[:end+len(last)]
	}
	return nil
}

// O3: a small room waits for at most one turn of each other lane and the write under way.
func TestO3LanesTakeTurns(t *testing.T) {
	o := NewOutbox(0)
	for _, big := range []string{"x", "y", "z"} {
		o.Enqueue(big, numbered(big, 0, 300), addrs(10_000))
	}
	o.Enqueue("small", numbered("small", 0, 10), addrs(10))
	sink := &breaking{limit: 4*turn + batchSize}
	if err := drain(t, o, sink); !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	if got := strings.Count(sink.String(), "from='small@muc'"); got != 10 {
		t.Errorf("%d of 10 copies of the small room in time", got)
	}
	if err := drain(t, o, io.Discard); err != nil {
		t.Fatal(err)
	}
	if len(o.lanes) != 0 || o.first != nil || o.last != nil || o.Size() != 0 {
		t.Errorf("after all: %d lanes, %d bytes", len(o.lanes), o.Size())
	}
}

// O3: a lane whose stanzas are longer than its turn gets no more bytes than others.
func TestO3LongStanzas(t *testing.T) {
	o := NewOutbox(0)
	for n := range 20 {
		o.Enqueue("long", numbered("long", n, 10*turn), addrs(1))
	}
	for n := range 10_000 {
		o.Enqueue("short", numbered("short", n, 100), addrs(1))
	}
	sink := &breaking{limit: 40 * turn}
	if err := drain(t, o, sink); !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	if n := strings.Count(sink.String(), "<body>short"); n*200 < 15*turn {
		t.Errorf("only %d short stanzas", n)
	}
}

// O4: above the bound Ready blocks, below it does not.
func TestO4Bound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := NewOutbox(10_000)
		if err := o.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.Enqueue("a", numbered("a", 0, 100), addrs(1000))
		ready := make(chan error, 1)
		go func() { ready <- o.Ready(t.Context()) }()
		synctest.Wait()
		if len(ready) != 0 {
			t.Fatal("ready above the bound")
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := o.Ready(over); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := drain(t, o, io.Discard); err != nil {
			t.Fatal(err)
		}
		if err := <-ready; err != nil {
			t.Error(err)
		}
	})
}

// An idle writer wakes for what comes, and ends with its context.
func TestOutboxIdleWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := NewOutbox(0)
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- o.Write(ctx, w) }()
		s := NewScanner(r, Limits{})
		for n := range 3 {
			synctest.Wait()
			o.Enqueue("a", numbered("a", n, 0), addrs(1))
			if raw, err := s.Next(); err != nil || !bytes.Contains(raw, fmt.Appendf(nil, "<body>a %d ", n)) {
				t.Errorf("got %s, %v", raw, err)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Many rooms at once, for the race detector.
func TestOutboxManyRooms(t *testing.T) {
	o := NewOutbox(100_000)
	ctx, cancel := context.WithCancel(t.Context())
	var sink bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- o.Write(ctx, &sink) }()
	finished := make(chan error)
	const rooms, each = 8, 200
	for room := range rooms {
		go func() {
			name := fmt.Sprint("room", room)
			for n := range each {
				if err := o.Ready(ctx); err != nil {
					finished <- err
					return
				}
				o.Enqueue(name, numbered(name, n, 10), addrs(10))
			}
			finished <- nil
		}()
	}
	for range rooms {
		if err := <-finished; err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := len(read(t, sink.Bytes())); n != rooms*each*10 {
		t.Errorf("%d copies", n)
	}
}

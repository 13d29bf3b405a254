package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fanned is a component with the sink that it is attached to.
type fanned struct {
	name string
	*program
	*sink
	scale int // it gets so many times less to do
	rooms int
}

// jabberMUC is the other component. A room of a thousand takes it a quarter of an hour to fill.
const (
	jabberMUC  = "jabber-muc"
	jabberMost = 500
)

// sinkers are the components that are measured into a sink: with every message on Postgres, and without a database, which
// jabber-muc does not have either.
var sinkers = []string{"isthmus, archive", "isthmus, no archive", jabberMUC}

var starts = map[string]func(ctx context.Context, dir, addr string) (*program, error){
	sinkers[0]: func(ctx context.Context, dir, addr string) (*program, error) {
		return startIsthmus(ctx, dir, addr, true)
	},
	sinkers[1]: func(ctx context.Context, dir, addr string) (*program, error) {
		return startIsthmus(ctx, dir, addr, false)
	},
	sinkers[2]: func(ctx context.Context, dir, addr string) (*program, error) {
		return startJabberMUC(ctx, dir, addr, "jm."+domain)
	},
}

// fan measures components into a sink.
func (b *Bench) fan(ctx context.Context) error {
	if len(b.Sink) == 0 {
		return nil
	}
	var all []*fanned
	defer func() {
		for _, f := range all {
			f.end()
			f.close()
		}
	}()
	for _, name := range sinkers {
		s, err := newSink()
		if err != nil {
			return err
		}
		dir := filepath.Join(b.dir, strings.ReplaceAll(name, ", ", "-"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		p, err := starts[name](ctx, dir, s.l.Addr().String())
		if err != nil {
			return err
		}
		f := &fanned{name: name, program: p, sink: s, scale: 1}
		if name == jabberMUC {
			f.scale = 50
		}
		all = append(all, f)
		select {
		case err = <-s.attached:
		case <-p.Done():
			err = fmt.Errorf("%s has ended", name)
		case <-time.After(time.Minute):
			err = fmt.Errorf("%s does not attach", name)
		}
		if err != nil {
			return err
		}
	}
	for rep := range b.Reps {
		for _, n := range b.Sink {
			for _, f := range all {
				if f.name == jabberMUC && n > jabberMost {
					continue
				}
				b.say("%d: %s into the sink, %d occupants", rep+1, f.name, n)
				if err := f.measure(ctx, b.results, n, b.Copies); err != nil {
					return fmt.Errorf("%s, %d occupants: %w", f.name, n, err)
				}
			}
		}
	}
	return nil
}

const joins = 2000 // of a measurement, at least

// measure fills rooms with n occupants each, and says in one of them as much as makes so many copies.
func (f *fanned) measure(ctx context.Context, r samples, n, copies int) error {
	key := func(what string) string { return fmt.Sprintf("sink/%s/%d/%s", f.name, n, what) }
	forgetPeak(f.Pid())
	rooms := max(1, joins/n/f.scale)
	room, err := f.open(ctx, rooms)
	if err != nil {
		return err
	}
	begun, count := time.Now(), rooms*(n-1)
	if err := f.until(ctx, self, count, func(to *feed) { f.fill(to, rooms, n) }); err != nil {
		return err
	}
	r.add(key("joins/s"), float64(count)/time.Since(begun).Seconds())
	messages := max(1, copies/n/f.scale)
	begun, used, read := time.Now(), cpu(f.Pid()), f.bytes.Load()
	err = f.until(ctx, "</body>", messages*n, func(to *feed) { chat(ctx, to, room, messages, n) })
	if err != nil {
		return err
	}
	took, done := time.Since(begun).Seconds(), float64(messages*n)
	r.add(key("copies/s"), done/took)
	r.add(key("CPU s/M"), (cpu(f.Pid())-used).Seconds()*1e6/done)
	r.add(key("bytes"), float64(f.bytes.Load()-read)/done)
	r.add(key("peak MB"), float64(peak(f.Pid()))/1e6)
	return nil
}

// open makes new rooms, each with its owner in it, and returns the first.
func (f *fanned) open(ctx context.Context, rooms int) (string, error) {
	first := f.rooms
	f.rooms += rooms
	err := f.until(ctx, self, rooms, func(to *feed) {
		for i := range rooms {
			to.await(ctx, i-opening)
			enter(to, f.room(first+i), 0)
		}
	})
	if err != nil {
		return "", err
	}
	return f.room(first), f.until(ctx, "type='result'", rooms, func(to *feed) {
		for i := range rooms {
			to.await(ctx, i-opening)
			to.printf("<iq type='set' id='c%d' from='u0@%s/r' to='%s'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
				form+"</query></iq>", i, domain, f.room(first+i))
		}
	})
}

// opening is how many rooms are made at a time.
const opening = 200

// form takes the limit of 30 occupants from a room of jabber-muc.
const form = "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig" +
	"</value></field><field var='muc#roomconfig_maxusers'><value>0</value></field></x>"

func (f *fanned) room(i int) string { return fmt.Sprintf("room%d@%s", i, f.domain) }

// fill has the others enter the last rooms.
func (f *fanned) fill(to *feed, rooms, n int) {
	for i := range rooms {
		for u := 1; u < n; u++ {
			enter(to, f.room(f.rooms-1-i), u)
		}
	}
}

func enter(to *feed, room string, u int) {
	to.printf("<presence from='u%d@%s/r' to='%s/nick%d'><x xmlns='http://jabber.org/protocol/muc'/></presence>", u, domain, room, u)
}

var body = strings.Repeat("Double, double toil and trouble; ", 5)

// ahead is how many messages are under way: fewer than make a service say that it is busy, enough that it is never idle.
const ahead = 6000

func chat(ctx context.Context, to *feed, room string, messages, n int) {
	for i := range messages {
		to.await(ctx, (i-ahead)*n)
		utter(to, room, i)
	}
}

func utter(to *feed, room string, i int) {
	to.printf("<message type='groupchat' from='u0@%s/r' to='%s' id='m%d'><body>%s</body></message>", domain, room, i, body)
}

package host

import (
	"context"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/storage"
)

// Outbox takes what goes to the host server. component.Outbox is one.
type Outbox interface {
	Enqueue(lane string, out stanza.Out, to []stanza.Addr)
	Ready(ctx context.Context) error
}

// Options are what a host needs of the world.
type Options struct {
	Settings *muc.Settings // to begin with; see Adopt
	Store    storage.Store
	Out      Outbox
	Log      zerolog.Logger
	Shards   int    // 0 = 1
	Version  string // told to whoever asks the service
	Stop     func() // ends the daemon; nil = no command does

	Birth func() muc.Birth // what a new room is born with; nil = random

	Attached func() (since time.Time, ok bool) // whether the host server is there, and since when; nil = always
}

const (
	mailLimit    = 8 << 20  // bytes of stanzas waiting for one shard
	logLimit     = 16 << 20 // bytes of changes waiting for the database
	waitingLimit = 1 << 20  // bytes of stanzas waiting for one room to load
	loadingLimit = 1000     // rooms of one shard that load at a time
	heldLimit    = 100000   // effects of one room behind a commit: ten who enter a room of ten thousand
	graceTime    = 10 * time.Second
	outageTime   = 5 * time.Second // after which rooms look again whether the host server is there
)

// Host is all rooms of one service.
type Host struct {
	o       Options
	log     zerolog.Logger
	shards  []*shard
	writer  *writer
	reader  *reader
	service *service
	crowd   *crowd
	rules   atomic.Pointer[muc.Settings]
	refused atomic.Int64 // joins of peers for which there was no link
	final   atomic.Bool
}

// New makes a host; nothing runs before Run.
func New(o Options) *Host {
	o.Shards = max(o.Shards, 1)
	if o.Birth == nil {
		o.Birth = birth
	}
	if o.Attached == nil {
		o.Attached = func() (time.Time, bool) { return time.Time{}, true }
	}
	h := &Host{o: o, log: o.Log, writer: newWriter(o.Store, o.Log), reader: newReader(o.Store), crowd: newCrowd(o.Settings)}
	h.rules.Store(o.Settings)
	h.o.Settings = nil // from now on those are asked for
	h.service = &service{h: h, turns: make(chan struct{}, 4), places: make(chan struct{}, 1000)}
	for range o.Shards {
		h.shards = append(h.shards, newShard(h))
	}
	return h
}

// Run owns all rooms until ctx is done, then finishes what was accepted: it is committed and released, within ten
// seconds.
func (h *Host) Run(ctx context.Context) error {
	last, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var writing, owning sync.WaitGroup
	writing.Go(func() { h.writer.run(last) })
	for _, s := range h.shards {
		owning.Go(func() { s.run(ctx, last) })
	}
	owning.Go(func() { h.restore(ctx) })
	<-ctx.Done()
	grace := time.AfterFunc(graceTime, stop)
	defer grace.Stop()
	owning.Wait()
	stop()
	writing.Wait()
	h.service.wait()
	return nil
}

// Final says that the end of Run, whenever it comes, is one for good: everybody in a room is told. An ordinary end is no
// more than a restart, and nobody is told of it. xep:0045#service-shutdown-kick
func (h *Host) Final() { h.final.Store(true) }

// Deliver takes one stanza from the host server. It waits only while the shard has too much mail (H4).
func (h *Host) Deliver(ctx context.Context, st *stanza.Stanza) {
	if err := h.crowd.refuse(st, time.Now()); err != nil {
		h.reply(st, err)
		return
	}
	if st.To.Local == "" {
		h.service.take(ctx, st)
		return
	}
	room := st.To.Bare().String()
	h.shard(room).mail.put(ctx, st)
}

// Rooms counts the rooms in memory.
func (h *Host) Rooms() int {
	n := 0
	for _, s := range h.shards {
		n += int(s.count.Load())
	}
	return n
}

func (h *Host) shard(room string) *shard {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(room)) // a hash never fails
	return h.shards[int(sum.Sum32())%len(h.shards)]
}

// send hands a stanza to the host server, unless it does not take stanzas of that size: it would end the stream, and with it
// everybody's.
func (h *Host) send(lane string, e muc.Send) {
	if most := h.settings().MaxStanza; most > 0 && e.Out.Size()+longest(e.To) > most {
		h.log.Warn().Str("room", lane).Int("bytes", e.Out.Size()).Msg("a stanza is too long for the host server and is not sent")
		return
	}
	h.o.Out.Enqueue(lane, e.Out, e.To)
}

func longest(list []stanza.Addr) int {
	n := 0
	for _, a := range list {
		n = max(n, len(a))
	}
	return n
}

// reply answers a stanza with an error, unless it must never be answered.
func (h *Host) reply(st *stanza.Stanza, err *stanza.Error) {
	if st.IsError() || st.Kind == stanza.IQ && st.Type == "result" {
		return
	}
	e := *err
	e.By = st.To.Bare().String()
	out, to := e.Reply(st)
	h.o.Out.Enqueue(st.To.Bare().String(), out, []stanza.Addr{to})
}

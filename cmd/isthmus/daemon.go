package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/component"
	"isthmus/component/stanza"
	"isthmus/muc/host"
	"isthmus/storage"
)

// daemon is everything put together.
type daemon struct {
	path     string                        // of its file
	config   config.Config                 // as it began
	current  atomic.Pointer[config.Config] // as it is now
	log      zerolog.Logger
	loudness *loudness
	hup      <-chan os.Signal
	n        numbers
}

// How long each step of the end may take; together less than systemd waits before it kills.
const (
	drainTime = 15 * time.Second // the rooms finish what they accepted (they allow themselves ten) and the outbox is written
	closeTime = 10 * time.Second // the embedded Postgres shuts down before it is pressed
)

// run serves until ctx ends, then ends in this order: nothing more is read, the rooms finish, what they said is written,
// the stream is closed, the database is closed.
func (d *daemon) run(ctx context.Context) (err error) {
	store, closeStore, err := openStore(ctx, d.config.Storage, d.log)
	if err != nil && ctx.Err() != nil {
		return nil // asked to end before it had begun
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := component.NewOutbox(0)
	var attached *component.Component
	h := d.host(store, out, func() (time.Time, bool) {
		s := attached.Status()
		return s.Since, s.Attached
	}, stop)
	attached = d.component(h, out)
	door, err := d.openDoor(attached, store, out, h)
	if err != nil {
		return err
	}
	defer door.end(context.Background())
	again := &reloader{d: d, host: h}
	defer d.openControl(again.command).end(context.Background())
	defer begin(again.run).end(context.Background())
	defer begin(trimmer(store, func() config.Archive { return d.current.Load().Archive }, d.log)).end(context.Background())

	rooms := begin(h.Run)
	attached.Settle = rooms.end
	err = attached.Run(ctx)
	// Without a host server there was nobody to settle for, but the rooms have something to finish all the same.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	rooms.end(ending)
	return errors.Join(err, rooms.err())
}

func (d *daemon) host(store storage.Store, out *component.Outbox, attached func() (time.Time, bool), stop func()) *host.Host {
	return host.New(host.Options{
		Settings: d.config.Settings(), Store: timed{store, &d.n}, Out: out, Log: d.log,
		Shards: runtime.GOMAXPROCS(0), Version: version, Attached: attached, Stop: stop,
	})
}

func (d *daemon) component(h *host.Host, out *component.Outbox) *component.Component {
	c := d.config.Component
	return &component.Component{
		Addr: c.Server, Domain: c.Domain, Secret: c.Secret.Reveal(),
		Outbox: out, Log: d.log, Limits: component.Limits{Stanza: c.MaxStanzaBytes - config.Headroom}, Drain: drainTime,
		Multicast: c.Via(),
		Up:        func() { d.n.attachments.Add(1) },
		Handle: func(ctx context.Context, st *stanza.Stanza) {
			d.n.stanzas.Add(1)
			h.Deliver(ctx, st)
		},
	}
}

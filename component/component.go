package component

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
)

// Handler handles one stanza. It is called in order from one goroutine: while it blocks nothing is read, and the host
// waits. ctx ends when the program does.
type Handler func(ctx context.Context, st *stanza.Stanza)

// Component is the attachment of one domain to a host. The fields are not changed after Run.
type Component struct {
	Addr   string // of the host's component port, "host:port"
	Domain string
	Secret string

	Handle Handler
	Outbox *Outbox
	Log    zerolog.Logger
	Limits Limits

	Multicast Multicast

	// Up is called each time the component is attached, before the first stanza is handled. May be nil.
	Up func()
	// Settle is called when reading has ended for good, before the outbox is flushed: it returns when whatever the last
	// stanzas caused is in the outbox, or ctx ends. May be nil.
	Settle func(ctx context.Context)

	Handshake time.Duration // from dialing to attached; 15 s
	Idle      time.Duration // silence after which the host is asked for a sign of life, and again until it is given up; 30 s
	Drain     time.Duration // for settling and flushing at the end; 10 s

	Dial Dialer // TCP to Addr

	status  atomic.Pointer[Status]
	pulseID string
}

// Status is how the component stands with its host.
type Status struct {
	Attached bool
	Since    time.Time
	Reason   string // why it is not attached, in a plain sentence
}

// Status may be called at any time.
func (c *Component) Status() Status {
	if s := c.status.Load(); s != nil {
		return *s
	}
	return Status{}
}

// Check finds what is wrong with the configuration, in a plain sentence.
func (c *Component) Check() error {
	_, err := domain(c.Domain)
	if err == nil && c.Secret == "" {
		err = errors.New("the component has no secret: it is the word that the host's configuration has for " + c.Domain)
	}
	return err
}

// Run attaches, and attaches again whenever the connection is lost, until ctx ends: then it reads no more, flushes the
// outbox, ends the stream and returns nil. Its only error is Check's.
func (c *Component) Run(ctx context.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	c.pulseID = newPulseID()
	var b backoff
	for reported := ""; ctx.Err() == nil; {
		begun, reason := c.once(ctx)
		if ctx.Err() != nil {
			break
		}
		if !begun.IsZero() {
			reported = ""
		}
		if !begun.IsZero() && time.Since(begun) >= livedFor {
			b.reset()
		}
		pause := b.pause()
		c.report(reason, reported, pause)
		reported = reason.Sentence
		sleep(ctx, pause)
	}
	c.status.Store(&Status{Since: time.Now(), Reason: "the program is ending"})
	return nil
}

// once attaches and serves one connection to its end. begun is zero where it was never attached.
func (c *Component) once(ctx context.Context) (begun time.Time, reason *AttachError) {
	d, err := domain(c.Domain)
	if err != nil {
		return begun, explain(c.Addr, c.Domain, err)
	}
	dial := c.Dial
	if dial == nil {
		dial = tcp(c.Addr)
	}
	conn, err := attach(ctx, dial, d, c.Secret, cmp.Or(c.Handshake, defaultHandshake))
	if err != nil {
		return begun, explain(c.Addr, c.Domain, err)
	}
	begun = time.Now()
	c.status.Store(&Status{Attached: true, Since: begun})
	c.Log.Info().Str("domain", c.Domain).Str("host", c.Addr).Msg("attached to the host")
	return begun, explain(c.Addr, c.Domain, c.serve(ctx, conn))
}

// report logs a loss, but not the same failure over and over.
func (c *Component) report(reason *AttachError, reported string, pause time.Duration) {
	c.status.Store(&Status{Since: time.Now(), Reason: reason.Sentence})
	level := zerolog.WarnLevel
	if refusals[reason.Condition()] != "" {
		level = zerolog.ErrorLevel
	}
	if reason.Sentence == reported {
		level = zerolog.DebugLevel
	}
	c.Log.WithLevel(level).Str("domain", c.Domain).Str("again_in", pause.Round(100*time.Millisecond).String()).Msg(reason.Sentence)
}

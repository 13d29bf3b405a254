package component

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is the pause before the next attempt: it doubles up to half a minute, and a random part of it keeps programs that
// lost the same host from coming back in step.
type backoff struct{ next time.Duration }

const (
	firstPause = time.Second
	maxPause   = 30 * time.Second
	// livedFor is how long a connection lasts that makes the next attempt the first one again.
	livedFor = 10 * time.Second
)

// pause is between half of the pause and all of it.
func (b *backoff) pause() time.Duration {
	d := max(b.next, firstPause)
	b.next = min(2*d, maxPause)
	return d/2 + rand.N(d/2) // #nosec G404 -- nobody gains by guessing a pause
}

func (b *backoff) reset() { b.next = 0 }

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

package bench

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// watch counts a token in what comes, in many streams at once, until there are enough of them.
type watch struct {
	tokens [][]byte // with the one kind of quotes, and the other
	want   int64
	count  atomic.Int64
	stuck  atomic.Bool

	refusal atomic.Pointer[string] // the first error that has come, from its type on
	done    chan struct{}
}

func newWatch(token string, want int) *watch {
	w := &watch{tokens: [][]byte{[]byte(token)}, want: int64(want), done: make(chan struct{})}
	if other := strings.ReplaceAll(token, "'", `"`); other != token {
		w.tokens = append(w.tokens, []byte(other))
	}
	return w
}

// see counts within p. One stream's pieces overlap by less than a token.
func (w *watch) see(p []byte) {
	if at := bytes.Index(p, []byte("type='error'")); at >= 0 && w.refusal.Load() == nil {
		text := string(p[max(0, at-200):min(len(p), at+400)])
		w.refusal.Store(&text)
	}
	n := int64(0)
	for _, token := range w.tokens {
		n += int64(bytes.Count(p, token))
	}
	if n == 0 {
		return
	}
	if sum := w.count.Add(n); sum >= w.want && sum-n < w.want {
		close(w.done)
	}
}

// patience is how long nothing new may come before a measurement is given up.
const patience = 20 * time.Second

// await returns when so many have come, or when it is clear that they do not.
func (w *watch) await(ctx context.Context, count int) {
	for begun := time.Now(); w.count.Load() < int64(count) && ctx.Err() == nil && !w.stuck.Load(); {
		time.Sleep(50 * time.Microsecond)
		w.stuck.Store(time.Since(begun) > patience)
	}
}

// wait returns when there are enough.
func (w *watch) wait(ctx context.Context) error {
	for last := int64(-1); ; {
		if now := w.count.Load(); now != last {
			last = now
		} else {
			err := fmt.Errorf("%d of %d %q have come, and no more", last, w.want, w.tokens[0])
			if text := w.refusal.Load(); text != nil {
				err = fmt.Errorf("%w; the first error was in %q", err, *text)
			}
			return err
		}
		select {
		case <-w.done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(patience):
		}
	}
}

// tail is what has to be kept of p for a token that is cut.
func (w *watch) tail(p []byte) []byte { return p[len(p)-min(len(p), len(w.tokens[0])-1):] }

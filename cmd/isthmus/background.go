package main

import "context"

// background is something that runs until it is told to end.
type background struct {
	stop context.CancelFunc
	done chan struct{}
	fail error // read it when done is closed
}

func begin(run func(context.Context) error) *background {
	ctx, stop := context.WithCancel(context.Background())
	b := &background{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(b.done)
		b.fail = run(ctx)
	}()
	return b
}

// end tells it to end, and waits until it has or ctx is over. It may be called again.
func (b *background) end(ctx context.Context) {
	b.stop()
	select {
	case <-b.done:
	case <-ctx.Done():
	}
}

// err is how it ended; nil while it has not.
func (b *background) err() error {
	select {
	case <-b.done:
		return b.fail
	default:
		return nil
	}
}

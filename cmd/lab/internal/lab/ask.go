package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"isthmus/cmd/lab/internal/client"
)

const (
	// askEvery is how soon answered asks again after an error: a server says
	// at once that a component is not there yet, or another server not again.
	askEvery = 50 * time.Millisecond
	// askPatience is how long it waits for an answer that may be lost.
	askPatience = time.Second
)

// answered lets a user of the server at from ask to until it answers: a late
// answer to an earlier question will do.
func (l *Lab) answered(ctx context.Context, from, to string) error {
	c, err := client.Connect(ctx, client.Config{Addr: l.Server(from).C2S, JID: "lab@" + from, Password: "any", Hidden: true})
	if err != nil {
		return err
	}
	defer c.Drop()
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		answer, err := ask(ctx, c, to)
		if err != nil {
			return err
		}
		if answer != nil && answer.Attr("type") == "result" {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%s asks %s: %w; the last answer was %v", from, to, context.Cause(ctx), answer)
		}
	}
}

var errPatience = errors.New("no answer yet")

// ask returns an answer from to, or nil where none comes in time.
func ask(ctx context.Context, c *client.Client, to string) (*client.Node, error) {
	err := c.Send(fmt.Sprintf("<iq type='get' to='%s' id='%s'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>", to, c.ID()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, askPatience, errPatience)
	defer cancel()
	answer, err := c.Expect(ctx, client.From("iq", to))
	if errors.Is(err, errPatience) {
		return nil, nil
	}
	return answer, err
}

// Meet returns when the two servers of a link reach each other both ways. Call
// it after Heal: a server that failed to reach another does not try again at
// once, and may not have noticed yet that a stream is gone.
func (l *Lab) Meet(ctx context.Context, k *Link) error {
	if err := l.answered(ctx, k.A, k.B); err != nil {
		return err
	}
	return l.answered(ctx, k.B, k.A)
}

// Await returns when to, such as a component of a plan's, answers a user of the
// server at from.
func (l *Lab) Await(ctx context.Context, from, to string) error { return l.answered(ctx, from, to) }

package host

import (
	"context"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// task is an operation on its way to its room, or to one of its links.
type task struct {
	room  stanza.JID
	op    muc.Operation
	order *order     // for a link, nil otherwise
	reply chan error // has a place for the one answer
}

// round is an operation on every room that anybody is in.
type round struct {
	op    muc.Operation
	reply chan int // how many rooms
}

// Operate does something to a room, and waits until what it changes is stored. A refusal is a *stanza.Error.
func (h *Host) Operate(ctx context.Context, room stanza.JID, op muc.Operation) error {
	return h.task(ctx, task{room: room, op: op, reply: make(chan error, 1)})
}

func (h *Host) task(ctx context.Context, t task) error {
	h.shard(t.room.String()).mail.push(t)
	select {
	case err := <-t.reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// OperateAll does something to every room that anybody is in, and returns to how many.
func (h *Host) OperateAll(ctx context.Context, op muc.Operation) (rooms int, err error) {
	for _, s := range h.shards {
		r := round{op, make(chan int, 1)}
		s.mail.push(r)
		select {
		case n := <-r.reply:
			rooms += n
		case <-ctx.Done():
			return rooms, ctx.Err()
		}
	}
	return rooms, nil
}

// task hands an operation to its room, which is loaded first if it is not in memory.
func (s *shard) task(t task) {
	l := s.live(t.room)
	switch {
	case l.room != nil && t.order != nil:
		s.steer(l, t)
		return
	case l.room != nil:
		s.operate(l, t)
		return
	}
	l.tasks = append(l.tasks, t)
	if !l.loading && len(l.held) == 0 {
		s.load(l)
	}
}

func (s *shard) operate(l *live, t task) {
	now := time.Now()
	l.replies = append(l.replies, t.reply)
	s.perform(l, l.room.Handle(muc.Event{At: now, Operation: t.op}))
	s.settle(l, now)
}

// answer tells whoever asked first for an operation on this room that it is done.
func (l *live) answer(err error) {
	l.replies[0] <- err
	l.replies = l.replies[1:]
}

// refusal makes an error of a stanza error, which may be none.
func refusal(e *stanza.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// round operates on the rooms that are in use; nobody waits for each of them.
func (s *shard) round(r round) {
	n := 0
	for _, l := range s.rooms {
		if l.room != nil && l.room.Locals() > 0 {
			n++
			s.operate(l, task{room: l.jid, op: r.op, reply: make(chan error, 1)})
		}
	}
	r.reply <- n
}

package host

import "context"

// headcount asks a shard how many occupants are in its rooms.
type headcount struct{ reply chan int }

// Occupants counts the occupants of the rooms in memory, those behind links too.
func (h *Host) Occupants(ctx context.Context) (n int, err error) {
	for _, s := range h.shards {
		c := headcount{make(chan int, 1)}
		s.mail.push(c)
		select {
		case part := <-c.reply:
			n += part
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return n, nil
}

func (s *shard) headcount(c headcount) {
	n := 0
	for _, l := range s.rooms {
		if l.room != nil {
			n += l.room.Occupants()
		}
	}
	c.reply <- n
}

// Refusals counts the joins of peers that were refused.
func (h *Host) Refusals() int { return int(h.refused.Load()) }

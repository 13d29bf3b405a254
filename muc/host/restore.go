package host

import (
	"context"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

const (
	restoreAtOnce = 64
	restorePage   = 1000
	restoreAgain  = 2 * time.Second
)

// restore brings back the rooms that people were in when the daemon ended, without a word to them: nobody has left (P4).
// The rooms themselves ask their clients for a sign of life. A temporary room that nobody was in any more ends.
func (h *Host) restore(ctx context.Context) {
	turn := make(chan struct{}, restoreAtOnce)
	count, after := 0, ""
	for {
		list, err := h.o.Store.Unfinished(ctx, after, restorePage)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			h.log.Error().Err(err).Msg("who was in which room cannot be read")
			if !pause(ctx, restoreAgain) {
				return
			}
			continue
		case len(list) == 0:
			h.log.Info().Int("rooms", count).Msg("the rooms that were in use are back")
			return
		}
		for _, room := range list {
			select {
			case turn <- struct{}{}:
			case <-ctx.Done():
				return
			}
			count, after = count+1, room
			go func() {
				defer func() { <-turn }()
				if j, err := stanza.ParseJID(room); err == nil {
					_ = h.Operate(ctx, j, muc.Restore{}) // who enters loads it all the same
				}
			}()
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

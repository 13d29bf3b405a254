package host

import (
	"context"
	"reflect"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
)

// adoption is the mail by which a shard lets its rooms go by other settings.
type adoption struct {
	settings *muc.Settings
	done     chan struct{}
}

func (h *Host) settings() *muc.Settings { return h.rules.Load() }

// Adopt has all rooms go by other settings from now on, and waits until they do. Nobody leaves a room because of it, but for
// those behind links that are wanted no more. Nothing may write to the settings afterwards.
func (h *Host) Adopt(ctx context.Context, settings *muc.Settings) error {
	h.rules.Store(settings)
	h.crowd.adopt(settings)
	for _, s := range h.shards {
		a := adoption{settings, make(chan struct{})}
		s.mail.push(a)
		select {
		case <-a.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *shard) adopt(a adoption) {
	defer close(a.done)
	now := time.Now()
	for _, l := range s.rooms {
		if l.room == nil {
			continue // it goes by the settings that hold when it is loaded
		}
		s.perform(l, l.room.Handle(muc.Event{At: now, Settings: a.settings}))
		s.realign(l, now)
		s.settle(l, now)
	}
}

// realign lets the links of a room go by what is configured now: as they are if they can, otherwise they end, and others begin.
// Those that are not wanted at all end when the room is settled.
func (s *shard) realign(l *live, now time.Time) {
	for _, k := range l.links() {
		c := s.linkConfig(l, k.via)
		switch {
		case reflect.DeepEqual(c, k.config):
		case k.link.Tunes(c):
			k.config = c
			is := s.inForce(l, k.via)
			s.tell(l, k, fmuc.Event{At: now, Retune: &is})
			s.renegotiate(l, k, now)
		default:
			s.endLink(l, k.via, "It is configured otherwise now.", now)
			if !k.inbound && l.room.Joins() == string(k.via) {
				s.connect(l, k.via, false, now).link.Replaces(k.link)
			}
		}
	}
}

func (s *shard) linkConfig(l *live, via muc.Via) muc.LinkConfig {
	peer, _ := stanza.ParseJID(string(via))
	return s.h.settings().LinkOf(l.jid, peer)
}

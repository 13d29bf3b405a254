package muctest

import (
	"html"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Rooms is a world of pure rooms: effects are performed at once, nothing is stored.
type Rooms struct {
	Settings *muc.Settings
	rooms    map[string]*muc.Room
}

// Deliver hands a stanza to its room.
func (w *Rooms) Deliver(now time.Time, st *stanza.Stanza) []Out {
	return Sent(w.room(st.To.Bare()).Handle(muc.Event{At: now, Stanza: st}))
}

// Wake does nothing: a room has no timers yet.
func (w *Rooms) Wake(time.Time) []Out { return nil }

func (w *Rooms) room(jid stanza.JID) *muc.Room {
	if w.rooms == nil {
		w.rooms = map[string]*muc.Room{}
	}
	r := w.rooms[jid.String()]
	if r == nil || !r.Exists() {
		r = muc.Open(w.Settings, jid, Birth(), nil)
		w.rooms[jid.String()] = r
	}
	return r
}

// Sent is what of a list of effects goes to the host server.
func Sent(effects []muc.Effect) []Out {
	var outs []Out
	for _, e := range effects {
		s, ok := e.(muc.Send)
		if !ok {
			continue
		}
		for _, to := range s.To {
			outs = append(outs, Out{html.UnescapeString(string(to)), s.Out.To(to)})
		}
	}
	return outs
}

// Birth is what every room of a script is born with, so that its ids are the same each time.
func Birth() muc.Birth {
	return muc.Birth{Epoch: 1, Secret: []byte("a secret of thirty-two characters")}
}

package fmuc_test

import (
	"slices"

	"isthmus/muc"
)

// load reads a room's log.
func (w *world) load(room string, load muc.Load) {
	answer := &muc.Loaded{Load: load}
	for _, q := range load.Queries {
		p, err := page(w.logs[room], q)
		answer.Pages, answer.Err = append(answer.Pages, p), err
	}
	w.perform(room, muc.Here, w.rooms[room].Handle(muc.Event{At: w.now, Loaded: answer}))
}

func page(log []muc.Entry, q muc.Query) (muc.Page, error) {
	p := muc.Page{Complete: true}
	for _, id := range q.After {
		i := slices.IndexFunc(log, func(e muc.Entry) bool { return e.StanzaID == id })
		if i < 0 {
			return p, muc.ErrNoEvent
		}
		log = log[i+1:]
	}
	for _, e := range log {
		if e.At>>16 < q.Start.UnixMilli() && !q.Start.IsZero() {
			continue
		}
		if len(p.Events) == q.Max {
			p.Complete = false
			break
		}
		p.Events = append(p.Events, e)
	}
	return p, nil
}

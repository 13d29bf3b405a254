package muc

// tellLog reads a part of the log to a link whose peer has not got it yet. A replica gets all of it, also what it has asked for
// itself: the order is what it wants to know.
func (r *Room) tellLog(via Via, w Wanted) {
	q := Query{Start: w.Since, Max: w.Max}
	if w.After != "" {
		q.After = []string{w.After}
	}
	r.load(func(r *Room, pages []Page, err error) {
		t := Told{Turn: w.Turn, Err: err}
		if err == nil {
			t.read(r, pages[0], func(e *Entry) bool { return r.isFor(e, via) })
		}
		r.emit(Relay{Only: via, Fact: t})
	}, q)
}

func (t *Told) read(r *Room, p Page, mine func(*Entry) bool) {
	t.Complete = p.Complete
	for i := range p.Events {
		e := &p.Events[i]
		t.Last = e.StanzaID
		if crosses[e.Kind] && mine(e) {
			t.Said = append(t.Said, r.retell(e))
		}
	}
}

// crosses are the kinds of events that other nodes want; what a room itself says is about this node only.
var crosses = map[string]bool{kindMessage: true, kindMarker: true, kindSubject: true}

// lastEvent is the stanza-id of the end of the log.
func (r *Room) lastEvent() string {
	if r.seq == 0 {
		return ""
	}
	return r.stanzaID(r.seq)
}

package fmuc_test

import (
	"html"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/fmuc/openfire"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

const (
	patience = 30 * time.Second // of links: for an answer, and before the next attempt
	history  = 20               // messages
)

// world is rooms, their links and the wires between rooms, in memory. Effects are performed at once; what goes from room
// to room lies on its wire until it is carried.
type world struct {
	settings *muc.Settings
	rooms    map[string]*muc.Room
	edges    map[string]map[muc.Via]*edge
	todo     []deed
	wires    map[wire][]*stanza.Stanza
	crossed  []crossing // everything that was ever put on a wire
	outs     []muctest.Out
	notes    []fmuc.Note
	saved    map[wire]fmuc.Save
	past     map[wire]fmuc.Past
	logs     map[string][]muc.Entry
	records  map[string]muc.Record
	alarms   map[string]time.Time // of rooms
	behind   map[string][]string  // nodes behind the links of those who have joined a room
	now      time.Time
	held     bool // carry nothing by itself
	fires    map[string]*openfire.Room
}

type wire struct{ from, to string }

type crossing struct {
	wire
	st  *stanza.Stanza
	raw string
	at  time.Time
}

type edge struct {
	room    string
	via     muc.Via
	inbound bool
	link    *fmuc.Link
	wake    time.Time
	gone    bool
}

type deed struct {
	edge *edge
	ev   fmuc.Event
}

func newWorld(s *muc.Settings) *world {
	return &world{
		settings: s, rooms: map[string]*muc.Room{}, edges: map[string]map[muc.Via]*edge{},
		wires: map[wire][]*stanza.Stanza{}, saved: map[wire]fmuc.Save{}, past: map[wire]fmuc.Past{}, logs: map[string][]muc.Entry{}, records: map[string]muc.Record{},
		alarms: map[string]time.Time{}, behind: map[string][]string{}, now: muctest.Start,
	}
}

// Deliver hands in what a client or a scripted peer sent.
func (w *world) Deliver(now time.Time, st *stanza.Stanza) []muctest.Out {
	outs := w.Wake(now)
	w.take(st)
	return append(outs, w.drain()...)
}

// Wake moves the clock; timers that lie on the way come in order.
func (w *world) Wake(now time.Time) []muctest.Out {
	w.carryAll()
	for {
		if room, at := w.alarm(); room != "" && !at.After(now) && !w.before(at) {
			w.now = at
			delete(w.alarms, room)
			w.perform(room, muc.Here, w.rooms[room].Handle(muc.Event{At: at, Wake: true}))
			w.settle(room)
			w.carryAll()
			continue
		}
		var next *edge
		for _, room := range slices.Sorted(maps.Keys(w.edges)) {
			for _, via := range slices.Sorted(maps.Keys(w.edges[room])) {
				e := w.edges[room][via]
				if !e.wake.IsZero() && !e.wake.After(now) && (next == nil || e.wake.Before(next.wake)) {
					next = e
				}
			}
		}
		if next == nil {
			break
		}
		w.now, next.wake = next.wake, time.Time{}
		w.tell(next, fmuc.Event{Wake: true})
		w.settle(next.room)
		w.carryAll()
	}
	w.now = now
	return w.drain()
}

// alarm is the first timer of a room.
func (w *world) alarm() (first string, at time.Time) {
	for _, room := range slices.Sorted(maps.Keys(w.alarms)) {
		if first == "" || w.alarms[room].Before(at) {
			first, at = room, w.alarms[room]
		}
	}
	return first, at
}

// before tells whether a timer of a link comes first.
func (w *world) before(at time.Time) bool {
	for _, list := range w.edges {
		for _, e := range list {
			if !e.wake.IsZero() && e.wake.Before(at) {
				return true
			}
		}
	}
	return false
}

func (w *world) drain() []muctest.Out {
	w.carryAll()
	outs := w.outs
	w.outs = nil
	return outs
}

func (w *world) carryAll() {
	for !w.held && w.carry(w.loaded()...) {
		continue
	}
}

// loaded are the wires with something on them.
func (w *world) loaded() []wire {
	var list []wire
	for k, l := range w.wires {
		if len(l) > 0 {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b wire) int { return strings.Compare(a.from+a.to, b.from+b.to) })
	return list
}

// carry takes one stanza over the first of these wires.
func (w *world) carry(list ...wire) bool {
	if len(list) == 0 {
		return false
	}
	k := list[0]
	st := w.wires[k][0]
	w.wires[k] = w.wires[k][1:]
	w.take(st)
	return true
}

func (w *world) take(st *stanza.Stanza) {
	room := st.To.Bare().String()
	if f := w.fires[room]; f != nil {
		f.Take(st)
		w.smoke(f)
		return
	}
	r := w.room(st.To.Bare())
	if !w.fromPeer(room, r, st) {
		w.perform(room, muc.Here, r.Handle(muc.Event{At: w.now, Stanza: st}))
	}
	w.settle(room)
}

func (w *world) room(jid stanza.JID) *muc.Room {
	r := w.rooms[jid.String()]
	if r == nil || !r.Exists() {
		r = muc.Open(w.settings, jid, muctest.Birth(), nil)
		w.rooms[jid.String()] = r
	}
	return r
}

func (w *world) fromPeer(room string, r *muc.Room, st *stanza.Stanza) bool {
	via := muc.Via(st.From.Bare().String())
	e := w.edges[room][via]
	if e != nil && fmuc.Takes(st) {
		w.tell(e, fmuc.Event{Stanza: st})
		return true
	}
	if fmuc.Pings(st) && (r.Accepts(string(via)) || r.Joins() == string(via)) {
		out, to := fmuc.Unlinked.Reply(st)
		w.send(out, []stanza.Addr{to})
		return true
	}
	resumes := r.Accepts(string(via)) && fmuc.Resumes(st, w.settings.LinkOf(st.To.Bare(), st.From.Bare()))
	if e != nil || !fmuc.JoinShaped(st) && !resumes || fmuc.Posing(st, func(d string) bool { return slices.Contains(w.settings.LocalDomains, d) }) {
		return false
	}
	if !r.Exists() || !r.Accepts(string(via)) {
		out, to := fmuc.Refuse(st, "This room does not federate with yours.")
		w.send(out, []stanza.Addr{to})
		return true
	}
	w.tell(w.connect(room, via, true), fmuc.Event{Stanza: st})
	return true
}

func (w *world) connect(room string, via muc.Via, inbound bool) *edge {
	e := &edge{room: room, via: via, inbound: inbound}
	known := w.saved[wire{room, string(via)}]
	wanted, syncedAt := fmuc.Recall(known)
	ours, theirs := stanza.MustJID(room), stanza.MustJID(string(via))
	e.link = fmuc.New(fmuc.Config{
		LinkConfig: w.settings.LinkOf(ours, theirs),
		Room:       ours, Peer: theirs, Inbound: inbound, MaxHistory: history,
		Wanted: wanted, SyncedAt: syncedAt, Acked: known.Acked,
		Node: w.node(room), Behind: w.behind[room], Past: w.past[wire{room, string(via)}],
	})
	if w.edges[room] == nil {
		w.edges[room] = map[muc.Via]*edge{}
	}
	w.edges[room][via] = e
	return e
}

// settle makes the links what the room's configuration wants, and follows everything that links have been told.
func (w *world) settle(room string) {
	r := w.rooms[room]
	if r.Exists() {
		for _, via := range slices.Sorted(maps.Keys(w.edges[room])) {
			e := w.edges[room][via]
			if e.inbound && !r.Accepts(string(via)) || !e.inbound && string(via) != r.Joins() {
				w.tell(e, fmuc.Event{Stop: "It is no longer wanted."})
			}
		}
		if via := muc.Via(r.Joins()); via != muc.Here && w.edges[room][via] == nil {
			e := w.connect(room, via, false)
			if r.Peopled(via) {
				w.tell(e, fmuc.Event{Start: true})
			}
		}
	}
	for len(w.todo) > 0 {
		d := w.todo[0]
		w.todo = w.todo[1:]
		if !d.edge.gone {
			w.tell(d.edge, d.ev)
		}
	}
}

// tell lets a link act.
func (w *world) tell(e *edge, ev fmuc.Event) {
	ev.At = w.now
	if up := w.above(e.room); up != nil && w.node(e.room) != "" {
		ev.Above = !up.link.Resting()
	}
	for _, x := range e.link.Handle(ev) {
		switch x := x.(type) {
		case fmuc.Send:
			w.send(x.Out, x.To)
		case fmuc.Tell:
			w.perform(e.room, e.via, w.rooms[e.room].Handle(muc.Event{At: w.now, Via: e.via, Fact: x.Fact}))
		case fmuc.Wake:
			e.wake = x.At
		case fmuc.Save:
			w.saved[wire{e.room, string(e.via)}] = x
		case fmuc.Note:
			w.notes = append(w.notes, x)
		case fmuc.Ended:
			e.gone = true
			delete(w.edges[e.room], e.via)
			w.past[wire{e.room, string(e.via)}] = e.link.Past
		}
	}
	w.spread(e.room)
	w.reassure(e.room)
}

// above is the link of a room to the one that it joins.
func (w *world) above(room string) *edge {
	for _, e := range w.edges[room] {
		if !e.inbound {
			return e
		}
	}
	return nil
}

// reassure tells links that wait for it what the nodes above say of who is behind the room.
func (w *world) reassure(room string) {
	up := w.above(room)
	for _, via := range slices.Sorted(maps.Keys(w.edges[room])) {
		switch e := w.edges[room][via]; {
		case !e.link.Unsure():
		case up != nil && up.link.Circular() != "":
			w.tell(e, fmuc.Event{Circular: up.link.Circular()})
		case up == nil || up.link.Sure():
			w.tell(e, fmuc.Event{Clear: true})
		}
	}
}

// spread tells the link up who is behind the others, in rooms that rings are told of.
func (w *world) spread(room string) {
	list := []string{}
	for _, via := range slices.Sorted(maps.Keys(w.edges[room])) {
		list = append(list, w.edges[room][via].link.Behind()...)
	}
	if w.node(room) == "" || slices.Equal(list, w.behind[room]) {
		return
	}
	w.behind[room] = list
	for _, e := range w.edges[room] {
		if !e.inbound {
			w.tell(e, fmuc.Event{Behind: list})
		}
	}
}

// node is what rings are told of a room. In most scripts they are told nothing, as by nodes of another kind.
func (w *world) node(room string) string {
	if strings.HasPrefix(room, "ring@") {
		return w.rooms[room].Token()
	}
	return ""
}

func (w *world) perform(room string, _ muc.Via, effects []muc.Effect) {
	for _, x := range effects {
		switch x := x.(type) {
		case muc.Send:
			w.send(x.Out, x.To)
		case muc.Append:
			w.logs[room] = append(w.logs[room], x.Entry)
		case muc.SaveRoom:
			w.records[room] = x.Record
		case muc.Wake:
			w.alarms[room] = x.At
			if x.At.IsZero() {
				delete(w.alarms, room)
			}
		case muc.Load:
			w.load(room, x)
		case muc.Relay:
			for _, via := range slices.Sorted(maps.Keys(w.edges[room])) {
				if x.Goes(w.settings, stanza.MustJID(room), via) {
					w.todo = append(w.todo, deed{w.edges[room][via], fmuc.Event{Fact: x.Fact}})
				}
			}
		}
	}
}

// send puts what goes to a room of this world on a wire; everything else leaves the world.
func (w *world) send(out stanza.Out, to []stanza.Addr) {
	for _, a := range to {
		raw := out.To(a)
		st, err := stanza.Parse(raw)
		if err != nil {
			panic(err.Error() + ": " + string(raw))
		}
		if st.To.Domain != w.settings.Service && w.fires[st.To.Bare().String()] == nil {
			w.outs = append(w.outs, muctest.Out{To: html.UnescapeString(string(a)), XML: raw})
			continue
		}
		k := wire{st.From.Bare().String(), st.To.Bare().String()}
		w.wires[k] = append(w.wires[k], st)
		w.crossed = append(w.crossed, crossing{k, st, string(raw), w.now})
	}
}

// TestScripts plays each stanza of the plain dialect against a scripted peer.
func TestScripts(t *testing.T) {
	muctest.Run(t, "testdata/*.txt", func(_ *testing.T, s *muc.Settings) muctest.World { return newWorld(s) })
}

package fmuc

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Config is what a link is made of.
type Config struct {
	muc.LinkConfig
	Room, Peer stanza.JID // both bare
	Inbound    bool       // the peer joins us; otherwise we join it
	MaxHistory int        // messages asked for and given
	Wanted     time.Time  // since when the link is wanted that was never up; zero: not known, or it was
	SyncedAt   time.Time  // everything of the peer's up to here has been received; zero: nothing
	Acked      string     // the peer has our log up to the event of this stanza-id, or this time; "" = not known
	Node       string     // the room as rings are told of it, "" = they are not
	Behind     []string   // the nodes behind the room's other links, as rings are told of them
	Epochs     []string   // the last requests of an earlier link to the peer
	Past       Past       // of the last link to this peer
}

// Event is one thing that happens to a link.
type Event struct {
	At       time.Time
	Stanza   *stanza.Stanza  // from the peer, nil otherwise
	Fact     muc.Fact        // from the room, nil otherwise
	Wake     bool            // the timer that the link set has come
	Start    bool            // an outbound link: there are people in the room already
	Detached bool            // our own host server was away: whatever was under way is lost
	Retune   *muc.LinkConfig // the link is so from now on, in what needs no new join
	Stop     string          // the link must end, for this reason
	Resync   bool            // the operator wants the rooms to be joined anew, at once
	Behind   []string        // the nodes behind the room's other links have changed to these; nil otherwise
	Waiting  bool            // the room was loaded a moment ago, and others of its links are not back
	Above    bool            // nodes above the room do not know yet who is behind it
	Clear    bool            // they do
	Circular string          // one of them is behind this link, too
}

// Link is one edge between our room and a peer's. One goroutine owns it.
type Link struct {
	c    Config
	peer stanza.Addr // the peer's bare address
	quirks
	footing

	doing   phase
	ours    map[stanza.JID]*member     // who is in the room on our side of the link
	theirs  map[stanza.JID]*guest      // whom the peer has announced
	roster  map[stanza.JID]*face       // whom of ours the peer knows, and how
	nicks   map[string][]stanza.JID    // of the roster, in lower case
	queues  [dues]queue                // of whom it has to be told something
	doubled map[stanza.JID]muc.Entered // whom it has announced though he is on our side

	outgoing map[stanza.JID]bool // whom we have put out, while we leave
	follow   bool                // the last of our side was put out by the peer, and others of his node may follow

	entries  int           // counts those who entered on our side
	attempts int           // to join, in vain, one after the other
	owed     int           // times that the peer still has to say that we have left
	asked    time.Time     // when we asked to join
	request  string        // the id of a request to join: our last one, or the peer's
	requests int           // counts them
	alike    bool          // the peer is of our kind
	heard    time.Time     // when the peer last said something
	lag      time.Duration // about how old what we hear may be
	chars    int           // limit of the history that a joining peer wants; negative: none
	limits   muc.Limits    // of that history otherwise
	missed   time.Time     // since when a joining peer misses everything; zero: it wants history

	sent, got int       // stanzas by users, each way, as far as both sides know where to begin to count
	asks      int       // counts pings
	pings     []ping    // not answered, oldest first
	tries     int       // pings that were not answered in time, one after the other
	answers   bool      // the peer has answered a ping before
	settled   time.Time // when it last did
	roundTrip time.Duration
	caught    Caught

	keeper     holding
	numbers    int // the last that we gave to a stanza
	highest    int // of the peer's
	numbered   int // how many of the peer's had one
	ruling     ruling
	healing    bool     // what is up now, or will be, was broken before
	behind     []string // the nodes behind a peer that joins us
	below      []string // those behind our other links
	spreadLast []string // of those, what the peer knows

	lacks   bool // our room misses nodes
	partial bool // the peer has said that it misses nodes
	people  int  // whom a request to join announces, ours or the peer's

	log backlog
	Past
	word         string // what the last one of our side is about to say of that
	vouched      bool   // it is stored
	total, acked amount // of what was sent, and of what has arrived
	sight        window
	busy         time.Time  // until when the link carries what it was given
	unlogged     []muc.Fact // what was said and is in no log, until there is room
	streak       int        // messages since somebody was announced
	reply        reply

	waits [timers]time.Time
	armed time.Time // when the host's timer comes

	now time.Time
	out []Effect

	rep replica
}

// New makes a link that does nothing yet.
func New(c Config) *Link {
	return &Link{
		c: c, peer: c.Peer.Addr(), below: c.Behind, Past: c.Past, quirks: dialects[c.Dialect], footing: footing{held: map[stanza.JID]trace{}},
		ours: map[stanza.JID]*member{}, roster: map[stanza.JID]*face{}, nicks: map[string][]stanza.JID{}, sight: window{size: firstWindow},
		theirs: map[stanza.JID]*guest{}, doubled: map[stanza.JID]muc.Entered{}, outgoing: map[stanza.JID]bool{},
		rep: replica{under: map[plea]bool{}},
	}
}

// Handle applies one event and returns what must happen, in order (F1).
func (l *Link) Handle(ev Event) []Effect {
	l.now, l.out, l.lacks, l.keeper.above = ev.At, nil, ev.Waiting, ev.Above
	switch {
	case l.doing == ended:
	case ev.Stop != "":
		l.stop(ev.Stop)
	case ev.Retune != nil:
		l.retune(*ev.Retune)
	case ev.Resync:
		l.resync()
	case ev.Behind != nil:
		l.spread(ev.Behind)
	case ev.Clear:
		l.cleared()
	case ev.Circular != "":
		l.closesRing(ev.Circular)
	case ev.Start:
		l.start()
	case ev.Detached:
		l.wrong(Detached, "The host server was away.")
	case ev.Wake:
		l.woken()
	case ev.Stanza != nil:
		l.stanza(ev.Stanza)
	case ev.Fact != nil:
		l.fact(ev.Fact)
	}
	l.flush()
	l.account()
	l.meter()
	l.rearm()
	return l.out
}

func (l *Link) emit(e Effect) {
	l.out = append(l.out, e)
	if s, ok := e.(Send); ok {
		l.occupy(s)
	}
}

func (l *Link) tell(f muc.Fact) { l.emit(Tell{f}) }

// post sends what a user does; the peer counts it.
func (l *Link) post(out stanza.Out, to stanza.Addr) {
	l.sent++
	l.total.stanzas++
	l.total.bytes += out.Size() + len(to)
	l.tread()
	l.emit(Send{out, []stanza.Addr{to}})
}

// ask wants the state from our room; it comes back as a fact, and everything before it is part of it.
func (l *Link) ask(history muc.Limits) {
	l.become(asking)
	l.tell(muc.Asked{History: history})
}

// stop ends the link because it was reconfigured.
func (l *Link) stop(reason string) {
	l.remember()
	l.finish(reason)
}

// finish ends the link for good.
func (l *Link) finish(reason string) {
	l.info("The link ends. " + reason)
	l.depart()
	l.tell(muc.Lost{Reason: reason})
	l.end()
}

// depart tells the peer that this is the end: the joined node in one stanza, the joining one by taking everybody out.
// xep:0289#part
func (l *Link) depart() {
	switch {
	case l.c.Inbound && l.doing != idle:
		l.sendLeft("", "")
	case !l.c.Inbound && l.up():
		l.owed++
		for _, k := range l.inRoster() {
			l.show(k.Person, nil, leaveWord(k.left), l.peer)
		}
	}
}

func (l *Link) end() {
	l.become(ended)
	l.stopWaiting(stale)
	l.hush()
	l.emit(Ended{})
}

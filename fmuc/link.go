package fmuc

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Config is what a link is made of.
type Config struct {
	Room, Peer  stanza.JID    // both bare
	Inbound     bool          // the peer joins us; otherwise we join it
	MaxHistory  int           // messages asked for and given
	JoinTimeout time.Duration // how long an answer to our join may take; more than a round trip of the link
	Retry       time.Duration // wait before the next attempt, grows to 16 times
	SyncedAt    time.Time     // everything of the peer's up to here has been received; zero: nothing
}

// Event is one thing that happens to a link.
type Event struct {
	At     time.Time
	Stanza *stanza.Stanza // from the peer, nil otherwise
	Fact   muc.Fact       // from the room, nil otherwise
	Wake   bool           // the timer that the link set has come
	Start  bool           // an outbound link: there are people in the room already
	Stop   string         // the link must end, for this reason
}

// Link is one edge between our room and a peer's. One goroutine owns it.
type Link struct {
	c    Config
	peer stanza.Addr // the peer's bare address

	doing  phase
	ours   map[stanza.JID]*member // who is in the room on our side of the link
	theirs map[stanza.JID]*guest  // whom the peer has announced
	noted  map[string]bool        // what the log has been told since the join

	entries  int           // counts those who entered on our side
	attempts int           // to join, in vain, one after the other
	told     int           // messages of history since the join
	owed     int           // times that the peer still has to say that we have left
	asked    time.Time     // when we asked to join
	heard    time.Time     // when the peer last said something
	lag      time.Duration // about how old what we hear may be
	chars    int           // limit of the history that a joining peer wants; negative: none

	now time.Time
	out []Effect
}

// phase is what a link is doing.
type phase uint8

const (
	idle    phase = iota
	asking        // the room has been asked for its state
	joining       // the peer has been asked, and has not finished its answer
	joined
	leaving // we have left and the peer has not confirmed it
	waiting // for the next attempt
	ended
)

// A link that waits is at rest for everybody else.
var phaseNames = [...]string{"idle", "asking", "joining", "joined", "leaving", "idle", "ended"}

func (p phase) String() string { return phaseNames[p] }

// New makes a link that does nothing yet.
func New(c Config) *Link {
	return &Link{
		c: c, peer: c.Peer.Addr(),
		ours: map[stanza.JID]*member{}, theirs: map[stanza.JID]*guest{}, noted: map[string]bool{},
	}
}

// Handle applies one event and returns what must happen, in order (F1).
func (l *Link) Handle(ev Event) []Effect {
	l.now, l.out = ev.At, nil
	switch {
	case l.doing == ended:
	case ev.Stop != "":
		l.stop(ev.Stop)
	case ev.Start:
		l.start()
	case ev.Wake:
		l.woken()
	case ev.Stanza != nil:
		l.stanza(ev.Stanza)
	case ev.Fact != nil:
		l.fact(ev.Fact)
	}
	return l.out
}

// State is one word for what the link is doing.
func (l *Link) State() string { return l.doing.String() }

// up tells whether the peer takes what happens on our side: after our request too, because it reads in order.
func (l *Link) up() bool { return l.doing == joined || l.doing == joining }

// hears tells whether what the peer says counts. An answer to an earlier join that we have left does not.
func (l *Link) hears() bool {
	if l.c.Inbound {
		return l.doing == joined || l.doing == asking
	}
	return l.up() && l.owed == 0
}

func (l *Link) emit(e Effect)     { l.out = append(l.out, e) }
func (l *Link) tell(f muc.Fact)   { l.emit(Tell{f}) }
func (l *Link) info(text string)  { l.emit(Note{"info", text}) }
func (l *Link) warn(text string)  { l.emit(Note{"warn", text}) }
func (l *Link) wake(at time.Time) { l.emit(Wake{at}) }

// once warns of what a peer may do with every stanza: once a join.
func (l *Link) once(text string) {
	if !l.noted[text] {
		l.noted[text] = true
		l.warn(text)
	}
}

// wakes are what a timer means in each phase.
var wakes = map[phase]func(*Link){
	joining: (*Link).silent,
	leaving: (*Link).rest,
	waiting: func(l *Link) { l.ask(nothing) },
	asking:  (*Link).sweep,
	joined:  (*Link).sweep,
}

func (l *Link) woken() {
	if f := wakes[l.doing]; f != nil {
		f(l)
	}
}

// ask wants the state from our room; it comes back as a fact, and everything before it is part of it.
func (l *Link) ask(history muc.Limits) {
	l.doing = asking
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
		l.sendLeft()
	case !l.c.Inbound && l.up():
		for _, m := range l.inOrder() {
			l.show(m.Person, nil, word{kind: "unavailable"}, l.peer)
		}
	}
}

func (l *Link) end() {
	l.doing = ended
	l.wake(time.Time{})
	l.emit(Ended{})
}

package fmuc

// phase is what a link is doing.
type phase uint8

const (
	idle    phase = iota // nobody of ours is in the room, or the peer has not joined yet
	asking               // the room has been asked for its state
	joining              // the peer has been asked, and has not finished its answer
	giving               // the peer has asked us, and has not got all of the answer
	joined
	leaving // we have left and the peer has not confirmed it
	down    // nothing gets through: until the next attempt, of ours or of the peer
	ended
)

var phaseNames = [...]string{"idle", "asking", "joining", "answering", "up", "leaving", "down", "ended"}

// causes are what each cause of an outage means while the peer has joined us, and while we have joined it, or are about to.
var causes = map[Kind]struct{ inbound, outbound func(*Link, Kind, string) }{
	Unheard:  {(*Link).cutOff, (*Link).fail},
	Bounced:  {(*Link).cutOff, (*Link).fail},
	Detached: {(*Link).cutOff, (*Link).begin},
	Severed:  {(*Link).cutOff, (*Link).begin},
	Parted:   {nil, (*Link).begin},
}

// wrong acts on a cause, if the link is up at all.
func (l *Link) wrong(c Kind, why string) {
	switch {
	case l.c.Inbound && l.hears():
		causes[c].inbound(l, c, why)
	case !l.c.Inbound && l.up():
		causes[c].outbound(l, c, why)
	}
}

// State is one word for what the link is doing. One that waits for the answer to a second ping is a suspect.
func (l *Link) State() string {
	if l.doing == joined && l.tries > 0 {
		return "suspect"
	}
	return phaseNames[l.doing]
}

// Up tells whether what happens on either side crosses the link.
func (l *Link) Up() bool { return l.doing == joined }

// Resting tells whether nothing is between the link and its peer: it may give way to a link in the other direction.
func (l *Link) Resting() bool { return l.doing == idle || l.doing == down && !l.c.Inbound }

// up tells whether the peer takes what happens on our side: after our request too, because it reads in order.
func (l *Link) up() bool { return l.doing == joined || l.doing == joining || l.doing == giving }

// hears tells whether what the peer says counts. An answer to an earlier join that we have left does not.
func (l *Link) hears() bool {
	if l.c.Inbound {
		return l.doing == joined || l.doing == giving || l.doing == asking
	}
	return l.up() && l.owed == 0
}

// become ends whatever the phase before has waited for.
func (l *Link) become(p phase) {
	l.recount()
	l.reconsider()
	l.doing = p
	l.stopWaiting(answer, retry, probe, refill, ring, doubt, linger)
	l.pings, l.tries, l.ruling = nil, 0, ruling{}
	l.log.asked = false
	if p != joined {
		clear(l.doubled)
		l.despair()
		l.rep.topic = nil
	}
}

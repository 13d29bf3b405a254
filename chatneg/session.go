package chatneg

import (
	"slices"
	"time"
)

// Party is one of the two.
type Party uint8

// The parties: A has made the offer. Nobody is who does what time does.
const (
	A Party = iota
	B
	Nobody
)

// Other is the one that p is not.
func (p Party) Other() Party { return 1 - p }

// Session is a negotiated session as one knows it who sees all of it: a relay between the parties, or one of them.
type Session struct {
	Thread   string
	Dialect  Dialect
	FormType string // as the offer spelt it
	Names    [2]string
	Life     time.Duration // how long an offer may wait

	Phase    Phase
	Asker    Party   // who asked for what the session is at
	Asked    []Field // what for
	Resource string  // where to
	ID       string  // under which id
	Params   Params  // in force
	Next     Params  // accepted, and waiting for the result
	Due      time.Time
}

// New is the session that an offer would begin. names are how the parties know each other; the smaller wins where requests
// cross.
func New(m *Message, a, b string) *Session {
	return &Session{
		Thread: m.Thread, Dialect: m.Dialect, FormType: m.FormType, Names: [2]string{a, b}, Life: OfferLife, Params: Params{},
	}
}

// Outcome is what becomes of a message.
type Outcome struct {
	Taken bool   // it has its effect, and goes to the other party
	Err   *Error // else: what its sender is told; nil = nothing
	Lost  *Error // what the other party is told of what it had asked, whose id is LostID
	Bad   []string

	LostID string
}

// Take lets a party say something, or nobody for what time does. The chart decides (N1).
func (s *Session) Take(by Party, m *Message, now time.Time) Outcome {
	if m.Dialect != s.Dialect && m.Dialect != 0 {
		return Outcome{Err: badRequest.Because("This session is of another version.")}
	}
	if m.Kind == Failure && by != s.Asker && m.ID != "" && s.ID != "" && m.ID != s.ID {
		return Outcome{} // about something that is over
	}
	k, bad := s.event(by, m)
	to, ok := follow(s.Dialect, s.Phase, s.who(by), k)
	if !ok {
		return Outcome{Err: stray(s.Dialect, s.Phase, k)}
	}
	out := Outcome{Taken: true, Bad: bad}
	switch k {
	case Botch:
		out = Outcome{Bad: bad, Err: Unacceptable(s.Dialect, bad...), Lost: Unacceptable(s.Dialect, bad...), LostID: s.ID}
	case Overtake, Outrun:
		out.Lost, out.LostID = notNow.Because("The other side has asked for something at the same time."), s.ID
	case Failure:
		m.Failure = m.Failure.about(s.Asked)
	}
	s.effect(by, k, m, to)
	s.enter(to, now)
	return out
}

// event is what a message is at this point: an answer may be none, and a request may cross another.
func (s *Session) event(by Party, m *Message) (Kind, []string) {
	if by == Nobody {
		return m.Kind, nil
	}
	switch m.Kind {
	case Accept, Agree:
		if bad := outside(s.Asked, m.Values); len(bad) > 0 && by != s.Asker && s.pending() {
			return Botch, bad
		}
	case Moved:
		if s.Phase == Moving && by != s.Asker && m.Resource != s.Resource {
			return Botch, []string{"continue"}
		}
	case Ask:
		if s.Phase == Asked && by != s.Asker && s.Names[by] < s.Names[s.Asker] {
			return Overtake, nil
		}
	case Move:
		// Who moves may have nowhere else to be: a move goes before other requests.
		if by != s.Asker && (s.Phase == Asked || s.Phase == Moving && s.Names[by] < s.Names[s.Asker]) {
			return Outrun, nil
		}
	}
	return m.Kind, nil
}

// pending tells whether an answer is awaited.
func (s *Session) pending() bool { return s.Phase == Offered || s.Phase == Asked }

func (s *Session) who(by Party) who {
	switch by {
	case Nobody:
		return nobody
	case s.Asker:
		return asker
	}
	return other
}

// effect is what an arrow does beyond its phase: who asks for what now, and what is in force (N2, N3).
func (s *Session) effect(by Party, k Kind, m *Message, to Phase) {
	switch to {
	case Offered, Asked, Moving:
		s.Asker, s.Asked, s.Resource, s.ID = by, m.Fields, m.Resource, m.ID
	case Waiting:
		s.Next = m.Values
	case Active:
		if k == Complete {
			s.Params = s.Params.with(s.Next)
		}
		if k == Accept || k == Agree {
			s.Params = s.Params.with(m.Values)
		}
	}
}

func (s *Session) enter(p Phase, now time.Time) {
	was := s.Phase
	s.Phase = p
	switch p {
	case Offered:
		s.Due = now.Add(s.Life)
	case Waiting:
		s.Due = now.Add(resultLife)
	case Asked, Moving:
		s.Due = now.Add(requestLife)
	case Active:
		s.Due, s.Asked, s.Next, s.Resource, s.ID = time.Time{}, nil, nil, "", ""
	case Ended:
		if was != Ended {
			s.Due = now.Add(Tombstone)
		}
		s.Asked, s.Next, s.Resource, s.Params = nil, nil, "", nil
	}
}

// Tick is time going by. Waits that are over end; tells whether one did.
func (s *Session) Tick(now time.Time) bool {
	if s.Due.IsZero() || now.Before(s.Due) || s.Phase == Ended {
		return false
	}
	return s.Take(Nobody, &Message{Kind: Timeout}, now).Taken
}

// Holds is the value of a parameter that binds the parties now, "" for none. A promise to hold back binds at once, one to let
// go when both know of it (N3).
func (s *Session) Holds(name string) string {
	if v := s.Next[name]; v != "" && v == restriction(name) {
		return v
	}
	return s.Params[name]
}

// Bars tells whether the parties have promised not to do something: its value is mustnot.
func (s *Session) Bars(name string) bool { return s.Holds(name) == MustNot }

// Over tells whether a session is over, or has never been.
func (s *Session) Over() bool { return s.Phase == Ended || s.Phase == None }

// Asks tells whether what was asked for names this parameter.
func (s *Session) Asks(name string) bool {
	return slices.ContainsFunc(s.Asked, func(f Field) bool { return f.Name == name })
}

package chatneg

// Phase is where a session is.
type Phase uint8

// Phases. PENDING of the XEP's figure is Offered and, in the dialect of three steps, Waiting. xep:0155#statechart
const (
	None    Phase = iota
	Offered       // one party has offered
	Waiting       // the other has accepted, and waits for the result
	Active
	Asked  // one party wants other parameters
	Moving // one party wants to be somewhere else
	Ended
)

func (p Phase) String() string { return phaseNames[p] }

var phaseNames = [...]string{"none", "offered", "waiting", "active", "asked", "moving", "ended"}

// Who does something: the party that asked for what the session is at, the other one, either, or nobody.
type who uint8

const (
	asker who = 1 << iota
	other
	nobody
	either = asker | other
)

// arrow is one step of the chart. An arrow out of Active or into Asked and Moving makes its party the one that asks.
type arrow struct {
	in   Dialect // 0 = both
	from Phase
	by   who
	kind Kind
	to   Phase
}

// chart is the figure of XEP-0155, with what its text adds: silence, errors, moves and requests that cross. xep:0155#statechart
var chart = []arrow{
	{0, None, either, Offer, Offered}, // [1]

	{TwoWay, Offered, other, Accept, Active},
	{ThreeWay, Offered, other, Accept, Waiting}, // [2]
	{0, Offered, other, Decline, Ended},         // [3]
	{0, Offered, other, Failure, Ended},
	{0, Offered, other, Botch, Ended},
	{0, Offered, nobody, Timeout, Ended},
	{0, Offered, either, Terminate, Ended},
	{0, Offered, either, Gone, Ended},

	{ThreeWay, Waiting, asker, Complete, Active}, // [4]
	{ThreeWay, Waiting, asker, Cancel, Ended},    // [5]
	{ThreeWay, Waiting, asker, Failure, Ended},
	{ThreeWay, Waiting, nobody, Timeout, Ended},
	{ThreeWay, Waiting, either, Terminate, Ended},
	{ThreeWay, Waiting, either, Gone, Ended},

	{0, Active, either, Ask, Asked},        // [6]
	{TwoWay, Active, either, Offer, Asked}, // accept should not be there
	{0, Active, either, Move, Moving},
	{0, Active, either, Terminate, Ended}, // [9]
	{0, Active, either, Gone, Ended},

	{0, Asked, other, Agree, Active},         // [7]
	{TwoWay, Asked, other, Accept, Active},   // accept should not be there
	{ThreeWay, Asked, other, Refuse, Active}, // [8]
	{TwoWay, Asked, other, Decline, Active},
	{0, Asked, other, Failure, Active},
	{0, Asked, other, Botch, Active},
	{0, Asked, nobody, Timeout, Active},
	{0, Asked, other, Overtake, Asked},
	{0, Asked, other, Outrun, Moving},
	{0, Asked, either, Terminate, Ended},
	{0, Asked, either, Gone, Ended},

	{0, Moving, other, Moved, Active},
	{0, Moving, other, Failure, Active},
	{0, Moving, nobody, Timeout, Active},
	{0, Moving, other, Outrun, Moving},
	{0, Moving, either, Terminate, Ended},
	{0, Moving, either, Gone, Ended},

	{0, Ended, either, Terminate, Ended},
	{0, Ended, either, Acknowledge, Ended},
}

// follow finds where an event leads; false if the chart has no such arrow.
func follow(d Dialect, from Phase, by who, k Kind) (Phase, bool) {
	for _, a := range chart {
		if (a.in == 0 || a.in == d) && a.from == from && a.by&by != 0 && a.kind == k {
			return a.to, true
		}
	}
	return from, false
}

// stray is what becomes of a message that the chart has no arrow for: an error, or nothing (nil). What is late and cannot do
// harm is passed over in silence.
func stray(d Dialect, from Phase, k Kind) *Error {
	switch k {
	case Failure, Timeout, Gone, Acknowledge, Botch, Overtake, Outrun:
		return nil
	case Terminate:
		return notFound // only where there is no session, and never has been
	}
	request := k == Offer || k == Ask || k == Move
	switch {
	case k == Moved && from == Active: // of a move that needed no answer
		return nil
	case from == None, from == Ended && request:
		return notFound
	case from == Ended:
		return nil
	case k == Offer && from == Active && d == ThreeWay: // xep:0155#renegotiate
		return badRequest.Because("The field accept has no place in a session that is active.")
	}
	return notNow.Because("This cannot be said now.")
}

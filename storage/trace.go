package storage

// Trace is what an event of a room's log is known by when another path brings it again: its dedupe key, and about when it
// was said.
type Trace struct {
	Dedupe []byte
	At     int64 // hybrid logical clock
}

// near is how far apart the times are that two nodes have for one event: of a slow way, and of clocks that differ. Somebody
// whose client begins its ids anew each day may say the same tomorrow.
const near = 12 * 60 * 60 * 1000 << 16

// Span is when an event of this trace was said, both inclusive.
func (t Trace) Span() (lowest, highest int64) { return t.At - near, t.At + near }

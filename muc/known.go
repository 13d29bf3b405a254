package muc

// Trace is what the log knows an event by when it comes again: its dedupe key, and about when it was said. storage.Trace has
// the same fields.
type Trace struct {
	Dedupe []byte
	At     int64
}

// A node sends again what it does not know to have arrived, however much was said here meanwhile: what came from others is
// remembered for longer. What is older than that is in the log.
const (
	seenLimit    = 1000
	distantLimit = 10000
)

// seen remembers the keys of the newest messages.
type seen struct {
	keys    map[string]bool
	list    []string
	forgets bool // there have been more
}

func (s *seen) add(key string, limit int) {
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	if key == "" || s.keys[key] {
		return
	}
	s.keys[key] = true
	s.list = append(s.list, key)
	if len(s.list) > limit {
		delete(s.keys, s.list[0])
		s.list, s.forgets = s.list[1:], true
	}
}

func (s *seen) has(key []byte) bool { return s.keys[string(key)] }

// heard tells whether something has been logged here, as far as that is remembered.
func (r *Room) heard(key []byte) bool { return r.seen.has(key) || r.distant.has(key) }

// Uncertain tells by what the log would know something that another node tells, where the room itself may have forgotten it:
// what was said long ago. Who holds the room asks the log, and sets Said.Known.
func (r *Room) Uncertain(f Fact) (t Trace, ok bool) {
	s, said := f.(Said)
	if !said || s.At.IsZero() || !r.exists || !r.seen.forgets || s.Subject && s.ID == "" {
		return t, false
	}
	t = Trace{dedupeKey(s.JID, s.ID, s.Payload), s.At.UnixMilli() << 16}
	return t, !r.heard(t.Dedupe)
}

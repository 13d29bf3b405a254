package muc

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	"isthmus/component/stanza"
)

// Room is one address of the service: a room, or a place where one may be created. One goroutine owns it.
type Room struct {
	settings *Settings
	jid      stanza.JID
	me       string // the bare JID as text
	birth    Birth

	exists  bool
	dead    bool // destroyed: the object must be thrown away
	rec     Record
	affils  map[string]AffiliationRecord // by bare JID or domain
	nid     string
	seq     int64
	clock   int64
	history []Entry // oldest first
	seen    seen
	distant seen // of what other nodes have said

	occupants []*Occupant                // in order of entry
	count     int64                      // the highest number of an occupant or a session
	byNick    map[string]*Occupant       // by comparison key
	users     map[stanza.JID][]*Occupant // by bare JID, in order of entry
	sessions  map[identity]*Session      // everybody, also those behind links
	claims    claims                     // whose nicks look how
	verdicts  []verdict                  // oldest first
	removed   []removal                  // oldest first
	privates  ring                       // private messages whose bounce must be told from a groupchat's
	invitees  ring                       // who has been invited of late, by bare JID
	ended     ring                       // sessions of commands that are over

	vcard    []byte   // raw, nil for none
	avatar   []string // what its pictures are called
	hats     []Hat
	worn     map[string][]byte // rendered hats by bare JID, nil when they changed
	holds    []Hold
	requests []Request
	tomb     *Tombstone         // a room that was here, and whose name is kept
	lookups  map[string]*lookup // by stanza-id
	reading  int                // queries of users that the log has not answered
	erased   map[string][]byte  // tombstones by stanza-id, of what was retracted since the first of them
	turns    turns              // of slow mode
	talks    []*talk            // negotiated sessions, in the order in which they began
	replica  replica

	pulseAt   time.Time // when to look for ghosts
	since     time.Time // since when the host server has been there without a break
	expecting bool      // the last occupant was lost, and may come back

	now     time.Time
	armed   time.Time // when the room has asked to be woken
	out     []Effect
	meters  *paces
	late    []delayed
	fashion int    // counts the changes of what occupants are dressed with
	views   *views // cached recipients, nil when membership or rights changed
}

// Open makes a room of what storage has of it; nil means that there is no such room yet.
func Open(s *Settings, jid stanza.JID, birth Birth, stored *Stored) *Room {
	r := &Room{
		settings: s, jid: jid, me: jid.String(), birth: birth,
		affils:   map[string]AffiliationRecord{},
		byNick:   map[string]*Occupant{},
		users:    map[stanza.JID][]*Occupant{},
		sessions: map[identity]*Session{},
		lookups:  map[string]*lookup{},
		claims:   claims{},
	}
	if stored == nil {
		return r
	}
	if stored.Tombstone != nil {
		r.tomb = stored.Tombstone
		return r
	}
	r.exists = true
	r.rec = stored.Record
	r.nid = nodeID(r.me, r.rec.Epoch)
	r.seq, r.clock = stored.LastSeq, stored.LastAt
	for _, e := range stored.History {
		r.remember(e)
	}
	for _, a := range stored.Affiliations {
		r.enlist(a)
	}
	r.hats, r.requests = slices.Clone(stored.Hats), slices.Clone(stored.Requests)
	r.keepCard(stored.VCard)
	sortHats(r.hats)
	for _, k := range stored.Seen {
		r.seen.add(string(k), seenLimit)
	}
	r.seen.forgets = r.seq > int64(len(stored.Seen))
	r.thaw(stored)
	r.keepAll(stored.Holds)
	return r
}

// Handle applies one event and returns what must happen, in order (R1).
func (r *Room) Handle(ev Event) []Effect {
	r.now, r.out = ev.At, nil
	r.expireHolds()
	switch {
	case ev.Loaded != nil:
		r.loaded(ev.Loaded)
	case ev.Stanza != nil:
		r.stanza(ev.Stanza)
	case ev.Operation != nil:
		r.operate(ev.Operation)
	case ev.Settings != nil:
		r.goBy(ev.Settings)
	case !r.exists:
	case ev.Wake:
		r.since = ev.Since
		r.wake()
	case ev.Final:
		r.shutdown()
	default:
		r.fact(ev.Via, ev.Fact)
	}
	r.unbind()
	r.giveUp()
	r.rearm()
	return changesFirst(r.tailor(r.out))
}

// changesFirst puts what must be stored before everything that shows it, each in its order (R2).
func changesFirst(list []Effect) []Effect {
	slices.SortStableFunc(list, func(a, b Effect) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func rank(e Effect) int {
	switch e.(type) {
	case Send, Relay, Load, Done:
		return 1
	}
	return 0
}

// load asks for parts of the log; then is called with them.
func (r *Room) load(then func(*Room, []Page, error), queries ...Query) {
	r.emit(Load{queries, then})
}

func (r *Room) loaded(l *Loaded) {
	err := l.Err
	if !r.exists {
		err = errGone
	}
	l.Load.then(r, l.Pages, err)
}

// Exists tells whether there is a room at this address.
func (r *Room) Exists() bool { return r.exists }

// Idle tells whether the room may be dropped from memory.
func (r *Room) Idle() bool {
	return r.dead || len(r.occupants) == 0 && r.armed.IsZero() && len(r.replica.doors) == 0
}

// Creator is the bare JID of who has created the room.
func (r *Room) Creator() string { return r.rec.Creator }

// Config is the room's configuration; treat it as read-only.
func (r *Room) Config() Config { return r.rec.Config }

// Occupants counts those who are in the room, wherever.
func (r *Room) Occupants() int { return len(r.occupants) }

// Locals counts the sessions that are connected to this node.
func (r *Room) Locals() int {
	n := 0
	for id := range r.sessions {
		if id.via == Here {
			n++
		}
	}
	return n
}

// Peopled tells whether anybody is in the room, or at its door, who has not come over this link.
func (r *Room) Peopled(but Via) bool {
	for id := range r.sessions {
		if id.via != but {
			return true
		}
	}
	return len(r.replica.doors) > 0
}

func (r *Room) stanza(st *stanza.Stanza) {
	if err := refuseForged(st); err != nil {
		r.fail(st, err)
		return
	}
	if !r.exists {
		r.absent(st)
		return
	}
	r.hear(st)
	switch st.Kind {
	case stanza.Presence:
		r.presence(st)
	case stanza.Message:
		r.message(st)
	case stanza.IQ:
		r.iq(st)
	}
}

func (r *Room) emit(e Effect) {
	switch e.(type) {
	case SaveRoom, SaveHat, DeleteHat:
		r.fashion++
	}
	r.out = append(r.out, e)
}

// send renders one stanza from this room for these recipients.
func (r *Room) send(e stanza.Envelope, payload []byte, to ...stanza.Addr) {
	if len(to) == 0 {
		return
	}
	r.emit(Send{Out: e.Render(payload), To: to})
}

// fail answers a stanza with an error, unless it is one that must never be answered.
func (r *Room) fail(st *stanza.Stanza, err *stanza.Error) {
	if refuse := r.refusal(st, err); refuse != nil {
		r.emit(refuse.Send())
	}
}

// refusal answers a stanza with an error, nil for one that must never be answered.
func (r *Room) refusal(st *stanza.Stanza, err *stanza.Error) *Refusal {
	if st.IsError() || st.Kind == stanza.IQ && st.Type == "result" {
		return nil
	}
	f := &Refusal{st, *err}
	f.err.By = r.me
	return f
}

// relay tells the links, unless the room federates with nobody.
func (r *Room) relay(except Via, f Fact) { r.emit(Relay{Except: except, Fact: f}) }

func (r *Room) save() { r.emit(SaveRoom{r.rec}) }

// tick moves the hybrid logical clock: it follows the wall clock and never runs behind what the room has seen.
func (r *Room) tick() int64 {
	r.clock = max(r.clock+1, r.now.UnixMilli()<<16)
	return r.clock
}

// clockTime is the wall clock part of a hybrid logical clock.
func clockTime(at int64) time.Time { return time.UnixMilli(at >> 16).UTC() }

// instant is a hybrid logical clock as a time: what was said within a millisecond keeps its order.
func instant(at int64) time.Time {
	return clockTime(at).Add(time.Duration(min(at&0xffff, 999)) * time.Microsecond)
}

// nodeID names one log of one room: a new epoch is a new log.
func nodeID(room string, epoch int64) string {
	h := sha256.New()
	h.Write([]byte(room))
	h.Write([]byte{0})
	_ = binary.Write(h, binary.BigEndian, epoch) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:6]
}

// stanzaID names an event of the log. It tells nobody how many there are, and nobody can guess the next. xep:0359#security
func (r *Room) stanzaID(seq int64) string { return stanzaIDOf(r.rec.Secret, r.nid, seq) }

func stanzaIDOf(secret []byte, nid string, seq int64) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("stanza-id\x00" + nid + "\x00" + strconv.FormatInt(seq, 36)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// stamp is a point of time as XEP-0082 writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

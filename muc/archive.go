package muc

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"isthmus/component/stanza"
)

const (
	kindMessage = "message"
	kindSubject = "subject"
	kindNotice  = "notice" // what the room itself said
	kindMarker  = "marker" // archived, but not shown to those who enter
)

// archive is the room's log: every message in it has a lasting id. xep:0359
var archive = feature{
	name: "XEP-0359 stanza ids and history",
	forged: []forgery{
		{name: name(nsSID, "stanza-id"), by: "by"},
		{name: name(nsDelay, "delay"), by: "from"},
		{name: name(nsOldDelay, "x"), by: "from"},
	},
	disco: func(*Room) []string { return []string{nsSID} },
	stamp: func(r *Room, m *stamped, b *stanza.Builder) {
		if m.stanzaID != "" {
			b.Empty("stanza-id", "xmlns", nsSID, "id", m.stanzaID, "by", r.me)
		}
	},
	fields: []field{
		number("muc#maxhistoryfetch", "Messages shown to those who enter", 0, 1000, func(c *Config) *int { return &c.MaxHistory }).
			called("historylength"),
		flag("muc#roomconfig_enablelogging", "Tell occupants that the room is logged", func(c *Config) *bool { return &c.Logging }),
	},
	info: func(r *Room) []stanza.Field {
		return []stanza.Field{{Var: "muc#maxhistoryfetch", Values: []string{itoa(r.rec.Config.MaxHistory)}}}
	},
}

// log appends what was said and returns its id.
func (r *Room) log(u utterance, occupantID string) string {
	e := r.nextEntry(u.kind, u.payload)
	if u.late != 0 {
		e.At = u.late
	}
	e.ID, e.Author, e.Nick, e.OccupantID, e.Lang, e.Via = u.id, u.JID.String(), u.Nick, occupantID, u.lang, string(u.origin)
	e.Dedupe = dedupeKey(u.JID, u.id, u.payload)
	r.emit(Append{e, u.refuse})
	r.seen.add(string(e.Dedupe), seenLimit)
	if u.via != Here {
		r.distant.add(string(e.Dedupe), distantLimit)
	}
	r.remember(e)
	return e.StanzaID
}

// logNotice appends what the room itself says and returns its id.
func (r *Room) logNotice(payload []byte, refuse *Refusal) string {
	e := r.nextEntry(kindNotice, payload)
	e.ID = e.StanzaID
	r.emit(Append{e, refuse})
	return e.StanzaID
}

// nextEntry is an event of the log that nobody has said yet.
func (r *Room) nextEntry(kind string, payload []byte) Entry {
	r.seq++
	return Entry{
		Room: r.me, Origin: r.me, Epoch: r.rec.Epoch, Seq: r.seq, At: r.tick(),
		Kind: kind, StanzaID: r.stanzaID(r.seq), Open: r.rec.Config.NonAnonymous, Payload: payload,
	}
}

// remember keeps the newest messages for those who enter. What came late takes the place of its time.
func (r *Room) remember(e Entry) {
	if e.Kind != kindMessage {
		return
	}
	i := len(r.history)
	for i > 0 && r.history[i-1].At > e.At {
		i--
	}
	r.history = slices.Insert(r.history, i, e)
	r.history = r.history[max(0, len(r.history)-r.rec.Config.MaxHistory):]
}

// Limits are what an entrant asks of the history; a negative number is no limit. xep:0045#enter-managehistory
type Limits struct {
	MaxChars, MaxStanzas, Seconds int
	Since                         time.Time
}

func readLimits(x *stanza.Element) Limits {
	h := x.Child(nsMUC, "history")
	l := Limits{atoi(h.Attr("maxchars")), atoi(h.Attr("maxstanzas")), atoi(h.Attr("seconds")), time.Time{}}
	if t, err := time.Parse(time.RFC3339, h.Attr("since")); err == nil {
		l.Since = t
	}
	return l
}

// sendHistory shows what was said before: the newest messages within all limits at once, whole stanzas only, oldest
// first. xep:0045#enter-history
func (r *Room) sendHistory(s *Session, l Limits) {
	list := r.within(l)
	first, chars := 0, 0
	for i := len(list) - 1; i >= 0 && l.MaxChars >= 0; i-- {
		out := r.recall(list[i])
		if chars += out.Size() + len(s.addr); chars > l.MaxChars {
			first = i + 1
			break
		}
	}
	for _, e := range list[first:] {
		r.emit(Send{Out: r.recall(e), To: []stanza.Addr{s.addr}})
	}
}

// within is the history within the limits of number and time, oldest first.
func (r *Room) within(l Limits) []*Entry {
	l = r.retains().within(l, r.now)
	first := len(r.history)
	for first > 0 && (l.MaxStanzas < 0 || len(r.history)-first < l.MaxStanzas) && !r.tooOld(&r.history[first-1], l) {
		first--
	}
	list := make([]*Entry, 0, len(r.history)-first)
	for i := first; i < len(r.history); i++ {
		list = append(list, &r.history[i])
	}
	return list
}

func (r *Room) tooOld(e *Entry, l Limits) bool {
	at := clockTime(e.At)
	return l.Seconds >= 0 && !at.After(r.now.Add(-time.Duration(l.Seconds)*time.Second)) ||
		!l.Since.IsZero() && at.Before(l.Since)
}

// recall renders a logged message as history.
func (r *Room) recall(e *Entry) stanza.Out {
	var b stanza.Builder
	b.Raw(e.Payload)
	r.stamp(&stamped{e.OccupantID, e.StanzaID}, &b)
	if e.Open && r.rec.Config.NonAnonymous && e.Nick != "" && e.Author != "" {
		b.Start("addresses", "xmlns", nsAddress).Empty("address", "type", "ofrom", "jid", e.Author).End()
	}
	if !r.brought(e) {
		r.delayed(&b, e.At)
	}
	env := stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: e.ID, From: r.jid.With(e.Nick).String(), Lang: e.Lang}
	return env.Render(b.Bytes())
}

// brought tells whether a message is from a talk of two that an owner has brought into the room: it has its own time.
// xep:0045#continue
func (r *Room) brought(e *Entry) bool {
	author, err := stanza.ParseJID(e.Author)
	if err != nil || r.affiliation(author) != Owner || !bytes.Contains(e.Payload, []byte(nsDelay)) {
		return false
	}
	list, err := stanza.ParseElements(e.Payload)
	return err == nil && find(list, name(nsDelay, "delay")) != nil
}

func (r *Room) delayed(b *stanza.Builder, at int64) {
	b.Empty("delay", "xmlns", nsDelay, "from", r.me, "stamp", stamp(clockTime(at)))
}

// dedupeKey recognises a message that comes again by another path: who said it, under which id, and what.
func dedupeKey(author stanza.JID, id string, payload []byte) []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(author.Bare().String()), {0}, []byte(id), {0}, bodyOf(payload)} {
		h.Write(part)
	}
	return h.Sum(nil)[:16]
}

// bodyOf is what of a payload survives every relay: the texts of body and subject.
func bodyOf(payload []byte) []byte {
	list, err := stanza.ParseElements(payload)
	if err != nil {
		return payload
	}
	var text []byte
	for i := range list {
		if n := list[i].Name; n == name("", "body") || n == name("", "subject") {
			text = append(append(text, list[i].Text()...), 0)
		}
	}
	return text
}

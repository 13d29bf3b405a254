package muc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"isthmus/chatneg"
)

// frozenTalk is what of a session is not in the columns of its record.
type frozenTalk struct {
	Session chatneg.Session
	Ends    [2]end
	Until   time.Time
}

// record is a session as it is stored. Nothing of what is said in it is in there.
func (t *talk) record(room string) TalkRecord {
	rec := TalkRecord{
		Thread: t.Thread, A: t.Ends[chatneg.A].name(room), B: t.Ends[chatneg.B].name(room),
		Dialect: t.FormType, Role: t.role(), State: t.Phase.String(),
	}
	for _, k := range slices.Sorted(maps.Keys(t.Params)) {
		rec.Params = append(rec.Params, k+"="+t.Params[k])
	}
	rec.Key = talkKey(t.Ends[chatneg.A].bare(room), t.Ends[chatneg.B].bare(room), t.Thread)
	if t.party() { // with whom each client has sessions of its own
		rec.Key = talkKey(rec.A, rec.B, rec.Thread)
	}
	rec.Data, _ = json.Marshal(frozenTalk{t.Session, t.Ends, t.Until}) // texts and numbers: it cannot fail
	return rec
}

// role is what the room is in a session.
func (t *talk) role() string {
	if t.party() {
		return "party"
	}
	return "relay"
}

// party tells whether the room itself is B.
func (t *talk) party() bool { return t.Ends[chatneg.B].JID.IsZero() }

func (e *end) name(room string) string {
	if e.JID.IsZero() {
		return room
	}
	return e.JID.String()
}

func (e *end) bare(room string) string {
	if e.JID.IsZero() {
		return room
	}
	return e.JID.Bare().String()
}

func talkKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// freezeTalks lists all sessions, those that are over, too.
func (r *Room) freezeTalks() []TalkRecord {
	var list []TalkRecord
	for _, t := range r.talks {
		list = append(list, t.record(r.me))
	}
	return list
}

// thawTalks takes over stored sessions. One that cannot be read is none.
func (r *Room) thawTalks(list []TalkRecord) {
	for _, rec := range list {
		var f frozenTalk
		if json.Unmarshal(rec.Data, &f) != nil {
			continue
		}
		t := &talk{Session: f.Session, Ends: f.Ends, Until: f.Until}
		if !t.Over() {
			t.stored, t.orphan = rec.Data, r.deserted(t) != chatneg.Nobody && !r.awaited(t)
		}
		r.talks = append(r.talks, t)
	}
}

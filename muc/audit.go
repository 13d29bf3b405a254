package muc

import (
	"bytes"
	"fmt"

	"isthmus/component/stanza"
)

// Audit looks over a room's log, event by event in order of arrival.
type Audit struct {
	secret []byte
	logs   map[string]int64 // the last number of each log that the events are of, by node id
	known  map[[8]byte]bool // what has been said, by the beginning of its dedupe key
}

// NewAudit begins with the log of a room whose secret this is.
func NewAudit(secret []byte) *Audit {
	return &Audit{secret: secret, logs: map[string]int64{}, known: map[[8]byte]bool{}}
}

// Look says what is wrong with an event, "" if nothing is.
func (a *Audit) Look(e *Entry) string {
	nid := nodeID(e.Origin, e.Epoch)
	last := a.logs[nid]
	a.logs[nid] = max(last, e.Seq)
	switch {
	case e.Seq <= last:
		return fmt.Sprintf("has the number %d, and arrived behind %d", e.Seq, last)
	case e.StanzaID != stanzaIDOf(a.secret, nid, e.Seq):
		return "has a stanza-id that is not made of its number"
	}
	if _, err := stanza.ParseElements(e.Payload); err != nil {
		return "cannot be read: " + err.Error()
	}
	if e.Dedupe == nil {
		return ""
	}
	author, err := stanza.ParseJID(e.Author)
	if err == nil && !e.Retracted && !bytes.Equal(e.Dedupe, dedupeKey(author, e.ID, e.Payload)) {
		return "is not what was said: its text has another digest"
	}
	key := [8]byte(append(e.Dedupe, make([]byte, 8)...))
	if a.known[key] {
		return "is there twice"
	}
	a.known[key] = true
	return ""
}

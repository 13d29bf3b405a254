// Package archive writes a room with its log to a file, reads it back, and looks over what is stored.
//
// A file is lines of JSON: the room, then each event of its log in order of arrival, then how many they were and a digest
// of all before it, so that nobody takes half of a file for the whole. The room's secret is in it: who has the file can tell
// which occupant-ids are whose.
package archive

import "isthmus/storage"

// format is the version of the file.
const format = 1

// head is the first line.
type head struct {
	Format       int `json:"isthmus"`
	Room         storage.RoomRecord
	Affiliations []storage.Affiliation `json:",omitempty"`
	VCard        []byte                `json:",omitempty"`
	Hats         []storage.Hat         `json:",omitempty"`
	Holds        []storage.Hold        `json:",omitempty"`
	Requests     []storage.Request     `json:",omitempty"`
	LastSeq      int64                 // the room's numbers go on behind it
	LastAt       int64
}

// line is an event. Its payload is text, so that people can read it.
type line struct {
	storage.Event
	Payload string
}

// tail is the last line.
type tail struct {
	Events *int
	Digest string // SHA-256 of all lines before, in hexadecimal
}

// pageMost is how many events are read, or written, at once.
const pageMost = 500

func lineOf(e storage.Event) line {
	l := line{Event: e, Payload: string(e.Payload)}
	l.Event.Payload = nil
	return l
}

func (l line) event() storage.Event {
	e := l.Event
	e.Payload = []byte(l.Payload)
	if l.Payload == "" {
		e.Payload = nil
	}
	return e
}

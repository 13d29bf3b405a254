package postgres

import (
	"fmt"
	"slices"

	"isthmus/storage"
)

// step is one statement of a batch.
type step struct {
	sql    string
	args   []any
	events bool // args are the arrays of a run of events
}

// The longest run of events that is sent as one statement, in events and in bytes of payload. Postgres refuses a
// message of 1 GiB.
const (
	runMax      = 1000
	runMaxBytes = 16 << 20
)

// lockRooms goes in front of a batch: batches over the same rooms wait for each other. So a room's events are seen in
// the order of their arrivals, never one before another that arrived earlier, and locks that were taken in the order of
// the changes could end in a deadlock.
const lockRooms = `SELECT FROM rooms WHERE jid = ANY ($1) ORDER BY jid FOR NO KEY UPDATE`

// plan makes the batch into statements: those of each change, but one for a run of events, behind the locks.
func plan(batch []storage.Change) ([]step, error) {
	var rooms []string
	var run []event
	steps, size := []step{{}}, 0
	flush := func() {
		if len(run) > 0 {
			steps = append(steps, step{appendEvents, events.arrays(run), true})
		}
		run, size = nil, 0
	}
	for _, change := range batch {
		if c, ok := change.(storage.AppendEvent); ok {
			if len(run) == runMax || size+len(c.Event.Payload) > runMaxBytes {
				flush()
			}
			rooms = append(rooms, c.Event.Room)
			run, size = append(run, c.Event), size+len(c.Event.Payload)
			continue
		}
		flush()
		room, s := single(change)
		if s == nil {
			return nil, fmt.Errorf("%w: storage/postgres: unknown change %T", storage.ErrRejected, change)
		}
		rooms, steps = append(rooms, room), append(steps, s...)
	}
	flush()
	slices.Sort(rooms)
	steps[0] = step{sql: lockRooms, args: []any{some(slices.Compact(rooms))}}
	return steps, nil
}

// single returns the room that a change is about and its statements, none if it is unknown.
func single(change storage.Change) (room string, steps []step) {
	switch c := change.(type) {
	case storage.SaveRoom:
		return c.Room.JID, []step{{sql: saveRoom, args: rooms.values(&c.Room)}}
	case storage.DeleteRoom:
		return c.JID, deletion(c)
	case storage.SaveAffiliation:
		return c.Room, affiliating(c)
	case storage.Resume:
		return c.Room, []step{{sql: resume, args: []any{c.Room, c.Seq, c.At}}}
	case storage.Retract:
		return c.Room, []step{{sql: retract, args: []any{c.Room, c.StanzaID, some(c.Payload)}}}
	case storage.SaveVCard:
		if len(c.VCard) == 0 {
			return c.Room, vcards.remove(c.Room)
		}
		return c.Room, vcards.save(c)
	case storage.SaveHat:
		return c.Room, hats.save(c)
	case storage.DeleteHat:
		return c.Room, hats.remove(c.Room, c.URI)
	case storage.SaveHold:
		return c.Room, holds.save(c)
	case storage.DeleteHold:
		return c.Room, holds.remove(c.Room, c.JID)
	case storage.SaveSession:
		return c.Room, occupants.save(c)
	case storage.DeleteSession:
		return c.Room, occupants.remove(c.Room, c.JID)
	case storage.SaveTalk:
		return c.Room, talks.save(c)
	case storage.DeleteTalk:
		return c.Room, talks.remove(c.Room, c.Key)
	case storage.SaveProposal:
		return c.Room, proposals.save(c)
	case storage.DeleteProposal:
		return c.Room, proposals.remove(c.Room, c.Author, c.ID)
	case storage.SaveRequest:
		return c.Room, requests.save(c)
	case storage.DeleteRequest:
		return c.Room, requests.remove(c.Room, c.JID)
	case storage.SaveLink:
		return c.Link.Room, links.save(c.Link)
	case storage.DeleteLink:
		return c.Room, links.remove(c.Room, c.Peer)
	}
	return "", nil
}

func (t table[R]) save(r R) []step          { return []step{{sql: t.upsert(), args: t.values(&r)}} }
func (t table[R]) remove(key ...any) []step { return []step{{sql: t.delete(), args: key}} }

func deletion(c storage.DeleteRoom) []step {
	steps := []step{{sql: deleteRoom, args: []any{c.JID}}}
	if c.Tombstone == nil {
		return steps
	}
	steps = append(steps, step{sql: deleteTombstones})
	return append(steps, tombstones.save(tombstone{c.JID, *c.Tombstone})...)
}

func affiliating(c affiliation) []step {
	if c.Affiliation.Affiliation == "none" && c.Nick == "" {
		return affiliations.remove(c.Room, c.JID)
	}
	return append(affiliations.save(c),
		step{sql: deleteKeys, args: []any{c.Room, c.JID}},
		step{sql: saveKeys, args: []any{c.Room, c.JID, []string{c.Key1, c.Key2}}})
}

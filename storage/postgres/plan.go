package postgres

import (
	"fmt"

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

// plan makes the batch into statements: one for each change, but one for a run of events, behind the locks.
func plan(batch []storage.Change) (steps []step, err error) {
	steps = inOrder(batch)
	var run []event
	size := 0
	flush := func() {
		if len(run) > 0 {
			steps = append(steps, step{appendEvents, arrays(eventColumns, run), true})
		}
		run, size = nil, 0
	}
	for _, change := range batch {
		if c, ok := change.(storage.AppendEvent); ok {
			if len(run) == runMax || size+len(c.Event.Payload) > runMaxBytes {
				flush()
			}
			run, size = append(run, storableEvent(c.Event)), size+len(c.Event.Payload)
			continue
		}
		flush()
		s, err := single(change)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	flush()
	return steps, nil
}

func single(change storage.Change) (step, error) {
	switch c := change.(type) {
	case storage.SaveRoom:
		r := storableRoom(c.Room)
		return step{sql: saveRoom, args: pointers(roomColumns, &r)}, nil
	case storage.DeleteRoom:
		return step{sql: deleteRoom, args: []any{c.JID}}, nil
	case storage.SaveAffiliation:
		if c.Affiliation.Affiliation == "none" && c.Nick == "" {
			return step{sql: deleteAffiliation, args: []any{c.Room, c.JID}}, nil
		}
		return step{sql: saveAffiliation, args: pointers(affiliationColumns, &c)}, nil
	case storage.SaveLink:
		return step{sql: saveLink, args: pointers(linkColumns, &c.Link)}, nil
	case storage.DeleteLink:
		return step{sql: deleteLink, args: []any{c.Room, c.Peer}}, nil
	}
	return step{}, fmt.Errorf("%w: storage/postgres: unknown change %T", storage.ErrRejected, change)
}

package postgres

import "isthmus/storage"

// lockRooms goes in front of a batch of several rooms: batches over the same rooms then wait for each other, where
// locks taken in the order of the changes could end in a deadlock.
const lockRooms = `SELECT FROM rooms WHERE jid = ANY ($1) ORDER BY jid FOR NO KEY UPDATE`

// inOrder is the step that locks the rooms of batch, none if there is one room at most.
func inOrder(batch []storage.Change) []step {
	seen := map[string]bool{}
	var rooms []string
	for _, change := range batch {
		if room := roomOf(change); !seen[room] {
			seen[room] = true
			rooms = append(rooms, room)
		}
	}
	if len(rooms) < 2 {
		return nil
	}
	return []step{{sql: lockRooms, args: []any{rooms}}}
}

func roomOf(change storage.Change) string {
	switch c := change.(type) {
	case storage.SaveRoom:
		return c.Room.JID
	case storage.DeleteRoom:
		return c.JID
	case storage.SaveAffiliation:
		return c.Room
	case storage.AppendEvent:
		return c.Event.Room
	case storage.SaveLink:
		return c.Link.Room
	case storage.DeleteLink:
		return c.Room
	}
	return ""
}

package postgres

import (
	"fmt"
	"strings"
)

// The statements, built from the tables of columns.
var (
	saveRoom = `WITH gone AS (DELETE FROM tombstones WHERE room = $1) ` + rooms.upsert("version = rooms.version + 1")
	// A room takes a tombstone with it: the name is free.
	deleteRoom = `WITH gone AS (DELETE FROM tombstones WHERE room = $1) DELETE FROM rooms WHERE jid = $1`

	// Old tombstones, some at a time. Those that somebody else removes are left to him.
	deleteTombstones = `DELETE FROM tombstones WHERE room IN
		(SELECT room FROM tombstones WHERE until < now() LIMIT 100 FOR UPDATE SKIP LOCKED)`

	deleteKeys = `DELETE FROM nick_keys WHERE room = $1 AND jid = $2`
	saveKeys   = `INSERT INTO nick_keys (room, jid, key)
		SELECT DISTINCT $1, $2, key FROM unnest($3::text[]) AS key WHERE key <> ''`

	// The rows of an unnest are numbered and sorted so that arrival is the order of the batch by promise, not by habit. What
	// a log has already is looked up once a room.
	appendEvents = fmt.Sprintf(`WITH sent AS MATERIALIZED (SELECT * FROM %[2]s),
		known AS MATERIALIZED (SELECT room, (SELECT max(high) FROM events WHERE room = spoken.room) AS high
			FROM (SELECT DISTINCT room FROM sent) AS spoken)
		INSERT INTO events (%[1]s, high)
		SELECT %[1]s, greatest(known.high, max(at) OVER (PARTITION BY room ORDER BY place))
		FROM sent JOIN known USING (room) ORDER BY room, place`,
		events.names(), events.unnested())
	appendNewEvents = appendEvents + fmt.Sprintf(` ON CONFLICT (%s) DO NOTHING`, names(events.columns[:events.key]))

	retract = `UPDATE events SET payload = $3, retracted = true WHERE room = $1 AND stanza_id = $2`

	// How many of the events are not in the log as they are here. What was retracted since has another payload.
	countOthers = fmt.Sprintf(`SELECT count(*) FROM %s
		WHERE NOT EXISTS (SELECT FROM events WHERE %s AND (events.retracted OR %s))`,
		events.unnested(), same(kept), same(replaced))

	loadRoom    = fmt.Sprintf(`SELECT %s FROM rooms WHERE jid = $1`, rooms.names())
	loadHistory = fmt.Sprintf(`SELECT %s FROM (SELECT * FROM events
		WHERE room = $1 AND ($2::bigint >= 0 OR kind = 'message' AND NOT retracted) ORDER BY arrival DESC
		LIMIT CASE WHEN $2::bigint < 0 THEN (SELECT greatest(0, max_history) FROM rooms WHERE jid = $1) ELSE $2::bigint END)
		AS latest ORDER BY arrival`, events.names())
	loadSeen = `SELECT dedupe FROM (SELECT dedupe, arrival FROM events WHERE room = $1 ORDER BY arrival DESC LIMIT 1000)
		AS latest WHERE dedupe IS NOT NULL ORDER BY arrival`
	findKnown = `SELECT EXISTS (SELECT FROM events WHERE room = $1 AND dedupe = sought.dedupe AND at BETWEEN lowest AND highest)
		FROM unnest($2::bytea[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS sought (dedupe, lowest, highest, place)
		ORDER BY place`
	loadLast = `SELECT
		greatest(0, (SELECT seq FROM cuts WHERE room = $1), (SELECT max(seq) FROM events
			WHERE room = $1 AND origin = $1 AND epoch = (SELECT epoch FROM rooms WHERE jid = $1))),
		greatest(0, (SELECT at FROM cuts WHERE room = $1), (SELECT max(high) FROM events WHERE room = $1))`

	listPublic     = `SELECT jid, name FROM rooms WHERE public AND NOT locked AND jid > $1 ORDER BY jid LIMIT $2`
	countPublic    = `SELECT count(*) FROM rooms WHERE public AND NOT locked`
	listRooms      = `SELECT jid, name FROM rooms WHERE jid > $1 ORDER BY jid LIMIT $2`
	countRooms     = `SELECT count(*) FROM rooms`
	listUnfinished = `(SELECT DISTINCT room FROM occupants WHERE room > $1 ORDER BY room LIMIT $2)
		UNION (SELECT DISTINCT room FROM proposals WHERE state <> 'told' AND room > $1 ORDER BY room LIMIT $2)
		UNION (SELECT jid FROM rooms WHERE NOT persistent AND jid > $1 ORDER BY jid LIMIT $2) ORDER BY room LIMIT $2`
	countOwned = `SELECT count(*) FROM rooms WHERE creator = $1`
)

// upsert inserts a row or replaces the one of the same key.
func (t table[R]) upsert(also ...string) string {
	set := also
	for _, c := range t.columns[t.key:] {
		set = append(set, c.name+" = EXCLUDED."+c.name)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s`,
		t.name, t.names(), each(t.columns, func(n int, c column[R]) string { return fmt.Sprintf("$%d", n) }, ", "),
		names(t.columns[:t.key]), strings.Join(set, ", "))
}

// delete removes the row of a key.
func (t table[R]) delete() string {
	return fmt.Sprintf(`DELETE FROM %s WHERE %s`, t.name,
		each(t.columns[:t.key], func(n int, c column[R]) string { return fmt.Sprintf("%s = $%d", c.name, n) }, " AND "))
}

// ofRoom reads the rows of one room in the order of their key.
func (t table[R]) ofRoom() string {
	return fmt.Sprintf(`SELECT %s FROM %s WHERE room = $1 ORDER BY %s`, t.names(), t.name, names(t.columns[:t.key]))
}

// unnested is a table "sent" of records, one array a column, and their place in it.
func (t table[R]) unnested() string {
	arrays := each(t.columns, func(n int, c column[R]) string { return fmt.Sprintf("$%d::%s[]", n, c.kind) }, ", ")
	return fmt.Sprintf(`unnest(%s) WITH ORDINALITY AS sent(%s, place)`, arrays, t.names())
}

func (t table[R]) names() string { return names(t.columns) }

// values are those of r, to write.
func (t table[R]) values(r *R) (values []any) {
	for _, c := range t.columns {
		values = append(values, c.value(r))
	}
	return values
}

// arrays are the values of records, one array a column, to write.
func (t table[R]) arrays(records []R) (values []any) {
	for _, c := range t.columns {
		values = append(values, c.all(records))
	}
	return values
}

// read reads a row.
func (t table[R]) read(row interface{ Scan(...any) error }) (r R, err error) {
	var places []any
	for _, c := range t.columns {
		places = append(places, c.place(&r))
	}
	if err := row.Scan(places...); err != nil {
		return r, err
	}
	for _, c := range t.columns {
		c.tidy(&r)
	}
	return r, nil
}

// same tells whether a row of events is what was sent, in these columns.
func same(columns []column[event]) string {
	return each(columns, func(_ int, c column[event]) string {
		return fmt.Sprintf("events.%[1]s IS NOT DISTINCT FROM sent.%[1]s", c.name)
	}, " AND ")
}

func names[R any](columns []column[R]) string {
	return each(columns, func(_ int, c column[R]) string { return c.name }, ", ")
}

// each joins what f says of each column and its number, from 1.
func each[R any](columns []column[R], f func(n int, c column[R]) string, sep string) string {
	var parts []string
	for i, c := range columns {
		parts = append(parts, f(i+1, c))
	}
	return strings.Join(parts, sep)
}

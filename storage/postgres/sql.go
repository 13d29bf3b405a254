package postgres

import (
	"fmt"
	"strings"
)

// The statements, built from the tables of columns.
var (
	saveRoom        = upsert("rooms", roomColumns, 1, "version = rooms.version + 1")
	saveAffiliation = upsert("affiliations", affiliationColumns, 2)
	saveLink        = upsert("links", linkColumns, 2)

	deleteRoom        = `DELETE FROM rooms WHERE jid = $1`
	deleteAffiliation = `DELETE FROM affiliations WHERE room = $1 AND jid = $2`
	deleteLink        = `DELETE FROM links WHERE room = $1 AND peer = $2`

	// The rows of an unnest are numbered and sorted so that arrival is the order of the batch by promise, not by habit.
	appendEvents = fmt.Sprintf(`INSERT INTO events (%[1]s) SELECT %[1]s FROM %[2]s ORDER BY place`,
		names(eventColumns), unnested(eventColumns))
	appendNewEvents = appendEvents + ` ON CONFLICT (room, origin, epoch, seq) DO NOTHING`

	// How many of the events are not in the log as they are here.
	countOthers = fmt.Sprintf(`SELECT count(*) FROM %s WHERE NOT EXISTS (SELECT FROM events WHERE %s)`,
		unnested(eventColumns), same("events", "sent", eventColumns))

	loadRoom         = fmt.Sprintf(`SELECT %s FROM rooms WHERE jid = $1`, names(roomColumns))
	loadAffiliations = fmt.Sprintf(`SELECT %s FROM affiliations WHERE room = $1 ORDER BY jid`, names(affiliationColumns))
	loadLinks        = fmt.Sprintf(`SELECT %s FROM links WHERE room = $1 ORDER BY peer`, names(linkColumns))
	loadHistory      = fmt.Sprintf(`SELECT %s FROM (SELECT * FROM events WHERE room = $1 AND ($2::bigint >= 0 OR kind = 'message') ORDER BY arrival DESC
		LIMIT CASE WHEN $2::bigint < 0 THEN (SELECT greatest(0, max_history) FROM rooms WHERE jid = $1) ELSE $2::bigint END) AS latest
		ORDER BY arrival`, names(eventColumns))
	loadSeen = `SELECT dedupe FROM (SELECT dedupe, arrival FROM events WHERE room = $1 AND dedupe IS NOT NULL
		ORDER BY arrival DESC LIMIT 1000) AS latest ORDER BY arrival`
	loadLast = `SELECT
		greatest(0, (SELECT max(seq) FROM events WHERE room = $1 AND origin = $1 AND epoch = (SELECT epoch FROM rooms WHERE jid = $1))),
		greatest(0, (SELECT max(at) FROM events WHERE room = $1))`

	listPublic  = `SELECT jid, name FROM rooms WHERE public AND NOT locked AND jid > $1 ORDER BY jid LIMIT $2`
	countPublic = `SELECT count(*) FROM rooms WHERE public AND NOT locked`
)

// upsert inserts a row or replaces the one of the same key, which is the first columns.
func upsert[R any](table string, columns []column[R], key int, also ...string) string {
	set := also
	for _, c := range columns[key:] {
		set = append(set, c.name+" = EXCLUDED."+c.name)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s`,
		table, names(columns), each(columns, func(n int, c column[R]) string { return fmt.Sprintf("$%d", n) }, ", "),
		names(columns[:key]), strings.Join(set, ", "))
}

// unnested is a table "sent" of records, one array a column, and their place in it.
func unnested[R any](columns []column[R]) string {
	arrays := each(columns, func(n int, c column[R]) string { return fmt.Sprintf("$%d::%s[]", n, c.kind) }, ", ")
	return fmt.Sprintf(`unnest(%s) WITH ORDINALITY AS sent(%s, place)`, arrays, names(columns))
}

func same[R any](a, b string, columns []column[R]) string {
	return each(columns, func(_ int, c column[R]) string {
		return fmt.Sprintf("%s.%s IS NOT DISTINCT FROM %s.%s", a, c.name, b, c.name)
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

// pointers are the places of r's columns, to write from or to read into.
func pointers[R any](columns []column[R], r *R) (places []any) {
	for _, c := range columns {
		places = append(places, c.one(r))
	}
	return places
}

// arrays are the values of records, one array a column.
func arrays[R any](columns []column[R], records []R) (values []any) {
	for _, c := range columns {
		values = append(values, c.all(records))
	}
	return values
}

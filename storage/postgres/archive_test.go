package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus/storage"
)

// fill gives a room a log of n events, one a second. At ten places another node brings n/1000 events that were said a day
// before. Juliet says most of it, the nurse every 100th event, the friar a single one; Paris says as much, but in a
// smaller room.
func fill(t testing.TB, s *Store, n int) {
	t.Helper()
	mustCommit(t, s, storage.SaveRoom{Room: room{JID: roomName(0)}}, storage.SaveRoom{Room: room{JID: roomName(1)}})
	const say = `INSERT INTO events (room, origin, epoch, seq, at, high, kind, stanza_id, id, author, nick, occupant_id, lang,
			via, open, payload, retracted)
		SELECT $1, $1, 1, i, at, max(at) OVER (ORDER BY i), 'message', lpad(i::text, 32, 'x'), lpad(i::text, 24, 'x'),
			nick || '@capulet.example/balcony', nick, lpad('', 43, 'x'), 'en', '', false,
			'<body>What''s in a name? That which we call a rose by any other name would smell as sweet.</body>', false
		FROM generate_series(1, $2::bigint) AS i,
			LATERAL (SELECT (i - CASE WHEN i % ($2 / 10) < $2 / 1000 THEN 86400 ELSE 0 END) * 1000 << 16 AS at,
				CASE WHEN i = $2 / 3 THEN 'friar' WHEN i % 100 = 7 THEN 'nurse' ELSE $3::text END AS nick) AS said ORDER BY i`
	for _, log := range []struct {
		room, nick string
		n          int
	}{{roomName(0), "juliet", n}, {roomName(1), "paris", n / 10}} {
		if _, err := s.pool.Exec(t.Context(), say, log.room, log.n, log.nick); err != nil {
			t.Fatal(err)
		}
	}
}

// shapes are queries of a log of n events, of all the kinds that clients send.
func shapes(n int) map[string]storage.Query {
	id := func(i int) string { return strings.ReplaceAll(fmt.Sprintf("%32d", i), " ", "x") }
	second := func(i int) time.Time { return time.Unix(int64(i), 0) }
	list := map[string]storage.Query{
		"last page":                 {Backward: true},
		"first page":                {},
		"after an id":               {After: []string{id(n / 2)}},
		"before an id":              {Before: []string{id(n / 2)}, Backward: true},
		"start at the beginning":    {Start: second(1)},
		"start in the middle":       {Start: second(n/2 + n/20)},
		"start near the end":        {Start: second(n - 20)},
		"start near the end, last":  {Start: second(n - 20), Backward: true},
		"start after the end":       {Start: second(n + 1)},
		"end at the beginning":      {End: second(20)},
		"end in the middle":         {End: second(n/2 + n/20)},
		"end in the middle, last":   {End: second(n/2 + n/20), Backward: true},
		"end before the beginning":  {End: second(-100000)},
		"two minutes":               {Start: second(n/2 + n/20), End: second(n/2 + n/20 + 120)},
		"two minutes, last":         {Start: second(n/2 + n/20), End: second(n/2 + n/20 + 120), Backward: true},
		"a frequent nick":           {Nick: "juliet", Backward: true},
		"a seldom nick":             {Nick: "nurse"},
		"a seldom nick, last":       {Nick: "nurse", Backward: true},
		"a nick of one event":       {Nick: "friar"},
		"a nick of one event, last": {Nick: "friar", Backward: true},
		"a nick of another room":    {Nick: "paris"},
		"a nick of nobody":          {Nick: "mercutio", Backward: true},
		"a nick near the end":       {Nick: "juliet", Start: second(n - 20)},
		"a nick in two minutes":     {Nick: "juliet", Start: second(n/2 + n/20), End: second(n/2 + n/20 + 120)},
		"an author":                 {Author: "nurse@capulet.example", Backward: true},
		"an author of another room": {Author: "paris@capulet.example"},
		"an author in two minutes":  {Author: "juliet@capulet.example", Start: second(n/2 + n/20), End: second(n/2 + n/20 + 120)},
		"a resource":                {Author: "nurse@capulet.example/balcony"},
		"a resource of nobody":      {Author: "juliet@capulet.example/orchard", Backward: true},
		"an author nobody knew":     {Author: "juliet@capulet.example", Open: true},
		"ids":                       {IDs: []string{id(1), id(n / 2), id(n)}},
		"ids of another nick":       {IDs: []string{id(1), id(n / 2), id(n)}, Nick: "paris", Backward: true},
	}
	for what, q := range list {
		q.Room, q.Max = roomName(0), 50
		list[what] = q
	}
	return list
}

// Whatever is asked, Postgres reads the blocks of a page and not those of the log, which are thousands: whether it knows
// the log well or not at all.
func TestArchiveReadsLittle(t *testing.T) {
	const events, most = 50000, 150
	s := open(t, database(t))
	execute(t, s.pool.Config().ConnString(), `ALTER TABLE events SET (autovacuum_enabled = false)`)
	fill(t, s, events)
	for what, q := range shapes(events) {
		readsLittle(t, s, "unknown log, "+what, q, most)
	}
	execute(t, s.pool.Config().ConnString(), `VACUUM ANALYZE events`)
	for what, q := range shapes(events) {
		readsLittle(t, s, what, q, most)
	}
}

func readsLittle(t *testing.T, s *Store, what string, q storage.Query, most int) {
	a, err := s.find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	sql, args := a.reading(q.Max + 1)
	n := blocks(t, s, sql, args...) + blocks(t, s, findClock, q.Room, a.lowest) + blocks(t, s, findClock, q.Room, a.highest)
	if ids := slices.Concat(q.After, q.Before, q.IDs); len(ids) > 0 {
		n += blocks(t, s, findIDs, q.Room, ids)
	}
	if n > most {
		t.Errorf("%s: %d blocks are read by %s with %v", what, n, sql, args)
	}
}

// BenchmarkArchive tells how long a page takes in a log of a million events.
func BenchmarkArchive(b *testing.B) {
	const events = 1000000
	s := open(b, database(b))
	fill(b, s, events)
	execute(b, s.pool.Config().ConnString(), `VACUUM ANALYZE events`)
	list := shapes(events)
	for _, what := range slices.Sorted(maps.Keys(list)) {
		for _, count := range []bool{false, true} {
			q := list[what]
			q.Count = count
			name := what
			if count {
				name += ", counted"
			}
			b.Run(name, func(b *testing.B) {
				var times []time.Duration
				for b.Loop() {
					begun := time.Now()
					if _, err := s.Archive(b.Context(), q); err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(begun))
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2])/1e6, "p50-ms")
				b.ReportMetric(float64(times[len(times)*99/100])/1e6, "p99-ms")
			})
		}
	}
}

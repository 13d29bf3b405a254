package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"isthmus/storage"
)

// A room is loaded by a few blocks, however long its log is.
func TestLoadReadsLittle(t *testing.T) {
	const events, most = 50000, 80
	s := open(t, database(t))
	fill(t, s, events)
	execute(t, s.pool.Config().ConnString(), `UPDATE rooms SET max_history = 20`)
	for sql, args := range map[string][]any{
		loadRoom: {}, affiliations.ofRoom(): {}, links.ofRoom(): {}, vcards.ofRoom(): {}, hats.ofRoom(): {}, holds.ofRoom(): {},
		requests.ofRoom(): {}, proposals.ofRoom(): {}, occupants.ofRoom(): {}, tombstones.ofRoom(): {}, loadSeen: {}, loadLast: {}, loadHistory: {-1},
	} {
		if n := blocks(t, s, sql, append([]any{roomName(0)}, args...)...); n > most {
			t.Errorf("%d blocks are read by %s", n, sql)
		}
	}
}

// What waits for the peer of a link is counted by a few blocks, and by no more than are counted, however long the log is.
func TestBacklogsReadLittle(t *testing.T) {
	const events = 50000
	s := open(t, database(t))
	fill(t, s, events)
	page, err := s.Archive(t.Context(), storage.Query{Room: roomName(0), Max: 3, Backward: true})
	if err != nil {
		t.Fatal(err)
	}
	for acked, most := range map[string]int{page.Events[0].StanzaID: 40, "0": 2 * storage.BacklogMost} {
		n := blocks(t, s, findBacklogs, []string{roomName(0)}, []string{"den@peer.example"}, []string{acked}, []int64{math.MinInt64})
		if n > most {
			t.Errorf("%d blocks are read behind %s", n, acked)
		}
	}
}

// What comes again is looked for by a few blocks, however long the log is, and however often the same was said.
func TestKnownReadsLittle(t *testing.T) {
	const events, most = 50000, 20
	s := open(t, database(t))
	fill(t, s, events)
	execute(t, s.pool.Config().ConnString(), `UPDATE events SET dedupe = CASE WHEN seq % 2 = 0 THEN '\x01' ELSE int8send(seq) END`)
	for _, key := range []string{`{"\\x01"}`, `{"\\x0000000000000007"}`, `{"\\xff"}`} {
		if n := blocks(t, s, findKnown, roomName(0), key, []int64{1 << 16}, []int64{2000 << 16}); n > most {
			t.Errorf("%d blocks are read for %s", n, key)
		}
	}
}

// A page of the list of rooms, and how many somebody has, is read by a few blocks, however many there are.
func TestListsReadLittle(t *testing.T) {
	const rooms, most = 20000, 150
	s := open(t, database(t))
	manyRooms(t, s, rooms)
	for what, n := range map[string]int{
		"Rooms":      blocks(t, s, listRooms, "5", 50),
		"Public":     blocks(t, s, listPublic, "5", 50),
		"Unfinished": blocks(t, s, listUnfinished, "5", 50),
		"Owned":      blocks(t, s, countOwned, "7@capulet.example"),
	} {
		if n > most {
			t.Errorf("%s: %d blocks are read", what, n)
		}
	}
}

// BenchmarkLists tells how long a page of the list of 100,000 rooms takes, with how many there are in all.
func BenchmarkLists(b *testing.B) {
	s := open(b, database(b))
	manyRooms(b, s, 100000)
	for _, c := range []struct {
		what string
		list func() error
	}{
		{"Public", func() error { _, _, err := s.Public(b.Context(), "5", 50); return err }},
		{"Rooms", func() error { _, _, err := s.Rooms(b.Context(), "5", 50); return err }},
		{"Owned", func() error { _, err := s.Owned(b.Context(), "7@capulet.example"); return err }},
	} {
		b.Run(c.what, func(b *testing.B) {
			for b.Loop() {
				if err := c.list(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyRooms saves n rooms, each tenth of which is not public; everybody has a thousandth of them.
func manyRooms(t testing.TB, s *Store, n int) {
	t.Helper()
	mustCommit(t, s, storage.SaveRoom{Room: room{JID: "a@muc.example", Config: storage.Config{Public: true}}})
	others := strings.Replace(rooms.names(), "jid", "md5(i::text) || '@muc.example'", 1)
	others = strings.Replace(others, "creator", "i % 1000 || '@capulet.example'", 1)
	others = strings.Replace(others, " public,", " i % 10 > 0,", 1)
	execute(t, s.pool.Config().ConnString(),
		fmt.Sprintf(`INSERT INTO rooms (%s) SELECT %s FROM rooms, generate_series(2, %d) AS i`, rooms.names(), others, n))
	execute(t, s.pool.Config().ConnString(), `VACUUM ANALYZE rooms`)
}

// blocks are those that a statement reads by the plan that the driver's own connections have, one for all values.
func blocks(t *testing.T, s *Store, sql string, args ...any) int {
	t.Helper()
	c, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	if _, err := c.Conn().Prepare(t.Context(), "explained", sql); err != nil {
		t.Fatal(err)
	}
	defer c.Conn().Deallocate(context.Background(), "explained")
	var values []string
	for _, v := range args {
		value := fmt.Sprint(v)
		if strings.HasPrefix(value, "[") {
			value = "{" + strings.ReplaceAll(strings.Trim(value, "[]"), " ", ",") + "}"
		}
		values = append(values, "'"+value+"'")
	}
	var plan string
	explain := fmt.Sprintf(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained (%s)`, strings.Join(values, ", "))
	if err := c.QueryRow(t.Context(), explain).Scan(&plan); err != nil {
		t.Fatal(err)
	}
	var top []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		}
	}
	if err := json.Unmarshal([]byte(plan), &top); err != nil {
		t.Fatal(err)
	}
	return top[0].Plan.Hit + top[0].Plan.Read
}

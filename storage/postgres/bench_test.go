package postgres

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"isthmus/storage"
)

// BenchmarkCommit tells how many rows of about 300 bytes are committed in a second, durably, and what one costs Postgres.
func BenchmarkCommit(b *testing.B) {
	for _, c := range []struct{ rooms, events int }{{1, 1}, {1, 100}, {10, 100}, {1, 2000}, {100, 2000}, {2000, 2000}} {
		b.Run(fmt.Sprintf("rooms=%d/events=%d", c.rooms, c.events), func(b *testing.B) {
			s := open(b, database(b))
			for n := range c.rooms {
				mustCommit(b, s, storage.SaveRoom{Room: room{JID: roomName(n), Epoch: 1}})
			}
			var backend int
			if err := s.pool.QueryRow(b.Context(), "SELECT pg_backend_pid()").Scan(&backend); err != nil {
				b.Fatal(err)
			}
			used, seq := cpu(b, backend), int64(0)
			for b.Loop() {
				var batch []storage.Change
				for n := range c.events {
					seq++
					batch = append(batch, storage.AppendEvent{Event: typical(roomName(n%c.rooms), seq)})
				}
				mustCommit(b, s, batch...)
			}
			b.ReportMetric((cpu(b, backend)-used)/float64(seq)*1e6, "cpu-µs/row")
			b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// cpu is what a process has used, in seconds; proc_pid_stat(5) counts in hundredths.
func cpu(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if err != nil || len(fields) < 13 {
		b.Skip("there is no /proc: ", err)
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return float64(user+system) / 100
}

func roomName(n int) string { return fmt.Sprintf("room%d@muc.example", n) }

func typical(room string, seq int64) event {
	return event{
		Room: room, Origin: room, Epoch: 1, Seq: seq, At: seq << 16, Kind: "message",
		StanzaID: fmt.Sprintf("%032x", seq), ID: fmt.Sprintf("%024x", seq),
		Author: "juliet@capulet.example/balcony", Nick: "juliet", OccupantID: fmt.Sprintf("%043d", 7), Lang: "en",
		Payload: []byte("<body>What's in a name? That which we call a rose by any other name would smell as sweet.</body>"),
	}
}

func mustCommit(t testing.TB, s *Store, batch ...storage.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

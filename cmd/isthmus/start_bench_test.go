package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/componenttest"
	"isthmus/storage"
	"isthmus/storage/embedded"
	"isthmus/storage/postgres"
)

// BenchmarkStart is how long a daemon takes from its start until it is attached, and what memory it has then, with N rooms
// in Postgres that nobody is in, each with an owner.
func BenchmarkStart(b *testing.B) {
	dir, err := os.MkdirTemp("/tmp", "isthmus-bench-") // where the account of Postgres may enter
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	server, err := embedded.Start(b.Context(), filepath.Join(dir, "data"), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop(b.Context()) })
	stored := 0
	for _, rooms := range []int{0, 1000, 100000} {
		storeRooms(b, server.URL(), stored, rooms)
		stored = rooms
		b.Run(strconv.Itoa(rooms), func(b *testing.B) { startDaemon(b, server.URL()) })
	}
}

func storeRooms(b *testing.B, url string, from, to int) {
	s, err := postgres.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var batch []storage.Change
	for i := from; i < to; i++ {
		jid := fmt.Sprintf("room%d@%s", i, testDomain)
		batch = append(batch,
			storage.SaveRoom{Room: storage.RoomRecord{
				JID: jid, Epoch: 1, Secret: make([]byte, 32), Created: time.Now(), Config: storage.Config{Persistent: true, MaxHistory: 50},
			}},
			storage.SaveAffiliation{Room: jid, Affiliation: storage.Affiliation{JID: "hamlet@denmark.lit", Affiliation: "owner"}})
		if len(batch) >= 1000 || i == to-1 {
			if err := s.Commit(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			batch = nil
		}
	}
}

func startDaemon(b *testing.B, url string) {
	kib := 0
	for b.Loop() {
		host := componenttest.New(b, testDomain, testSecret)
		path := configFile(b, host.Listen(), fmt.Sprintf("url = %q", url), "")
		cmd := exec.CommandContext(b.Context(), os.Args[0], "serve", "-config", path)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		var log page
		cmd.Stderr = &log
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		c := host.Accept()
		log.await("attached")
		b.StopTimer()
		log.await("are back")
		kib += resident(b, cmd.Process.Pid)
		_ = cmd.Process.Signal(os.Interrupt)
		_, _, _ = c.Next()
		_ = cmd.Wait()
		b.StartTimer()
	}
	b.ReportMetric(float64(kib)/float64(b.N)/1024, "MiB-RSS")
}

// resident is the memory of a process in KiB.
func resident(b *testing.B, pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return n
}

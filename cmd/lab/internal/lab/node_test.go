package lab

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"isthmus/cmd/lab/internal/client"
)

// withNodes is two servers with a node each.
func withNodes(wonderlandConfig, denmarkConfig string) Plan {
	plan := two(Prosody, Ejabberd)
	plan.Limit = 3 * time.Minute
	plan.Nodes = []NodePlan{
		{Domain: "rooms.wonderland.lit", Server: wonderland, Config: wonderlandConfig},
		{Domain: "talk.denmark.lit", Server: denmark, Config: denmarkConfig},
	}
	return plan
}

// instant accepts the settings of a new room as they are.
func instant(t *testing.T, l *Lab, c *client.Client, room string) {
	t.Helper()
	answer, err := c.Request(l.Context(), "set", room, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>")
	if err != nil || answer.Attr("type") != "result" {
		t.Fatalf("%s: %v, %v", room, answer, err)
	}
}

// Nodes serve users of both servers, and come back from every kind of end.
func TestNodesComeBack(t *testing.T) {
	l := ForTest(t, withNodes("", ""))
	alice := login(t, l, "alice@wonderland.lit/looking-glass")
	hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
	meet := func(room string) {
		t.Helper()
		join(t, l, alice, room, "Alice")
		instant(t, l, alice, room)
		join(t, l, hamlet, room, "Hamlet")
		say(t, alice, room, "welcome to "+room)
		expect(t, l, hamlet, client.Bodied("welcome to "+room))
	}
	for _, n := range l.nodes {
		meet("first@" + n.Domain)
		pid := n.Pid()
		for name, end := range map[string]func(){"killed": n.Kill9, "stopped": n.Stop} {
			end()
			if n.Pid() != 0 {
				t.Errorf("%s is %s and runs", n.Domain, name)
			}
			if err := n.Start(l.Context()); err != nil {
				t.Fatal(err)
			}
			meet(name + "@" + n.Domain)
		}
		if n.Pid() == pid {
			t.Errorf("%s never ended", n.Domain)
		}
		conn, err := net.Dial("tcp", n.Admin)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
}

// The database that a killed daemon leaves behind ends with the laboratory.
func TestCloseEndsAnOrphanedDatabase(t *testing.T) {
	plan := withNodes("", "")
	plan.Nodes = plan.Nodes[:1]
	l, err := Start(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := l.nodes[0]
	found, _ := filepath.Glob(filepath.Join(n.Data, "*", "postmaster.pid"))
	if len(found) != 1 {
		t.Fatalf("databases: %v", found)
	}
	pid, err := readPid(found[0])
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	n.Kill9()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0); err != nil || n != 1 {
		t.Errorf("the database still runs: %d, %v", n, err)
	}
}

// A node that does not come says why, at once.
func TestNodeThatFailsTellsWhy(t *testing.T) {
	plan := withNodes(`storage.url = "somewhere"`, "")
	plan.Nodes = plan.Nodes[:1]
	plan.Nodes[0].Off = true
	l := ForTest(t, plan)
	err := l.nodes[0].Start(l.Context())
	if err == nil || !strings.Contains(err.Error(), "storage.url") {
		t.Errorf("got %v", err)
	}
	if l.nodes[0].Pid() != 0 {
		t.Error("it runs")
	}
}

// The plan's configuration wins, key by key.
func TestConfigIsLaidOver(t *testing.T) {
	plan := withNodes("[storage]\nurl = \"memory:\"\n[log]\nlevel = \"info\"\n[[federation.room]]\nroom = \"hall\"\naccept = [\"talk.denmark.lit\"]", "")
	plan.Nodes = plan.Nodes[:1]
	plan.Nodes[0].Off = true
	l := ForTest(t, plan)
	text, err := os.ReadFile(l.nodes[0].Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`url = "memory:"`, `level = "info"`, `format = "console"`, `domain = "rooms.wonderland.lit"`, "[[federation.room]]", "data_dir"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// faults are what happens to a database, each with how it is mended.
var faults = []struct {
	name     string
	breaks   func(*vault)
	mends    func(*vault)
	survives bool   // it mends itself, or nothing is felt at all
	check    string // what check says of a database elsewhere
	beside   string // and of the daemon's own
}{
	{"stopped", (*vault).freeze, (*vault).thaw, false, "the database does not answer: ", "the database does not answer: "},
	{"killed", func(v *vault) { v.signal(syscall.SIGKILL) }, func(*vault) {}, true, "", ""},
	{"disk full", (*vault).fill, (*vault).empty, false, "the disk of the database is full: ",
		"the disk of storage.data_dir is as good as full: 0 MB are left in "},
	{"connections exhausted", (*vault).crowd, (*vault).disperse, false, "all connections of the database are taken: ",
		"all connections of the database are taken: "},
}

// vault is a node whose database fails.
type vault struct {
	*testing.T
	node  *lab.Node
	ctx   context.Context
	conns []*pgx.Conn
}

var databaseAway = flag.Duration("database.away", 0, "how long the database of TestDatabaseFails is stopped at least, while people say more than can wait for it")

// TestDatabaseFails lets people talk while the database is away: they see each other come and go, nobody hears what is not
// stored, what was said arrives when it is back, in order, once, and under the ids that the archive has. The operator is told.
func TestDatabaseFails(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Plan{
		Dir:     os.Getenv("VAULT"),
		Servers: []lab.ServerPlan{{Kind: lab.Prosody, Domain: wonderland.users}},
		Nodes:   []lab.NodePlan{{Domain: wonderland.rooms, Server: wonderland.users, Config: impatient, Disk: 256 << 20}},
	})
	if err != nil {
		t.Fatal("the laboratory does not start: ", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			l.Report(t.Logf)
		}
		_ = l.Close()
	})
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			s := atLab(t, l, wonderland)
			v := &vault{t, l.Node(wonderland.rooms), s.ctx, nil}
			alice, bob, carol, dave := s.login("alice"), s.login("bob"), s.login("carol"), s.login("dave")
			room, hall := s.room("safe"), s.room("hall")
			for _, r := range []string{room, hall} {
				alice.join(r, "Alice")
				alice.configure(r, "persistentroom=1")
				bob.join(r, "Bob")
			}
			said := alice.says(room, f.name+": before", 5)
			bob.hearsAll(said)

			f.breaks(v)
			if f.survives {
				defer v.awaits("ok")
			} else {
				defer f.mends(v)
			}
			said = append(said, alice.says(room, f.name+": meanwhile", 20)...)
			if !f.survives {
				v.awaits("database: ", f.check)
				v.checks(v.node.Config, "storage embedded: "+f.beside)
				v.checks(v.elsewhere(), "storage postgres: "+f.check)
				for _, r := range []string{hall, room} {
					carol.join(r, "Carol")
					alice.expect("Carol", presence(r+"/Carol", ""))
					carol.send("<presence type='unavailable' to='%s/Carol'/>", r)
					bob.expect("Carol's leave", presence(r+"/Carol", "unavailable"))
				}
				dave.join(room, "Dave")
				if *databaseAway > 0 && f.name == "stopped" {
					said = append(said, v.tooMuch(bob, room)...)
				}
				for _, u := range []*user{alice, bob, dave} {
					if u.times(said[len(said)-1]) > 0 {
						t.Errorf("%s has heard what is not stored", u.jid)
					}
				}
			}
			f.mends(v)
			last := len(said) - 1
			alice.hears(said[last]) // until then it may be too much to say more
			said = append(said, bob.says(room, f.name+": after", 5)...)
			alice.hearsAll(said[:last], said[last+1:])
			bob.hearsAll(said[5:])
			v.awaits("ok")
			v.checks(v.node.Config, "storage embedded: ok")
			v.checks(v.elsewhere(), "storage postgres: ok")
			archive := bob.pages(room, "")
			keeps(t, "the safe", archive, said)
			heard := ids(s, append(alice.Received(), bob.Received()...))
			order := alice.heard()
			if list := dave.heard(); !f.survives && !slices.Equal(list, order[len(order)-len(list):]) {
				t.Errorf("Dave has heard %.200q, not the end of %.200q", list, order)
			}
			for i, k := range archive {
				if k.body != order[i] || heard[k.body] != k.id {
					t.Errorf("%d: the archive has %q as %s, heard was %q as %s", i, k.body, k.id, order[i], heard[k.body])
				}
			}
		})
	}
}

// tooMuch says more than may wait for the database, for as long as the flag says: what is refused is refused for now. It returns
// what was taken.
func (v *vault) tooMuch(u *user, room string) (taken []string) {
	v.Helper()
	const size, most = 50_000, 400
	end := time.After(*databaseAway)
	ids := map[string]string{}
	for i := range most {
		body := fmt.Sprint("much ", i, " ", strings.Repeat("x", size))
		ids[u.say(room, body)] = body
		taken = append(taken, body)
	}
	n := u.expect("a refusal", func(n *client.Node) bool { return n.Is("", "message") && n.Attr("type") == "error" })
	if e := n.Child("", "error"); n.Condition() != "resource-constraint" || e.Attr("type") != "wait" {
		v.Errorf("the refusal is %.500s", n)
	}
	<-end
	barrier(v.T, u, room[strings.IndexByte(room, '@')+1:])
	refused := 0
	for _, n := range u.Received() {
		if n.Is("", "message") && n.Attr("type") == "error" {
			refused++
			taken = slices.DeleteFunc(taken, func(body string) bool { return body == ids[n.Attr("id")] })
		}
	}
	v.Logf("%d messages of %d bytes were taken and %d were refused; the database was away for %s", len(taken), size, refused, *databaseAway)
	return taken
}

// awaits waits until the node's health has all of these words.
func (v *vault) awaits(words ...string) {
	v.Helper()
	for again := time.NewTicker(100 * time.Millisecond); ; {
		got := v.health()
		if all(got, words) {
			v.Logf("healthz: %s", strings.TrimSpace(got))
			return
		}
		select {
		case <-again.C:
		case <-v.ctx.Done():
			v.Fatalf("healthz says %q, not %q", got, words)
		}
	}
}

// checks runs check with a file; the last line it prints begins so.
func (v *vault) checks(file, want string) {
	v.Helper()
	out, err := v.node.Run(v.ctx, file, "check")
	last := out[strings.LastIndexByte(out, '\n')+1:]
	if !strings.HasPrefix(last, want) || (err == nil) != strings.HasSuffix(want, ": ok") {
		v.Errorf("%v: check says %q, expected %q", err, out, want)
	}
	v.Logf("check: %s", last)
}

// elsewhere is a file by which the daemon's own database is one like any other.
func (v *vault) elsewhere() string {
	v.Helper()
	text, err := os.ReadFile(v.node.Config)
	if err != nil {
		v.Fatal(err)
	}
	file := filepath.Join(v.TempDir(), "elsewhere.toml")
	other := strings.Replace(string(text), `url = "embedded"`, fmt.Sprintf("url = %q", "postgres:///isthmus?connect_timeout=1&user=isthmus&host="+filepath.Join(v.node.Data, "run")), 1)
	if err := os.WriteFile(file, []byte(other), 0o600); err != nil {
		v.Fatal(err)
	}
	return file
}

func (v *vault) health() string {
	req, err := http.NewRequestWithContext(v.ctx, http.MethodGet, "http://"+v.node.Admin+"/healthz", nil)
	if err != nil {
		v.Fatal(err)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	return string(text)
}

func (v *vault) signal(sig syscall.Signal) {
	v.Helper()
	if err := v.node.SignalDatabase(sig); err != nil {
		v.Fatal(err)
	}
}

func (v *vault) freeze() { v.signal(syscall.SIGSTOP) }
func (v *vault) thaw()   { v.signal(syscall.SIGCONT) }

func (v *vault) filler() string { return filepath.Join(v.node.Data, "filler") }

// fill leaves nothing on the disk of the database.
func (v *vault) fill() {
	f, err := os.Create(v.filler())
	if err != nil {
		v.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	for err = nil; err == nil; {
		_, err = f.Write([]byte("x"))
	}
}

func (v *vault) empty() { _ = os.Remove(v.filler()) }

// crowd takes every connection that there is, those of the daemon too.
func (v *vault) crowd() {
	v.Helper()
	for {
		c, err := pgx.Connect(v.ctx, v.node.DatabaseURL())
		if err != nil {
			if len(v.conns) == 0 {
				v.Fatal(err)
			}
			break
		}
		v.conns = append(v.conns, c)
	}
	_, err := v.conns[0].Exec(v.ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'isthmus'`)
	if err != nil {
		v.Fatal(err)
	}
	for range 5 { // the daemon's places
		if c, err := pgx.Connect(v.ctx, v.node.DatabaseURL()); err == nil {
			v.conns = append(v.conns, c)
		}
	}
}

func (v *vault) disperse() {
	for _, c := range v.conns {
		_ = c.Close(v.ctx)
	}
	v.conns = nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"isthmus/cmd/lab/internal/lab"
)

// What nobody may read. Each is a word that is nowhere else, and each has a wrong one that somebody tries.
const (
	roomSecret     = "Open5esame!room"
	wrongRoom      = "Cl0sesame!room"
	databaseSecret = "Op3nsesame:data/base%"
	wrongDatabase  = "Clos3same:data/base%"
	wrongComponent = "Closesam3&component"
	refusedSecret  = "Unstorabl3same!room"
)

// TestSecrets uses secrets in every way, and wrong ones, and then reads all that an operator or a user can read: logs at their
// loudest, metrics, pages, what commands print, errors. One node has a database of its own and the other one elsewhere, whose
// user needs his password.
func TestSecrets(t *testing.T) {
	const trace = "\n[rooms.defaults]\npersistentroom = true\n[log]\nlevel = 'trace'\n"
	l := lab.ForTest(t, lab.Plan{
		Servers: []lab.ServerPlan{{Kind: lab.Prosody, Domain: wonderland.users}},
		Nodes: []lab.NodePlan{
			{Domain: wonderland.rooms, Server: wonderland.users, Config: trace},
			{Domain: islands, Server: wonderland.users, Config: trace, Elsewhere: true, Off: true},
		},
	})
	s := atLab(t, l, wonderland)
	a := &audit{scene: s, node: l.Node(wonderland.rooms)}
	a.all()
	b := &audit{scene: atLab(t, l, place{wonderland.kind, wonderland.users, islands}), node: l.Node(islands)}
	b.lock()
	if err := b.node.Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	b.all()
	b.tries("another password for the database", databaseURL, "${1}"+escaped(wrongDatabase)+"${2}", "storage postgres: the user or the password of storage.url is wrong")
	b.verdict()
}

// audit is a node whose secrets are looked for.
type audit struct {
	*scene
	node *lab.Node
	read []reading
}

// reading is a text that somebody can read.
type reading struct{ where, text string }

var (
	doors           = regexp.MustCompile(`(?m)^ *(listen|socket) = .*$`)
	componentSecret = regexp.MustCompile(`(?m)^( *secret = ).*$`)
	databaseURL     = regexp.MustCompile(`(?m)(keeper:)[^@]*(@)`)
	storageURL      = regexp.MustCompile(`(?m)^( *url = ).*$`)
)

// lock gives the database elsewhere a user who needs his password, and has the node come as him.
func (a *audit) lock() {
	a.Helper()
	conn, err := pgx.Connect(a.ctx, a.node.DatabaseURL())
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close(context.Background())
	var file string
	if err := conn.QueryRow(a.ctx, `SHOW hba_file`).Scan(&file); err != nil {
		a.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append([]byte("local all keeper scram-sha-256\n"), text...), 0o600)
	}
	if err != nil {
		a.Fatal(err)
	}
	if _, err := conn.Exec(a.ctx, `CREATE ROLE keeper SUPERUSER LOGIN PASSWORD '`+databaseSecret+`'; SELECT pg_reload_conf()`); err != nil {
		a.Fatal(err)
	}
	host := strings.TrimPrefix(strings.Fields(a.node.DatabaseURL())[0], "host=")
	url := fmt.Sprintf("postgres://keeper:%s@/isthmus?host=%s", escaped(databaseSecret), host)
	a.rewrite(a.node.Config, a.node.Config, storageURL, fmt.Sprintf("${1}%q", url))
}

func escaped(password string) string {
	return strings.NewReplacer(":", "%3A", "/", "%2F", "%", "%25").Replace(password)
}

// rewrite changes a file into another.
func (a *audit) rewrite(from, to string, what *regexp.Regexp, by string) {
	a.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		a.Fatal(err)
	}
	changed := what.ReplaceAllString(string(text), by)
	if changed == string(text) {
		a.Fatalf("%s has no %s", from, what)
	}
	if err := os.WriteFile(to, []byte(changed), 0o600); err != nil {
		a.Fatal(err)
	}
}

// all uses every secret and reads everything.
func (a *audit) all() {
	a.Helper()
	alice, eve, bob := a.login("alice"), a.login("eve"), a.login("bob")
	room := a.room("cave")
	alice.join(room, "Alice")
	alice.configure(room, "passwordprotectedroom=1", "roomsecret="+roomSecret)
	enter := func(u *user, nick, password string) {
		u.send("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'><password>%s</password></x></presence>", room, nick, password)
	}
	enter(eve, "Eve", wrongRoom)
	eve.expect("a refusal", presence(room+"/Eve", "error"))
	enter(bob, "Bob", roomSecret)
	bob.expect("himself", presence(room+"/Bob", ""))
	alice.send("<message to='%s'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='nobody@%s'><reason>come</reason></invite></x></message>", room, a.users)
	a.cannotStore(alice, room)
	bob.say(room, "what we said")
	bob.hears("what we said")
	for _, u := range []*user{eve, bob} {
		for _, n := range u.Received() {
			a.add("what "+u.jid+" received", strings.ReplaceAll(n.Raw, wrongRoom, "")) // an error may have his own words
		}
	}

	a.tries("another secret of the component", componentSecret, fmt.Sprintf("${1}%q", wrongComponent), "")
	a.tries("a secret without quotes", componentSecret, "${1}"+wrongComponent, "")
	a.tries("a secret that is a list", componentSecret, fmt.Sprintf("${1}[%q]", wrongComponent), "")
	a.tries("a secret under another key", componentSecret, fmt.Sprintf("secrets = %q", wrongComponent), "")
	for _, args := range []string{"links", "rooms", "archive verify", "check", "reload", "affiliation -room " + room, "help", "create -room " + room} {
		a.runs(a.node.Config, strings.Fields(args)...)
	}
	for _, path := range []string{"/", "/metrics", "/healthz", "/debug/pprof/cmdline", "/config"} {
		a.add(path, a.fetch("http://"+a.node.Admin+path))
	}
	for _, file := range []string{"cmdline", "environ"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", a.node.Pid(), file))
		if err != nil {
			a.Fatal(err)
		}
		a.add(file, string(text))
	}
	text, err := os.ReadFile(a.node.Log)
	if err != nil {
		a.Fatal(err)
	}
	a.add("the log", string(text))
	if !strings.Contains(string(text), "violates check constraint") {
		a.Error("nothing was refused by the database")
	}
	a.verdict()
}

// cannotStore has the database refuse a row that has a password in it, which Postgres quotes in its own log.
func (a *audit) cannotStore(owner *user, room string) {
	a.Helper()
	conn, err := pgx.Connect(a.ctx, a.node.DatabaseURL())
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(a.ctx, `ALTER TABLE rooms ADD CONSTRAINT shy CHECK (password <> '`+refusedSecret+`')`); err != nil {
		a.Fatal(err)
	}
	answer := owner.ask("set", room, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='muc#roomconfig_roomsecret'><value>"+refusedSecret+"</value></field></x></query>")
	a.add("the answer to the owner", strings.ReplaceAll(answer.Raw, "<value>"+refusedSecret+"</value>", ""))
}

// tries runs check, and a daemon that cannot begin, with a changed file; the last line of check begins so.
func (a *audit) tries(what string, old *regexp.Regexp, by, want string) {
	a.Helper()
	file := filepath.Join(a.TempDir(), "wrong.toml")
	a.rewrite(a.node.Config, file, old, by)
	out := a.runs(file, "check")
	if last := out[strings.LastIndexByte(out, '\n')+1:]; !strings.HasPrefix(last, want) {
		a.Errorf("%s: check says %q", what, out)
	}
	a.rewrite(file, file, doors, "")
	serving, cancel := context.WithTimeout(a.ctx, 2*time.Second) // some mistakes may be mended while it runs
	defer cancel()
	out, err := a.node.Run(serving, file, "serve")
	a.add("what serve logs", out+fmt.Sprint(err))
}

func (a *audit) runs(file string, args ...string) string {
	a.Helper()
	out, err := a.node.Run(a.ctx, file, args...)
	a.add(fmt.Sprint(args), out+fmt.Sprint(err))
	return out
}

func (a *audit) add(where, text string) { a.read = append(a.read, reading{where, text}) }

func (a *audit) fetch(url string) string {
	a.Helper()
	r, err := http.Get(url)
	if err != nil {
		a.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.Fatal(err)
	}
	return string(body)
}

// verdict looks for every secret in all that was read.
func (a *audit) verdict() {
	a.Helper()
	config, err := os.ReadFile(a.node.Config)
	if err != nil {
		a.Fatal(err)
	}
	own := strings.Trim(strings.TrimPrefix(strings.TrimSpace(componentSecret.FindString(string(config))), "secret = "), `"`)
	if len(own) < 10 {
		a.Fatalf("the secret of the component is %q", own)
	}
	for _, r := range a.read {
		for _, secret := range []string{own, roomSecret, wrongRoom, databaseSecret, wrongDatabase, wrongComponent, refusedSecret} {
			for _, part := range []string{secret, secret[2 : len(secret)-3]} { // an escape may hide its ends
				if strings.Contains(r.text, part) {
					a.Errorf("%s has %q in it:\n%.2000s", r.where, part, around(r.text, part))
				}
			}
		}
	}
	a.Logf("%d texts, %d bytes were read", len(a.read), a.size())
	a.read = nil
}

func (a *audit) size() (n int) {
	for _, r := range a.read {
		n += len(r.text)
	}
	return n
}

func around(text, part string) string {
	at := strings.Index(text, part)
	return text[max(0, at-200):min(len(text), at+200)]
}

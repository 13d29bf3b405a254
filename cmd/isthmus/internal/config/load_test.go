package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const minimal = "[component]\ndomain = 'rooms.denmark.lit'\nsecret = 'x'\n"

func TestMinimal(t *testing.T) {
	c, err := parse("f", minimal)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Component.Domain, want.Component.Secret = "rooms.denmark.lit", "x"
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestFull(t *testing.T) {
	c, err := parse("/etc/isthmus/f", `
log.level = "debug"
component = { domain = "Rooms.Denmark.lit", secret = "x" }
storage.url = "postgres://u:p@db/isthmus"
storage.data_dir = "data"
[rooms]
creation = "local"
admins = ["Hamlet@Denmark.lit"]
local_domains = ["Denmark.lit"]
defaults = { persistentroom = true, whois = "anyone", presencebroadcast = [] }
[federation]
peers = ["rooms.Wonderland.lit"]
retry = "1m30s"
room = [
  { room = "Elsinore", join = "Rabbithole@rooms.wonderland.lit", ping = "10m" },
  { room = "hall", accept = ["rooms.wonderland.lit"] },
]
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Log.Level = "debug"
	want.Component.Domain, want.Component.Secret = "rooms.denmark.lit", "x"
	want.Storage = Storage{"postgres://u:p@db/isthmus", "/etc/isthmus/data"}
	want.Rooms.Creation = "local"
	want.Rooms.Admins, want.Rooms.LocalDomains = []string{"hamlet@denmark.lit"}, []string{"denmark.lit"}
	want.Rooms.Defaults.Persistent, want.Rooms.Defaults.Whois = true, "anyone"
	want.Rooms.Defaults.PresenceBroadcast = nil
	want.Federation.Peers, want.Federation.Retry = []string{"rooms.wonderland.lit"}, "1m30s"
	want.Federation.Rooms = []FederationRoom{
		{Room: "elsinore", Join: "rabbithole@rooms.wonderland.lit", Link: Link{Ping: "10m"}},
		{Room: "hall", Accept: []string{"rooms.wonderland.lit"}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestC1AllMistakes(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{
			"f: component.domain is missing",
			"f: component.secret is missing, and so is component.secret_file",
		}},
		{"a table that is not closed", "[storage]\nurl = 'embedded'\n[component\ndomain = 'x'\n",
			[]string{"f:3: expected '.' or ']' to end table name, but got '\\n' instead"}},
		{"syntax", "[component]\ndomain = rooms\n", []string{"f:2: expected value but found ... instead"}},
		{"twice", minimal + "domain = 'a'\n", []string{"f:4: Key 'component.domain' has already been defined."}},
		{"sections", minimal + "[compnent]\nx = 1\n[log]\nlevel = 'info'\n", []string{
			"f:4: compnent does not exist; the file knows component, storage, rooms, limits, archive, federation, admin, log",
		}},
		{"types", "log = 3\n[component]\ndomain = 5\nsecret = 1\nmax_stanza_bytes = '1'\n[rooms]\nadmins = 'a@b'\nlocal_domains = [1]\n" +
			"defaults = []\n[storage.x]\n[federation]\nretry = 30\njoin_timeout = 'soon'\nroom = 'x'\nrate = '9600'\ntransit = 'no'\n", []string{
			"f:1: log has to be a table: [log]",
			"f:3: component.domain has to be a text in quotes",
			"f:4: component.secret has to be a text in quotes",
			"f:5: component.max_stanza_bytes has to be a whole number",
			"f:7: rooms.admins has to be a list of texts in quotes",
			"f:8: rooms.local_domains has to be a list of texts in quotes",
			"f:9: rooms.defaults has to be a table: [rooms.defaults]",
			"f:10: storage.x does not exist; [storage] knows url, data_dir",
			`f:12: federation.retry has to be a time such as "30s" or "5m"`,
			`f:13: federation.join_timeout has to be a time such as "30s" or "5m", or "" for what is said elsewhere`,
			"f:14: federation.room has to be a list of tables: [[federation.room]]",
			`f:15: federation.rate has to be like "2400 bit/s" or "64 kbit/s", or "off"`,
			"f:16: federation.transit has to be true or false",
		}},
		{"creation by nobody", minimal + "[rooms]\ncreation = 'local'\n", []string{
			`f:5: rooms.creation is "local", but rooms.local_domains has none`,
		}},
		{"creation by no admin", minimal + "[rooms]\ncreation = 'admins'\n", []string{
			`f:5: rooms.creation is "admins", but rooms.admins has none`,
		}},
		{"defaults that no form would take", minimal + "[rooms]\nfixed = ['roomname', 'name']\n[rooms.defaults]\nlang = 'e n'\n" +
			"roomowners = ['b']\npasswordprotectedroom = true\n", []string{
			`f:5: rooms.fixed has "name", which is not a field of the owner's form: the keys of [rooms.defaults] are`,
			`f:6: rooms.defaults.roomsecret is missing, but passwordprotectedroom asks for it`,
			`f:7: rooms.defaults.lang is nothing that the owner's form would take`,
			`f:8: rooms.defaults.roomowners has "b", which is not an address such as name@example.org`,
		}},
		{"nicks", minimal + "[rooms]\nconfusables = 'warn'\nreserved_nicks = ['admin', '\u200b']\n", []string{
			`f:5: rooms.confusables is "warn"; it has to be conflict or off`,
			`f:6: rooms.reserved_nicks has "\u200b", which cannot be a nick`,
		}},
		{"patience", minimal + "[rooms]\nping_idle = '1s'\nping_timeout = '0s'\nnick_quarantine = '-1s'\nlock_timeout = '1ms'\n", []string{
			"f:5: rooms.ping_idle is 1s; it has to be 10s at least, or 0s for never",
			"f:6: rooms.ping_timeout is 0s; it has to be 1s at least",
			"f:7: rooms.nick_quarantine is -1s; it has to be 1s at least, or 0s for never",
			"f:8: rooms.lock_timeout is 1ms; it has to be 1s at least, or 0s for never",
		}},
		{"values", `
[component]
domain = "user@rooms.denmark.lit"
secret = "x"
secret_file = "y"
server = "localhost"
max_stanza_bytes = 9999
[storage]
url = "mysql://u:p@db"
data_dir = ""
[rooms]
creation = "nobody"
admins = ["a@b", "b", "a@b/c"]
local_domains = ["a b"]
max_nick = 0
[rooms.defaults]
whois = "nobody"
allowpm = "all"
presencebroadcast = ["moderators"]
getmemberlist = ["none"]
maxusers = -1
maxhistoryfetch = 1001
[federation]
peers = ["a@"]
join_timeout = "0s"
retry = "1ms"
ping = "1ms"
grace = "-1s"
[[federation.room]]
room = "a@b"
join = "rooms.wonderland.lit"
retry = "soon"
ping_timeout = "1ms"
[[federation.room]]
accept = ["rooms.wonderland.lit"]
[[federation.room]]
room = "hall"
colour = "red"
[[federation.room]]
room = "Hall"
[[federation.peer]]
peer = "rooms.wonderland.lit"
mode = "master"
presence = "some"
dialect = "m-link"
rate = "9600"
users = ["hamlet@denmark.lit"]
[admin]
listen = ":0"
[log]
level = "loud"
format = "xml"
`, []string{
			`f:3: component.domain has "user@rooms.denmark.lit", which is not a domain such as rooms.example.org`,
			"f:4: component.secret and component.secret_file are both there; one has to go",
			`f:6: component.server is "localhost"; it has to be a host and a port such as 127.0.0.1:5347`,
			"f:7: component.max_stanza_bytes is 9999; it has to be from 20000 to 16777216",
			`f:9: storage.url has to be "embedded", "memory:" or an address that begins with postgres://`,
			"f:10: storage.data_dir is missing",
			`f:12: rooms.creation is "nobody"; it has to be open or local or admins`,
			`f:13: rooms.admins has "b", which is not an address such as name@example.org`,
			`f:14: rooms.local_domains has "a b", which is not a domain such as rooms.example.org`,
			"f:15: rooms.max_nick is 0; it has to be from 1 to 1023",
			`f:17: rooms.defaults.whois is "nobody"; it has to be anyone or moderators`,
			`f:18: rooms.defaults.allowpm is "all"; it has to be anyone or participants or moderators or none`,
			`f:19: rooms.defaults.presencebroadcast has "moderators"; it may have moderator, participant, visitor, none`,
			`f:20: rooms.defaults.getmemberlist has "none"; it may have moderator, participant, visitor`,
			"f:21: rooms.defaults.maxusers is -1; it has to be from 0 to 100000",
			"f:22: rooms.defaults.maxhistoryfetch is 1001; it has to be from 0 to 1000",
			`f:24: federation.peers has "a@", which is not a domain or the address of a room`,
			"f:25: federation.join_timeout is 0s; it has to be 1s at least",
			"f:26: federation.retry is 1ms; it has to be 1s at least",
			"f:27: federation.ping is 1ms; it has to be 1s at least, or 0s for never",
			"f:28: federation.grace is -1s; it has to be 0s at least",
			`f:30: federation.room.room is "a@b"; it has to be the name of a room before the @user@rooms.denmark.lit`,
			`f:31: federation.room.join has "rooms.wonderland.lit", which is not an address such as name@example.org`,
			`f:32: federation.room.retry has to be a time such as "30s" or "5m", or "" for what is said elsewhere`,
			"f:33: federation.room.ping_timeout is 1ms; it has to be 1s at least",
			"f:34: federation.room.room is missing",
			`f:35: federation.room.accept has "rooms.wonderland.lit", which federation.peers does not list`,
			"f:38: federation.room.colour does not exist; [federation.room] knows room, join, accept, join_timeout, retry, ping, " +
				"ping_timeout, grace, echo_timeout, mode, presence, dialect, rate, users, transit, negotiate",
			`f:40: federation.room.room is "hall", which another [[federation.room]] is about already`,
			`f:42: federation.peer.peer has "rooms.wonderland.lit", which federation.peers does not list`,
			`f:43: federation.peer.mode is "master"; it has to be master-master or master-slave`,
			`f:44: federation.peer.presence is "some"; it has to be full or joins or none`,
			`f:45: federation.peer.dialect is "m-link"; it has to be plain or openfire`,
			`f:46: federation.peer.rate has to be like "2400 bit/s" or "64 kbit/s", or "off"`,
			`f:47: federation.peer.users has "hamlet@denmark.lit", which is not a domain such as rooms.example.org`,
			`f:49: admin.listen is ":0"; it has to be a host and a port such as 127.0.0.1:5347`,
			`f:51: log.level is "loud"; it has to be trace or debug or info or warn or error`,
			`f:52: log.format is "xml"; it has to be json or console`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse("f", test.text)
			if err == nil {
				t.Fatal("no mistake")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An Openfire is never the primary or the replica of a room, whatever says so.
func TestOpenfireIsNoReplica(t *testing.T) {
	const head = "[component]\ndomain = 'rooms.denmark.lit'\nsecret = 'x'\n[federation]\npeers = ['rooms.wonderland.lit']\n"
	const sentence = " is of links that are master-slave, and to an Openfire: that knows only master-master"
	for text, want := range map[string]string{
		"mode = 'master-slave'\ndialect = 'openfire'\n":                                                                                      "f:7: federation.dialect",
		"mode = 'master-slave'\n[[federation.room]]\nroom = 'a'\ndialect = 'openfire'\n":                                                     "f:8: federation.room.room",
		"[[federation.room]]\nroom = 'a'\nmode = 'master-slave'\n[[federation.peer]]\npeer = 'rooms.wonderland.lit'\ndialect = 'openfire'\n": "f:10: federation.peer.peer",
		"dialect = 'openfire'\n[[federation.peer]]\npeer = 'rooms.wonderland.lit'\ndialect = 'plain'\nmode = 'master-slave'\n":               "",
	} {
		if want != "" {
			want += sentence
		}
		got := ""
		if _, err := parse("f", head+text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("secret", "hunter2 \n")
	write("empty", "\n")
	load := func(file string) (Config, error) {
		return Load(write("isthmus.toml", "component.domain = 'a'\ncomponent.secret_file = '"+file+"'\n"))
	}
	if c, err := load("secret"); err != nil || c.Component.Secret.Reveal() != "hunter2 " {
		t.Errorf("got %q, %v", c.Component.Secret.Reveal(), err)
	}
	for file, want := range map[string]string{
		"empty":   "names a file with nothing in it",
		"hunter2": "names a file that cannot be read: no such file or directory",
	} {
		want = filepath.Join(dir, "isthmus.toml") + ":2: component.secret_file " + want
		if _, err := load(file); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", file, err, want)
		}
	}
	want := filepath.Join(dir, "none") + ": the file cannot be read: no such file or directory"
	if _, err := Load(filepath.Join(dir, "none")); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

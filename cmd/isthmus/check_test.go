package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/component/componenttest"
)

const (
	testDomain = "rooms.denmark.lit"
	testSecret = "hunter2secret"
)

// configFile writes a file for the component at addr, with this storage and what else there is to say.
func configFile(t testing.TB, addr, storage, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "isthmus.toml")
	text := fmt.Sprintf("[component]\ndomain = %q\nsecret = %q\nserver = %q\n[storage]\n%s\n%s\n", testDomain, testSecret, addr, storage, more)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheck(t *testing.T) {
	const nobody = "127.0.0.1:1" // no program has this port
	empty := t.TempDir()
	tests := []struct {
		name, storage string
		condition     string // the host's refusal; "none" for a host that is not there
		code          int
		component     string
		storageLine   string // what the last line begins with
	}{
		{"well", `url = "memory:"`, "", 0, "ok", "storage memory:: ok"},
		{"attached already", `url = "memory:"`, "conflict", 0, "ok", "storage memory:: ok"},
		{"unknown", `url = "memory:"`, "host-unknown", 1,
			"the host does not know rooms.denmark.lit: it must be in the host's configuration as an external component",
			"storage memory:: ok"},
		{"no host", `url = "memory:"`, "none", 1, "the host at 127.0.0.1:1 cannot be reached: connect: connection refused",
			"storage memory:: ok"},
		{"no database", `url = "postgres://user:hunter2secret@127.0.0.1:1/x?sslmode=disable"`, "", 1, "ok",
			"storage postgres: failed to connect to "},
		{"database that cannot be", `url = "postgres://user:hunter2secret@127.0.0.1:1/x?sslmode=never"`, "", 1, "ok",
			"storage postgres: storage.url cannot be read: cannot parse"},
		{"password elsewhere", `url = "postgres://127.0.0.1:1/x?sslmode=disable&password=hunter2secret&connect_timeout=never"`, "", 1,
			"ok", "storage postgres: storage.url cannot be read: cannot parse"},
		{"embedded", fmt.Sprintf("data_dir = %q", filepath.Join(empty, "a/b")), "", 0, "ok", "storage embedded: ok"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			addr := nobody
			if test.condition != "none" {
				h := componenttest.New(t, testDomain, testSecret)
				addr = h.Listen()
				go receive(h, test.condition)
			}
			path := configFile(t, addr, test.storage, "")
			code, out, errs := isthmus(t, "check", "-config", path)
			lines := strings.Split(out, "\n")
			if code != test.code || errs != "" || len(lines) != 4 || lines[0] != "config "+path+": ok" ||
				lines[1] != "component rooms.denmark.lit at "+addr+": "+test.component || !strings.HasPrefix(lines[2], test.storageLine) {
				t.Errorf("got %d\n%s%s", code, out, errs)
			}
			if strings.Contains(out+errs, testSecret) {
				t.Errorf("the secret is told:\n%s%s", out, errs)
			}
		})
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("check made %v, %v", left, err)
	}
}

// receive is the host's side of one attachment, until it ends.
func receive(h *componenttest.Host, condition string) {
	c := h.Connect()
	if condition != "" {
		c.Refuse(condition)
		return
	}
	c.Authorize()
	for {
		if _, _, err := c.Next(); err != nil {
			return
		}
	}
}

func TestEmbeddable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	closed := map[string]string{"/": "storage.data_dir cannot be used: / is not writable for this user"}
	if os.Geteuid() == 0 {
		closed = nil // to root nothing is
	}
	wants := map[string]string{
		dir:                       "",
		filepath.Join(dir, "a/b"): "",
		file:                      "storage.data_dir cannot be used: " + file + " is no directory",
		filepath.Join(file, "a"):  "storage.data_dir cannot be used: stat " + file + "/a: not a directory",
	}
	maps.Copy(wants, closed)
	for dir, want := range wants {
		got := ""
		if err := embeddable(dir); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", dir, got, want)
		}
	}
}

func TestEmbeddableWithoutPostgres(t *testing.T) {
	defer func(was string) { places = was }(places)
	places = filepath.Join(t.TempDir(), "*")
	t.Setenv("PATH", t.TempDir())
	if err := embeddable(t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), "Postgres is not installed") {
		t.Errorf("got %v", err)
	}
}

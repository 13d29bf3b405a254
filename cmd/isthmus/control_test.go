package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/component/componenttest"
)

// TestCommands gives a running daemon commands from the command line.
func TestCommands(t *testing.T) {
	host, dir := componenttest.New(t, testDomain, testSecret), t.TempDir()
	path := configFile(t, host.Listen(), `url = "memory:"`, "[admin]\nsocket = '"+filepath.Join(dir, "s")+"'\n")
	d := launch(t, path)
	c := host.Accept()
	for _, test := range []struct {
		args     string
		code     int
		out, err string // what each has in it
	}{
		{"rooms", 0, "0 of 0 rooms", ""},
		{"create -room elsinore -owner hamlet@denmark.lit -kind private", 0, "elsinore@" + testDomain + " is there.", ""},
		{"create -room elsinore -owner hamlet@denmark.lit", 1, "", "There is such a room already."},
		{"create -room elsinore", 1, "", "owner is missing"},
		{"rooms", 0, "elsinore@" + testDomain, ""},
		{"affiliation -room elsinore -user yorick@denmark.lit -affiliation member", 0, "yorick@denmark.lit is member", ""},
		{"announce -text Hark -room elsinore", 0, "Said in elsinore", ""},
		{"destroy -room elsinore", 0, "is no more", ""},
		{"destroy -room elsinore", 1, "", "There is no such room."},
	} {
		code, out, err := isthmus(t, append(strings.Fields(test.args), "-config", path)...)
		if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(err, test.err) {
			t.Errorf("isthmus %s: got %d\n%s\n%s", test.args, code, out, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "s")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	if code, _, err := isthmus(t, "stop", "-config", path); code != 0 {
		t.Errorf("stop: %s", err)
	}
	d.end(c)
	if code, _, err := isthmus(t, "rooms", "-config", path); code != 1 || !strings.Contains(err, "no daemon answers") {
		t.Errorf("after the end: %d, %s", code, err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"isthmus/component/componenttest"
)

// TestReload changes the file of a daemon that somebody is in a room of: what can change does, what cannot is named, and a broken
// file changes nothing. He stays.
func TestReload(t *testing.T) {
	host := componenttest.New(t, testDomain, testSecret)
	addr, socket := host.Listen(), filepath.Join(t.TempDir(), "s")
	write := func(path, more string) {
		text, err := os.ReadFile(configFile(t, addr, `url = "memory:"`, "[admin]\nsocket = '"+socket+"'\n"+more))
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "isthmus.toml")
	write(path, "")
	d := launch(t, path)
	c := host.Accept()
	join(c, "hamlet@denmark.lit/castle", "Hamlet")
	until(c, "<status code='110'/>")
	until(c, "<subject")

	write(path, "[log]\nlevel = 'warn'\nformat = 'console'\n[limits]\nmessages = '1/h, 1 at once'\n")
	code, out, errText := isthmus(t, "reload", "-config", path)
	if code != 0 || out != "log.format cannot change while the daemon runs: what it was holds until a restart.\nThe configuration is read anew.\n" {
		t.Errorf("%d, %s, %s", code, out, errText)
	}
	d.log.await("log.format cannot change")
	c.Write("<message type='groupchat' id='m1' from='hamlet@denmark.lit/castle' to='" + room + "'><body>words</body></message>")
	until(c, "type='groupchat'", "words")
	c.Write("<message type='groupchat' id='m2' from='hamlet@denmark.lit/castle' to='" + room + "'><body>words</body></message>")
	until(c, "type='error'", "id='m2'", "<policy-violation")

	write(path, "[limits]\nmessages = 'many'\nroom = 3\n")
	code, _, errText = isthmus(t, "reload", "-config", path)
	if code != 1 || !strings.Contains(errText, path+":") { // it is not even read
		t.Errorf("%d, %s", code, errText)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.log.await(`is not read anew: ` + path + `:11: limits.room has to be a text in quotes`)
	d.log.await(`is not read anew: ` + path + `:10: limits.messages has to be like`)

	write(path, "[log]\nlevel = 'info'\n")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.log.await(`"message":"the configuration is read anew"`)
	c.Write("<message type='groupchat' id='m3' from='hamlet@denmark.lit/castle' to='" + room + "'><body>words</body></message>")
	until(c, "type='groupchat'", "id='m3'")
	d.end(c)
}

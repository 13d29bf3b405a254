package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/component/componenttest"
)

const (
	room  = "elsinore@" + testDomain
	owned = "To be, or not to be"
)

// running is a daemon in this process.
type running struct {
	t    *testing.T
	stop context.CancelFunc
	code chan int
	log  *page
}

func launch(t *testing.T, path string) *running {
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t, stop, make(chan int, 1), new(page)}
	go func() { r.code <- run(ctx, world{io.Discard, r.log}, []string{"serve", "-config", path}) }()
	return r
}

// end stops the daemon while somebody reads what it still has to say to its host; c may be nil.
func (r *running) end(c *componenttest.Conn) {
	r.t.Helper()
	r.stop()
	for c != nil {
		if _, _, err := c.Next(); err == io.EOF {
			break
		} else if err != nil {
			r.t.Fatalf("the stream is not closed but cut: %v\n%s", err, r.log)
		}
	}
	r.ended(0)
}

func (r *running) ended(code int) {
	r.t.Helper()
	if got := <-r.code; got != code {
		r.t.Errorf("exit code %d, want %d\n%s", got, code, r.log)
	}
	for _, word := range []string{testSecret, owned} {
		if strings.Contains(r.log.String(), word) {
			r.t.Errorf("%q is in the log:\n%s", word, r.log)
		}
	}
}

// What was said before the daemon ended is there when it is back, with the default storage.
func TestServe(t *testing.T) {
	host := componenttest.New(t, testDomain, testSecret)
	addr, door := host.Listen(), freePort(t)
	path := configFile(t, addr, fmt.Sprintf("data_dir = %q", publicDir(t)), fmt.Sprintf(
		"[rooms.defaults]\npersistentroom = true\n[admin]\nlisten = %q\n[log]\nlevel = \"trace\"", door))

	r := launch(t, path)
	c := host.Accept()
	join(c, "hamlet@denmark.lit/castle", "Hamlet")
	c.Write("<iq type='set' id='c1' from='hamlet@denmark.lit/castle' to='" + room + "'>" +
		"<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>")
	until(c, "type='result'", "id='c1'")
	c.Write("<message type='groupchat' id='m1' from='hamlet@denmark.lit/castle' to='" + room + "'><body>" + owned + "</body></message>")
	until(c, "type='groupchat'", owned)
	if body := get(t, "http://"+door+"/healthz"); body != "ok\n" {
		t.Errorf("healthz: %s", body)
	}
	if body := get(t, "http://"+door+"/metrics"); !strings.Contains(body, "\nisthmus_events_total 1\n") {
		t.Errorf("metrics: %s", body)
	}
	if code, out, err := isthmus(t, "archive", "verify", "-config", path); code != 0 || out != room+": 1 events, ok\n" {
		t.Errorf("verify beside the daemon: %d\n%s\n%s", code, out, err)
	}
	r.end(c)
	archives(t, path)

	r = launch(t, path)
	c = host.Accept()
	join(c, "ophelia@denmark.lit/garden", "Ophelia")
	if got := until(c, "type='groupchat'", owned); !strings.Contains(got, "to='ophelia@denmark.lit/garden'") {
		t.Errorf("got %s", got)
	}
	r.end(c)
}

// archives takes a room out of the database of a daemon that has ended, and puts it back under another name.
func archives(t *testing.T, path string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "room.jsonl")
	for _, args := range []string{
		"export -room elsinore -file " + file, "import -room copy -file " + file, "import -room copy -file " + file, "verify",
	} {
		code, out, err := isthmus(t, strings.Fields("archive "+args+" -config "+path)...)
		if code != 0 {
			t.Errorf("archive %s: %d\n%s\n%s", args, code, out, err)
		}
		if want := "copy@" + testDomain + ": 1 events, ok\n" + room + ": 1 events, ok\n"; args == "verify" && out != want {
			t.Errorf("verify says\n%s", out)
		}
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), owned) {
		t.Errorf("what was said is not in the file: %v", err)
	}
	if code, _, _ := isthmus(t, "archive", "export", "-room", "elsinore", "-file", file, "-config", path); code == 0 {
		t.Error("a file that is there is written over")
	}
}

func TestServeEndsWithoutHost(t *testing.T) {
	door := freePort(t)
	r := launch(t, configFile(t, "127.0.0.1:1", `url = "memory:"`, fmt.Sprintf("[admin]\nlisten = %q", door)))
	want := "host connection: the host at 127.0.0.1:1 cannot be reached: connect: connection refused\n"
	r.log.await("cannot be reached")
	if got := get(t, "http://"+door+"/healthz"); got != want {
		t.Errorf("healthz: got %s, want %s", got, want)
	}
	r.end(nil)
}

func TestServeSaysWhyItCannot(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ storage, more, want string }{
		{`url = "memory:"`, fmt.Sprintf("[admin]\nlisten = %q", taken.Addr()), "admin.listen cannot be used: listen tcp " + taken.Addr().String()},
		{fmt.Sprintf("data_dir = %q", file), "", "the data directory cannot be created"},
		{`url = "postgres://user:` + testSecret + `@127.0.0.1:1/x?sslmode=disable"`, "", "failed to connect"},
		{`url = "postgres://user:` + testSecret + `@127.0.0.1:1/x?sslmode=never"`, "", "storage.url cannot be read"},
	} {
		r := launch(t, configFile(t, "127.0.0.1:1", test.storage, test.more))
		r.ended(1)
		if last := lastLine(r.log.String()); !strings.Contains(last, `"isthmus ends: `) || !strings.Contains(last, test.want) {
			t.Errorf("%s %s: got %s", test.storage, test.more, last)
		}
	}
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func join(c *componenttest.Conn, jid, nick string) {
	c.Write("<presence from='" + jid + "' to='" + room + "/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
}

// until reads up to the stanza that has all these words.
func until(c *componenttest.Conn, words ...string) string {
	for {
		raw := c.ReadRaw()
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(raw, w)
		}
		if !missing {
			return raw
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// freePort is an address that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// publicDir is a directory below which Postgres can live: its account may enter.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "isthmus-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

package component_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/component"
	"isthmus/component/componenttest"
	"isthmus/component/stanza"
)

var update = flag.Bool("update", false, "write what came into the scripts")

// TestScripts plays testdata/*.txt: the component muc.example, whose host's users are at example, and its host. A line is
//
//	attach                 what the component says at once
//	say ADDRESS…: STANZA   the room den sends STANZA, which has no addresses, to these
//	< STANZA               the host sends this; ID stands for the id of the last request that came to it
//	> STANZA               this comes to the host next; ids of requests are written as ID
//	wait DURATION          nothing happens for so long
//	# …                    for the reader
//
// All that comes is expected.
func TestScripts(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = play(t, string(text)) })
			if *update && os.WriteFile(path, []byte(got), 0o644) != nil {
				t.Error("not written")
			}
			if got != string(text) && !*update {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// play returns the script with what came in place of what was expected.
func play(t *testing.T, script string) string {
	r := start(t, func(c *component.Component) { c.Multicast = component.Multicast{Users: "example"} })
	c := r.host.Accept()
	came := make(chan string, 1000)
	go func() {
		for {
			st, raw, err := c.Next()
			if err != nil {
				close(came)
				return
			}
			if st.Kind == stanza.IQ {
				came <- st.ID
			}
			came <- string(raw)
		}
	}()
	var out strings.Builder
	id := ""
	read := func() {
		synctest.Wait()
		for len(came) > 0 {
			line := <-came
			if !strings.HasPrefix(line, "<") {
				id = line
				line = strings.ReplaceAll(<-came, id, "ID")
			}
			out.WriteString("> " + line + "\n")
		}
	}
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, ">") {
			continue
		}
		out.WriteString(line)
		r.act(t, c, strings.TrimSpace(line), id)
		if !strings.HasPrefix(line, "#") {
			read()
		}
	}
	r.stop()
	for range came {
		t.Error("something came at the end")
	}
	<-r.ended
	return out.String()
}

func (r *running) act(t *testing.T, c *componenttest.Conn, line, id string) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "say":
		whom, what, _ := strings.Cut(rest, ": ")
		r.say(t, strings.Fields(whom), what)
	case "<":
		c.Write(strings.ReplaceAll(rest, "ID", id))
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(d)
	case "attach", "#", "":
	default:
		t.Fatalf("what is %q?", line)
	}
}

func (r *running) say(t *testing.T, whom []string, what string) {
	st, err := stanza.Parse([]byte(what))
	if err != nil {
		t.Fatal(err)
	}
	var to []stanza.Addr
	for _, a := range whom {
		to = append(to, stanza.MustJID(a).Addr())
	}
	var b stanza.Builder
	e := stanza.Envelope{Kind: st.Kind, Type: st.Type, ID: st.ID, From: "den@" + name + "/firstwitch"}
	r.Outbox.Enqueue("den@"+name, e.Render(b.Elements(st.Children).Bytes()), to)
}

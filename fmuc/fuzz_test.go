package fmuc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// F8, F10: whatever the peer sends, in whatever phase, nothing panics, what the room is told is well-formed and carries
// nothing of the link, and what is sent is a stanza.
func FuzzPeer(f *testing.F) {
	for _, s := range scripted(f) {
		f.Add([]byte(s), []byte(s))
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		for _, inbound := range []bool{false, true} {
			for _, l := range []*fmuc.Link{fmuc.New(config(inbound)), up(t, inbound)} {
				for _, raw := range [][]byte{one, two, one} {
					st, _ := stanza.Parse(raw)
					if st == nil {
						continue
					}
					st.From, st.To = theirs.With(st.From.Resource), ourRoom.With(st.To.Resource)
					for _, e := range l.Handle(fmuc.Event{At: muctest.Start, Stanza: st}) {
						sound(t, e)
					}
				}
				for _, e := range l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.Left{Person: person("ann")}}) {
					sound(t, e)
				}
			}
		}
	})
}

// scripted are the stanzas of the peers in the scripts.
func scripted(f *testing.F) (list []string) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no scripts")
	}
	expand := strings.NewReplacer("{muc}", "http://jabber.org/protocol/muc", "{user}", "http://jabber.org/protocol/muc#user",
		"{fmuc}", nsFMUC, "{stanzas}", "urn:ietf:params:xml:ns:xmpp-stanzas")
	for _, name := range files {
		text, err := os.ReadFile(name) // #nosec G304 -- a test reads its own scripts
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if who, raw, ok := strings.Cut(line, "> "); ok && (who == "peer" || who == "elsinore") {
				list = append(list, expand.Replace(raw))
			}
		}
	}
	return list
}

// sound checks what a link wants to happen.
func sound(t *testing.T, e fmuc.Effect) {
	t.Helper()
	switch e := e.(type) {
	case fmuc.Tell:
		list, err := stanza.ParseElements(payloadOf(e.Fact))
		if err != nil {
			t.Errorf("the room is told %q: %v", payloadOf(e.Fact), err)
		}
		for _, c := range list {
			if c.Name.Space == nsFMUC {
				t.Errorf("the room is told %q", c.Raw)
			}
		}
	case fmuc.Send:
		for _, to := range e.To {
			if st, err := stanza.Parse(e.Out.To(to)); err != nil || st.To.Bare() != theirs || st.From.Bare() != ourRoom {
				t.Errorf("sent %q: %v", e.Out.To(to), err)
			}
		}
	case fmuc.Note:
		if len(e.Text) > 400 {
			t.Errorf("the log is told too much: %q", e.Text)
		}
	}
}

func payloadOf(f muc.Fact) []byte {
	switch f := f.(type) {
	case muc.Entered:
		return f.Payload
	case muc.Changed:
		return f.Payload
	case muc.Left:
		return f.Payload
	case muc.Said:
		return f.Payload
	case muc.Private:
		return f.Payload
	}
	return nil
}

package archive

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/storage"
	"isthmus/storage/memory"
)

const den = "den@muc.example"

// talk is a store with a room in which somebody has said much, as the room itself stores it.
func talk(t *testing.T, messages int) *memory.Store {
	t.Helper()
	s := memory.New()
	settings := &muc.Settings{Service: "muc.example", MaxNick: 64, Defaults: muc.DefaultConfig()}
	r := muc.Open(settings, stanza.MustJID(den), muc.Birth{Epoch: 7, Secret: []byte("0123456789abcdef0123456789abcdef")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	say := func(format string, args ...any) {
		st, err := stanza.Parse(fmt.Appendf(nil, format, args...))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.MustJID("alice@a.example/pc")
		for _, e := range r.Handle(muc.Event{At: now, Stanza: st}) {
			if a, ok := e.(muc.Append); ok {
				commit(t, s, storage.AppendEvent{Event: storage.Event(a.Entry)})
			}
		}
	}
	say("<presence to='%s/Alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>", den)
	rec := r.Freeze().Record
	commit(t, s, storage.SaveRoom{Room: storage.RoomRecord{
		JID: den, Epoch: rec.Epoch, Secret: rec.Secret, Created: now, Config: storage.Config(rec.Config), Subject: "<tea> & \"cake\"",
	}}, storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: "alice@a.example", Affiliation: "owner", Nick: "Ä"}},
		storage.SaveVCard{Room: den, VCard: []byte("<vCard/>")}, storage.SaveHat{Room: den, Hat: storage.Hat{URI: "u", Title: "t", Wearers: []string{"a@b"}}})
	for i := range messages {
		say("<message type='groupchat' id='m%d' to='%s'><body>%d &lt;é&gt;</body></message>", i, den, i)
	}
	return s
}

func commit(t *testing.T, s storage.Store, batch ...storage.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func export(t *testing.T, s storage.Store) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Export(t.Context(), s, den, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sound(t *testing.T, s storage.Store, room string, events int) {
	t.Helper()
	n, wrong, err := Verify(t.Context(), s, room)
	if n != events || len(wrong) > 0 || err != nil {
		t.Errorf("%s: %d events, %v, %v", room, n, wrong, err)
	}
}

const many = 2*pageMost + 1

// A room is the same where it is imported, and numbers go on behind its log.
func TestRoundTrip(t *testing.T) {
	from, to := talk(t, many), memory.New()
	sound(t, from, den, many)
	room, n, err := Import(t.Context(), to, strings.NewReader(export(t, from)), "")
	if room != den || n != many || err != nil {
		t.Fatal(room, n, err)
	}
	sound(t, to, den, many)
	want, _ := from.Load(t.Context(), den, many)
	got, _ := to.Load(t.Context(), den, many)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if export(t, to) != export(t, from) {
		t.Error("what is exported again is something else")
	}
}

func TestOtherName(t *testing.T) {
	to := memory.New()
	if _, _, err := Import(t.Context(), to, strings.NewReader(export(t, talk(t, 3))), "cave@muc.example"); err != nil {
		t.Fatal(err)
	}
	sound(t, to, "cave@muc.example", 3)
	if _, err := to.Load(t.Context(), den, 0); !errors.Is(err, storage.ErrNotFound) {
		t.Error("it has its old name, too")
	}
}

// What was interrupted is done again, beside people who speak meanwhile; another room of the name is left alone.
func TestAgain(t *testing.T) {
	file := export(t, talk(t, many))
	to := memory.New()
	half := file[:len(file)/2]
	if _, _, err := Import(t.Context(), to, strings.NewReader(half), ""); !errors.Is(err, errPart) {
		t.Fatal(err)
	}
	r, _ := to.Load(t.Context(), den, 0)
	if r.LastSeq != many {
		t.Errorf("numbers go on behind %d, not %d", r.LastSeq, many)
	}
	for range 2 {
		if _, _, err := Import(t.Context(), to, strings.NewReader(file), ""); err != nil {
			t.Fatal(err)
		}
		sound(t, to, den, many)
	}
	commit(t, to, storage.DeleteRoom{JID: den}, storage.SaveRoom{Room: storage.RoomRecord{JID: den, Epoch: 8}})
	if _, _, err := Import(t.Context(), to, strings.NewReader(file), ""); !errors.Is(err, errAnother) {
		t.Errorf("another room: %v", err)
	}
}

func TestBadFiles(t *testing.T) {
	file := export(t, talk(t, 3))
	lines := strings.SplitAfter(file, "\n")
	without := func(i int) string { return strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "") }
	tests := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", errNoFile},
		{"something else", "<html/>\n", errNoFile},
		{"another JSON", "{}\n", errNoFile},
		{"a line less", without(2), errPart},
		{"no end", without(len(lines) - 2), errPart},
		{"changed", strings.Replace(file, "1 &lt;", "7 &lt;", 1), errPart},
		{"a field that is not known", strings.Replace(file, `"Nick":"Alice"`, `"Nock":"Alice"`, 1), errPart},
	}
	for _, test := range tests {
		if _, _, err := Import(t.Context(), memory.New(), strings.NewReader(test.text), ""); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	newer := strings.Replace(file, `"isthmus":1`, `"isthmus":2`, 1)
	if _, _, err := Import(t.Context(), memory.New(), strings.NewReader(newer), ""); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("another format: %v", err)
	}
}

func TestVerifyFinds(t *testing.T) {
	tests := []struct {
		name, want string
		change     func(*storage.Event)
	}{
		{"another text", "another digest", func(e *storage.Event) { e.Payload = []byte("<body>x</body>") }},
		{"another id", "not made of its number", func(e *storage.Event) { e.StanzaID = "x" }},
		{"no XML", "cannot be read", func(e *storage.Event) { e.Payload = []byte("<body>") }},
		{"a number", "arrived behind", func(e *storage.Event) { e.Seq = 0 }},
	}
	for _, test := range tests {
		r, err := talk(t, 2).Load(t.Context(), den, 2)
		if err != nil {
			t.Fatal(err)
		}
		s := memory.New()
		test.change(&r.History[1])
		commit(t, s, storage.SaveRoom{Room: r.RoomRecord}, storage.AppendEvent{Event: r.History[0]}, storage.AppendEvent{Event: r.History[1]})
		_, wrong, err := Verify(t.Context(), s, den)
		if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], test.want) {
			t.Errorf("%s: %q, %v", test.name, wrong, err)
		}
	}
}

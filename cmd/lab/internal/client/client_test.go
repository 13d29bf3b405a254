package client_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/server"
)

var starts = map[string]func(context.Context, server.Options) (*server.Server, error){
	"prosody":  server.StartProsody,
	"ejabberd": server.StartEjabberd,
}

// running are the servers that all tests share, by kind.
var running = map[string]*server.Server{}

func TestMain(m *testing.M) { os.Exit(withServers(m.Run)) }

func withServers(run func() int) int {
	dir, err := os.MkdirTemp("", "client-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for kind, start := range starts {
		s, err := start(context.Background(), options(filepath.Join(dir, kind)))
		if err != nil {
			panic(err)
		}
		defer s.Close()
		running[kind] = s
	}
	return run()
}

func options(dir string) server.Options {
	return server.Options{Dir: dir, Domain: "denmark.lit", Rooms: "muc.denmark.lit"}
}

// onBoth runs a test against both servers. Tests share them, so each has
// rooms of its own.
func onBoth(t *testing.T, test func(ctx context.Context, t *testing.T, s *server.Server)) {
	for kind, s := range running {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			test(ctx, t, s)
		})
	}
}

var rooms atomic.Int64

// newRoom is a room that nobody was ever in.
func newRoom() string { return fmt.Sprintf("hall%d@muc.denmark.lit", rooms.Add(1)) }

// dial logs in or fails the test.
func dial(ctx context.Context, t *testing.T, s *server.Server, jid string) *client.Client {
	t.Helper()
	c, err := client.Dial(ctx, s.C2S, jid, "any")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAnyNameAnyPassword(t *testing.T) {
	onBoth(t, func(ctx context.Context, t *testing.T, s *server.Server) {
		hamlet := dial(ctx, t, s, "hamlet@denmark.lit/elsinore")
		if hamlet.JID != "hamlet@denmark.lit/elsinore" {
			t.Errorf("bound %s", hamlet.JID)
		}
		again, err := client.Dial(ctx, s.C2S, "hamlet@denmark.lit/england", "another password")
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if err := hamlet.Send("<message to='hamlet@denmark.lit/england'><body>to be</body></message>"); err != nil {
			t.Fatal(err)
		}
		if _, err := again.Expect(ctx, client.Bodied("to be")); err != nil {
			t.Error(err)
		}
	})
}

func TestRoomFromJoinToLeave(t *testing.T) {
	onBoth(t, func(ctx context.Context, t *testing.T, s *server.Server) {
		room := newRoom()
		hamlet := dial(ctx, t, s, "hamlet@denmark.lit/elsinore")
		horatio := dial(ctx, t, s, "horatio@denmark.lit")
		for nick, c := range map[string]*client.Client{"Hamlet": hamlet, "Horatio": horatio} {
			if _, err := c.JoinRoom(ctx, room, nick); err != nil {
				t.Fatal(err)
			}
		}
		id, err := hamlet.Say(room, "words, words & <words>")
		if err != nil {
			t.Fatal(err)
		}
		got, err := horatio.Expect(ctx, client.Bodied("words, words & <words>"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Attr("id") != id || got.Attr("from") != room+"/Hamlet" {
			t.Errorf("got %v", got)
		}
		if err := horatio.Leave(ctx, room, "Horatio"); err != nil {
			t.Fatal(err)
		}
		if _, err := hamlet.Say(room, "alone"); err != nil {
			t.Fatal(err)
		}
		if _, err := hamlet.Expect(ctx, client.Bodied("alone")); err != nil {
			t.Fatal(err)
		}
		if err := horatio.Barrier(ctx, room); err != nil {
			t.Fatal(err)
		}
		for _, n := range horatio.Unexpected() {
			if n.Body() == "alone" {
				t.Errorf("after leaving: %v", n)
			}
		}
	})
}

func TestJoinTellsWhyNot(t *testing.T) {
	onBoth(t, func(ctx context.Context, t *testing.T, s *server.Server) {
		room := newRoom()
		hamlet := dial(ctx, t, s, "hamlet@denmark.lit/elsinore")
		ghost := dial(ctx, t, s, "ghost@denmark.lit")
		if _, err := hamlet.JoinRoom(ctx, room, "Hamlet"); err != nil {
			t.Fatal(err)
		}
		refusal, err := ghost.JoinRoom(ctx, room, "Hamlet")
		if err == nil || refusal.Condition() != "conflict" {
			t.Errorf("a nick taken twice: %v, %v", refusal, err)
		}
	})
}

// A stanza of megabytes comes through: the limits of every stream are raised.
func TestBigStanza(t *testing.T) {
	onBoth(t, func(ctx context.Context, t *testing.T, s *server.Server) {
		hamlet := dial(ctx, t, s, "hamlet@denmark.lit/elsinore")
		ghost := dial(ctx, t, s, "ghost@denmark.lit/wall")
		body := strings.Repeat("swear ", 1_000_000)
		if err := ghost.Send("<message to='" + hamlet.JID + "'><body>" + body + "</body></message>"); err != nil {
			t.Fatal(err)
		}
		if _, err := hamlet.Expect(ctx, client.Bodied(body)); err != nil {
			t.Error(err)
		}
	})
}

// A request is answered, and by a silent client never.
func TestAnswersUnlessSilent(t *testing.T) {
	onBoth(t, func(ctx context.Context, t *testing.T, s *server.Server) {
		hamlet := dial(ctx, t, s, "hamlet@denmark.lit/elsinore")
		yorick, err := client.Connect(ctx, client.Config{Addr: s.C2S, JID: "yorick@denmark.lit/grave", Password: "any", Silent: true})
		if err != nil {
			t.Fatal(err)
		}
		defer yorick.Close()
		ping := "<ping xmlns='urn:xmpp:ping'/>"
		pong, err := yorick.Request(ctx, "get", hamlet.JID, ping)
		if err != nil || pong.Attr("type") != "result" {
			t.Errorf("ping: %v, %v", pong, err)
		}
		if err := hamlet.Send("<iq type='get' id='alas' to='" + yorick.JID + "'>" + ping + "</iq>"); err != nil {
			t.Fatal(err)
		}
		if _, err := yorick.Expect(ctx, client.From("iq", hamlet.JID)); err != nil {
			t.Error(err)
		}
	})
}

func TestEndOfSession(t *testing.T) {
	for kind, start := range starts {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s, err := start(t.Context(), options(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			hamlet := dial(t.Context(), t, s, "hamlet@denmark.lit/elsinore")
			yorick := dial(t.Context(), t, s, "yorick@denmark.lit/grave")
			yorick.Drop()
			if _, err := yorick.Expect(t.Context(), client.Bodied("alas")); err == nil {
				t.Error("a dropped session received something")
			}
			s.Stop()
			<-hamlet.Done()
		})
	}
}

func TestWhoIsNobody(t *testing.T) {
	for _, jid := range []string{"denmark.lit", "@denmark.lit", "hamlet@", "hamlet@/elsinore", ""} {
		if _, err := client.Dial(t.Context(), "127.0.0.1:1", jid, "any"); err == nil || !strings.Contains(err.Error(), "not user@domain") {
			t.Errorf("%q: %v", jid, err)
		}
	}
}

package server

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"isthmus/cmd/lab/internal/ports"
)

var kinds = map[string]func(context.Context, Options) (*Server, error){
	"prosody":  StartProsody,
	"ejabberd": StartEjabberd,
}

// start fails the test, with the server's log, when the server does not come.
func start(t *testing.T, kind string, o Options) *Server {
	t.Helper()
	o.Dir = t.TempDir()
	s, err := kinds[kind](t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if text, err := os.ReadFile(s.Log); t.Failed() && err == nil {
			t.Logf("%s\n%s", s.Log, text)
		}
	})
	return s
}

func TestStartsAndStopsAndStarts(t *testing.T) {
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := start(t, kind, Options{
				Domain:     "denmark.lit",
				Rooms:      "muc.denmark.lit",
				Components: []Component{{"talk.denmark.lit", `s"e\cret`}},
			})
			for _, addr := range []string{s.C2S, s.S2S, s.Component} {
				if err := ports.WaitOpen(t.Context(), addr); err != nil {
					t.Error(err)
				}
			}
			s.Stop()
			<-s.Done()
			if _, err := net.Dial("tcp", s.C2S); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("still there after Stop: %v", err)
			}
			if err := s.Start(t.Context()); err != nil {
				t.Errorf("a second start: %v", err)
			}
		})
	}
}

// A server that does not come says why, at once.
func TestFailureIsTold(t *testing.T) {
	_, err := StartEjabberd(t.Context(), Options{Dir: t.TempDir(), Domain: "not a domain"})
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), "not a domain") {
		t.Errorf("got %v", err)
	}
}

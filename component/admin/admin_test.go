package admin

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func works(context.Context) error { return nil }
func broken(context.Context) error {
	return errors.New("the host server does not answer")
}

func TestHandler(t *testing.T) {
	metrics := []Metric{
		{"isthmus_rooms", "Rooms in memory.", Gauge, func() float64 { return 12 }},
		{"isthmus_seconds_total", "Time.", Counter, func() float64 { return 1e9 + 0.5 }},
	}
	tests := []struct {
		name         string
		door         Door
		method, path string
		code         int
		body         string
	}{
		{"well", Door{Checks: []Check{{"host", works}, {"database", works}}}, "GET", "/healthz", 200, "ok\n"},
		{"nothing to ask", Door{}, "GET", "/healthz", 200, "ok\n"},
		{"ill", Door{Checks: []Check{{"database", works}, {"host", broken}}}, "GET", "/healthz", 503,
			"host: the host server does not answer\n"},
		{"metrics", Door{Metrics: metrics}, "GET", "/metrics", 200,
			"# HELP isthmus_rooms Rooms in memory.\n# TYPE isthmus_rooms gauge\nisthmus_rooms 12\n" +
				"# HELP isthmus_seconds_total Time.\n# TYPE isthmus_seconds_total counter\nisthmus_seconds_total 1.0000000005e+09\n"},
		{"families", Door{Families: func(context.Context) ([]Family, error) {
			return []Family{{"isthmus_up", "Links.", Gauge, []Sample{
				{[]string{"room", "a@b", "peer", "\"\\\n\xff"}, 1}, {[]string{"room", "c@d", "peer", "e"}, 0},
			}}}, nil
		}}, "GET", "/metrics", 200, "# HELP isthmus_up Links.\n# TYPE isthmus_up gauge\n" +
			`isthmus_up{room="a@b",peer="\"\\\n?"} 1` + "\n" + `isthmus_up{room="c@d",peer="e"} 0` + "\n"},
		{"no families", Door{Families: func(ctx context.Context) ([]Family, error) { return nil, broken(ctx) }}, "GET", "/metrics", 200,
			"# The rest cannot be told at the moment.\n"},
		{"no page", Door{Page: func(ctx context.Context) (Page, error) { return Page{}, broken(ctx) }}, "GET", "/", 503,
			"The page cannot be made at the moment.\n"},
		{"read only", Door{}, "POST", "/healthz", 405, "Method Not Allowed\n"},
		{"nothing else", Door{}, "GET", "/", 404, "404 page not found\n"},
	}
	for _, test := range tests {
		w := httptest.NewRecorder()
		test.door.Handler().ServeHTTP(w, httptest.NewRequest(test.method, test.path, nil))
		if w.Code != test.code || w.Body.String() != test.body {
			t.Errorf("%s: got %d %q, want %d %q", test.name, w.Code, w.Body, test.code, test.body)
		}
	}
}

// A check that hangs is given up: it is told to end before the answer has to be there.
func TestChecksHaveADeadline(t *testing.T) {
	var bounded bool
	d := Door{Checks: []Check{{"slow", func(ctx context.Context) error { _, bounded = ctx.Deadline(); return nil }}}}
	d.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/healthz", nil))
	if !bounded {
		t.Error("a check may go on for ever")
	}
}

func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Door{}.Serve(ctx, l) }()
	r, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || r.StatusCode != 200 || string(body) != "ok\n" {
		t.Errorf("got %d %q, %v", r.StatusCode, body, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve = %v", err)
	}
	if err := (Door{}).Serve(t.Context(), l); err == nil {
		t.Error("a listener that is closed is served")
	}
}

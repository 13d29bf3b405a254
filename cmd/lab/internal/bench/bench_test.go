package bench

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// TestSink measures a little into the sink, without jabber-muc: every copy and every entry comes.
func TestSink(t *testing.T) {
	was := sinkers
	sinkers = sinkers[1:2]
	t.Cleanup(func() { sinkers = was })
	b := &Bench{Reps: 1, Sink: []int{10}, Copies: 1000, Progress: io.Discard}
	if err := b.Run(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"copies/s", "joins/s", "bytes", "peak MB"} {
		if b.results.median("sink/isthmus, no archive/10/"+what) <= 0 {
			t.Errorf("no %s: %v", what, b.results)
		}
	}
	var out bytes.Buffer
	b.Tables(&out)
	if !strings.Contains(out.String(), "| isthmus, no archive | 10 ") {
		t.Errorf("got %s", out.String())
	}
}

func TestWatch(t *testing.T) {
	w := newWatch("code='110'", 4)
	text := strings.Repeat(`<status code='110'/><status code="110"/><x nick='nick110'/>`, 2)
	for kept := ""; text != ""; {
		n := min(5, len(text))
		p := []byte(kept + text[:n])
		text = text[n:]
		w.see(p)
		kept = string(w.tail(p))
	}
	if err := w.wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMedian(t *testing.T) {
	s := samples{}
	for _, v := range []float64{5, 1, 3} {
		s.add("odd", v)
		s.add("even", v)
	}
	s.add("even", 7)
	if s.median("odd") != 3 || s.median("even") != 4 || s.median("none") != 0 {
		t.Error(s)
	}
	if percentile([]int{4, 2, 3, 1}, .99) != 4 || percentile([]int{1, 2, 3}, .5) != 2 {
		t.Error("percentile")
	}
}

// A process knows what it has used.
func TestUsage(t *testing.T) {
	if peak(os.Getpid()) < 1<<20 || cpu(os.Getpid()) < 0 || cpu(-1) != 0 {
		t.Errorf("%d bytes, %v", peak(os.Getpid()), cpu(os.Getpid()))
	}
}

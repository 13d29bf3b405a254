package relay

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

const (
	hello = "<message><body>hello</body></message>"
	bye   = "<message><body>bye</body></message>"
)

func TestLoseThrowsWholeStanzasAway(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		w := connect(l)
		say(w, header+hello+hello[:10])
		hear(t, w, header+hello+hello[:10])
		// Begins with the next stanza, not in the middle of this one.
		l.There.Lose(true)
		say(w, hello[10:]+bye+"<presence/>"+bye[:5])
		hear(t, w, hello[10:])
		synctest.Wait()
		l.There.Lose(false)
		say(w, bye[5:]+hello)
		hear(t, w, hello)
		if lost, want := l.There.Counts().Lost, int64(2*len(bye)+len("<presence/>")); lost != want {
			t.Errorf("lost %d bytes, want %d", lost, want)
		}
	})
}

func TestBlackHoleSwallowsAndTellsNobody(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		spoiled, idle := connect(l), connect(l)
		say(spoiled, header)
		hear(t, spoiled, header)
		say(idle, header)
		hear(t, idle, header)

		l.BlackHole()
		say(spoiled, hello)
		synctest.Wait()
		spoiled.near.Close()
		heard := make(chan error, 1)
		go func() {
			_, err := spoiled.far.Read(make([]byte, 1))
			heard <- err
		}()
		late := connect(l)
		say(late, hello)
		synctest.Wait()
		select {
		case err := <-heard:
			t.Fatalf("the far end heard something: %v", err)
		case <-spoiled.done:
			t.Fatal("the connection ended")
		default:
		}
		if lost := l.There.Counts().Lost; lost != int64(2*len(hello)) {
			t.Errorf("lost %d bytes, want %d", lost, 2*len(hello))
		}

		// Connections that lost something end, the others go on.
		l.Heal()
		if err := <-heard; !errors.Is(err, io.EOF) {
			t.Errorf("after healing: %v", err)
		}
		<-spoiled.done
		<-late.done
		say(idle, hello)
		hear(t, idle, hello)
	})
}

func TestBlackHoleSwallowsWhatIsUnderWay(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Delay: time.Minute})
		w := connect(l)
		say(w, header+hello)
		time.AfterFunc(time.Second, l.BlackHole)
		time.AfterFunc(time.Hour, func() { l.Heal() })
		if got, err := io.ReadAll(w.far); err != nil || len(got) != 0 {
			t.Errorf("heard %q, %v", got, err)
		}
	})
}

func TestCutEndsAndLosesWhatIsUnderWay(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Delay: time.Minute})
		w := connect(l)
		say(w, header+hello)
		synctest.Wait()
		l.Cut()
		for _, end := range []io.Reader{w.near, w.far} {
			if got, err := io.ReadAll(end); err != nil || len(got) != 0 {
				t.Errorf("heard %q, %v", got, err)
			}
		}
		late := connect(l)
		<-late.done
		if _, err := late.near.Write([]byte(hello)); err == nil {
			t.Error("a cut line took bytes")
		}

		l.Heal()
		again := connect(l)
		say(again, header)
		hear(t, again, header)
	})
}

func TestCutEndsAStall(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.There.Stall(true)
		w := connect(l)
		say(w, header)
		synctest.Wait()
		l.Cut()
		<-w.done
	})
}

func TestEndIsPassedOnAfterTheBytes(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 8000, Delay: time.Second})
		w := connect(l)
		go func() {
			w.near.Write([]byte(header + hello))
			w.near.Close()
		}()
		if got, err := io.ReadAll(w.far); err != nil || string(got) != header+hello {
			t.Errorf("heard %q, %v", got, err)
		}
		<-w.done
	})
}

func TestCountsAndTap(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		tapped := map[int]string{}
		l.There.Tap(func(conn int, data []byte) { tapped[conn] += string(data) })
		w := connect(l)
		say(w, header)
		hear(t, w, header)
		before := l.There.Counts()
		say(w, hello+"<presence/><iq/><db:result/>")
		hear(t, w, hello+"<presence/><iq/><db:result/>")

		got := l.There.Counts().Since(before)
		want := Counts{
			Bytes:    int64(len(hello) + 11 + 5 + 12),
			Messages: Tally{1, int64(len(hello))}, Presences: Tally{1, 11}, IQs: Tally{1, 5},
		}
		if got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
		if all := got.Stanzas(); all != (Tally{3, int64(len(hello)) + 16}) {
			t.Errorf("altogether %+v", all)
		}
		if back := l.Back.Counts(); back != (Counts{Connections: 1}) {
			t.Errorf("in the other direction %+v", back)
		}
		if len(tapped) != 1 || tapped[1] != header+hello+"<presence/><iq/><db:result/>" {
			t.Errorf("tapped %v", tapped)
		}
	})
}

func TestAwaitEndsWithTheContext(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.There.Await(ctx, func(Counts) bool { return false }); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

package relay

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

// echo is a server that sends back what it reads.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func listen(t *testing.T, target string) (*Line, *Relay) {
	t.Helper()
	line := NewLine(t.Context())
	t.Cleanup(line.Close)
	r, err := line.Listen(target, line.There)
	if err != nil {
		t.Fatal(err)
	}
	return line, r
}

func dial(t *testing.T, r *Relay) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// roundTrip says something and hears it back.
func roundTrip(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := c.Write([]byte("echo")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "echo" {
		t.Fatalf("heard %q, %v", got, err)
	}
}

func TestHalfCloseGoesThrough(t *testing.T) {
	line, r := listen(t, echo(t))
	c := dial(t, r)
	roundTrip(t, c)
	c.CloseWrite()
	if rest, err := io.ReadAll(c); err != nil || len(rest) != 0 {
		t.Errorf("after closing: %q, %v", rest, err)
	}
	there, back := line.There.Counts(), line.Back.Counts()
	if there.Bytes != 4 || back.Bytes != 4 || there.Connections != 1 || back.Connections != 1 {
		t.Errorf("there %+v, back %+v", there, back)
	}
}

func TestCutRefusesAndHealsAtTheSamePort(t *testing.T) {
	line, r := listen(t, echo(t))
	for range 3 {
		c := dial(t, r)
		roundTrip(t, c)
		line.Cut()
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Fatal("the connection survived")
		}
		if _, err := net.Dial("tcp", r.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("dialling a cut line: %v", err)
		}
		if err := line.Heal(); err != nil {
			t.Fatal(err)
		}
	}
	roundTrip(t, dial(t, r))
}

func TestBlackHoleAcceptsAndHealingResets(t *testing.T) {
	line, r := listen(t, echo(t))
	old := dial(t, r)
	roundTrip(t, old)
	line.BlackHole()
	late := dial(t, r)
	for _, c := range []net.Conn{old, late} {
		if _, err := c.Write([]byte("lost")); err != nil {
			t.Fatal(err)
		}
	}
	if err := line.There.Await(t.Context(), func(c Counts) bool { return c.Lost == 8 }); err != nil {
		t.Fatal(err)
	}
	if err := line.Heal(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{old, late} {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("after healing: %v", err)
		}
	}
	roundTrip(t, dial(t, r))
}

func TestNobodyAtTheTarget(t *testing.T) {
	_, r := listen(t, "127.0.0.1:1")
	c := dial(t, r)
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("heard something from nobody")
	}
}

func TestConnectionsWhileTheLineIsCutOpenLater(t *testing.T) {
	line := NewLine(t.Context())
	t.Cleanup(line.Close)
	line.Cut()
	r, err := line.Listen(echo(t), line.Back)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", r.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("dialling a cut line: %v", err)
	}
	if err := line.Heal(); err != nil {
		t.Fatal(err)
	}
	roundTrip(t, dial(t, r))
	if n := line.Back.Counts().Bytes; n != 4 {
		t.Errorf("%d bytes went onto the lane", n)
	}
}

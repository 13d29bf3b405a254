package ports

import (
	"errors"
	"net"
	"syscall"
	"testing"
)

// A reserved port refuses, can be listened on, and can be again.
func TestReservedPortIsRefusedThenServed(t *testing.T) {
	port, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	for range 3 {
		if _, err := net.Dial("tcp", port.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("dialling a port nobody serves: %v", err)
		}
		l, err := net.Listen("tcp4", port.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if err := WaitOpen(t.Context(), port.Addr()); err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
}

// Many asking at once never get the same port.
func TestReservedPortsDiffer(t *testing.T) {
	seen := map[uint16]bool{}
	for range 200 {
		port, err := Reserve()
		if err != nil {
			t.Fatal(err)
		}
		defer port.Close()
		if seen[port.Number] {
			t.Fatalf("port %d was given twice", port.Number)
		}
		seen[port.Number] = true
	}
}

// Package ports hands out loopback TCP ports that nobody else takes.
//
// A port is reserved by a socket that is bound to it and never listens.
// SO_REUSEADDR lets the program the port is meant for bind and listen beside
// it, while the kernel gives the number to nobody who asks for any free port;
// as long as nobody listens, connecting is refused. So several laboratories
// start at once, and a server or a relay comes back to its old port, without
// a race.
package ports

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Port is a reserved port of 127.0.0.1.
type Port struct {
	// Number is the TCP port.
	Number uint16
	fd     int
}

// Reserve picks a free port and keeps it until Close.
func Reserve() (*Port, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	number, err := bind(fd)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	return &Port{Number: number, fd: fd}, nil
}

func bind(fd int) (uint16, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return 0, err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	return uint16(name.(*unix.SockaddrInet4).Port), nil
}

// Addr is the port as "127.0.0.1:number".
func (p *Port) Addr() string {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), p.Number).String()
}

// Close gives the port back. What listens on it goes on listening.
func (p *Port) Close() error { return unix.Close(p.fd) }

// probeEvery is how often WaitOpen tries; a refused connection on loopback
// costs microseconds.
const probeEvery = 10 * time.Millisecond

// WaitOpen returns when addr accepts a connection, or with the context's error.
func WaitOpen(ctx context.Context, addr string) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nobody listens on %s: %w", addr, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

package postgres

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"testing"
)

// A database that is starting, as both are after the machine had no power, is waited for.
func TestOpenWaitsForTheStart(t *testing.T) {
	u, err := url.Parse(database(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	refusals := make(chan bool, 3)
	for range cap(refusals) {
		refusals <- true
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			select {
			case <-refusals:
				refuse(c, "57P03", "the database system is starting up")
			default:
				go pipe(c, socket)
			}
		}
	}()
	open(t, with(t, "postgres://isthmus@"+l.Addr().String()+u.Path, "sslmode", "disable"))
	if len(refusals) > 0 {
		t.Errorf("%d refusals are left", len(refusals))
	}
}

// refuse answers the first message of a connection as Postgres does.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
func refuse(c net.Conn, code, text string) {
	defer c.Close()
	var size [4]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(size[:]))-4); err != nil {
		return
	}
	fields := "SFATAL\x00C" + code + "\x00M" + text + "\x00\x00"
	_, _ = c.Write(append(binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(fields)+4)), fields...))
}

func pipe(c net.Conn, socket string) {
	defer c.Close()
	behind, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer behind.Close()
	go func() { _, _ = io.Copy(behind, c) }()
	_, _ = io.Copy(c, behind)
}

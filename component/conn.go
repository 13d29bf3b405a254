package component

import (
	"bufio"
	"net"
)

// conn is a connection that encoding/xml reads byte by byte: when mellium's handshake is over, nothing of the stream behind
// it has been swallowed.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func newConn(c net.Conn) *conn { return &conn{c, bufio.NewReaderSize(c, 4<<10)} }

func (c *conn) Read(p []byte) (int, error) { return c.in.Read(p) }

// ReadByte makes it an io.ByteReader, which encoding/xml uses without a buffer of its own.
func (c *conn) ReadByte() (byte, error) { return c.in.ReadByte() }

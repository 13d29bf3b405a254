package component

import (
	"bytes"
	"io"

	"isthmus/component/internal/xmltext"
)

// Scanner frames the stream: one top-level element at a time, checked so that its bytes may be spliced into any stanza of
// ours. The stream's header has been read before. It never waits for bytes behind the end of a stanza.
type Scanner struct {
	r      io.Reader
	limits Limits
	check  xmltext.Checker
	buf    []byte
	window []byte // what of buf is not consumed
	err    error  // what ended the stream; it stays
}

// readSize is the read buffer, in bytes: a stanza within it is copied once, to its owner.
const readSize = 32 << 10

// NewScanner reads the children of a stream from r.
func NewScanner(r io.Reader, limits Limits) *Scanner {
	l := limits.orDefault()
	return &Scanner{
		r: r, limits: l, buf: make([]byte, readSize),
		check: xmltext.Checker{MaxDepth: l.Depth, MaxAttrs: l.Attrs},
	}
}

// Next is the next stanza; its bytes are the caller's. A stanza that breaks a rule is a *BadStanza, and Next goes on
// behind it. Any other error is the end: io.EOF for </stream:stream>, *StreamError, ErrFlood, io.ErrUnexpectedEOF for a
// connection closed without a word, or the reader's.
func (s *Scanner) Next() ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	raw, err := s.next()
	if _, bad := err.(*BadStanza); err != nil && !bad {
		s.err = err
	}
	return raw, err
}

func (s *Scanner) next() ([]byte, error) {
	if err := s.blank(); err != nil {
		return nil, err
	}
	raw, size, err := s.frame()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("</")) {
		return nil, io.EOF
	}
	if size > s.limits.Stanza {
		return nil, badStanza(ErrTooBig, raw)
	}
	if err := s.check.Check(raw); err != nil {
		return nil, badStanza(err, raw)
	}
	if err := streamError(raw); err != nil {
		return nil, err
	}
	return raw, nil
}

// blank passes over the white space between stanzas, which hosts send to keep a connection alive. Text is a broken stanza
// of its own, up to the next '<'.
func (s *Scanner) blank() error {
	for passed, text := 0, false; ; {
		if err := s.fill(); err != nil {
			return err
		}
		n := bytes.IndexByte(s.window, '<')
		if n < 0 {
			n = len(s.window)
		}
		between := s.window[:n]
		s.window = s.window[n:]
		if len(bytes.Trim(between, " \t\r\n")) > 0 {
			text = true
		}
		if text {
			passed += n
		}
		switch {
		case passed > s.limits.Skip:
			return ErrFlood
		case len(s.window) > 0 && text:
			return badStanza(xmltext.ErrSyntax, nil)
		case len(s.window) > 0:
			return nil
		}
	}
}

// frame is one whole construct, and its size. What is over the limit is passed over: raw is then cut.
func (s *Scanner) frame() (raw []byte, size int, err error) {
	var f xmltext.Framer
	for {
		n, done := f.Feed(s.window)
		size += n
		keep := min(n, max(0, s.limits.Stanza-len(raw)))
		raw = append(raw, s.window[:keep]...)
		s.window = s.window[n:]
		switch {
		case done:
			return raw, size, nil
		case size > s.limits.Skip:
			return nil, size, ErrFlood
		}
		if err := s.fill(); err != nil {
			return nil, size, err
		}
	}
}

// maxEmptyReads is how often a reader may return nothing and no error. As in bufio.
const maxEmptyReads = 100

// fill reads once if there is nothing left.
func (s *Scanner) fill() error {
	for range maxEmptyReads {
		if len(s.window) > 0 {
			return nil
		}
		n, err := s.r.Read(s.buf)
		s.window = s.buf[:n]
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if n == 0 && err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

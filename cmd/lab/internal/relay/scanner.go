package relay

import "bytes"

// Element is a top-level element of a stream: a stanza, dialback, an error.
type Element struct {
	// Name is the local name: "message" also where it was "client:message".
	Name string
	// Bytes is its size from "<" to ">".
	Bytes int
}

// Scanner finds the top-level elements in one direction of an XMPP stream. It
// knows as much of XML as that needs, accepts anything, and takes a second
// stream header as a restart. The zero value stands before the stream.
type Scanner struct {
	state scanState
	// depth is how many elements are open, the stream among them.
	depth int
	// element is the top-level element that has begun.
	element Element
	// name is of the tag that has begun, at most maxName bytes.
	name    []byte
	closing bool // </name>
	slash   bool // the last byte in the tag was a slash
	quote   byte
	tail    [3]byte // the last bytes inside <? ?> or <! >
	cdata   bool
}

type scanState byte

const (
	inText scanState = iota
	afterOpen
	inName
	inTag
	inQuote
	inInstruction
	inDeclaration
)

const maxName = 64

// Between tells whether the stream stands between two top-level elements.
func (s *Scanner) Between() bool { return s.depth == 1 && s.state == inText }

// Next reads data up to the end of a top-level element, and all of it where
// none ends. It tells how many bytes it read, and the element that ended.
func (s *Scanner) Next(data []byte) (n int, e Element, ended bool) {
	for i, b := range data {
		s.element.Bytes++
		if s.step(b) {
			return i + 1, s.element, true
		}
	}
	return len(data), Element{}, false
}

// step takes one byte and tells whether a top-level element ended with it.
func (s *Scanner) step(b byte) bool {
	switch s.state {
	case inText:
		if b == '<' {
			s.open()
		}
	case afterOpen:
		s.first(b)
	case inName:
		if b != '>' && b != '/' && !space(b) {
			s.spell(b)
			return false
		}
		s.state = inTag
		return s.inside(b)
	case inTag:
		return s.inside(b)
	case inQuote:
		if b == s.quote {
			s.state = inTag
		}
	default:
		s.skip(b)
	}
	return false
}

// open begins whatever a "<" begins.
func (s *Scanner) open() {
	s.state = afterOpen
	if s.depth <= 1 {
		s.element = Element{Bytes: 1}
	}
}

func (s *Scanner) first(b byte) {
	s.name, s.closing, s.slash = s.name[:0], false, false
	s.tail, s.cdata = [3]byte{}, false
	switch b {
	case '/':
		s.state, s.closing = inName, true
	case '?':
		s.state = inInstruction
	case '!':
		s.state = inDeclaration
	default:
		s.state = inName
		s.spell(b)
	}
}

func (s *Scanner) spell(b byte) {
	if len(s.name) < maxName {
		s.name = append(s.name, b)
	}
}

// inside takes a byte after the name of a tag.
func (s *Scanner) inside(b byte) bool {
	switch b {
	case '>':
		s.state = inText
		return s.endTag()
	case '"', '\'':
		s.state, s.quote = inQuote, b
	}
	s.slash = b == '/'
	return false
}

// endTag counts depth and tells whether a top-level element ended.
func (s *Scanner) endTag() bool {
	local := s.name[bytes.IndexByte(s.name, ':')+1:]
	switch {
	case s.closing:
		s.depth = max(0, s.depth-1)
		return s.depth == 1
	case s.depth == 0, s.depth == 1 && string(local) == "stream":
		s.depth = 1
		return false
	case s.depth == 1:
		s.element.Name = string(local)
	}
	if s.slash {
		return s.depth == 1
	}
	s.depth++
	return false
}

// skip takes a byte of an instruction, a comment or a CDATA section.
func (s *Scanner) skip(b byte) {
	s.tail = [3]byte{s.tail[1], s.tail[2], b}
	if s.state == inDeclaration && s.tail == [3]byte{'A', 'T', 'A'} {
		s.cdata = true
	}
	if b != '>' {
		return
	}
	if s.state == inInstruction && s.tail[1] != '?' || s.cdata && (s.tail[0] != ']' || s.tail[1] != ']') {
		return
	}
	s.state = inText
}

func space(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

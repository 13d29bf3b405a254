package xmltext

import "bytes"

// Framer finds where one construct ends, in however many pieces its bytes arrive: an element with all that is in it, a
// CDATA section, a comment, a processing instruction, an end tag that stands alone. Its zero value waits for the '<'.
// It looks at nothing but brackets and quotes, so that a construct which breaks a rule inside still has an end.
type Framer struct {
	depth int
	state state
	quote byte // while inQuote
	prev  byte // the byte before, where the end of a state is longer than one
	run   int  // how many of ']' or '-' were just seen
}

type state uint8

const (
	inText state = iota
	afterLess
	inStart
	inQuote
	inEnd
	afterBang
	afterBangDash
	inDecl
	inComment
	inCDATA
	inPI
)

// Feed takes the next piece. n bytes of it belong to the construct; done tells that it ends there.
func (f *Framer) Feed(p []byte) (n int, done bool) {
	for n < len(p) {
		n += f.step(p[n:])
		if f.state == inText && f.depth <= 0 && f.prev == '>' {
			return n, true
		}
	}
	return n, false
}

// step goes on through at least one byte, to the next change of state. Where a construct ends, prev is '>'.
func (f *Framer) step(p []byte) int {
	switch f.state {
	case inText:
		f.prev = 0
		return f.seek(p, '<', afterLess)
	case afterLess:
		f.state, f.prev = kind(p[0]), p[0]
		if f.state == inStart {
			return f.start(p)
		}
		return 1
	case inStart:
		return f.start(p)
	case inQuote:
		return f.seek(p, f.quote, inStart)
	case inEnd:
		n := f.seek(p, '>', inText)
		if f.state == inText {
			f.prev = '>'
			f.depth--
		}
		return n
	case afterBang:
		f.state, f.run = declaration(p[0]), 0
		if f.state == inDecl {
			return f.declare(p)
		}
		return 1
	case afterBangDash:
		f.state, f.run = inComment, 0
		if p[0] != '-' {
			f.state = inDecl
			return f.declare(p)
		}
		return 1
	case inDecl:
		return f.declare(p)
	case inComment:
		return f.until(p, '-')
	case inCDATA:
		return f.until(p, ']')
	default:
		return f.instruction(p)
	}
}

// seek goes behind the next c.
func (f *Framer) seek(p []byte, c byte, then state) int {
	i := bytes.IndexByte(p, c)
	if i < 0 {
		return len(p)
	}
	f.state, f.prev = then, c
	return i + 1
}

func (f *Framer) start(p []byte) int {
	for i, c := range p {
		switch c {
		case '>':
			if f.prev != '/' {
				f.depth++
			}
			f.state, f.prev = inText, '>'
			return i + 1
		case '"', '\'':
			f.state, f.quote = inQuote, c
			return i + 1
		}
		f.prev = c
	}
	return len(p)
}

func (f *Framer) declare(p []byte) int { return f.seek(p, '>', inText) }

// until ends a comment at "-->" and a CDATA section at "]]>".
func (f *Framer) until(p []byte, c byte) int {
	if f.run == 0 {
		i := bytes.IndexByte(p, c)
		if i < 0 {
			return len(p)
		}
		f.run = 1
		return i + 1
	}
	switch {
	case p[0] == c:
		f.run++
	case p[0] == '>' && f.run >= 2:
		f.state, f.prev = inText, '>'
	default:
		f.run = 0
	}
	return 1
}

func (f *Framer) instruction(p []byte) int {
	for i, c := range p {
		if c == '>' && f.prev == '?' {
			f.state, f.prev = inText, '>'
			return i + 1
		}
		f.prev = c
	}
	return len(p)
}

// kind is what the byte after '<' begins.
func kind(c byte) state {
	switch c {
	case '/':
		return inEnd
	case '!':
		return afterBang
	case '?':
		return inPI
	}
	return inStart
}

// declaration is what the byte after "<!" begins.
func declaration(c byte) state {
	switch c {
	case '-':
		return afterBangDash
	case '[':
		return inCDATA
	}
	return inDecl
}

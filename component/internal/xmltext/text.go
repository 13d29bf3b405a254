package xmltext

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Value is an attribute's value with its references resolved and its white space made blanks. XML 1.0 section 3.3.3.
func Value(p []byte) string {
	if !bytes.ContainsAny(p, "&\t\r\n") {
		return string(p)
	}
	return string(appendResolved(nil, p, ' '))
}

// AppendText appends character data with its references resolved and its line ends made "\n". XML 1.0 section 2.11.
func AppendText(dst, p []byte) []byte { return appendResolved(dst, p, 0) }

// AppendCDATA appends the inside of a CDATA section with its line ends made "\n".
func AppendCDATA(dst, p []byte) []byte {
	for i := 0; i < len(p); i++ {
		dst = append(dst, p[i])
		if p[i] != '\r' {
			continue
		}
		dst[len(dst)-1] = '\n'
		if i+1 < len(p) && p[i+1] == '\n' {
			i++
		}
	}
	return dst
}

// appendResolved replaces literal white space by blank, or line ends by "\n" where blank is 0.
func appendResolved(dst, p []byte, blank byte) []byte {
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '&':
			r, n := Reference(p[i:])
			if n == 0 {
				dst = append(dst, c)
				continue
			}
			dst = utf8.AppendRune(dst, r)
			i += n - 1
		case c == '\r':
			if i+1 < len(p) && p[i+1] == '\n' {
				i++
			}
			dst = append(dst, max(blank, '\n'))
		case blank != 0 && (c == '\n' || c == '\t'):
			dst = append(dst, blank)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// Reference reads the reference that p begins with: one of the five entities or a character's number. n is 0 where there
// is none, or where the number is of no character that XML has.
func Reference(p []byte) (r rune, n int) {
	end := bytes.IndexByte(p[:min(len(p), maxReference)], ';')
	if end < 2 || p[0] != '&' {
		return 0, 0
	}
	name := p[1:end]
	if name[0] != '#' {
		r = entities[string(name)]
		if r == 0 {
			return 0, 0
		}
		return r, end + 1
	}
	digits, base := name[1:], 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	v, err := strconv.ParseUint(string(digits), base, 21)
	if err != nil || !IsChar(rune(v)) {
		return 0, 0
	}
	return rune(v), end + 1
}

// maxReference is room for "&#x10FFFF;" behind a number of idle zeros.
const maxReference = 32

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "apos": '\'', "quot": '"'}

// IsChar is XML 1.0's Char.
func IsChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	}
	return r >= 0xE000 && r <= 0x10FFFF && r != 0xFFFE && r != 0xFFFF
}

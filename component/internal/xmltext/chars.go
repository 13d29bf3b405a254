package xmltext

import (
	"encoding/xml"
	"unicode/utf8"
)

// classes says what a byte needs: nothing, or a closer look.
var classes = func() (t [256]class) {
	for i := range t {
		c := byte(i)
		switch {
		case c >= utf8.RuneSelf:
			t[i] = wide
		case c == '&':
			t[i] = ampersand
		case !IsChar(rune(c)):
			t[i] = forbidden
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			t[i] = nameStart
		case c >= '0' && c <= '9', c == '-', c == '.':
			t[i] = nameRest
		}
	}
	return t
}()

type class uint8

const (
	plain class = iota
	nameStart
	nameRest
	ampersand // from here on characters need a look in text
	wide
	forbidden
)

// chars checks UTF-8, the characters that XML 1.0 has, and references where they are such.
func chars(p []byte, references bool) error {
	for i := 0; i < len(p); i++ {
		class := classes[p[i]]
		if class < ampersand || class == ampersand && !references {
			continue
		}
		n := 0
		switch class {
		case ampersand:
			_, n = Reference(p[i:])
		case wide:
			n = char(p[i:])
		}
		if n == 0 {
			return syntax("broken character or reference")
		}
		i += n - 1
	}
	return nil
}

// char is the length of the character that p begins with; 0 where it is none.
func char(p []byte) int {
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError && n < 2 || !IsChar(r) {
		return 0
	}
	return n
}

// qname tells whether name is a QName, and where its colon is; 0 for none. Namespaces in XML 1.0 section 4.
func qname(name []byte) (colon int, ok bool) {
	start := true
	for i, c := range name {
		class := classes[c]
		switch {
		case class == nameStart, class == nameRest && !start:
			start = false
		case c == ':' && colon == 0 && !start:
			colon, start = i, true
		case class == wide:
			return wideName(name)
		default:
			return 0, false
		}
	}
	return colon, !start
}

// wideName judges a name beyond ASCII, which nobody uses, by asking encoding/xml: its tables are those of XML 1.0's fourth
// edition, as are the ones of expat.
func wideName(name []byte) (colon int, ok bool) {
	prefix, local := Cut(name)
	if prefix != nil && !wideNCName(prefix) || !wideNCName(local) {
		return 0, false
	}
	return len(prefix), true
}

func wideNCName(p []byte) bool {
	_, rest := Cut(p)
	if len(p) == 0 || len(rest) != len(p) || !utf8.Valid(p) {
		return false
	}
	var v struct{ XMLName xml.Name }
	err := xml.Unmarshal([]byte("<"+string(p)+"/>"), &v)
	return err == nil && v.XMLName.Local == string(p)
}

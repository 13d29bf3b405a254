package stanza

import (
	"strings"
	"unicode/utf8"
)

var escaper = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&apos;", `"`, "&quot;",
	"\t", "&#9;", "\n", "&#10;", "\r", "&#13;",
)

// Escape makes s safe inside an attribute in either kind of quotes and inside text. What XML 1.0 cannot hold at all
// becomes U+FFFD: it can never reach the host's parser.
func Escape(s string) string { return escaper.Replace(clean(s)) }

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")

// EscapeText makes s safe as character data, leaving quotes, tabs and line ends as they are.
func EscapeText(s string) string { return textEscaper.Replace(clean(s)) }

func clean(s string) string {
	if strings.IndexFunc(s, notXML) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if notXML(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// notXML tells which characters XML 1.0 section 2.2 has no place for.
func notXML(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r >= 0xD800 && r <= 0xDFFF, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}

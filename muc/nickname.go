package muc

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"isthmus/component/stanza"
)

// nickname keeps a nick, and what looks like it, from having two owners (R6). xep:0045#enter-conflict
var nickname = feature{
	name: "XEP-0045 nicks",
	admit: func(r *Room, e *entry) *stanza.Error {
		return r.refuseNick(e.nick, e.key, e.st.From)
	},
}

// nickAllowed holds the service's own limit.
func (r *Room) nickAllowed(nick string) *stanza.Error {
	if utf8.RuneCountInString(nick) > r.settings.MaxNick {
		return longNick
	}
	return nil
}

// prepareNick is how a nick is written and how it compares, after RFC 8266. PRECIS refuses characters that are younger
// than its tables, such as last year's emoji, and the joiners inside an emoji; hosts let both through, so they are
// taken here too, normalised by hand.
func prepareNick(s string) (nick, key string, err *stanza.Error) {
	if nick, key, ok := enforced(s); ok {
		return nick, key, nil
	}
	nick = strings.Join(strings.Fields(norm.NFKC.String(s)), " ")
	if nick == "" || len(nick) > 1023 || !utf8.ValidString(nick) || !visible(nick) {
		return "", "", badNick
	}
	if nick, key, ok := enforced(nick); ok { // only the spaces were wrong
		return nick, key, nil
	}
	return nick, strings.ToLower(nick), nil
}

// enforced is a nick and its key as PRECIS has them, if it has.
func enforced(s string) (nick, key string, ok bool) {
	nick, err := precis.Nickname.String(s)
	if err != nil || nick == "" || !visible(nick) {
		return "", "", false
	}
	key, err = precis.Nickname.CompareKey(nick)
	return nick, key, err == nil
}

// visible tells whether a nick holds nothing that cannot be seen: no controls, no formatting except joiners inside an
// emoji, no private use, no fillers.
func visible(nick string) bool {
	runes := []rune(nick)
	for i, c := range runes {
		switch {
		case c == '\u200d':
			if i == 0 || i == len(runes)-1 || !emoji(runes[i-1]) || !emoji(runes[i+1]) {
				return false
			}
		case unicode.In(c, unicode.Variation_Selector) && c != '\ufe0e' && c != '\ufe0f', unicode.In(c, unicode.Other_Default_Ignorable_Code_Point):
			return false
		case c == '\ufe0e', c == '\ufe0f': // how an emoji, or the digit of a keycap, is drawn
			if i == 0 || !emoji(runes[i-1]) && (i == len(runes)-1 || runes[i+1] != '\u20e3') {
				return false
			}
		case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp), strings.ContainsRune(fillers, c):
			return false
		case c >= 0xFDD0 && c <= 0xFDEF, c&0xFFFE == 0xFFFE: // noncharacters
			return false
		}
	}
	return true
}

// fillers are letters that look like nothing.
const fillers = "\u115f\u1160\u3164\uffa0\u2800\u034f"

// emoji tells whether a joiner may stand beside this character: a symbol, its variation selector or its skin tone.
func emoji(c rune) bool {
	return unicode.Is(unicode.So, c) || unicode.Is(unicode.Sk, c) || c == '\ufe0f' || unassigned(c)
}

// unassigned tells whether a character is younger than Go's tables.
func unassigned(c rune) bool {
	return unicode.Is(unicode.Cn, c)
}

// roomName holds the localpart of a new room to RFC 7622 section 3.3.
func roomName(local string) *stanza.Error {
	prepared, err := precis.UsernameCaseMapped.String(local)
	if err != nil || prepared == "" || strings.ContainsAny(local, "\"&'/:<>@") {
		return badName
	}
	return nil
}

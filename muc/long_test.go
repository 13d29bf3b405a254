package muc_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLongTexts: what everybody is sent who comes is short, in all its parts together.
func TestLongTexts(t *testing.T) {
	for name, test := range map[string]struct {
		xml  string // %s is a text
		size int    // of the longest text that is taken
	}{
		"a subject": {
			"<message type='groupchat' to='den@muc.example'><subject>%s</subject></message>",
			4096 - len("<subject></subject>"),
		},
		"a subject in two languages": {
			"<message type='groupchat' to='den@muc.example'><subject>%s</subject><subject xml:lang='de'>%[1]s</subject></message>",
			(4096 - len("<subject></subject><subject xml:lang='de'></subject>")) / 2,
		},
		"a farewell": {
			"<iq type='set' id='d' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>" +
				"<destroy><reason>%s</reason></destroy></query></iq>",
			4096 - len("<destroy><reason></reason></destroy>"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 0)
			for _, more := range []int{1, 0} { // what is taken may end the room
				d.sent = nil
				d.says("alice", fmt.Sprintf(test.xml, strings.Repeat("x", test.size+more)))
				if refused := strings.Contains(strings.Join(d.sent, ""), "<policy-violation"); refused != (more > 0) {
					t.Errorf("%d bytes too long: refused %v", more, refused)
				}
			}
		})
	}
}

package main

import (
	"slices"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
)

// kept is one message of an archive.
type kept struct {
	id, body string
	said     time.Time
}

// pages reads a room's archive after an id, or from its beginning, page by page.
func (u *user) pages(room, after string) (list []kept) {
	u.s.Helper()
	for {
		query := u.ID()
		fin := u.ask("set", room, "<query xmlns='urn:xmpp:mam:2' queryid='"+query+"'><set xmlns='http://jabber.org/protocol/rsm'>"+
			"<max>100</max><after>"+after+"</after></set></query>").Child("urn:xmpp:mam:2", "fin")
		if fin == nil {
			u.s.Fatalf("%s may not read the archive of %s", u.jid, room)
		}
		for _, n := range u.Received() {
			result := n.Child("urn:xmpp:mam:2", "result")
			if result.Child("urn:xmpp:forward:0", "forwarded") == nil || result.Attr("queryid") != query {
				continue
			}
			if k := read(result); k.body != "" {
				list = append(list, k)
			}
			after = result.Attr("id")
		}
		if fin.Attr("complete") == "true" {
			return list
		}
	}
}

func read(result *client.Node) kept {
	forwarded := result.Child("urn:xmpp:forward:0", "forwarded")
	message := forwarded.Child("jabber:client", "message")
	k := kept{id: result.Attr("id"), said: stamped(forwarded)}
	if body := message.Child("jabber:client", "body"); body != nil {
		k.body = body.Text
	}
	return k
}

// stamped is the time in a delay, zero where there is none.
func stamped(n *client.Node) time.Time {
	delay := n.Child("urn:xmpp:delay", "delay")
	if delay == nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339, delay.Attr("stamp"))
	return at
}

func bodies(list []kept) (texts []string) {
	for _, k := range list {
		texts = append(texts, k.body)
	}
	return texts
}

// keeps checks that an archive has these messages, each once, and no other.
func keeps(t *testing.T, name string, list []kept, said ...[]string) {
	t.Helper()
	want, have := slices.Concat(said...), bodies(list)
	slices.Sort(want)
	slices.Sort(have)
	if slices.Equal(want, have) {
		return
	}
	for _, body := range want {
		if n := count(have, body); n != 1 {
			t.Errorf("%s has %q %d times", name, body, n)
		}
	}
	if len(have) != len(want) {
		t.Errorf("%s has %d messages, expected %d", name, len(have), len(want))
	}
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

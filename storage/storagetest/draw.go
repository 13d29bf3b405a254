package storagetest

import (
	"time"

	"pgregory.net/rapid"

	"isthmus/storage"
)

const refusedWord = "nul\x00"

// The fewer names there are, the more often a batch meets what others left.
var (
	jids        = []string{"a@m", "b@m", "c@m"}
	jid         = rapid.SampledFrom(jids)
	peer        = rapid.SampledFrom([]string{"p@x", "q@x"})
	affiliation = rapid.SampledFrom([]string{"owner", "outcast", "none"})
	word        = rapid.SampledFrom([]string{"", "x", "é", refusedWord})
	octet       = rapid.SampledFrom([][]byte{nil, {0}, {1, 2}})
	stanzaID    = rapid.SampledFrom([]string{"1", "2", "3", "4", "5"})
	seldom      = rapid.Map(rapid.IntRange(0, 9), func(n int) bool { return n == 0 })

	// Milliseconds around a minute, which is what may make a difference to a driver, and others far from all.
	millisecond = rapid.SampledFrom([]int64{-1, 0, 1, 59_999, 60_000, 60_001, 60_002, 120_002, 1 << 40})

	changes = rapid.Custom(func(t *rapid.T) storage.Change { return rapid.SampledFrom(draws).Draw(t, "change")(t) })
)

// What is drawn more often stands here more than once.
var draws = []func(t *rapid.T) storage.Change{
	drawRoom, drawRoom, drawRoom,
	drawAppend, drawAppend, drawAppend, drawAppend,
	drawAffiliation, drawAffiliation,
	func(t *rapid.T) storage.Change {
		return storage.Retract{Room: jid.Draw(t, "room"), StanzaID: stanzaID.Draw(t, "id"), Payload: octet.Draw(t, "payload")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveVCard{Room: jid.Draw(t, "room"), VCard: octet.Draw(t, "vcard")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveHat{Room: jid.Draw(t, "room"), Hat: storage.Hat{URI: peer.Draw(t, "uri"), Title: drawWord(t),
			Wearers: rapid.SampledFrom([][]string{nil, {"p@x"}, {"q@x", "p@x"}}).Draw(t, "wearers")}}
	},
	func(t *rapid.T) storage.Change {
		return storage.DeleteHat{Room: jid.Draw(t, "room"), URI: peer.Draw(t, "uri")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveHold{Room: jid.Draw(t, "room"),
			Hold: storage.Hold{JID: peer.Draw(t, "jid"), Nick: drawWord(t), Until: drawTime(t)}}
	},
	func(t *rapid.T) storage.Change {
		return storage.DeleteHold{Room: jid.Draw(t, "room"), JID: peer.Draw(t, "jid")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveRequest{Room: jid.Draw(t, "room"),
			Request: storage.Request{JID: peer.Draw(t, "jid"), Nick: drawWord(t), Form: octet.Draw(t, "form"), At: drawTime(t)}}
	},
	func(t *rapid.T) storage.Change {
		return storage.DeleteRequest{Room: jid.Draw(t, "room"), JID: peer.Draw(t, "jid")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveSession{Room: jid.Draw(t, "room"), Session: storage.Session{JID: peer.Draw(t, "jid"), Nick: drawWord(t),
			Silenced: rapid.Bool().Draw(t, "silenced"), Payload: octet.Draw(t, "payload")}}
	},
	func(t *rapid.T) storage.Change {
		return storage.DeleteSession{Room: jid.Draw(t, "room"), JID: peer.Draw(t, "jid")}
	},
	func(t *rapid.T) storage.Change {
		return storage.SaveLink{Link: storage.Link{Room: jid.Draw(t, "room"), Peer: peer.Draw(t, "peer"),
			Inbound: rapid.Bool().Draw(t, "inbound"), State: drawWord(t), SyncedAt: drawTime(t), Acked: drawWord(t)}}
	},
	func(t *rapid.T) storage.Change {
		return storage.DeleteLink{Room: jid.Draw(t, "room"), Peer: peer.Draw(t, "peer")}
	},
	func(t *rapid.T) storage.Change { return storage.DeleteRoom{JID: jid.Draw(t, "room")} },
	func(t *rapid.T) storage.Change {
		return storage.DeleteRoom{JID: jid.Draw(t, "room"), Tombstone: &storage.Tombstone{Venue: drawWord(t), Until: farAway}}
	},
}

// farAway is when no tombstone has expired: a driver may forget those that have.
var farAway = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// drawWord draws a word that is refused only seldom.
func drawWord(t *rapid.T) string {
	if w := word.Draw(t, "word"); w != refusedWord || seldom.Draw(t, "refused") {
		return w
	}
	return ""
}

func drawTime(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(-9, 9).Draw(t, "time"), 0).UTC()
}

func drawRoom(t *rapid.T) storage.Change {
	r := newRoom(jid.Draw(t, "room"))
	r.Room.Epoch = rapid.Int64Range(1, 2).Draw(t, "epoch")
	r.Room.Creator = drawWord(t)
	r.Room.Locked = seldom.Draw(t, "locked")
	r.Room.Config.Public = !seldom.Draw(t, "private")
	r.Room.Config.Persistent = rapid.Bool().Draw(t, "persistent")
	r.Room.Config.Name = drawWord(t)
	r.Room.Config.MaxHistory = rapid.IntRange(-1, 3).Draw(t, "max history")
	return r
}

func drawAffiliation(t *rapid.T) storage.Change {
	a := storage.Affiliation{JID: peer.Draw(t, "jid"), Affiliation: affiliation.Draw(t, "affiliation"), Nick: drawWord(t)}
	if a.Affiliation != "none" || a.Nick != "" {
		a.Key1, a.Key2 = drawWord(t), drawWord(t)
	}
	return storage.SaveAffiliation{Room: jid.Draw(t, "room"), Affiliation: a}
}

func drawAppend(t *rapid.T) storage.Change {
	return storage.AppendEvent{Event: storage.Event{
		Room: jid.Draw(t, "room"), Origin: jid.Draw(t, "origin"), Epoch: rapid.Int64Range(1, 2).Draw(t, "epoch"),
		Seq: rapid.Int64Range(1, 20).Draw(t, "seq"), At: drawClock(t),
		Kind:     rapid.SampledFrom([]string{"message", "message", "subject", "notice"}).Draw(t, "kind"),
		StanzaID: stanzaID.Draw(t, "id"), Nick: drawWord(t), Author: drawAuthor(t), Open: rapid.Bool().Draw(t, "open"),
		Dedupe: octet.Draw(t, "dedupe"),
	}}
}

func drawClock(t *rapid.T) int64 {
	return millisecond.Draw(t, "millisecond")<<16 | rapid.SampledFrom([]int64{0, 1, 0xffff}).Draw(t, "counter")
}

func drawAuthor(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "p@x", "p@x/1", "p@x/1/2", "q@x/1"}).Draw(t, "author")
}

func drawQuery(t *rapid.T) storage.Query {
	q := drawFilter(t)
	q.Room = rapid.SampledFrom(append(jids, "nowhere@m")).Draw(t, "room")
	q.After = rapid.SliceOfN(stanzaID, 0, 1).Draw(t, "after")
	q.Before = rapid.SliceOfN(stanzaID, 0, 2).Draw(t, "before")
	q.IDs = rapid.SliceOfN(stanzaID, 0, 2).Draw(t, "ids")
	q.Max = rapid.IntRange(-1, 5).Draw(t, "max")
	q.Backward, q.Count = rapid.Bool().Draw(t, "backward"), rapid.Bool().Draw(t, "count")
	return q
}

func drawFilter(t *rapid.T) (q storage.Query) {
	instant := func(what string) time.Time {
		if rapid.Bool().Draw(t, what) {
			return time.Time{}
		}
		return time.UnixMilli(millisecond.Draw(t, what)).Add(rapid.SampledFrom([]time.Duration{0, 999999}).Draw(t, "nanoseconds"))
	}
	q.Start, q.End = instant("start"), instant("end")
	if rapid.Bool().Draw(t, "a nick") {
		q.Nick = drawWord(t)
	}
	if rapid.Bool().Draw(t, "an author") {
		q.Author = rapid.SampledFrom([]string{"p@x", "q@x", "p@x/1"}).Draw(t, "author")
	}
	q.Open = seldom.Draw(t, "open")
	return q
}

func emptyAll() (batch []storage.Change) {
	for _, jid := range jids {
		batch = append(batch, storage.DeleteRoom{JID: jid})
	}
	return batch
}

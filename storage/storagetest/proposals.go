package storagetest

import (
	"testing"

	"isthmus/storage"
)

// proposals: what is on its way to another room is loaded with its own, and the rooms that owe somebody an answer are found.
func proposals(t *testing.T, s storage.Store) {
	p := sample[storage.Proposal]()
	p.Author, p.ID = "alice@a/pc", "1"
	second, other := p, p
	second.ID, other.Author = "2", "bob@b/pc"
	room := storage.RoomRecord{JID: "c@m", Config: storage.Config{Persistent: true}}
	commit(t, s, storage.SaveRoom{Room: room},
		storage.SaveProposal{Room: "c@m", Proposal: other}, storage.SaveProposal{Room: "c@m", Proposal: second},
		storage.SaveProposal{Room: "c@m", Proposal: p})
	equal(t, "proposals", load(t, s, "c@m", 0).Proposals, []storage.Proposal{p, second, other})
	unfinished(t, s, "", 10, "c@m")
	unfinished(t, s, "c@m", 10)

	p.State = "told"
	commit(t, s, storage.SaveProposal{Room: "c@m", Proposal: p},
		storage.DeleteProposal{Room: "c@m", Author: "alice@a/pc", ID: "2"},
		storage.DeleteProposal{Room: "c@m", Author: "bob@b/pc", ID: "1"},
		storage.DeleteProposal{Room: "c@m", Author: "bob@b/pc", ID: "1"}, storage.DeleteProposal{Room: "none@m", Author: "a@b/c", ID: "1"})
	equal(t, "proposals", load(t, s, "c@m", 0).Proposals, []storage.Proposal{p})
	unfinished(t, s, "", 10)
	refused(t, s, storage.SaveProposal{Room: "none@m", Proposal: p})

	commit(t, s, storage.DeleteRoom{JID: "c@m"}, storage.SaveRoom{Room: room})
	equal(t, "proposals of a new room", load(t, s, "c@m", 0).Proposals, []storage.Proposal(nil))
}

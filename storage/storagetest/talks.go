package storagetest

import (
	"testing"

	"isthmus/storage"
)

// talks: negotiated sessions are loaded with their room, and end with it.
func talks(t *testing.T, s storage.Store) {
	k := sample[storage.Talk]()
	other := k
	k.Key, other.Key = "one", "two"
	room := storage.RoomRecord{JID: "c@m"}
	commit(t, s, storage.SaveRoom{Room: room}, storage.SaveTalk{Room: "c@m", Talk: other}, storage.SaveTalk{Room: "c@m", Talk: k})
	equal(t, "talks", load(t, s, "c@m", 0).Talks, []storage.Talk{k, other})

	k.State, k.Params, k.Data = "waiting", nil, nil
	commit(t, s, storage.SaveTalk{Room: "c@m", Talk: k}, storage.DeleteTalk{Room: "c@m", Key: "two"})
	equal(t, "talks", load(t, s, "c@m", 0).Talks, []storage.Talk{k})
	commit(t, s, storage.DeleteTalk{Room: "c@m", Key: "two"}, storage.DeleteTalk{Room: "none@m", Key: "one"})
	refused(t, s, storage.SaveTalk{Room: "none@m", Talk: k})

	commit(t, s, storage.DeleteRoom{JID: "c@m"}, storage.SaveRoom{Room: room})
	equal(t, "talks of a new room", load(t, s, "c@m", 0).Talks, []storage.Talk(nil))
}

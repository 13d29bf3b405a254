package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"isthmus/storage"
)

// Export writes a room and its log to w, and says how many events there were. What arrives meanwhile may or may not be in it.
func Export(ctx context.Context, s storage.Store, room string, w io.Writer) (events int, err error) {
	r, err := s.Load(ctx, room, 0)
	if err != nil {
		return 0, err
	}
	if r.Tombstone != nil {
		return 0, fmt.Errorf("%w: %s was destroyed", storage.ErrNotFound, room)
	}
	out := writer{w, sha256.New()}
	err = out.write(head{
		Format: format, Room: r.RoomRecord, Affiliations: r.Affiliations, VCard: r.VCard, Hats: r.Hats, Holds: r.Holds,
		Requests: r.Requests, LastSeq: r.LastSeq, LastAt: r.LastAt,
	})
	if err != nil {
		return 0, err
	}
	err = Each(ctx, s, room, func(e storage.Event) error {
		events++
		return out.write(lineOf(e))
	})
	if err != nil {
		return events, err
	}
	return events, out.write(tail{&events, hex.EncodeToString(out.sum.Sum(nil))})
}

// Each calls f with every event of a room's log, in order of arrival.
func Each(ctx context.Context, s storage.Store, room string, f func(storage.Event) error) error {
	q := storage.Query{Room: room, Max: pageMost}
	for {
		page, err := s.Archive(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := f(e); err != nil {
				return err
			}
			q.After = []string{e.StanzaID}
		}
		if page.Complete {
			return nil
		}
	}
}

// writer writes lines and sums them up.
type writer struct {
	w   io.Writer
	sum hash.Hash
}

func (o writer) write(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // payloads are for people, too
	if err := e.Encode(v); err != nil {
		return err
	}
	o.sum.Write(b.Bytes())
	_, err := o.w.Write(b.Bytes())
	return err
}

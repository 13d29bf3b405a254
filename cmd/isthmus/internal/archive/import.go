package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"isthmus/storage"
)

// longest is the longest line of a file that is read, in bytes: more than the largest stanza can become.
const longest = 256 << 20

var (
	errNoFile  = errors.New("this is not a room that isthmus has written")
	errPart    = errors.New("the end of the file is missing, or something in it was changed; what was read so far is in the database")
	errAnother = errors.New("there is another room of this name, with a log of its own; destroy it first, or give this one another name")
)

// Import reads a room and its log from r, and says how many events there were. It gets the address at, "" for its own. A room
// that is there already is left alone, unless it has come from the same log: then what is missing is added, so that an import
// that was interrupted can be done again.
func Import(ctx context.Context, s storage.Store, r io.Reader, at string) (room string, events int, err error) {
	in := reader{bufio.NewReaderSize(r, 1<<20), sha256.New()}
	var h head
	if err := in.read(&h); err != nil || h.Room.JID == "" {
		return "", 0, errNoFile
	}
	if h.Format != format {
		return "", 0, fmt.Errorf("the file has format %d, this isthmus knows %d", h.Format, format)
	}
	if at != "" {
		h.Room.JID = at
	}
	if err := h.begin(ctx, s); err != nil {
		return h.Room.JID, 0, err
	}
	var batch []storage.Change
	for {
		end := hex.EncodeToString(in.sum.Sum(nil))
		var l struct {
			line
			tail
		}
		if err := in.read(&l); err != nil {
			return h.Room.JID, events, errors.Join(errPart, s.Commit(ctx, batch))
		}
		if l.Events != nil {
			if err := s.Commit(ctx, batch); err != nil {
				return h.Room.JID, events, err
			}
			if *l.Events != events || l.Digest != end {
				return h.Room.JID, events, errPart
			}
			return h.Room.JID, events, nil
		}
		e := l.event()
		e.Room = h.Room.JID
		batch = append(batch, storage.AppendEvent{Event: e})
		if events++; len(batch) == pageMost {
			if err := s.Commit(ctx, batch); err != nil {
				return h.Room.JID, events, err
			}
			batch = nil
		}
	}
}

// begin makes the room with everything but its log. Its numbers go on behind the log from the first moment, so that whoever
// speaks there while it is read disturbs nothing.
func (h *head) begin(ctx context.Context, s storage.Store) error {
	is, err := s.Load(ctx, h.Room.JID, 0)
	switch {
	case errors.Is(err, storage.ErrNotFound):
	case err != nil:
		return err
	case is.Tombstone != nil || is.Epoch != h.Room.Epoch || !bytes.Equal(is.Secret, h.Room.Secret):
		return errAnother
	default:
		return nil
	}
	room := h.Room.JID
	batch := []storage.Change{
		storage.SaveRoom{Room: h.Room}, storage.Resume{Room: room, Seq: h.LastSeq, At: h.LastAt},
		storage.SaveVCard{Room: room, VCard: h.VCard},
	}
	for _, a := range h.Affiliations {
		batch = append(batch, storage.SaveAffiliation{Room: room, Affiliation: a})
	}
	for _, a := range h.Hats {
		batch = append(batch, storage.SaveHat{Room: room, Hat: a})
	}
	for _, a := range h.Holds {
		batch = append(batch, storage.SaveHold{Room: room, Hold: a})
	}
	for _, a := range h.Requests {
		batch = append(batch, storage.SaveRequest{Room: room, Request: a})
	}
	return s.Commit(ctx, batch)
}

// reader reads lines and sums them up.
type reader struct {
	r   *bufio.Reader
	sum hash.Hash
}

func (i reader) read(v any) error {
	var b []byte
	for {
		part, err := i.r.ReadSlice('\n')
		b = append(b, part...)
		if len(b) > longest {
			return errPart
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	i.sum.Write(b)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

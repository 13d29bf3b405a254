package archive

import (
	"context"
	"fmt"

	"isthmus/muc"
	"isthmus/storage"
)

// most of the mistakes of one room that are told.
const most = 20

// Verify looks over a room's log, and says what is wrong with it: one sentence each.
func Verify(ctx context.Context, s storage.Store, room string) (events int, wrong []string, err error) {
	r, err := s.Load(ctx, room, 0)
	if err != nil {
		return 0, nil, err
	}
	audit := muc.NewAudit(r.Secret)
	more := 0
	err = Each(ctx, s, room, func(e storage.Event) error {
		events++
		entry := muc.Entry(e)
		switch what := audit.Look(&entry); {
		case what == "":
		case len(wrong) < most:
			wrong = append(wrong, fmt.Sprintf("the event %s %s", e.StanzaID, what))
		default:
			more++
		}
		return nil
	})
	if more > 0 {
		wrong = append(wrong, fmt.Sprintf("%d more events are wrong", more))
	}
	return events, wrong, err
}

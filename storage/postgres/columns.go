package postgres

import (
	"time"

	"isthmus/storage"
)

// column ties a column to the place of its value in a record R.
type column[R any] struct {
	name, kind string
	one        func(*R) any  // a pointer, to write from and to read into
	all        func([]R) any // the values of many records, for unnest
}

func col[R, V any](name, kind string, at func(*R) *V) column[R] {
	return column[R]{
		name: name, kind: kind,
		one: func(r *R) any { return at(r) },
		all: func(records []R) any {
			values := make([]V, len(records))
			for i := range records {
				values[i] = *at(&records[i])
			}
			return values
		},
	}
}

type (
	room        = storage.RoomRecord
	affiliation = storage.SaveAffiliation
	event       = storage.Event
	link        = storage.Link
)

var roomColumns = []column[room]{
	col("jid", "text", func(r *room) *string { return &r.JID }),
	col("epoch", "bigint", func(r *room) *int64 { return &r.Epoch }),
	col("secret", "bytea", func(r *room) *[]byte { return &r.Secret }),
	col("created", "timestamptz", func(r *room) *time.Time { return &r.Created }),
	col("locked", "boolean", func(r *room) *bool { return &r.Locked }),

	col("subject", "text", func(r *room) *string { return &r.Subject }),
	col("subject_nick", "text", func(r *room) *string { return &r.SubjectNick }),
	col("subject_author", "text", func(r *room) *string { return &r.SubjectAuthor }),
	col("subject_at", "timestamptz", func(r *room) *time.Time { return &r.SubjectAt }),

	col("name", "text", func(r *room) *string { return &r.Config.Name }),
	col("description", "text", func(r *room) *string { return &r.Config.Description }),
	col("lang", "text", func(r *room) *string { return &r.Config.Lang }),
	col("password", "text", func(r *room) *string { return &r.Config.Password }),
	col("password_protected", "boolean", func(r *room) *bool { return &r.Config.PasswordProtected }),
	col("persistent", "boolean", func(r *room) *bool { return &r.Config.Persistent }),
	col("public", "boolean", func(r *room) *bool { return &r.Config.Public }),
	col("public_list", "boolean", func(r *room) *bool { return &r.Config.PublicList }),
	col("members_only", "boolean", func(r *room) *bool { return &r.Config.MembersOnly }),
	col("moderated", "boolean", func(r *room) *bool { return &r.Config.Moderated }),
	col("non_anonymous", "boolean", func(r *room) *bool { return &r.Config.NonAnonymous }),
	col("change_subject", "boolean", func(r *room) *bool { return &r.Config.ChangeSubject }),
	col("allow_invites", "boolean", func(r *room) *bool { return &r.Config.AllowInvites }),
	col("allow_query", "boolean", func(r *room) *bool { return &r.Config.AllowQuery }),
	col("logging", "boolean", func(r *room) *bool { return &r.Config.Logging }),
	col("allow_pm", "text", func(r *room) *string { return &r.Config.AllowPM }),
	col("presence_broadcast", "text[]", func(r *room) *[]string { return &r.Config.PresenceBroadcast }),
	col("get_member_list", "text[]", func(r *room) *[]string { return &r.Config.GetMemberList }),
	col("max_users", "bigint", func(r *room) *int { return &r.Config.MaxUsers }),
	col("max_history", "bigint", func(r *room) *int { return &r.Config.MaxHistory }),
	col("pubsub", "text", func(r *room) *string { return &r.Config.PubSub }),
	col("federation_join", "text", func(r *room) *string { return &r.Config.FederationJoin }),
	col("federation_accept", "text[]", func(r *room) *[]string { return &r.Config.FederationAccept }),
}

var affiliationColumns = []column[affiliation]{
	col("room", "text", func(a *affiliation) *string { return &a.Room }),
	col("jid", "text", func(a *affiliation) *string { return &a.JID }),
	col("affiliation", "text", func(a *affiliation) *string { return &a.Affiliation.Affiliation }),
	col("nick", "text", func(a *affiliation) *string { return &a.Nick }),
	col("reason", "text", func(a *affiliation) *string { return &a.Reason }),
}

var eventColumns = []column[event]{
	col("room", "text", func(e *event) *string { return &e.Room }),
	col("origin", "text", func(e *event) *string { return &e.Origin }),
	col("epoch", "bigint", func(e *event) *int64 { return &e.Epoch }),
	col("seq", "bigint", func(e *event) *int64 { return &e.Seq }),
	col("at", "bigint", func(e *event) *int64 { return &e.At }),

	col("kind", "text", func(e *event) *string { return &e.Kind }),
	col("stanza_id", "text", func(e *event) *string { return &e.StanzaID }),
	col("id", "text", func(e *event) *string { return &e.ID }),
	col("author", "text", func(e *event) *string { return &e.Author }),
	col("nick", "text", func(e *event) *string { return &e.Nick }),
	col("occupant_id", "text", func(e *event) *string { return &e.OccupantID }),
	col("lang", "text", func(e *event) *string { return &e.Lang }),
	col("via", "text", func(e *event) *string { return &e.Via }),
	col("open", "boolean", func(e *event) *bool { return &e.Open }),
	col("payload", "bytea", func(e *event) *[]byte { return &e.Payload }),
	col("dedupe", "bytea", func(e *event) *[]byte { return &e.Dedupe }),
}

var linkColumns = []column[link]{
	col("room", "text", func(l *link) *string { return &l.Room }),
	col("peer", "text", func(l *link) *string { return &l.Peer }),
	col("inbound", "boolean", func(l *link) *bool { return &l.Inbound }),
	col("state", "text", func(l *link) *string { return &l.State }),
	col("synced_at", "timestamptz", func(l *link) *time.Time { return &l.SyncedAt }),
}

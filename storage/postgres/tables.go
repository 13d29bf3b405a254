package postgres

import (
	"slices"
	"time"

	"isthmus/storage"
)

// table is what the driver knows of a table: a record R is a row.
type table[R any] struct {
	name    string
	key     int // how many of the columns, the first ones, are the key
	columns []column[R]
}

type (
	room        = storage.RoomRecord
	affiliation = storage.SaveAffiliation
	event       = storage.Event
	link        = storage.Link
	vcard       = storage.SaveVCard
	hat         = storage.SaveHat
	hold        = storage.SaveHold
	request     = storage.SaveRequest
	session     = storage.SaveSession
	talk        = storage.SaveTalk
	proposal    = storage.SaveProposal
)

type tombstone struct {
	room string
	storage.Tombstone
}

var rooms = table[room]{"rooms", 1, []column[room]{
	col("jid", "text", func(r *room) *string { return &r.JID }),
	col("epoch", "bigint", func(r *room) *int64 { return &r.Epoch }),
	list("secret", "bytea", func(r *room) *[]byte { return &r.Secret }),
	when("created", func(r *room) *time.Time { return &r.Created }),
	col("creator", "text", func(r *room) *string { return &r.Creator }),
	col("locked", "boolean", func(r *room) *bool { return &r.Locked }),

	col("subject", "text", func(r *room) *string { return &r.Subject }),
	list("subject_xml", "bytea", func(r *room) *[]byte { return &r.SubjectXML }),
	col("subject_nick", "text", func(r *room) *string { return &r.SubjectNick }),
	col("subject_author", "text", func(r *room) *string { return &r.SubjectAuthor }),
	col("subject_via", "text", func(r *room) *string { return &r.SubjectVia }),
	when("subject_at", func(r *room) *time.Time { return &r.SubjectAt }),

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
	list("presence_broadcast", "text[]", func(r *room) *[]string { return &r.Config.PresenceBroadcast }),
	list("get_member_list", "text[]", func(r *room) *[]string { return &r.Config.GetMemberList }),
	col("max_users", "bigint", func(r *room) *int { return &r.Config.MaxUsers }),
	col("max_history", "bigint", func(r *room) *int { return &r.Config.MaxHistory }),
	col("pubsub", "text", func(r *room) *string { return &r.Config.PubSub }),

	col("archiving", "boolean", func(r *room) *bool { return &r.Config.Archiving }),
	col("members_by_default", "boolean", func(r *room) *bool { return &r.Config.MembersByDefault }),
	col("allow_visitor_status", "boolean", func(r *room) *bool { return &r.Config.AllowVisitorStatus }),
	col("allow_visitor_nickchange", "boolean", func(r *room) *bool { return &r.Config.AllowVisitorNickChange }),
	col("allow_voice_requests", "boolean", func(r *room) *bool { return &r.Config.AllowVoiceRequests }),
	col("allow_moderator_pm", "boolean", func(r *room) *bool { return &r.Config.AllowModeratorPM }),
	col("allow_registration", "boolean", func(r *room) *bool { return &r.Config.AllowRegistration }),
	col("nick_policy", "text", func(r *room) *string { return &r.Config.NickPolicy }),
	col("slow_mode", "bigint", func(r *room) *int { return &r.Config.SlowMode }),
	col("talk_logging", "text", func(r *room) *string { return &r.Config.TalkLogging }),
	col("user_optout", "boolean", func(r *room) *bool { return &r.Config.UserOptOut }),
	col("keep_days", "bigint", func(r *room) *int { return &r.Config.KeepDays }),
	col("keep_events", "bigint", func(r *room) *int { return &r.Config.KeepEvents }),

	col("federation_join", "text", func(r *room) *string { return &r.Config.FederationJoin }),
	list("federation_accept", "text[]", func(r *room) *[]string { return &r.Config.FederationAccept }),
}}

var affiliations = table[affiliation]{"affiliations", 2, []column[affiliation]{
	col("room", "text", func(a *affiliation) *string { return &a.Room }),
	col("jid", "text", func(a *affiliation) *string { return &a.JID }),
	col("affiliation", "text", func(a *affiliation) *string { return &a.Affiliation.Affiliation }),
	col("nick", "text", func(a *affiliation) *string { return &a.Nick }),
	col("key1", "text", func(a *affiliation) *string { return &a.Key1 }),
	col("key2", "text", func(a *affiliation) *string { return &a.Key2 }),
	col("reason", "text", func(a *affiliation) *string { return &a.Reason }),
}}

var events = table[event]{"events", 4, slices.Concat(kept, replaced)}

var kept = []column[event]{
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
	optional("dedupe", "bytea", func(e *event) *[]byte { return &e.Dedupe }),
}

// replaced is what Retract writes.
var replaced = []column[event]{
	list("payload", "bytea", func(e *event) *[]byte { return &e.Payload }),
	col("retracted", "boolean", func(e *event) *bool { return &e.Retracted }),
}

var links = table[link]{"links", 2, []column[link]{
	col("room", "text", func(l *link) *string { return &l.Room }),
	col("peer", "text", func(l *link) *string { return &l.Peer }),
	col("inbound", "boolean", func(l *link) *bool { return &l.Inbound }),
	col("state", "text", func(l *link) *string { return &l.State }),
	when("synced_at", func(l *link) *time.Time { return &l.SyncedAt }),
	col("acked", "text", func(l *link) *string { return &l.Acked }),
	col("held", "text", func(l *link) *string { return &l.Held }),
}}

var vcards = table[vcard]{"vcards", 1, []column[vcard]{
	col("room", "text", func(v *vcard) *string { return &v.Room }),
	list("vcard", "bytea", func(v *vcard) *[]byte { return &v.VCard }),
}}

var hats = table[hat]{"hats", 2, []column[hat]{
	col("room", "text", func(h *hat) *string { return &h.Room }),
	col("uri", "text", func(h *hat) *string { return &h.URI }),
	col("title", "text", func(h *hat) *string { return &h.Title }),
	col("hue", "text", func(h *hat) *string { return &h.Hue }),
	list("wearers", "text[]", func(h *hat) *[]string { return &h.Wearers }),
}}

var holds = table[hold]{"holds", 2, []column[hold]{
	col("room", "text", func(h *hold) *string { return &h.Room }),
	col("jid", "text", func(h *hold) *string { return &h.JID }),
	col("nick", "text", func(h *hold) *string { return &h.Nick }),
	when("until", func(h *hold) *time.Time { return &h.Until }),
}}

var requests = table[request]{"requests", 2, []column[request]{
	col("room", "text", func(r *request) *string { return &r.Room }),
	col("jid", "text", func(r *request) *string { return &r.JID }),
	col("nick", "text", func(r *request) *string { return &r.Nick }),
	list("form", "bytea", func(r *request) *[]byte { return &r.Form }),
	when("at", func(r *request) *time.Time { return &r.At }),
}}

var occupants = table[session]{"occupants", 2, []column[session]{
	col("room", "text", func(q *session) *string { return &q.Room }),
	col("jid", "text", func(q *session) *string { return &q.JID }),
	col("nick", "text", func(q *session) *string { return &q.Nick }),
	col("role", "text", func(q *session) *string { return &q.Role }),
	col("silenced", "boolean", func(q *session) *bool { return &q.Silenced }),
	col("entry", "bigint", func(q *session) *int64 { return &q.Entry }),
	col("spoke", "bigint", func(q *session) *int64 { return &q.Spoke }),
	list("payload", "bytea", func(q *session) *[]byte { return &q.Payload }),
}}

var talks = table[talk]{"chatneg_sessions", 2, []column[talk]{
	col("room", "text", func(k *talk) *string { return &k.Room }),
	col("key", "text", func(k *talk) *string { return &k.Key }),
	col("thread", "text", func(k *talk) *string { return &k.Thread }),
	col("a", "text", func(k *talk) *string { return &k.A }),
	col("b", "text", func(k *talk) *string { return &k.B }),
	col("dialect", "text", func(k *talk) *string { return &k.Dialect }),
	col("role", "text", func(k *talk) *string { return &k.Role }),
	col("state", "text", func(k *talk) *string { return &k.State }),
	list("params", "text[]", func(k *talk) *[]string { return &k.Params }),
	list("data", "bytea", func(k *talk) *[]byte { return &k.Data }),
}}

var proposals = table[proposal]{"proposals", 3, []column[proposal]{
	col("room", "text", func(p *proposal) *string { return &p.Room }),
	col("author", "text", func(p *proposal) *string { return &p.Author }),
	col("id", "text", func(p *proposal) *string { return &p.ID }),
	col("named", "text", func(p *proposal) *string { return &p.Named }),
	when("until", func(p *proposal) *time.Time { return &p.Until }),
	col("state", "text", func(p *proposal) *string { return &p.State }),
}}

var tombstones = table[tombstone]{"tombstones", 1, []column[tombstone]{
	col("room", "text", func(t *tombstone) *string { return &t.room }),
	col("venue", "text", func(t *tombstone) *string { return &t.Venue }),
	col("reason", "text", func(t *tombstone) *string { return &t.Reason }),
	list("owners", "text[]", func(t *tombstone) *[]string { return &t.Owners }),
	when("until", func(t *tombstone) *time.Time { return &t.Until }),
}}

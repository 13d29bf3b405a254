package postgres

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"isthmus/migrations"
	"isthmus/storage"
)

// What isthmus wrote with the first schema.
const first = `
INSERT INTO rooms VALUES ('den@muc.example', 3, 7, '\x01', '2026-01-02T03:04:05Z', false,
	'tea', 'juliet', 'juliet@capulet.example', '2026-01-02T03:04:06Z',
	'Den', 'a den', 'en', 'secret', true, true, true, true, true, true, true, true, true, true, true, 'anyone',
	'{moderator}', '{moderator,participant}', 30, 20, '', 'den@peer.example', '{peer.example}');
INSERT INTO affiliations VALUES ('den@muc.example', 'juliet@capulet.example', 'owner', 'Juliet', 'hers');
INSERT INTO affiliations VALUES ('den@muc.example', 'romeo@montague.example', 'member', '', '');
INSERT INTO events (room, origin, epoch, seq, at, kind, stanza_id, id, author, nick, occupant_id, lang, via, open,
		payload, dedupe)
	SELECT 'den@muc.example', 'den@muc.example', 7, n, at::bigint << 16, 'message', 's' || n, 'i' || n,
		'juliet@capulet.example/balcony', 'juliet', 'o', 'en', '', false, '<body/>', '\x02'
	FROM (VALUES (1, 60000), (2, 600000), (3, 120000), (4, 660000)) AS said (n, at);
INSERT INTO links VALUES ('den@muc.example', 'den@peer.example', false, 'joined', '2026-01-02T03:04:07Z');`

// TestUpgrade goes up from the first schema, down again and up once more. Nothing is lost, and what is new has the value
// that a room of before behaves by; late events are found as if they had come today.
func TestUpgrade(t *testing.T) {
	url := database(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	execute(t, url, first)

	const den = "den@muc.example"
	second := func(n int) time.Time { return time.Date(2026, 1, 2, 3, 4, n, 0, time.UTC) }
	said := func(seq, minute int64, id string) event {
		return event{Room: den, Origin: den, Epoch: 7, Seq: seq, At: minute * 60000 << 16, Kind: "message",
			StanzaID: "s" + id, ID: "i" + id, Author: "juliet@capulet.example/balcony", Nick: "juliet", OccupantID: "o", Lang: "en",
			Payload: []byte("<body/>"), Dedupe: []byte{2}}
	}
	log := []event{said(1, 1, "1"), said(2, 10, "2"), said(3, 2, "3"), said(4, 11, "4")}
	want := &storage.Room{
		RoomRecord: room{
			JID: den, Epoch: 7, Secret: []byte{1}, Created: second(5),
			Subject: "tea", SubjectNick: "juliet", SubjectAuthor: "juliet@capulet.example", SubjectAt: second(6),
			Config: storage.Config{
				Name: "Den", Description: "a den", Lang: "en", Password: "secret", PasswordProtected: true, Persistent: true,
				Public: true, PublicList: true, MembersOnly: true, Moderated: true, NonAnonymous: true, ChangeSubject: true,
				AllowInvites: true, AllowQuery: true, Logging: true, AllowPM: "anyone",
				PresenceBroadcast: []string{"moderator"}, GetMemberList: []string{"moderator", "participant"},
				MaxUsers: 30, MaxHistory: 20, FederationJoin: "den@peer.example", FederationAccept: []string{"peer.example"},

				Archiving: true, MembersByDefault: true, AllowVisitorStatus: true, AllowVisitorNickChange: true,
				AllowVoiceRequests: true, AllowRegistration: true, NickPolicy: "free", TalkLogging: "pass",
			},
		},
		Affiliations: []storage.Affiliation{
			{JID: "juliet@capulet.example", Affiliation: "owner", Nick: "Juliet", Reason: "hers"},
			{JID: "romeo@montague.example", Affiliation: "member"},
		},
		History: log,
		Links:   []link{{Room: den, Peer: "den@peer.example", State: "joined", SyncedAt: second(7)}},
		Seen:    [][]byte{{2}, {2}, {2}, {2}},
		LastSeq: 4, LastAt: log[3].At,
	}
	for range 2 {
		s := open(t, url)
		got, err := s.Load(t.Context(), den, 10)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Load: %v (-want +got):\n%s", err, diff)
		}
		page, err := s.Archive(t.Context(), storage.Query{Room: den, End: time.Unix(120, 0), Max: 9})
		if diff := cmp.Diff(&storage.Page{Events: []event{log[0], log[2]}, Complete: true}, page); diff != "" || err != nil {
			t.Errorf("Archive: %v (-want +got):\n%s", err, diff)
		}
		s.Close()
		if _, err := steps.DownTo(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
}

// No column but version has a default, so that a driver that forgets one is refused; every address is compared by bytes.
func TestSchema(t *testing.T) {
	s := open(t, database(t))
	for what, sql := range map[string]string{
		"have a default": `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND column_default IS NOT NULL
				AND table_name NOT LIKE 'goose%' AND column_name <> 'version'`,
		"may be NULL": `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND is_nullable = 'YES'
				AND table_name NOT LIKE 'goose%' AND column_name <> 'dedupe'`,
		"are compared by a locale": `SELECT indexrelid::regclass::text FROM pg_index
			JOIN pg_class ON pg_class.oid = indrelid, unnest(indcollation) AS used
			WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%' AND used = '"default"'::regcollation`,
	} {
		rows, _ := s.pool.Query(t.Context(), sql)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if len(found) > 0 || err != nil {
			t.Errorf("these %s: %v, %v", what, found, err)
		}
	}
}

// A tombstone that expired goes when another room is destroyed.
func TestOldTombstonesGo(t *testing.T) {
	s := open(t, database(t))
	bury := func(jid string, until time.Time) storage.Change {
		return storage.DeleteRoom{JID: jid, Tombstone: &storage.Tombstone{Until: until}}
	}
	mustCommit(t, s, bury("a@m", time.Now().Add(-time.Hour)), bury("b@m", time.Now().Add(time.Hour)))
	mustCommit(t, s, bury("c@m", time.Now().Add(time.Hour)))
	rows, _ := s.pool.Query(t.Context(), `SELECT room FROM tombstones ORDER BY room`)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if diff := cmp.Diff([]string{"b@m", "c@m"}, found); diff != "" || err != nil {
		t.Errorf("tombstones: %v (-want +got):\n%s", err, diff)
	}
}

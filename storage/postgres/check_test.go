package postgres

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// Check says of each fault what is wrong, in its first words, and leaves the database as it was.
func TestCheck(t *testing.T) {
	empty, well, older, later := database(t), database(t), database(t), database(t)
	for _, url := range []string{well, older, later} {
		open(t, url).Close()
	}
	execute(t, older, `DELETE FROM goose_db_version WHERE version_id > 3`)
	execute(t, later, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, true)`)

	crowded := database(t)
	execute(t, crowded, `CREATE ROLE guest LOGIN CONNECTION LIMIT 1`)
	guest, err := pgx.Connect(t.Context(), with(t, crowded, "user", "guest"))
	if err != nil {
		t.Fatal(err)
	}
	guard(t, well, "juliet", "balcony")
	execute(t, well, `CREATE ROLE nurse LOGIN`)
	t.Cleanup(func() { guest.Close(context.Background()); execute(t, server, `DROP ROLE guest, juliet, nurse`) })

	for _, test := range []struct {
		what, url string
		behind    bool
		begins    string // of the error
	}{
		{"empty", empty, true, ""},
		{"well", well, false, ""},
		{"older", older, true, ""},
		{"newer", later, false, storage.ErrNewerSchema.Error() + ": database is at 1000, this binary knows "},
		{"no URL", "postgres://x?sslmode=never", false, "storage.url cannot be read: "},
		{"gone", "postgres://127.0.0.1:1/x?sslmode=disable", false, "failed to connect to "},
		{"no such", with(t, well, "dbname", "tomb"), false, "there is no such database: "},
		{"no such user", with(t, well, "user", "tybalt"), false, "the database does not let the user of storage.url in: "},
		{"the password", with(t, well, "user", "juliet", "password", "balcony"), false, "the user of storage.url may not do that: "},
		{"another password", with(t, well, "user", "juliet", "password", "wherefore"), false, "the user or the password of storage.url is wrong: "},
		{"not to make tables", with(t, well, "user", "nurse"), false, "the user of storage.url may not do that: "},
		{"all connections taken", with(t, crowded, "user", "guest"), false, "all connections of the database are taken: "},
		{"read only", with(t, well, "default_transaction_read_only", "on"), false, "the database is read-only: "},
	} {
		behind, err := Check(t.Context(), test.url)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if behind != test.behind || !strings.HasPrefix(got, test.begins) || test.begins == "" && got != "" {
			t.Errorf("%s: behind is %t, and %q; want %t and %q", test.what, behind, got, test.behind, test.begins)
		}
		if strings.Contains(got, "balcony") || strings.Contains(got, "wherefore") {
			t.Errorf("%s: the password is told: %s", test.what, got)
		}
	}
	for _, url := range []string{empty, well} {
		if got := tables(t, url, "isthmus_check"); got > 0 {
			t.Error("Check has left its table")
		}
	}
	if got := tables(t, empty, "goose_db_version"); got > 0 {
		t.Error("Check has made goose's table")
	}
}

// A Postgres that takes connections and says nothing is not waited for longer than asked.
func TestCheckOfSilence(t *testing.T) {
	addr := silent(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := Check(ctx, "postgres://"+addr+"/x?sslmode=disable")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "the database does not answer: ") {
		t.Errorf("Check = %v", err)
	}
}

// with is a URL with some parameters set, which rule over what stands in front of them.
func with(t *testing.T, where string, pairs ...string) string {
	u, err := url.Parse(where)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// guard makes a user who needs his password.
func guard(t *testing.T, where, user, password string) {
	conn, err := pgx.Connect(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var file string
	if err := conn.QueryRow(t.Context(), `SHOW hba_file`).Scan(&file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append([]byte("local all "+user+" scram-sha-256\n"), text...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE ROLE `+user+` LOGIN PASSWORD '`+password+`'; SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
}

func tables(t *testing.T, where, name string) (n int) {
	conn, err := pgx.Connect(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_class WHERE relname = $1`, name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// silent is where somebody listens and never says a word.
func silent(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

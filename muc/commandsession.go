package muc

import (
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// sessionLife is how long a form may stay open before it is submitted.
const sessionLife = time.Hour

// openSession names a new session of a user with a command. The name itself says since when, and only the room can make
// it, so nothing has to be remembered until it ends. xep:0050#impl-session
func (r *Room) openSession(o *order) string { return r.sessionID(o.st.From, o.node, r.tick()) }

func (r *Room) sessionID(user stanza.JID, node string, at int64) string {
	since := strconv.FormatInt(at, 36)
	mac := r.seal("command", []byte(since+"\x00"+node+"\x00"+user.String()))
	return since + "." + base64.RawURLEncoding.EncodeToString(mac[:16])
}

// resume checks the session that a request names. Only the last ones that ended are known; an older one may go on, and does
// what the same form would do without a session. xep:0050#desc-errors
func (r *Room) resume(o *order) *stanza.Error {
	since, _, _ := strings.Cut(o.session, ".")
	at, err := strconv.ParseInt(since, 36, 64)
	switch {
	case err != nil, !hmac.Equal([]byte(o.session), []byte(r.sessionID(o.st.From, o.node, at))):
		return badSession
	case r.now.Sub(clockTime(at)) > sessionLife, r.ended.has(o.st.From, o.session):
		return oldSession
	}
	return nil
}

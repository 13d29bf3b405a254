package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/browser"
	"isthmus/cmd/lab/internal/server"
)

var converseDir = flag.String("converse", "", "the folder of the unpacked package converse.js; without it, nothing runs in Chromium")

// TestConverseRoom is an evening in a room, as two people see it who use Converse.js in a browser.
func TestConverseRoom(t *testing.T) {
	onConverse(t, func(s *scene, web *converseSite) {
		den := s.room("den")
		alice, bob := web.user(s, "alice"), web.user(s, "bob")
		alice.joins(den, "Alice")
		alice.sees(info, "A new groupchat has been created")
		alice.menu("Configure")
		alice.fills("muc#roomconfig_roomname", "The Wood")
		alice.clicks("input[name='muc#roomconfig_persistentroom']", "")
		alice.shoots("the form")
		alice.clicks("input[type=submit][value=Save]", "")
		alice.sees(heading, "The Wood")
		alice.says("anybody?")
		alice.sees(message, "anybody?")
		alice.says("/topic croquet")
		alice.sees(heading, "croquet")

		bob.joins(den, "Bob")
		bob.sees(message, "anybody?")
		bob.sees(heading, "croquet")
		bob.sees(occupant, "Alice")
		bob.says("I am")
		alice.sees(message, "I am")
		alice.sees(occupant, "Bob")
		alice.shoots("the talk")
		alice.acts("I am", "Retract")
		alice.fills("reason", "nonsense")
		alice.shoots("the question")
		alice.confirms()
		bob.sees(message, "Alice has removed a message")
		bob.sees(message, "nonsense")
		bob.shoots("moderated")

		bob.menu("Nickname")
		bob.fills("nick", "Robert")
		bob.clicks("input[name=join]", "")
		alice.sees(occupant, "Robert")
		alice.says("/kick Robert enough")
		bob.sees(".disconnect-msg", "You have been kicked from this groupchat")
		bob.sees(".disconnect-msg", "enough")
		bob.shoots("kicked")
		alice.says("/ban bob@" + s.users)
		bob.leaves()
		bob.joins(den, "Bob")
		bob.sees(".disconnect-msg", "You have been banned from this groupchat")
		bob.shoots("banned")
	})
}

// TestConverseGroup is a private group whose members know each other's addresses, and so can encrypt.
func TestConverseGroup(t *testing.T) {
	onConverse(t, func(s *scene, web *converseSite) {
		group := s.room("group")
		alice, bob := web.user(s, "alice"), web.user(s, "bob")
		alice.joins(group, "Alice")
		alice.sees(info, "A new groupchat has been created")
		alice.menu("Configure")
		alice.clicks("input[name='muc#roomconfig_membersonly']", "")
		alice.chooses("muc#roomconfig_whois", "anyone")
		alice.clicks("input[type=submit][value=Save]", "")
		alice.sees(info, "now no longer anonymous")

		bob.joins(group, "Bob")
		bob.sees(".disconnect-msg", "You are not on the member list of this groupchat")
		bob.shoots("no member")
		bob.leaves()
		alice.says("/member bob@" + s.users)
		bob.sees("form.confirm", "invited you")
		bob.shoots("invited")
		bob.confirms()
		bob.fills("nick", "Bob")
		bob.clicks("input[name=join]", "")
		bob.sees(occupant, "Alice")
		bob.says("thanks")
		alice.sees(message, "thanks")
		alice.shoots("two members")
		if s.kind == "prosody" { // ejabberd 23.01 refuses the keys as Converse publishes them
			// Not the other way: Alice's Converse has Bob twice, from the list of members and as an occupant, and makes two
			// sessions with him at once.
			bob.clicks(".toggle-omemo", "")
			bob.says("between us")
			alice.sees("[data-encrypted=true] .chat-msg__text", "between us")
			alice.shoots("encrypted")
		}
		alice.menu("Moderate")
		alice.chooses("affiliation", "member")
		alice.clicks("input[name=users_with_affiliation]", "")
		alice.sees("converse-modtools li", "bob@"+s.users)
		alice.shoots("the tools of moderators")
	})
}

// TestConverseArchive scrolls back through what was said before somebody came, page by page.
func TestConverseArchive(t *testing.T) {
	onConverse(t, func(s *scene, web *converseSite) {
		library := s.room("library")
		alice := s.login("alice")
		alice.join(library, "Alice")
		alice.configure(library)
		for n := 1; n <= 120; n++ {
			line := fmt.Sprintf("line %d.", n)
			alice.say(library, line)
			alice.hears(line)
		}
		bob := web.user(s, "bob")
		bob.joins(library, "Bob")
		bob.sees(message, "line 120.")
		bob.shoots("the end")
		for _, line := range []string{"line 71.", "line 21.", "line 1."} {
			bob.scrolls(line)
		}
		bob.shoots("the beginning")
	})
}

// What Converse shows, as selectors.
const (
	heading  = "converse-muc-heading"
	message  = "converse-chat-message .chat-msg__body"
	info     = ".chat-info"
	occupant = "converse-muc-sidebar .occupant-nick"
)

// shots is the folder for screenshots, which stays.
var shots = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "converse-") })

// converseSite is a site with nothing but Converse, and the browser that looks at it.
type converseSite struct {
	*browser.Browser
	url, shots string
}

// converseUser is somebody who uses Converse in a browser of his own.
type converseUser struct {
	*browser.Page
	s    *scene
	name string
	web  *converseSite
}

// conversePage logs in at once, asks nobody outside, and shows the stanzas in the console.
const conversePage = `<!doctype html>
<meta charset="utf-8">
<title>Converse</title>
<link rel="stylesheet" href="/converse.min.css">
<style>* { transition: none !important; animation: none !important }</style>
<body class="converse-fullscreen">
<script type="module">
import "/converse.min.js";
window.WebSocket = class extends WebSocket {
	constructor(...args) { super(...args); this.addEventListener("message", m => console.log("<", m.data)) }
	send(text) { console.log(">", text); super.send(text) }
};
const user = new URLSearchParams(location.search);
converse.initialize({
	view_mode: "fullscreen", assets_path: "/", i18n: "en", theme: "classic", loglevel: "warn",
	websocket_url: user.get("socket"), discover_connection_methods: false,
	// Without a service to search there is no field for a room's name.
	muc_search_service: "nowhere.invalid", autocomplete_providers_url: "", muc_respect_autojoin: false,
	auto_login: true, jid: user.get("jid"), password: "any",
});
</script>
`

// onConverse runs a test on Prosody and on ejabberd, where there is Converse.
func onConverse(t *testing.T, test func(s *scene, web *converseSite)) {
	if *converseDir == "" {
		t.Skip("make clients runs this")
	}
	files := http.NewServeMux()
	files.Handle("/", http.FileServer(http.Dir(filepath.Join(*converseDir, "dist"))))
	files.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, conversePage) })
	site := httptest.NewServer(files)
	t.Cleanup(site.Close)
	all, err := shots()
	if err != nil {
		t.Fatal(err)
	}
	t.Log("screenshots are in", all)
	b, err := browser.Start(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	onBoth(t, func(s *scene) {
		folder := filepath.Join(all, s.Name())
		if err := os.MkdirAll(folder, 0o755); err != nil {
			s.Fatal(err)
		}
		test(s, &converseSite{b, site.URL, folder})
	})
}

// user opens Converse for somebody, logged in at the scene's server.
func (web *converseSite) user(s *scene, name string) *converseUser {
	s.Helper()
	page, err := web.Open(s.ctx, fmt.Sprintf("%s/?jid=%s@%s&socket=ws://%s%s",
		web.url, name, s.users, world.Server(s.users).Web, server.WebPath))
	if err != nil {
		s.Fatal(err)
	}
	u := &converseUser{page, s, name, web}
	s.Cleanup(func() {
		if s.Failed() {
			ctx := context.WithoutCancel(s.ctx)
			_ = u.Screenshot(ctx, filepath.Join(web.shots, name+" at the end.png"))
			s.Logf("%s's console:\n%s", name, strings.Join(u.Console(), "\n"))
		}
	})
	u.sees("converse-user-profile", "online")
	return u
}

// does ends the test where something could not be done in time.
func (u *converseUser) does(what func(ctx context.Context) error) {
	u.s.Helper()
	ctx, cancel := context.WithTimeout(u.s.ctx, patience)
	defer cancel()
	if err := what(ctx); err != nil {
		u.s.Fatalf("%s: %v", u.name, err)
	}
}

func (u *converseUser) sees(selector, text string) {
	u.s.Helper()
	u.does(func(ctx context.Context) error { return u.See(ctx, selector, text) })
}

func (u *converseUser) clicks(selector, text string) {
	u.s.Helper()
	u.does(func(ctx context.Context) error { return u.Click(ctx, selector, text) })
}

func (u *converseUser) types(text string) {
	u.s.Helper()
	u.does(func(ctx context.Context) error { return u.Type(ctx, text) })
}

// fills writes into a field by its name, over what is there.
func (u *converseUser) fills(name, text string) {
	u.s.Helper()
	u.clicks("input[name='"+name+"']", "")
	u.does(func(ctx context.Context) error { return u.Eval(ctx, "document.activeElement.select()", nil) })
	u.types(text)
}

// says something, or gives a command. Converse empties the field when it has sent what was there.
func (u *converseUser) says(text string) {
	u.s.Helper()
	u.clicks("textarea.chat-textarea", "")
	u.types(text + "\n")
	u.does(func(ctx context.Context) error {
		return u.Wait(ctx, `document.querySelector("textarea.chat-textarea").value === ""`)
	})
}

// joins goes through the dialogue that Converse has for it.
func (u *converseUser) joins(room, nick string) {
	u.s.Helper()
	u.clicks("converse-rooms-list converse-dropdown button", "")
	u.clicks("a.show-add-muc-modal", "")
	u.fills("chatroom", room)
	u.fills("nickname", nick)
	u.clicks("input[name=join]", "")
}

// menu chooses something from the menu of the room.
func (u *converseUser) menu(item string) {
	u.s.Helper()
	u.clicks(heading+" converse-dropdown button", "")
	u.clicks(heading+" a.dropdown-item", item)
}

// confirms says yes to the question that is asked.
func (u *converseUser) confirms() {
	u.s.Helper()
	u.clicks("form.confirm button[type=submit]", "")
}

// chooses one of the choices that a field of a form has.
func (u *converseUser) chooses(name, value string) {
	u.s.Helper()
	u.sees("select[name='"+name+"']", "")
	u.does(func(ctx context.Context) error {
		return u.Eval(ctx, fmt.Sprintf(`document.querySelector("select[name='%s']").value = %q`, name, value), nil)
	})
}

// acts does something to a message, by the menu that the message has.
func (u *converseUser) acts(text, action string) {
	u.s.Helper()
	u.clicks(message, text)
	u.clicks("converse-chat-message:hover converse-message-actions button.dropdown-toggle", "")
	u.clicks("converse-message-actions .dropdown-item", action)
}

// leaves the room, and waits until it is off the screen.
func (u *converseUser) leaves() {
	u.s.Helper()
	u.menu("Leave")
	u.confirms()
	u.does(func(ctx context.Context) error {
		return u.Wait(ctx, `!document.querySelector("converse-muc, .modal-backdrop, .open-room")`)
	})
}

// scrolls back until a message is there.
func (u *converseUser) scrolls(text string) {
	u.s.Helper()
	u.does(func(ctx context.Context) error {
		for {
			short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
			err := u.See(short, message, text)
			cancel()
			if err == nil || ctx.Err() != nil {
				return err
			}
			if err := u.Wheel(ctx, ".chat-content", -2000); err != nil {
				return err
			}
		}
	})
}

// shoots takes a screenshot, for somebody to look at.
func (u *converseUser) shoots(what string) {
	u.s.Helper()
	u.does(func(ctx context.Context) error {
		return u.Screenshot(ctx, filepath.Join(u.web.shots, what+", seen by "+u.name+".png"))
	})
}

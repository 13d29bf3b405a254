package host

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

const (
	nsCommands  = "http://jabber.org/protocol/commands"
	nsAdminForm = "http://jabber.org/protocol/admin"
	nsForm      = "jabber:x:data"
)

var errNotOperator = stanza.Fail(mellium.Forbidden).OfType(mellium.Cancel).Because("Only administrators of the service may do this.")

// badCommand is an error of ad-hoc commands. xep:0050#desc-errors
func badCommand(specific, text string) *stanza.Error {
	e := *stanza.Fail(mellium.BadRequest).Because(text)
	e.Extra = []byte("<" + specific + " xmlns='" + nsCommands + "'/>")
	return &e
}

// operates tells whether somebody may give commands.
func (v *service) operates(user stanza.JID) bool {
	return slices.Contains(v.h.settings().Admins, user.Bare().String())
}

// offered are the commands for somebody. The others do not learn what there is.
func (v *service) offered(user stanza.JID) []Command {
	if v.operates(user) {
		return Commands
	}
	return nil
}

func commandAt(node string) *Command {
	i := slices.IndexFunc(Commands, func(c Command) bool { return c.Node == node })
	if i < 0 {
		return nil
	}
	return &Commands[i]
}

// command takes a request of an administrator to run a command: one form, and what came of it. Nothing is remembered in
// between. xep:0050#execute xep:0133
func (v *service) command(st *stanza.Stanza, q *stanza.Element) {
	c := commandAt(q.Attr("node"))
	switch action := q.Attr("action"); {
	case !v.operates(st.From):
		v.h.reply(st, errNotOperator)
	case c == nil:
		v.h.reply(st, stanza.Fail(mellium.ItemNotFound))
	case action == "cancel":
		v.step(st, q, c, "canceled", nil)
	case action != "" && action != "execute" && action != "complete":
		v.h.reply(st, badCommand("bad-action", "This command has one stage."))
	case q.Child(nsForm, "x") == nil && len(c.Params) > 0:
		v.step(st, q, c, "executing", c.ask())
	default:
		v.execute(st, q, c)
	}
}

// execute runs a command beside the reader: it waits for rooms and for the database.
func (v *service) execute(st *stanza.Stanza, q *stanza.Element, c *Command) {
	told, err := c.read(q.Child(nsForm, "x"))
	if err != nil {
		v.h.reply(st, err)
		return
	}
	v.beside(st, func(ctx context.Context) {
		lines, err := v.h.run(ctx, c, told)
		if err != nil {
			v.h.reply(st, badCommand("bad-payload", capital(err.Error())+"."))
			return
		}
		var b stanza.Builder
		b.Leaf("note", strings.Join(lines, "\n"), "type", "info")
		v.step(st, q, c, "completed", b.Bytes())
	})
}

func capital(s string) string { return strings.TrimRight(strings.ToUpper(s[:1])+s[1:], ".") }

// step is the state of a command. xep:0050#execute
func (v *service) step(st *stanza.Stanza, q *stanza.Element, c *Command, status string, payload []byte) {
	session := q.Attr("sessionid")
	if session == "" {
		session = rand.Text()
	}
	var b stanza.Builder
	b.Start("command", "xmlns", nsCommands, "node", c.Node, "sessionid", session, "status", status, "xml:lang", "en")
	v.result(st, b.Raw(payload).End().Bytes())
}

// ask is the form of a command.
func (c *Command) ask() []byte {
	f := stanza.Form{
		Type: "form", Title: capital(c.About),
		Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsAdminForm}}},
	}
	for _, p := range c.Params {
		field := stanza.Field{Var: p.Field, Type: p.Type, Label: capital(p.About), Required: p.Required}
		for _, o := range p.Options {
			field.Options = append(field.Options, stanza.Option{Label: o, Value: o})
		}
		f.Fields = append(f.Fields, field)
	}
	var b stanza.Builder
	b.Start("actions", "execute", "complete").Empty("complete").End()
	f.Append(&b)
	return b.Bytes()
}

// read is what a submitted form tells a command.
func (c *Command) read(x *stanza.Element) (args, *stanza.Error) {
	told := args{}
	if len(c.Params) == 0 {
		return told, nil
	}
	form, err := stanza.ParseForm(x)
	if err != nil || form.Type != "submit" {
		return nil, badCommand("bad-payload", "The command needs its form, submitted.")
	}
	for _, p := range c.Params {
		if v := strings.TrimSpace(form.Field(p.Field).Text()); v != "" {
			told[p.Name] = v
		}
	}
	return told, nil
}

// commandItems lists the commands for somebody. xep:0050#retrieve
func (v *service) commandItems(st *stanza.Stanza) {
	var b stanza.Builder
	b.Start("query", "xmlns", nsItems, "node", nsCommands)
	for _, c := range v.offered(st.From) {
		b.Empty("item", "jid", v.h.settings().Service, "node", c.Node, "name", capital(c.About))
	}
	v.result(st, b.End().Bytes())
}

// commandInfo says what a node of the commands is; false for none that this user may know. xep:0050#retrieve
func (v *service) commandInfo(st *stanza.Stanza, node string) bool {
	typ, title := "command-list", "Commands"
	if node != nsCommands {
		c := commandAt(node)
		if c == nil || !v.operates(st.From) {
			return false
		}
		typ, title = "command-node", capital(c.About)
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsInfo, "node", node)
	b.Empty("identity", "category", "automation", "type", typ, "name", title)
	b.Empty("feature", "var", nsCommands).Empty("feature", "var", nsForm)
	v.result(st, b.End().Bytes())
	return true
}

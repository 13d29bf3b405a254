package muc

import (
	"encoding/xml"
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// command is something that a user has the room do through any client, without a protocol of its own. It has one stage: a
// form if there is something to ask, and what came of it. xep:0050#execute
type command struct {
	node, name string                       // name is for people
	may        func(*Room, stanza.JID) bool // whom it is shown to, and who may run it
	form       func(*Room) *stanza.Form     // what to ask; nil for nothing

	// run does it, with the form if one was asked, and tells what came of it, raw.
	run func(*Room, *stanza.Stanza, *stanza.Form) ([]byte, *stanza.Error)
}

// commands lets users run what features offer. xep:0050
var commands = feature{
	name:    "XEP-0050 ad-hoc commands",
	disco:   func(*Room) []string { return []string{nsCommands} },
	queries: map[xml.Name]query{name(nsCommands, "command"): {sets, (*Room).command}},
}

var (
	notYours   = stanza.Fail(mellium.Forbidden).OfType(mellium.Cancel).Because("You may not run this command.")
	badAction  = commandError(mellium.BadRequest, "bad-action").Because("This command cannot do that now.")
	noAction   = commandError(mellium.BadRequest, "malformed-action").Because("There is no such action.")
	badPayload = commandError(mellium.BadRequest, "bad-payload")
	badSession = commandError(mellium.BadRequest, "bad-sessionid").Because("This is no session of yours with this command.")
	oldSession = commandError(mellium.NotAllowed, "session-expired").Because("This session is over.")
)

// commandError is one of the errors of commands. xep:0050#desc-errors
func commandError(c mellium.Condition, specific string) *stanza.Error {
	e := *stanza.Fail(c)
	e.Extra = []byte("<" + specific + " xmlns='" + nsCommands + "'/>")
	return &e
}

// order is a user's request to go on with a command.
type order struct {
	*command
	st      *stanza.Stanza
	x       *stanza.Element // the submitted form; nil for none
	session string          // "" for a new one
}

// actions are what a request may say. A command of one stage has no next and no previous one. xep:0050#impl-actions
var actions = map[string]func(*Room, *order) ([]byte, *stanza.Error){
	"":         (*Room).execute,
	"execute":  (*Room).execute,
	"complete": (*Room).complete,
	"cancel":   (*Room).cancelCommand,
	"next":     func(*Room, *order) ([]byte, *stanza.Error) { return nil, badAction },
	"prev":     func(*Room, *order) ([]byte, *stanza.Error) { return nil, badAction },
}

// command takes a request to run a command. xep:0050#execute xep:0050#desc-errors
func (r *Room) command(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	c, err := r.commandFor(st.From, q.Attr("node"))
	if err != nil {
		return nil, err
	}
	act := actions[q.Attr("action")]
	if act == nil {
		return nil, noAction
	}
	o := &order{command: c, st: st, x: q.Child(nsForm, "x"), session: q.Attr("sessionid")}
	if q.HasAttr("sessionid") {
		if err := r.resume(o); err != nil {
			return nil, err
		}
	}
	return act(r, o)
}

// execute asks what the command has to know, unless that has been said already: who knows the form may send it at once.
// xep:0317#destroy
func (r *Room) execute(o *order) ([]byte, *stanza.Error) {
	if o.form == nil || o.x != nil || o.session != "" {
		return r.complete(o)
	}
	var b stanza.Builder
	b.Start("actions", "execute", "complete").Empty("complete").End()
	o.form(r).Append(&b)
	return r.reply(o, "executing", b.Bytes()), nil
}

func (r *Room) complete(o *order) ([]byte, *stanza.Error) {
	var form *stanza.Form
	if o.form != nil {
		var err *stanza.Error
		if form, err = submitted(o.x, o.form(r)); err != nil {
			return nil, err
		}
	}
	payload, err := o.run(r, o.st, form)
	if err != nil {
		return nil, err
	}
	return r.reply(o, "completed", payload), nil
}

// cancelCommand ends a session. xep:0050#cancel
func (r *Room) cancelCommand(o *order) ([]byte, *stanza.Error) {
	if o.session == "" {
		return nil, badSession
	}
	return r.reply(o, "canceled", nil), nil
}

// reply is the state of a command's session, which is over unless the command is executing. xep:0050#impl-session
func (r *Room) reply(o *order, status string, payload []byte) []byte {
	if o.session == "" {
		o.session = r.openSession(o)
	}
	if status != "executing" {
		r.ended.add(o.st.From, o.session)
	}
	var b stanza.Builder
	b.Start("command", "xmlns", nsCommands, "node", o.node, "sessionid", o.session, "status", status, "xml:lang", "en")
	return b.Raw(payload).End().Bytes()
}

// submitted is a form as it was filled in: of the type that was asked, with what is required, one value for each field. A
// cancelled one counts as submitted; only the action cancels. xep:0050#impl-forms
func submitted(x *stanza.Element, asked *stanza.Form) (*stanza.Form, *stanza.Error) {
	form, err := stanza.ParseForm(x)
	switch {
	case err != nil, form.Type != "submit" && form.Type != "cancel":
		return nil, badPayload.Because("The command needs its form, submitted.")
	case form.FormType() != "" && form.FormType() != asked.FormType():
		return nil, badPayload.Because("This is the form of something else.")
	}
	for i := range asked.Fields {
		f := &asked.Fields[i]
		in := form.Field(f.Var)
		if f.Required && in.Value() == "" {
			return nil, badPayload.Because("The field " + f.Var + " is missing.")
		}
		if in != nil && len(in.Values) > 1 {
			return nil, badPayload.Because("The field " + f.Var + " has one value.")
		}
	}
	return form, nil
}

// commandsOf are the commands that a user may run.
func (r *Room) commandsOf(user stanza.JID) []*command {
	var list []*command
	for _, f := range features {
		for i := range f.commands {
			if f.commands[i].may(r, user) {
				list = append(list, &f.commands[i])
			}
		}
	}
	return list
}

// commandFor is the command of a node, if the user may run it.
func (r *Room) commandFor(user stanza.JID, node string) (*command, *stanza.Error) {
	for _, f := range features {
		i := slices.IndexFunc(f.commands, func(c command) bool { return c.node == node })
		if i < 0 {
			continue
		}
		if !f.commands[i].may(r, user) {
			return nil, notYours
		}
		return &f.commands[i], nil
	}
	return nil, noSuchNode
}

// commandItems answers which commands there are for a user. Below a command there is nothing. xep:0050#retrieve
func (r *Room) commandItems(st *stanza.Stanza, node string) ([]byte, *stanza.Error) {
	var list []*command
	if node == nsCommands {
		list = r.commandsOf(st.From)
	} else if _, err := r.commandFor(st.From, node); err != nil {
		return nil, err
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsItems, "node", node)
	for _, c := range list {
		b.Empty("item", "jid", r.me, "node", c.node, "name", c.name)
	}
	return b.End().Bytes(), nil
}

// commandInfo answers what a node of the commands is: the list, or one of them. xep:0050#retrieve
func (r *Room) commandInfo(st *stanza.Stanza, node string) ([]byte, *stanza.Error) {
	typ, title := "command-list", "Commands"
	if node != nsCommands {
		c, err := r.commandFor(st.From, node)
		if err != nil {
			return nil, err
		}
		typ, title = "command-node", c.name
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsInfo, "node", node)
	b.Empty("identity", "category", "automation", "type", typ, "name", title)
	b.Empty("feature", "var", nsCommands).Empty("feature", "var", nsForm)
	return b.End().Bytes(), nil
}

// longestTable bounds what is sent, in bytes of XML: the host server takes no stanza of any size.
const longestTable = 64 << 10

// table is what a command found: a row for each thing, a column for each of its sides. xep:0004#protocol-results
func table(title string, columns []string, rows [][]string) []byte {
	var b stanza.Builder
	b.Start("x", "xmlns", nsForm, "type", "result").Leaf("title", title)
	b.Start("reported")
	for _, c := range columns {
		b.Empty("field", "var", c)
	}
	b.End()
	shown := 0
	for _, row := range rows {
		if len(b.Bytes()) > longestTable {
			break
		}
		shown++
		b.Start("item")
		for i, c := range columns {
			b.Start("field", "var", c).Leaf("value", row[i]).End()
		}
		b.End()
	}
	b.End()
	if shown < len(rows) {
		b.Leaf("note", "The first "+itoa(shown)+" of "+itoa(len(rows))+" are shown.", "type", "warn")
	}
	return b.Bytes()
}

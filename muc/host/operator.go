package host

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Command is something that the operator may do to the service, by an ad-hoc command or on the command line.
type Command struct {
	Name, About string
	Node        string // of the ad-hoc command; xep:0133 has some
	Params      []Param
	run         func(context.Context, *Host, args) (lines []string, err error)
}

// Param is what a command wants to know.
type Param struct {
	Name, About string
	Field       string // in the ad-hoc command's form
	Type        string // of that field
	Required    bool
	Options     []string
}

// args are what a command was told, by the names of its parameters.
type args map[string]string

const (
	nodeAdmin = "http://jabber.org/protocol/admin#"
	nodeOwn   = "urn:isthmus:0#"
)

// Commands are all that an operator may do, in the order in which they are shown.
var Commands = []Command{
	{"rooms", "list the rooms", nodeOwn + "rooms", []Param{
		{Name: "after", About: "list those behind this room", Field: "after", Type: "jid-single"},
	}, listRooms},
	{"create", "create a room that stays when it is empty", nodeOwn + "create", []Param{
		{Name: "room", About: "its address", Field: "room", Type: "jid-single", Required: true},
		{Name: "owner", About: "the address of its owner", Field: "owner", Type: "jid-single", Required: true},
		{Name: "name", About: "what it is called", Field: "name", Type: "text-single"},
		{Name: "kind", About: "private: members only, who see each other's addresses; public: open and listed", Field: "kind",
			Type: "list-single", Options: slices.Sorted(maps.Keys(muc.Presets))},
	}, createRoom},
	{"destroy", "destroy a room with its history", nodeOwn + "destroy", []Param{
		{Name: "room", About: "its address", Field: "room", Type: "jid-single", Required: true},
		{Name: "venue", About: "the room to go to instead", Field: "venue", Type: "jid-single"},
		{Name: "reason", About: "what its occupants are told", Field: "reason", Type: "text-single"},
	}, destroyRoom},
	{"affiliation", "make somebody owner, admin, member, outcast or none of a room", nodeOwn + "affiliation", []Param{
		{Name: "room", About: "its address", Field: "room", Type: "jid-single", Required: true},
		{Name: "user", About: "the user's address, or a whole domain", Field: "user", Type: "jid-single", Required: true},
		{Name: "affiliation", About: "what he shall be", Field: "affiliation", Type: "list-single", Required: true,
			Options: []string{"owner", "admin", "member", "none", "outcast"}},
		{Name: "reason", About: "why", Field: "reason", Type: "text-single"},
	}, affiliate},
	{"announce", "say something in a room, or in every room that anybody is in", nodeAdmin + "announce", []Param{
		{Name: "text", About: "what to say", Field: "announcement", Type: "text-multi", Required: true},
		{Name: "room", About: "only in this room", Field: "room", Type: "jid-single"},
	}, announce},
	{"links", "list the federation links", nodeOwn + "links", []Param{
		{Name: "room", About: "only those of this room, with all that is known of them", Field: "room", Type: "jid-single"},
	}, listLinks},
	{"link", "pause, resume, resync or drop a federation link", nodeOwn + "link", []Param{
		{Name: "room", About: "the room of ours", Field: "room", Type: "jid-single", Required: true},
		{Name: "peer", About: "the room at its other end, where the room has several links", Field: "peer", Type: "jid-single"},
		{Name: "do", About: "pause it until it is resumed; resync: join anew for what was missed; drop what is known of it", Field: "do",
			Type: "list-single", Required: true, Options: []string{"pause", "resume", "resync", "drop"}},
	}, steerLink},
	{"stop", "end the service for good: everybody is told; a restart needs no such thing", nodeAdmin + "shutdown", nil, stop},
}

// ErrNoCommand says that there is no command of a name.
var ErrNoCommand = errors.New("there is no such command")

// Command runs a command by its name. Its error is one sentence for the operator.
func (h *Host) Command(ctx context.Context, name string, told map[string]string) ([]string, error) {
	i := slices.IndexFunc(Commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return nil, ErrNoCommand
	}
	return h.run(ctx, &Commands[i], told)
}

func (h *Host) run(ctx context.Context, c *Command, told args) ([]string, error) {
	for name := range told {
		if !slices.ContainsFunc(c.Params, func(p Param) bool { return p.Name == name }) {
			return nil, fmt.Errorf("%s knows no %s", c.Name, name)
		}
	}
	for _, p := range c.Params {
		switch v := told[p.Name]; {
		case v == "" && p.Required:
			return nil, fmt.Errorf("%s is missing: %s", p.Name, p.About)
		case v != "" && p.Options != nil && !slices.Contains(p.Options, v):
			return nil, fmt.Errorf("%s has to be one of %s", p.Name, strings.Join(p.Options, ", "))
		}
	}
	h.log.Info().Str("command", c.Name).Str("room", told["room"]).Str("user", told["user"]).Msg("the operator gives a command")
	lines, err := c.run(ctx, h, told)
	if e := (*stanza.Error)(nil); errors.As(err, &e) {
		return lines, errors.New(said(e))
	}
	return lines, err
}

// said is a stanza error for people.
func said(e *stanza.Error) string {
	if e.Text == "" {
		return string(e.Condition)
	}
	return e.Text
}

// room reads the address of a room of this service; its localpart alone will do.
func (a args) room(h *Host) (stanza.JID, error) {
	v := a["room"]
	if !strings.Contains(v, "@") {
		v += "@" + h.settings().Service
	}
	j, err := muc.Typed(v)
	if err != nil || j.Local == "" || j.Domain != h.settings().Service {
		return stanza.JID{}, fmt.Errorf("there can be no room %s of %s", a["room"], h.settings().Service)
	}
	return j.Bare(), nil
}

// person reads the bare address of a user; of a whole domain, too, where that will do.
func (a args) person(name string, orDomain bool) (stanza.JID, error) {
	j, err := muc.Typed(a[name])
	if err != nil || j.Local == "" && !orDomain {
		return stanza.JID{}, fmt.Errorf("this is no address of a user: %s", a[name])
	}
	return j.Bare(), nil
}

// mostListed bounds how many rooms one command lists.
const mostListed = 500

func listRooms(ctx context.Context, h *Host, a args) ([]string, error) {
	list, total, err := h.o.Store.Rooms(ctx, a["after"], mostListed)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, r := range list {
		lines = append(lines, strings.TrimSpace(r.JID+" "+r.Name))
	}
	return append(lines, fmt.Sprintf("%d of %d rooms", len(list), total)), nil
}

func createRoom(ctx context.Context, h *Host, a args) ([]string, error) {
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	owner, err := a.person("owner", false)
	if err != nil {
		return nil, err
	}
	return []string{room.String() + " is there."}, h.Operate(ctx, room, muc.Create{Owner: owner, Name: a["name"], Preset: a["kind"]})
}

func destroyRoom(ctx context.Context, h *Host, a args) ([]string, error) {
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	op := muc.Destroy{Reason: a["reason"]}
	if a["venue"] != "" {
		venue, err := a.person("venue", false)
		if err != nil {
			return nil, err
		}
		op.Venue = venue.String()
	}
	return []string{room.String() + " is no more."}, h.Operate(ctx, room, op)
}

func affiliate(ctx context.Context, h *Host, a args) ([]string, error) {
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	user, err := a.person("user", true)
	if err != nil {
		return nil, err
	}
	aff := muc.ParseAffiliation(a["affiliation"])
	if aff >= muc.Admin && user.Local == "" {
		return nil, errors.New("a whole domain can be banned or be members, no more")
	}
	op := muc.Affiliate{User: user.String(), Affiliation: aff, Reason: a["reason"]}
	return []string{user.String() + " is " + aff.String() + " of " + room.String() + "."}, h.Operate(ctx, room, op)
}

func announce(ctx context.Context, h *Host, a args) ([]string, error) {
	op := muc.Announce{Text: a["text"]}
	if a["room"] == "" {
		n, err := h.OperateAll(ctx, op)
		return []string{fmt.Sprintf("Rooms where it was said: %d.", n)}, err
	}
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	return []string{"Said in " + room.String() + "."}, h.Operate(ctx, room, op)
}

func stop(_ context.Context, h *Host, _ args) ([]string, error) {
	if h.o.Stop == nil {
		return nil, stanza.Fail(mellium.FeatureNotImplemented)
	}
	h.Final()
	h.o.Stop()
	return []string{"The service ends."}, nil
}

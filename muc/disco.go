package muc

import "isthmus/component/stanza"

// info answers what a room is, also to those who are not in it: clients ask before they enter. xep:0045#disco-roominfo
func (r *Room) info(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	switch q.Attr("node") {
	case "":
		return r.roomInfo(), nil
	case nsItem:
		return r.reservedNick(st), nil
	case nsTraffic:
		return nil, unsupported
	}
	return r.commandInfo(st, q.Attr("node"))
}

func (r *Room) roomInfo() []byte {
	title := r.rec.Config.Name
	if title == "" {
		title = r.jid.Local
	}
	form := stanza.Form{Type: "result", Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsRoomInfo}}}}
	var b stanza.Builder
	b.Start("query", "xmlns", nsInfo)
	b.Empty("identity", "category", "conference", "type", "text", "name", title)
	for _, f := range features {
		if f.disco != nil {
			for _, v := range f.disco(r) {
				b.Empty("feature", "var", v)
			}
		}
		if f.info != nil {
			form.Fields = append(form.Fields, f.info(r)...)
		}
	}
	form.Append(&b)
	return b.End().Bytes()
}

// reservedNick answers which nick the room keeps for a user. xep:0045#reservednick
func (r *Room) reservedNick(st *stanza.Stanza) []byte {
	var b stanza.Builder
	b.Start("query", "xmlns", nsInfo, "node", nsItem)
	if nick := r.affils[st.From.Bare().String()].Nick; nick != "" {
		b.Empty("identity", "category", "conference", "type", "text", "name", nick)
	}
	return b.End().Bytes()
}

// items lists who is in the room, if the room wants that. xep:0045#disco-roomitems
func (r *Room) items(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	if node := q.Attr("node"); node != "" {
		return r.commandItems(st, node)
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsItems)
	if r.rec.Config.PublicList {
		for _, o := range r.occupants {
			b.Empty("item", "jid", o.from)
		}
	}
	return b.End().Bytes(), nil
}

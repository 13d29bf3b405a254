package muc

import (
	"regexp"
	"strings"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

const (
	pageDefault = 50
	pageMost    = 100
	mostIDs     = pageMost
	longestTag  = 256 // bytes of a queryid: it comes back with every message of the page
)

// ask is a question to the log. Query says what of the log is wanted.
type ask struct {
	Query
	viewer  stanza.JID
	queryID string
	flip    bool // the newest first
	top     bool // a page that is not cut begins with the first of all that matches
	hidden  bool // it is not for this viewer to know what matches
}

// criterion is one field of a query's form. read takes one value, which is never empty.
type criterion struct {
	name, typ string
	extra     []byte
	read      func(*Room, *ask, string) *stanza.Error
}

// criteria are all that a log can be asked for. xep:0313#filter
var criteria = []criterion{
	{name: "with", typ: "jid-single", read: (*Room).askWith},
	{name: "start", typ: "text-single", read: func(_ *Room, a *ask, v string) *stanza.Error {
		t, err := dateTime("start", v)
		a.Start = t.Add(time.Millisecond - 1).Truncate(time.Millisecond) // the log knows no parts of a millisecond
		return err
	}},
	{name: "end", typ: "text-single", read: func(_ *Room, a *ask, v string) *stanza.Error {
		t, err := dateTime("end", v)
		a.End = t
		return err
	}},
	{name: "before-id", typ: "text-single", read: func(_ *Room, a *ask, v string) *stanza.Error {
		a.Before = append(a.Before, v)
		return nil
	}},
	{name: "after-id", typ: "text-single", read: func(_ *Room, a *ask, v string) *stanza.Error {
		a.After = append(a.After, v)
		return nil
	}},
	{name: "ids", typ: "list-multi", extra: openList, read: func(_ *Room, a *ask, v string) *stanza.Error {
		a.IDs = append(a.IDs, v)
		if len(a.IDs) > mostIDs {
			return stanza.Fail(mellium.PolicyViolation).Because("ids: ask for " + itoa(mostIDs) + " messages at most at a time.")
		}
		return nil
	}},
}

// openList says that a list takes values that it does not offer. xep:0122#usecases-validation
var openList = []byte("<validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:string'><open/></validate>")

// logForm is all that can be asked. xep:0313#query-form
func logForm() []byte {
	f := stanza.Form{Type: "form", Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsMAM}}}}
	for _, c := range criteria {
		f.Fields = append(f.Fields, stanza.Field{Var: c.name, Type: c.typ, Extra: c.extra})
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsMAM)
	f.Append(&b)
	return b.End().Bytes()
}

// readAsk reads a query. xep:0313#query
func (r *Room) readAsk(viewer stanza.JID, q *stanza.Element) (*ask, *stanza.Error) {
	a := &ask{viewer: viewer, queryID: q.Attr("queryid"), flip: q.Child(nsMAM, "flip-page") != nil}
	switch {
	case len(a.queryID) > longestTag:
		return nil, badRequest.Because("The queryid is longer than " + itoa(longestTag) + " bytes.")
	case q.Attr("node") != "":
		return nil, noSuchNode
	}
	if x := q.Child(nsForm, "x"); x != nil {
		if err := r.readCriteria(a, x); err != nil {
			return nil, err
		}
	}
	within := len(a.After)+len(a.Before) > 0
	page, err := readPaging(q.Child(nsRSM, "set"), pageDefault, pageMost)
	if err != nil {
		return nil, err
	}
	a.turn(page, within)
	if a.hidden { // unknown ids have to be told all the same, as they are to those who ask for somebody unknown
		a.Start, a.End = time.Time{}.Add(2), time.Time{}.Add(1)
	}
	return a, nil
}

// turn says which page is wanted. How many match is counted where that can be told and matters: not within given messages,
// and not on every page.
func (a *ask) turn(p paging, within bool) {
	a.Max, a.Backward, a.top = p.max, p.backward, p.after == ""
	if p.after != "" {
		a.After = append(a.After, p.after)
	}
	if p.before != "" {
		a.Before = append(a.Before, p.before)
	}
	a.Count = !within && (p.max == 0 || p.after == "" && p.before == "")
}

// readCriteria reads a form. An empty field is one that was left out.
func (r *Room) readCriteria(a *ask, x *stanza.Element) *stanza.Error {
	form, err := stanza.ParseForm(x)
	switch {
	case err != nil:
		return badRequest.Because("The form cannot be read.")
	case form.Type != "submit":
		return badRequest.Because("The form is not submitted.")
	case form.FormType() != "" && form.FormType() != nsMAM:
		return badRequest.Because("This is another form than the archive's.")
	}
	seen := map[string]bool{}
	for _, f := range form.Fields {
		if seen[f.Var] {
			return badRequest.Because("The field " + brief(f.Var) + " is there twice.")
		}
		seen[f.Var] = true
		if err := r.readCriterion(a, &f); err != nil {
			return err
		}
	}
	return nil
}

// readCriterion reads one field. Those that nobody knows are refused, since the answer would not be what was asked for.
// xep:0313#query-form
func (r *Room) readCriterion(a *ask, f *stanza.Field) *stanza.Error {
	if f.Var == "FORM_TYPE" {
		return nil
	}
	c := criterionNamed(f.Var)
	if c == nil {
		return stanza.Fail(mellium.FeatureNotImplemented).Because("The archive knows no field " + brief(f.Var) + ".")
	}
	if len(f.Values) > 1 && !strings.HasSuffix(c.typ, "-multi") {
		return badRequest.Because("The field " + c.name + " has one value.")
	}
	for _, v := range f.Values {
		if v == "" {
			continue
		}
		if err := c.read(r, a, v); err != nil {
			return err
		}
	}
	return nil
}

func criterionNamed(name string) *criterion {
	for i := range criteria {
		if criteria[i].name == name {
			return &criteria[i]
		}
	}
	return nil
}

// brief is a name of somebody else's for use in a sentence.
func brief(name string) string {
	switch {
	case name == "":
		return "without a name"
	case len(name) > 64:
		return "of this name"
	}
	return name
}

// askWith asks for what one user has said: by his address in the room, or by his own. Asking for somebody's own address finds
// nothing that the room does not show to this viewer under that address anyway (P8). xep:0313#filter-jid
func (r *Room) askWith(a *ask, v string) *stanza.Error {
	j, err := Typed(v)
	switch {
	case err != nil:
		return badRequest.Because("with: this is no address.")
	case j.Bare() == r.jid:
		a.Nick = written(j.Resource)
		return nil
	}
	a.Author = j.String()
	if r.readsJIDs(a.viewer) || j.Bare() == a.viewer.Bare() {
		return nil
	}
	a.Open = true
	a.hidden = !r.rec.Config.NonAnonymous
	return nil
}

// written is a nick as the log has it.
func written(nick string) string {
	if n, _, err := prepareNick(nick); err == nil {
		return n
	}
	return nick
}

// written82 is how XEP-0082 writes a point of time; package time is more liberal.
var written82 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// dateTime reads a point of time: never the zero time, which is none.
func dateTime(field, v string) (time.Time, *stanza.Error) {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil || !written82.MatchString(v) {
		return t, badRequest.Because(field + ": this is no date and time such as 2026-01-01T00:00:00Z.")
	}
	if t.IsZero() {
		t = t.Add(1)
	}
	return t.UTC(), nil
}

package chatneg

import (
	"regexp"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// Error is why a message of a negotiation was refused. xep:0155#new-reject xep:0020#protocol-basic
type Error struct {
	Condition mellium.Condition
	Type      mellium.ErrorType
	Code      string   // of old clients, as in the XEP's examples
	Fields    []string // which fields are to blame, as their sender wrote them
	Text      string   // English, for people

	Negotiates bool // it has a <feature/>: only who negotiates sends that
}

// What is wrong with a message, whatever its dialect.
var (
	unsupported   = &Error{Condition: mellium.ServiceUnavailable, Type: mellium.Cancel, Code: "503"}
	unimplemented = &Error{Condition: mellium.FeatureNotImplemented, Type: mellium.Cancel, Code: "501"}
	badRequest    = &Error{Condition: mellium.BadRequest, Type: mellium.Modify, Code: "400"}
	notFound      = &Error{Condition: mellium.ItemNotFound, Type: mellium.Cancel, Code: "404", Text: "There is no such session."}
	tooLarge      = &Error{Condition: mellium.PolicyViolation, Type: mellium.Modify}
	notNow        = &Error{Condition: mellium.UnexpectedRequest, Type: mellium.Wait, Code: "400"}
)

// unacceptable is a field without an option that is supported: each dialect has its own code. xep:0155#new-reject
var unacceptable = map[Dialect]*Error{
	TwoWay:   {Condition: mellium.NotAcceptable, Type: mellium.Cancel, Code: "501"},
	ThreeWay: {Condition: mellium.NotAcceptable, Type: mellium.Modify, Code: "406"},
}

// Errors that whoever keeps the sessions needs.
var (
	// Silent tells who asked that nobody answers.
	Silent = &Error{Condition: mellium.RemoteServerTimeout, Type: mellium.Wait, Code: "504", Text: "The other side does not answer."}
	// Taken is for a second session of a pair that allows but one, and for a thread that is somebody else's.
	// xep:0155#parameters
	Taken = &Error{Condition: mellium.Conflict, Type: mellium.Cancel, Code: "409", Text: "There is a session already."}
	// Full is for who has as many sessions as he may have.
	Full = &Error{Condition: mellium.ResourceConstraint, Type: mellium.Wait, Code: "500", Text: "There are too many sessions."}
	// NotThere is for a move to where the party is not.
	NotThere = &Error{Condition: mellium.ItemNotFound, Type: mellium.Cancel, Code: "404", Text: "You are not there."}
)

// NoSession is for what belongs to no session.
func NoSession() *Error { return notFound }

// Unacceptable is the error for fields of which no option is supported.
func Unacceptable(d Dialect, fields ...string) *Error { return unacceptable[d].naming(fields) }

// Unimplemented is the error for required fields that are not known.
func Unimplemented(fields ...string) *Error { return unimplemented.naming(fields) }

func (e *Error) naming(fields []string) *Error {
	c := *e
	c.Fields = fields
	return &c
}

// Because adds a text.
func (e *Error) Because(text string) *Error {
	c := *e
	c.Text = text
	return &c
}

// Error makes it an error, for tests.
func (e *Error) Error() string {
	return strings.TrimSpace(string(e.Condition) + " " + strings.Join(e.Fields, ",") + " " + e.Text)
}

// Element is the <error/>. Which fields are to blame stands in the text in version 0.9, in elements of their own in 1.2, and
// never in both. by is who says so, "" for the other party.
func (e *Error) Element(d Dialect, by string) []byte {
	var b stanza.Builder
	b.Start("error", "code", e.Code, "type", string(e.Type), "by", by)
	b.Empty(string(e.Condition), "xmlns", nsStanzas)
	switch {
	case len(e.Fields) == 0 && e.Text != "":
		b.Leaf("text", e.Text, "xmlns", nsStanzas, "xml:lang", "en")
	case len(e.Fields) > 0 && d == TwoWay:
		b.Leaf("text", strings.Join(e.Fields, ","), "xmlns", nsStanzas)
	case len(e.Fields) > 0:
		b.Start("feature", "xmlns", NSFeature)
		for _, f := range e.Fields {
			b.Empty("field", "var", f)
		}
		b.End()
	}
	return b.End().Bytes()
}

// failure reads the error of a stanza. Its text is read only for fields: servers and clients put addresses into texts.
func failure(st *stanza.Stanza) *Error {
	el := st.Child("", "error")
	e := &Error{Condition: mellium.UndefinedCondition, Type: mellium.Cancel}
	if t := mellium.ErrorType(el.Attr("type")); slices.Contains(errorTypes, t) {
		e.Type = t
	}
	if c := el.Attr("code"); code.MatchString(c) {
		e.Code = c
	}
	for _, c := range el.Children() {
		switch {
		case c.Name.Space == NSFeature && c.Name.Local == "feature":
			e.Negotiates = true
			for _, f := range c.Children() {
				e.Fields = append(e.Fields, f.Attr("var"))
			}
		case c.Name.Space != nsStanzas:
		case c.Name.Local == "text":
			e.Fields = append(e.Fields, split(c.Text())...)
		case condition.MatchString(c.Name.Local):
			e.Condition = mellium.Condition(c.Name.Local)
		}
	}
	return e
}

// split is a list of fields as version 0.9 writes it.
func split(text string) []string {
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// about leaves of the fields only those of a form: nobody learns by an error what he has not said himself.
func (e *Error) about(form []Field) *Error {
	var fields []string
	for _, f := range form {
		if slices.Contains(e.Fields, f.Var) {
			fields = append(fields, f.Var)
		}
	}
	return e.naming(fields)
}

var (
	errorTypes = []mellium.ErrorType{mellium.Auth, mellium.Cancel, mellium.Continue, mellium.Modify, mellium.Wait}
	condition  = regexp.MustCompile(`^[a-z-]{1,30}$`)
	code       = regexp.MustCompile(`^[0-9]{3}$`)
)

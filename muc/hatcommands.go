package muc

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

var (
	noHat     = stanza.Fail(mellium.ItemNotFound).Because("The room has no such hat.")
	notWorn   = stanza.Fail(mellium.ItemNotFound).Because("This user does not wear this hat.")
	manyHats  = stanza.Fail(mellium.PolicyViolation).Because("The room has as many hats as it may have.")
	manyWorn  = stanza.Fail(mellium.PolicyViolation).Because("This user wears as many hats as he may.")
	manyHeads = stanza.Fail(mellium.PolicyViolation).Because("As many users as may wear this hat already.")

	hatURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[^\s\pC<>"{}|\\^` + "`" + `]+$`)
	hatHue = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,9})?$`)
)

// hatForm is a form of the commands about hats. xep:0317#registrar-formtype
func hatForm(title, instructions string, fields ...stanza.Field) *stanza.Form {
	hidden := stanza.Field{Var: "FORM_TYPE", Type: "hidden", Values: []string{nsHatCommand}}
	return &stanza.Form{
		Type: "form", Title: title, Instructions: instructions, Fields: append([]stanza.Field{hidden}, fields...),
	}
}

func createHatForm(*Room) *stanza.Form {
	return hatForm("Creating a Hat", "Fill out this form to create a hat, or to change the one that has this URI.",
		stanza.Field{Var: "hats#title", Type: "text-single", Label: "Hat Title", Required: true},
		stanza.Field{Var: "hats#uri", Type: "text-single", Label: "Hat URI", Required: true},
		stanza.Field{Var: "hats#hue", Type: "text-single", Label: "Hat Hue"})
}

func destroyHatForm(r *Room) *stanza.Form {
	return hatForm("Destroying a Hat", "Fill out this form to destroy a hat.", r.whichHat())
}

func assignHatForm(r *Room) *stanza.Form {
	return hatForm("Assigning a Hat", "Fill out this form to assign a hat.", wearer, r.whichHat())
}

func removeHatForm(r *Room) *stanza.Form {
	return hatForm("Removing a Hat", "Fill out this form to remove a hat.", wearer, r.whichHat())
}

var wearer = stanza.Field{Var: "hats#jid", Type: "jid-single", Label: "User Address", Required: true}

// whichHat lets one hat be chosen. xep:0317#add
func (r *Room) whichHat() stanza.Field {
	f := stanza.Field{Var: "hats#uri", Type: "list-single", Label: "The role", Required: true}
	for _, h := range r.hats {
		f.Options = append(f.Options, stanza.Option{Label: h.Title, Value: h.URI})
	}
	return f
}

// createHat makes a hat, or changes the one of this URI. xep:0317#create
func (r *Room) createHat(_ *stanza.Stanza, form *stanza.Form) ([]byte, *stanza.Error) {
	h, err := readHat(form)
	if err != nil {
		return nil, err
	}
	switch old := r.hat(h.URI); {
	case old == nil && len(r.hats) >= maxHats:
		return nil, manyHats
	case old == nil:
	case old.Title == h.Title && old.Hue == h.Hue:
		return nil, nil
	default:
		h.Wearers = old.Wearers
	}
	r.putHat(h)
	r.worn = nil
	r.announceConfig([]int{104})
	r.redress(h.Wearers)
	return nil, nil
}

func readHat(form *stanza.Form) (Hat, *stanza.Error) {
	h := Hat{
		Title: strings.TrimSpace(form.Field("hats#title").Value()),
		URI:   form.Field("hats#uri").Value(), Hue: form.Field("hats#hue").Value(),
	}
	angle, _ := strconv.ParseFloat(h.Hue, 64)
	switch {
	case h.Title == "" || len(stanza.Escape(h.Title)) > maxHatText || !visible(h.Title):
		return h, badPayload.Because("hats#title: a title has up to 255 bytes, all to be seen.")
	case len(stanza.Escape(h.URI)) > maxHatText || !hatURI.MatchString(h.URI):
		return h, badPayload.Because("hats#uri: this is no URI of up to 255 bytes.")
	case h.Hue != "" && (!hatHue.MatchString(h.Hue) || angle > 360):
		return h, badPayload.Because("hats#hue: a hue is an angle from 0 to 360.")
	}
	return h, nil
}

// destroyHat takes a hat from everybody and from the list. xep:0317#destroy
func (r *Room) destroyHat(_ *stanza.Stanza, form *stanza.Form) ([]byte, *stanza.Error) {
	h := r.hat(form.Field("hats#uri").Value())
	if h == nil {
		return nil, noHat
	}
	uri, wearers := h.URI, h.Wearers
	r.hats = slices.DeleteFunc(r.hats, func(h Hat) bool { return h.URI == uri })
	r.worn = nil
	r.emit(DeleteHat{uri})
	r.announceConfig([]int{104})
	r.redress(wearers)
	return nil, nil
}

// named are the hat and the user of a form.
func (r *Room) named(form *stanza.Form) (*Hat, string, *stanza.Error) {
	j, err := Typed(form.Field("hats#jid").Value())
	if err != nil || j.Local == "" {
		return nil, "", badPayload.Because("hats#jid: this is no user's address.")
	}
	h := r.hat(form.Field("hats#uri").Value())
	if h == nil {
		return nil, "", noHat
	}
	return h, j.Bare().String(), nil
}

// assignHat puts a hat on a user, whether he is here or not. xep:0317#add
func (r *Room) assignHat(_ *stanza.Stanza, form *stanza.Form) ([]byte, *stanza.Error) {
	h, user, err := r.named(form)
	worn := 0
	for _, other := range r.hats {
		if slices.Contains(other.Wearers, user) {
			worn++
		}
	}
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(h.Wearers, user):
		return nil, nil
	case worn >= maxWorn:
		return nil, manyWorn
	case len(h.Wearers) >= maxWearers:
		return nil, manyHeads
	}
	changed := *h
	changed.Wearers = append(slices.Clone(h.Wearers), user)
	r.putHat(changed)
	r.wear(user)
	r.redress([]string{user})
	return nil, nil
}

// unassignHat takes a hat off a user. xep:0317#remove
func (r *Room) unassignHat(_ *stanza.Stanza, form *stanza.Form) ([]byte, *stanza.Error) {
	h, user, err := r.named(form)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(h.Wearers, user):
		return nil, notWorn
	}
	changed := *h
	changed.Wearers = slices.DeleteFunc(slices.Clone(h.Wearers), func(w string) bool { return w == user })
	r.putHat(changed)
	r.wear(user)
	r.redress([]string{user})
	return nil, nil
}

// listHats shows the room's hats. xep:0317#protocol
func (r *Room) listHats(*stanza.Stanza, *stanza.Form) ([]byte, *stanza.Error) {
	var rows [][]string
	for _, h := range r.hats {
		rows = append(rows, []string{h.Title, h.URI, h.Hue})
	}
	return table("Hats List", []string{"hats#title", "hats#uri", "hats#hue"}, rows), nil
}

// listAssigned shows who wears what. xep:0317#protocol
func (r *Room) listAssigned(*stanza.Stanza, *stanza.Form) ([]byte, *stanza.Error) {
	var rows [][]string
	for _, h := range r.hats {
		for _, user := range h.Wearers {
			rows = append(rows, []string{user, h.URI, h.Title, h.Hue})
		}
	}
	return table("Assigned Hats List", []string{"hats#jid", "hats#uri", "hats#title", "hats#hue"}, rows), nil
}

package chatneg

import "slices"

// Can is what a party is able to agree to: by parameter, the test that a value must pass. A parameter that is not in it is
// not known.
type Can map[string]func(value string) bool

// One lets these values pass.
func One(values ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(values, v) }
}

// Choose answers an offer or a request: the preferred value where it can be had, else the first that can; or the error that
// names what cannot be had at all. Who offers nothing acceptable is refused for any field in version 0.9, for required ones
// in 1.2. xep:0155#new-accept xep:0155#new-reject
func Choose(m *Message, can Can) (Params, *Error) {
	chosen := Params{}
	var unknown, hopeless []string
	for i := range m.Fields {
		f := &m.Fields[i]
		fits := can[f.Name]
		if fits == nil {
			if f.Required {
				unknown = append(unknown, f.Var)
			}
			continue
		}
		v, ok := f.best(fits)
		switch {
		case ok:
			chosen[f.Name] = v
		case f.Required || m.Dialect == TwoWay:
			hopeless = append(hopeless, f.Var)
		}
	}
	switch {
	case len(unknown) > 0:
		return nil, Unimplemented(unknown...)
	case len(hopeless) > 0:
		return nil, Unacceptable(m.Dialect, hopeless...)
	}
	return chosen, nil
}

// best is the value to choose. Options stand in the order of preference, the default before them all.
func (f *Field) best(fits func(string) bool) (string, bool) {
	if (f.Free || f.option(f.Default) != nil) && len(f.Default) <= maxValue && fits(f.Default) {
		return f.Default, true
	}
	for _, o := range f.Options {
		if len(o.Value) <= maxValue && fits(o.Value) {
			return o.Value, true
		}
	}
	return "", false
}

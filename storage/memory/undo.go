package memory

// Each of these makes a change and returns what restores the state before.

func set[V any](place *V, v V) (undo func()) {
	old := *place
	*place = v
	return func() { *place = old }
}

func put[K comparable, V any](m map[K]V, k K, v V) (undo func()) {
	undo = restore(m, k)
	m[k] = v
	return undo
}

func remove[K comparable, V any](m map[K]V, k K) (undo func()) {
	undo = restore(m, k)
	delete(m, k)
	return undo
}

func restore[K comparable, V any](m map[K]V, k K) func() {
	old, had := m[k]
	if had {
		return func() { m[k] = old }
	}
	return func() { delete(m, k) }
}

// both takes back second, then first.
func both(first, second func()) func() {
	return func() { second(); first() }
}

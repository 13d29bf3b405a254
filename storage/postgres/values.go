package postgres

// A nil list is NULL to pgx, and no column but dedupe may be NULL. So an empty list is written for none, and none is
// returned for an empty list.

func storableRoom(r room) room {
	r.Secret = some(r.Secret)
	r.Config.PresenceBroadcast = some(r.Config.PresenceBroadcast)
	r.Config.GetMemberList = some(r.Config.GetMemberList)
	r.Config.FederationAccept = some(r.Config.FederationAccept)
	return r
}

func storableEvent(e event) event {
	e.Payload, e.Dedupe = some(e.Payload), none(e.Dedupe)
	return e
}

func loadedRoom(r room) room {
	r.Secret = none(r.Secret)
	r.Created, r.SubjectAt = r.Created.UTC(), r.SubjectAt.UTC()
	r.Config.PresenceBroadcast = none(r.Config.PresenceBroadcast)
	r.Config.GetMemberList = none(r.Config.GetMemberList)
	r.Config.FederationAccept = none(r.Config.FederationAccept)
	return r
}

func loadedEvent(e event) event {
	e.Payload = none(e.Payload)
	return e
}

func loadedLink(l link) link {
	l.SyncedAt = l.SyncedAt.UTC()
	return l
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func none[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

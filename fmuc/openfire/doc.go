// Package openfire is a model of an Openfire room as far as federation goes, for tests: it says and does what Openfire's source
// says and does, its mistakes included, and keeps a list of what would make a real one repeat, lose or break something. It
// was never compared with a running Openfire. The daemon does not link it.
//
// A room joins another when its first local user enters and announces each user twice. It answers a join with everybody, its
// history and the subject. Afterwards it remembers nothing of what it has sent: what comes back to it is shown and sent again.
// It finds an author by his exact full address; whoever is not in the room cannot say anything. An available presence of
// somebody who is there changes nothing.
package openfire

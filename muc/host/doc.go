// Package host owns rooms and performs what they decide.
//
// H1. A shard is one goroutine; it owns its rooms, their links and their mail. Nothing of a room is touched elsewhere.
// H2. Behind a change of a room nothing of that room is seen before the change is committed; what follows keeps its
// order (P1, P2). The room itself goes on meanwhile.
// Who comes and goes is no change of the log, and overtakes what others have said.
// H3. Commits are grouped without a timer: while one batch is under way the next one gathers.
// H4. Every queue is bounded in bytes and says what happens when it is full (P9): mail makes the reader wait, so that the
// host server feels it; the log refuses new messages with resource-constraint; a room's mail during its loading likewise.
// H5. A link never delays a local user: it is told facts and answers with facts (P5).
package host

// Package simulator has no code of its own. Its tests play whole federations in memory: hosts with their rooms, links and
// storage, the wires between them and the users' clients, all on one simulated clock. A seed says what users do and what
// breaks; after quiet the rules of rules_test.go must hold, whatever happened.
//
// What a seed has found is reduced to the smallest script that still shows it. Rules that do not hold yet are listed in
// notyet_test.go, and each must still fail, so that the list tells the truth.
//
//	go test ./fmuc/simulator                                   what CI plays
//	go test ./fmuc/simulator -seeds 5000                       more of it
//	go test ./fmuc/simulator -run 'Play/chain/cut' -first 17 -seeds 1 -v   one of them, told step by step
package simulator

// Package chatneg is the negotiated session of XEP-0155, pure: two parties agree on parameters, and it says where they are.
//
// Read chart.go first: it is the figure of the XEP, an arrow a line, for both dialects.
//
// N1. What happens to a session is an arrow of the chart, or nothing happens to it.
// N2. What had been agreed stays in force until something else has been; no failure changes it.
// N3. Restrict early, relax late: who has promised to hold back does so at once, and is free only when the other knows.
// N4. What a relay does to a form only narrows it: nothing is added, nothing changes its place.
// N5. A form of any size or shape gets one answer, and no memory grows by it beyond the limits of this package.
// N6. Nobody reads a clock, draws lots or calls anyone: time comes with the message.
package chatneg

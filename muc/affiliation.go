package muc

// Affiliation is a user's lasting relation to a room. xep:0045#affil
type Affiliation uint8

// In rising order of privilege.
const (
	Outcast Affiliation = iota + 1
	None
	Member
	Admin
	Owner
)

var affiliationNames = [...]string{"", "outcast", "none", "member", "admin", "owner"}

func (a Affiliation) String() string { return affiliationNames[a] }

// ParseAffiliation reads an affiliation's name; 0 if it is none of them.
func ParseAffiliation(s string) Affiliation { return Affiliation(indexOf(affiliationNames[:], s)) } // #nosec G115 -- there are five

// Role is what an occupant may do while in the room. xep:0045#roles
type Role uint8

// In rising order of privilege.
const (
	NoRole Role = iota + 1
	Visitor
	Participant
	Moderator
)

var roleNames = [...]string{"", "none", "visitor", "participant", "moderator"}

func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's name; 0 if it is none of them.
func ParseRole(s string) Role { return Role(indexOf(roleNames[:], s)) } // #nosec G115 -- there are four

func indexOf(names []string, s string) int {
	for i, n := range names {
		if n == s && i > 0 {
			return i
		}
	}
	return 0
}

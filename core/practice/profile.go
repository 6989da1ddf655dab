package practice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// KeyOption says who makes the keys of a profile's certificates, in the contract's words.
type KeyOption string

// The key options.
const (
	ClientSide KeyOption = "client_side"
	ServerSide KeyOption = "server_side"
	EitherSide KeyOption = "client_or_server_side"
)

// Profile is an enrollment profile: what may be ordered through it.
type Profile struct {
	ID       string
	Name     string
	Keys     KeyOption
	KeyType  KeyType
	Approval bool // jobs wait for somebody's approval
	// BatchOnly profiles have no enrollment specification.
	BatchOnly bool
	// SingleOnly profiles refuse batch jobs.
	SingleOnly bool
}

// takesRequests and makesKeys say which orders it takes.
func (p *Profile) takesRequests() bool { return p.Keys != ServerSide }
func (p *Profile) makesKeys() bool     { return p.Keys != ClientSide }

// columns of the profile's CSV template.
func (p *Profile) columns() []string {
	columns := []string{columnUniqueID, columnCommonName, "subject.organization_name", "subject.organization_unit", "san.dns_name"}
	if p.takesRequests() {
		columns = append(columns, columnCSR)
	}
	return columns
}

// catalogue is all profiles, in the order in which they are listed.
type catalogue struct {
	all  []*Profile
	byID map[string]*Profile
}

// newCatalogue makes each combination of who makes the keys, their type, and approval; their ids depend on nothing else, so
// that scripts may keep them.
func newCatalogue() *catalogue {
	c := &catalogue{byID: map[string]*Profile{}}
	add := func(p Profile) {
		p.ID = profileID(p.Name)
		c.all = append(c.all, &p)
		c.byID[p.ID] = &p
	}
	for _, option := range []struct {
		keys  KeyOption
		title string
	}{{ClientSide, "Practice: keys from the device"}, {ServerSide, "Practice: keys from the service"}, {EitherSide, "Practice: keys from either side"}} {
		types := keyTypes
		if option.keys == ClientSide {
			types = slices.Insert(slices.Clone(keyTypes), 0, AnyKey)
		}
		for _, k := range types {
			for _, approval := range []bool{false, true} {
				name := fmt.Sprintf("%s, %s", option.title, k)
				if approval {
					name += ", needs approval"
				}
				add(Profile{Name: name, Keys: option.keys, KeyType: k, Approval: approval, BatchOnly: approval})
			}
		}
	}
	add(Profile{Name: "Practice: single requests only", Keys: EitherSide, KeyType: P256, SingleOnly: true})
	return c
}

// profileID makes a name-based UUID of version 8 (RFC 9562 §5.8) out of the profile's name.
func profileID(name string) string {
	sum := sha256.Sum256([]byte("enrollbench practice profile\x00" + name))
	return "IOT_" + formatUUID(sum[:16], 8)
}

func formatUUID(b []byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

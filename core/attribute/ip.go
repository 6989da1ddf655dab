package attribute

import (
	"net/netip"
	"strings"
)

// IP checks the text of an IPv4 or IPv6 address that a device can have. Names, ports, masks and zones are refused, and
// so are the addresses that Address refuses.
func IP(s string) error {
	const write = "write 192.0.2.7 or 2001:db8::7"
	a, err := netip.ParseAddr(s)
	if err != nil {
		switch {
		case s == "":
			return refuse(s, write, "the address is empty")
		case strings.Contains(s, "/"):
			return refuse(s, write, "the address has a mask or prefix length")
		}
		if _, err := netip.ParseAddrPort(s); err == nil {
			return refuse(s, write, "the address has a port")
		}
		if strings.HasPrefix(s, "[") {
			return refuse(s, write, "the address is in brackets")
		}
		if t := strings.TrimSpace(s); t != s && IP(t) == nil {
			return refuse(s, "write "+t, "the address has spaces around it")
		}
		return refuse(s, write, "not an IP address")
	}
	if a.Zone() != "" {
		return refuse(s, "write "+a.WithZone("").String(), "the zone %q has no place in a certificate", a.Zone())
	}
	if err := Address(a); err != nil {
		return refuse(s, write, "%s", err.(*Error).Reason)
	}
	return nil
}

// Address refuses the addresses that no device has as its own (RFC 6890): unspecified, multicast, broadcast.
func Address(a netip.Addr) error {
	const own = "give the device's own address"
	switch a = a.Unmap(); {
	case !a.IsValid():
		return refuse("", own, "no address")
	case a.IsUnspecified():
		return refuse(a.String(), own, "the unspecified address, which no device has")
	case a.IsMulticast():
		return refuse(a.String(), own, "a multicast address, which no single device has")
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return refuse(a.String(), own, "the broadcast address, which no device has")
	}
	return nil
}

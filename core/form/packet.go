package form

import "encoding/binary"

// Packet types of OpenPGP (RFC 9580 §5).
const (
	packetPKESK      = 1
	packetSignature  = 2
	packetSKESK      = 3
	packetOnePass    = 4
	packetSecretKey  = 5
	packetPublicKey  = 6
	packetSecretSub  = 7
	packetCompressed = 8
	packetMarker     = 10
	packetLiteral    = 11
	packetPublicSub  = 14
	packetSEIPD      = 18
	packetOCB        = 20
)

// packets knows binary OpenPGP by its first packet: the header, a length that such a packet can have, and the first
// bytes of the body (RFC 9580 §4.2, §5). Every text whose first byte has the high bit set passes the first of these.
func packets(b []byte) Kind {
	tag, body, length, ok := packetHeader(b)
	if !ok || len(body) < 6 {
		return Unknown
	}
	version := body[0]
	switch tag {
	case packetPKESK:
		if version == 3 && length >= 12 && (len(body) < 10 || publicKeyAlgorithm(body[9])) || version == 6 && length >= 3 && body[1] <= 33 {
			return PGPMessage
		}
	case packetSKESK:
		if version >= 4 && version <= 6 && length < 512 {
			return PGPMessage
		}
	case packetSEIPD:
		if version == 1 && !isText(body[1:]) || version == 2 && body[1] <= 13 && body[2] >= 1 && body[2] <= 3 {
			return PGPMessage
		}
	case packetOCB:
		if version == 1 && body[1] <= 13 && body[2] >= 1 && body[2] <= 3 {
			return PGPMessage
		}
	case packetMarker:
		if length == 3 && string(body[:3]) == "PGP" {
			return PGPMessage
		}
	case packetSecretKey, packetSecretSub:
		if keyPacket(body, length) {
			return PGPSecretKey
		}
	case packetPublicKey, packetPublicSub:
		if keyPacket(body, length) {
			return PGPPublicKey
		}
	case packetSignature:
		if (version == 3 && body[1] == 5 || version >= 4 && version <= 6 && publicKeyAlgorithm(body[2])) && length < 64<<10 {
			return PGPSignature
		}
	case packetCompressed: // what gpg --sign writes
		if version == 1 && !isText(body[1:]) || version == 2 && body[1]&0x0F == 8 || version == 3 && string(body[1:3]) == "BZ" {
			return PGPSignature
		}
	case packetOnePass:
		if (version == 3 || version == 6) && length >= 13 && length < 128 && publicKeyAlgorithm(body[3]) {
			return PGPSignature
		}
	}
	return Unknown
}

// packetHeader reads a packet's header (RFC 9580 §4.2); a partial or indeterminate length counts as unlimited.
func packetHeader(b []byte) (tag byte, body []byte, length int, ok bool) {
	const unlimited = 1 << 40
	if len(b) < 6 || b[0]&0x80 == 0 {
		return 0, nil, 0, false
	}
	if b[0]&0x40 == 0 { // legacy format
		tag = b[0] >> 2 & 0x0F
		switch b[0] & 3 {
		case 0:
			return tag, b[2:], int(b[1]), true
		case 1:
			return tag, b[3:], int(binary.BigEndian.Uint16(b[1:])), true
		case 2:
			return tag, b[5:], int(binary.BigEndian.Uint32(b[1:])), true
		}
		return tag, b[1:], unlimited, true
	}
	tag = b[0] & 0x3F
	switch first := b[1]; {
	case first < 192:
		return tag, b[2:], int(first), true
	case first < 224:
		return tag, b[3:], int(first-192)<<8 + int(b[2]) + 192, true
	case first < 255: // partial: data only
		return tag, b[2:], unlimited, tag == packetSEIPD || tag == packetOCB || tag == packetCompressed || tag == packetLiteral
	}
	return tag, b[6:], int(binary.BigEndian.Uint32(b[2:])), true
}

// keyPacket knows the body of a key (RFC 9580 §5.5.2): version, time, algorithm.
func keyPacket(body []byte, length int) bool {
	switch version := body[0]; {
	case length < 12 || length > 256<<10:
		return false
	case version == 2 || version == 3:
		return len(body) > 7 && publicKeyAlgorithm(body[7])
	case version >= 4 && version <= 6:
		return publicKeyAlgorithm(body[5])
	}
	return false
}

// publicKeyAlgorithm: those of RFC 9580 §9.1 and of its drafts for post-quantum keys.
func publicKeyAlgorithm(a byte) bool {
	return a >= 1 && a <= 3 || a >= 16 && a <= 36
}

package form

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// magics are the first bytes of files that say themselves what they are.
var magics = []struct {
	at    int
	bytes string
	kind  Kind
}{
	{0, "\xFE\xED\xFE\xED", JKS},
	{0, "\xCE\xCE\xCE\xCE", JCEKS},
	{0, "openssh-key-v1\x00", SSHKey},
	{0, "SSH PRIVATE KEY FILE FORMAT 1.", SSHKey},
	{0, "\x1E\xF1\xB5\xB0", MicrosoftKey},            // PVK
	{0, "\x07\x02\x00\x00\x00", MicrosoftKey},        // PRIVATEKEYBLOB, MS-MQQB §2.2.1
	{8, "KBXf", Keybox},                              // kbx/keybox-blob.c of GnuPG
	{0, "(11:private-key", AgentKey},                 // agent/keyformat.txt of GnuPG
	{0, "(21:protected-private-key", AgentKey},       //
	{0, "(20:shadowed-private-key", AgentStub},       //
	{0, "(private-key", AgentKey},                    //
	{0, "(protected-private-key", AgentKey},          //
	{0, "(shadowed-private-key", AgentStub},          //
	{0, "7z\xBC\xAF\x27\x1C", SevenZip},              //
	{0, "Rar!\x1A\x07", RAR},                         //
	{0, "\x1F\x8B\x08", Gzip},                        // RFC 1952
	{0, "\xFD7zXZ\x00", XZ},                          //
	{0, "\x28\xB5\x2F\xFD", Zstandard},               // RFC 8878
	{0, "MSCF\x00\x00\x00\x00", Cabinet},             //
	{0, "\x1F\x9D", OtherArchive},                    // compress (.Z)
	{0, "\x04\x22\x4D\x18", OtherArchive},            // LZ4
	{0, "\x5D\x00\x00\x80\x00", OtherArchive},        // LZMA with the usual dictionary
	{0, "LZIP\x01", OtherArchive},                    //
	{0, "\x89LZO\x00\x0D\x0A\x1A\x0A", OtherArchive}, // lzop
	{0, "!<arch>\n", OtherArchive},                   // ar, .deb
	{0, "xar!\x00", OtherArchive},                    //
	{2, "-lh", OtherArchive},                         // LHA
	{0, "07070", OtherArchive},                       // cpio; magic looks at what follows
	{0, "\xED\xAB\xEE\xDB", OtherArchive},            // RPM
	{257, "ustar", Tar},                              // POSIX.1
	{0, "\x78\x9F\x3E\x22", OutlookMail},             // TNEF, winmail.dat
	{0, "SQLite format 3\x00", Database},             //
	{0, "%PDF-", PDF},                                //
	{0, "{\\rtf", OfficeDocument},                    //
	{0, "\x89PNG\r\n\x1A\n", Picture},                //
	{0, "\xFF\xD8\xFF", Picture},                     // JPEG
	{0, "GIF8", Picture},                             //
	{0, "II*\x00", Picture},                          // TIFF
	{0, "MM\x00*", Picture},                          //
	{8, "WEBP", Picture},                             //
	{0, "\x7FELF", Program},                          //
	{0, "MZ\x90\x00", Program},                       //
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Text},    // compound file: its directory says what it is
	{0, "\x09\x08\x08\x00\x00\x05", OldWorkbook},     // [MS-XLS] §2.4.21 of Excel 5, without a compound file
	{0, "\x09\x04\x06\x00", OldWorkbook},             // Excel 4
	{0, "\x09\x02\x06\x00", OldWorkbook},             // Excel 3
	{0, "\x09\x00\x04\x00", OldWorkbook},             // Excel 2
	{0, "L\x00\x00\x00\x01\x14\x02\x00", Shortcut},   // [MS-SHLLINK] §2.1
	{0, "PK\x03\x04", ZIP},                           // APPNOTE.TXT 4.3.7
	{0, "PK\x05\x06", ZIP},                           // an empty one
	{0, "PK\x07\x08", ZIP},                           // one part of several
}

// magic knows binary files that begin with a signature of their own.
func magic(b []byte) Kind {
	for i := range magics {
		m := &magics[i]
		if len(b) < m.at+len(m.bytes) || string(b[m.at:m.at+len(m.bytes)]) != m.bytes {
			continue
		}
		switch m.bytes[:2] {
		case "-l", "07":
			if !packedText(b) {
				continue
			}
		case "\xD0\xCF":
			return compound(b)
		case "PK":
			return zipOf(b)
		}
		return m.kind
	}
	switch {
	case len(b) > 10 && string(b[:3]) == "BZh" && string(b[4:10]) == "1AY&SY":
		return Bzip2
	case isBKS(b):
		return BKS
	}
	return Unknown
}

// packedText knows LHA's method, "-lh5-", and the octal or hexadecimal head of cpio, which a column of numbers does not have.
func packedText(b []byte) bool {
	if len(b) > 6 && b[0] != '0' {
		return b[6] == '-' && controlKinds(b[:min(len(b), 64)]) > 0
	}
	const head = 76 // octets of digits
	return len(b) > head && strings.ContainsRune("127", rune(b[5])) && len(bytes.Trim(b[:head], "0123456789abcdefABCDEF")) == 0
}

// isBKS: version 1 or 2, a salt of 20 bytes, and a number of iterations (Bouncy Castle, BcKeyStoreSpi).
func isBKS(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	version, salt, iterations := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[28:])
	return version >= 1 && version <= 2 && salt == 20 && iterations > 0 && iterations < 1<<20
}

// compounds are names in the directory of a compound file ([MS-CFB] §2.6), the telling ones first.
var compounds = []struct {
	name string
	kind Kind
}{
	{"EncryptedPackage", ProtectedOffice}, {"Workbook", OldWorkbook}, {"Book", OldWorkbook}, {"WordDocument", OfficeDocument},
	{"PowerPoint Document", OfficeDocument}, {"__nameid_version1.0", OutlookMail}, {"__substg1.0_", OutlookMail},
}

// compound knows a file of old Office programs. Where its directory lies behind the head it is most likely a workbook.
func compound(b []byte) Kind {
	for _, c := range compounds {
		if bytes.Contains(b, toUTF16(c.name)) {
			return c.kind
		}
	}
	return OldWorkbook
}

func toUTF16(ascii string) []byte {
	out := make([]byte, 0, 2*len(ascii))
	for i := range len(ascii) {
		out = append(out, ascii[i], 0)
	}
	return out
}

// zipOf tells office documents, which are ZIPs, by the names of the members that the head shows (ECMA-376 part 2; OASIS
// OpenDocument 1.3 part 2 §3.3).
func zipOf(b []byte) Kind {
	const local = "PK\x03\x04"
	opc, numbers := false, false
	kind := ZIP
	for at := 0; at >= 0 && at+30 <= len(b); {
		n := int(binary.LittleEndian.Uint16(b[at+26:]))
		name := b[at+30 : min(at+30+n, len(b))]
		switch {
		case string(name) == "mimetype" && at == 0:
			if k := openDocument(b[at+30+n:]); k != Unknown {
				return k
			}
		case bytes.HasPrefix(name, []byte("Index/Tables/")):
			numbers, kind = true, Numbers
		case bytes.HasPrefix(name, []byte("Index/")) && bytes.HasSuffix(name, []byte(".iwa")):
			numbers = true
		case string(name) == "[Content_Types].xml", bytes.HasPrefix(name, []byte("_rels/")), bytes.HasPrefix(name, []byte("docProps/")):
			opc = true
		case bytes.HasPrefix(name, []byte("xl/")):
			kind = Workbook
		case bytes.HasPrefix(name, []byte("word/")), bytes.HasPrefix(name, []byte("ppt/")):
			kind = OfficeDocument
		}
		next := bytes.Index(b[at+4:], []byte(local))
		if next < 0 {
			break
		}
		at += 4 + next
	}
	switch {
	case opc && kind == ZIP:
		return OfficeDocument
	case opc, numbers && kind == Numbers:
		return kind
	case numbers:
		return OfficeDocument
	}
	return ZIP
}

// openDocument reads the type that stands, stored, behind the name of the first member. Extra fields may lie between.
func openDocument(rest []byte) Kind {
	const prefix = "application/vnd.oasis.opendocument."
	i := bytes.Index(rest[:min(len(rest), 256)], []byte(prefix))
	switch {
	case i < 0:
		return Unknown
	case bytes.HasPrefix(rest[i+len(prefix):], []byte("spreadsheet")):
		return ODS
	}
	return OfficeDocument
}

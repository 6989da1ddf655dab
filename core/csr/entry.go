package csr

import (
	"enrollbench/core/finding"
	"enrollbench/core/upload"
)

// Entry is one thing found in the input: a CSR, or something else that stood where a CSR should. It does not change
// once made; what depends on the other entries (duplicates, and so on) is kept by the Set.
type Entry struct {
	At   finding.Location
	Kind Kind
	Name string // of its file or member, without folder and extension
	Facts
	Own []finding.Finding // what was found in this entry alone

	src    *source
	member int32 // index in the source's ZIP, -1 for a plain file
	off    int64 // of the PEM block within its file or member
	size   int32 // of the PEM block in bytes; 0 means the whole file or member is one DER
	bytes  int32 // of the DER
	shared bool  // its file or member has to be unpacked to find it: several CSRs in a member, or a coat
	coated bool  // off and size count in what lies within base64, UTF-16 or a mail
}

// source is a file that entries were read from. No file stays open between a check and a save: a Windows user could not
// move it otherwise.
type source struct {
	path     string
	given    bool // by name, not found in a folder
	zip      bool
	requests int // counted by the collector alone
}

// Status is what an entry means for the bundle.
type Status uint8

const (
	Ready    Status = iota // goes into the bundle, nothing to say
	Noticed                // goes into the bundle, with a notice
	Warned                 // goes into the bundle, with a warning
	Failed                 // has an error: the bundle waits until it is mended or left out
	Ignored                // is no CSR and stays out (a certificate, a text)
	Excluded               // the user took it out
)

var statusNames = [...]string{"ready", "notice", "warning", "error", "not a CSR", "left out"}

// String names the status for people.
func (s Status) String() string { return statusNames[s] }

// Goes says whether an entry of this status is part of the bundle.
func (s Status) Goes() bool { return s <= Warned }

// deflateLevel of klauspost's flate. PEM is base64 without repetitions, so that searching for matches finds little: over P-256
// CSRs level 3 is within 0.3 % of the best size and a tenth faster than the default.
const deflateLevel = 3

// estimate is about what the entry takes in a bundle: base64 deflates to little more than its DER, and the BEGIN and END
// lines, the Huffman table, headers and names come on top.
func (e *Entry) estimate() int64 {
	name := min(len(e.CommonName), maxStem)
	if name == 0 {
		name = min(len(e.Name), maxStem)
	}
	return int64(e.bytes) + 95 + upload.EntryBytes("") + 2*int64(name+len(requestExtension))
}

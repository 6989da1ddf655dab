package job

import (
	"fmt"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/trustmanager"
)

// Method is how the enrollments of a batch are given to the service.
type Method = trustmanager.Method

// The methods.
const (
	ZIP = trustmanager.ZIP // a ZIP of CSRs
	CSV = trustmanager.CSV // a CSV, as it is or zipped
	MAC = trustmanager.MAC // a MAC address range
)

// Keys says who makes the private keys.
type Keys string

// The makers.
const (
	ByDevice  Keys = "device"  // every enrollment has its CSR; no private key is delivered
	ByService Keys = "service" // the service makes them and seals them to the recipient
)

// Format is the form in which certificates are ordered.
type Format string

// The formats of the contract.
const (
	PEM  Format = "pem"
	DER  Format = "der"
	JSON Format = "json"
	SMPB Format = "smpb" // of an older product; its result is kept as it came
)

// Formats are all formats.
var Formats = []Format{PEM, DER, JSON, SMPB}

// Connection is the account that a batch is sent through. The connection itself belongs to core/trustmanager.
type Connection struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Practice bool   `json:"practice,omitempty"`
}

// Profile is the enrollment profile of a batch, with what the service says about it, as far as it is known.
type Profile struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// KeyGeneration is "client_side", "server_side" or "client_or_server_side"; "" where it is not known.
	KeyGeneration string `json:"key_generation,omitempty"`
	// NoBatch: the profile's enrollment methods are known and batch is not among them.
	NoBatch bool `json:"no_batch,omitempty"`
}

// Record is all there is to know of one batch. A Record is a copy: changing it changes nothing.
type Record struct {
	ID     string // the local batch id, "2026-11-27-3-k7q2m9": in the file name that the service sees
	Name   string // for people
	State  State
	Method Method
	Keys   Keys

	Connection Connection
	Profile    Profile

	Path      string      // of the upload file; "" for a MAC range
	FileName  string      // under which it is sent; it carries the ID
	Size      int64       // bytes
	SHA256    string      // lower-case hexadecimal
	Range     eui48.Range // of method MAC; else zero
	Count     int         // enrollments ordered, 0 where it was not counted
	Format    Format
	FullChain bool
	Fields    map[string]string `json:",omitempty"` // see Batch.Fields
	OrderPath string            // what the result is compared with: the bundle's manifest, the upload CSV; "" for a MAC range
	OrderPart int               // of the manifest, from 1; 0: all of it

	RecipientText        string    // PEM or armor, for keys that the service makes
	RecipientTitle       string    // whom it belongs to
	RecipientFingerprint string    // as people compare it
	Rehearsed            time.Time // when it was proven that the recipient opens; zero: not proven, and the user knows

	Environment string `json:",omitempty"` // of its identities in the ledger; "" until they are claimed

	Series string // id of the series, "" where the batch is one job
	Part   int    // in the series, from 1
	Parts  int

	RemoteID     string // the service's job id
	RemoteStatus string // as the service says it
	Total        int    // enrollments, as the service counts
	Issued       int
	Failed       int // refused rows: Jobs.Failures has them

	ResultPath   string // of the fetched result
	ResultSHA256 string
	ResultBytes  int64
	ResultType   string // Content-Type
	Verdict      string // of the opened result, in words
	DeliveredTo  string // where the keys and certificates went, in words

	Created, Updated time.Time
	Exported         time.Time // handed over in a file for another station; zero: not
	ExportedAs       string    `json:",omitempty"` // the name of that file; "" where nobody gave one
	Again            string    // why it is sent although the same was ordered before; "" for no reason
	AskFirst         bool      // something may have been sent under this id before: the list is asked before sending
	LastError        string    // of the last step that failed; "" after one that went well
	Timeline         []Event

	// Change counts all changes of the database up; a record with a larger one changed later.
	Change int64
}

// Event is one line of a record's timeline.
type Event struct {
	At    time.Time
	State State  // that the record was in from then on
	Note  string // in words; "" where the state says it all
}

// Partial says whether certificates are missing: never to be shown as success.
func (r *Record) Partial() bool { return r.Failed > 0 }

// Expected is how many certificates were ordered: what was counted here, else what the service says.
func (r *Record) Expected() int {
	if r.Count > 0 {
		return r.Count
	}
	return r.Total
}

// Sentence says in one line how the batch stands, with its numbers.
func (r *Record) Sentence() string {
	n := finding.Grouped(r.Expected())
	text := ""
	switch r.State {
	case Prepared:
		text = n + " prepared, not sent"
		if !r.Exported.IsZero() {
			text = n + " handed over in a file, to be sent from elsewhere"
			if r.Connection.Practice {
				text = "PRACTICE: " + text
			}
		}
	case Starting:
		text = "being sent"
	case MayExist:
		text = "it is not known whether the service took it"
	case Started:
		text = n + " sent"
	case WaitingForApproval:
		text = n + " waiting for approval"
	case Running:
		text = fmt.Sprintf("%s of %s issued", finding.Grouped(r.Issued), n)
	case Complete:
		text = fmt.Sprintf("%s of %s issued, to be fetched", finding.Grouped(r.Issued), n)
	case Fetched:
		text = fmt.Sprintf("%s of %s issued, fetched, not opened", finding.Grouped(r.Issued), n)
	case Opened:
		text = "opened"
		if r.Verdict != "" {
			text += ": " + r.Verdict
		}
	case Delivered:
		text = "delivered"
		if r.DeliveredTo != "" {
			text += ": " + r.DeliveredTo
		}
	case Failed:
		text = "failed"
		if r.RemoteStatus != "" {
			text += " (" + r.RemoteStatus + ")"
		}
	case Rejected:
		text = "rejected"
	case Cancelled:
		text = "cancelled"
	default:
		text = string(r.State)
	}
	if r.Partial() {
		text += "; " + fmt.Sprintf("%s failed", finding.Grouped(r.Failed))
	}
	return text
}

// Short is the name of the batch with its place in the series.
func (r *Record) Short() string {
	name := r.Name
	if name == "" {
		name = r.ID
	}
	if r.Parts > 1 {
		name += fmt.Sprintf(" (%d of %d)", r.Part, r.Parts)
	}
	return name
}

package enrollment

import (
	"runtime"
	"strings"
	"time"

	"enrollbench/core/csr"
	"enrollbench/core/upload"
)

// Keys says who makes the private keys.
type Keys uint8

const (
	UnknownKeys Keys = iota // the file tells: the devices where it has a column csr, else the service
	ClientKeys              // the devices: every row has a CSR
	ServerKeys              // the service: no row has one
)

var keysNames = [...]string{"unknown", "client", "server"}

// String is the word that the command line uses.
func (k Keys) String() string { return keysNames[k] }

// PEMForm is how an upload writes the cells of the column csr.
type PEMForm uint8

const (
	OneLine PEMForm = iota // the line breaks left out, as in the service's example
	Kept                   // as they are
)

var pemForms = [...]string{"one-line", "kept"}

// String is the word that the command line uses.
func (f PEMForm) String() string { return pemForms[f] }

// Options say against what a document is validated. The zero value knows no template, takes one value a cell and takes
// the limits of the service.
type Options struct {
	Template     *Template // nil: against the columns that the service knows
	Keys         Keys
	Separator    string // between several values of one cell; "" where a cell holds one value
	MaxBytes     int64  // of one uploaded file; 0: upload.MaxBytes
	PEM          PEMForm
	SharedPrimes csr.SharedPrimes // whether the RSA keys of the rows are compared for common primes
	Workers      int              // 0: one for each core
	Now          func() time.Time // nil: time.Now
	Form         *Form            // what is wrong with the form of the file (FormOf); nil: not looked at
}

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = upload.MaxBytes
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// values splits a cell by the separator, without the blanks around each value.
func (o *Options) values(cell string) []string {
	if o.Separator == "" || !strings.Contains(cell, o.Separator) {
		return []string{cell}
	}
	out := strings.Split(cell, o.Separator)
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

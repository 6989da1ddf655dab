package delivery

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"enrollbench/core/atomicfile"
	"enrollbench/core/certificate"
	"enrollbench/core/finding"
	"enrollbench/core/mldsa"
	"enrollbench/core/privatekey"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// Encoding of an export.
type Encoding uint8

const (
	// PEM: NAME.pem and NAME.key.
	PEM Encoding = iota
	// DER: NAME.der and NAME.key, the key as it was delivered (PKCS#8 as a rule).
	DER
	// PKCS12: NAME.p12 with certificate, chain and key under a passphrase, under the common name: a keystore of Java, too.
	PKCS12
	// OnePEM: one file all.pem, each certificate followed by its key.
	OnePEM
)

// Layout of an export.
type Layout uint8

const (
	// Flat: all files in one folder.
	Flat Layout = iota
	// Folders: one folder for each device.
	Folders
)

// ExportOptions say how certificates and keys are written.
type ExportOptions struct {
	Dir        string // must not exist, or be empty, unless Replace
	Encoding   Encoding
	Layout     Layout
	Names      string                 // template, see CheckNames; "" is DefaultNames; OnePEM has none
	FullChain  bool                   // the chain after each certificate (PEM, OnePEM); PKCS12 always has it
	Fleets     []Fleet                // lists for registries of clouds, beside the rest
	Passphrase func() ([]byte, error) // for PKCS12, asked once; wiped after use
	Replace    bool
	Insist     bool // although the verdict is red
}

// ErrRed: the delivery must not be used, so it is not exported unless the user insists.
var ErrRed = errors.New("the delivery is not to be used")

// Export writes all certificates with their keys into a folder, which appears at once when everything is in it: files
// 0600, folders 0700. Beside them it writes chain.pem (the CA certificates), manifest.csv (ManifestColumns) and
// SHA256SUMS, which `sha256sum -c` takes. Keys without a certificate, and sealed ones that belong to none, are written
// to the folder unmatched; sealed keys are written as they came. Progress counts certificates.
//
// What is written is read from the result again and held against what was checked.
func (d *Delivery) Export(ctx context.Context, o ExportOptions, report progress.Func) error {
	x, err := d.plan(o)
	if err != nil {
		return err
	}
	defer x.wipe()
	tree, err := atomicfile.NewTree(o.Dir, atomicfile.Options{Mode: 0o600, Replace: o.Replace})
	if err != nil {
		return err
	}
	note, err := newTrace(d.request.Traces, tree.Name())
	if err != nil {
		return errors.Join(err, tree.Abort())
	}
	err = x.write(ctx, tree, runtime.GOMAXPROCS(0), report)
	if err == nil {
		err = tree.Commit()
	}
	return errors.Join(err, tree.Abort(), note.done())
}

// sink takes the files of an export: a folder, or a ZIP that is sealed.
type sink interface {
	Create(rel string) (io.WriteCloser, error)
	WriteFile(rel string, data []byte) error
}

// export is one export under way.
type export struct {
	*Delivery
	o          ExportOptions
	names      []string
	chains     map[*authority][]*x509.Certificate
	passphrase []byte
}

// plan refuses before anything is written.
func (d *Delivery) plan(o ExportOptions) (*export, error) {
	if !o.Insist && d.gathering.findings.Count(finding.Error) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrRed, d.sentence(Red))
	}
	if len(d.gathering.certificates) == 0 {
		return nil, errors.New("there is no certificate to write")
	}
	t, err := parseNames(o.Names)
	if err != nil {
		return nil, err
	}
	x := &export{Delivery: d, o: o, chains: map[*authority][]*x509.Certificate{}}
	if o.Encoding != OnePEM { // one file: nobody's name is in the way of another's
		if x.names, err = d.names(t); err != nil {
			return nil, err
		}
	}
	if err := x.checkFleets(); err != nil {
		return nil, err
	}
	for _, a := range d.gathering.authorities.list {
		if a.speaker != a {
			continue
		}
		for _, c := range a.standing.chain {
			if a.standing.rooted && len(a.standing.chain) > 1 && c == a.standing.chain[len(a.standing.chain)-1] {
				continue // servers have their root; RFC 8446 §4.4.2 leaves it out
			}
			x.chains[a] = append(x.chains[a], c)
		}
	}
	if o.Encoding != PKCS12 {
		return x, nil
	}
	for i := range d.gathering.certificates {
		if r := &d.gathering.certificates[i]; r.private == none {
			return nil, fmt.Errorf("%s: PKCS#12 needs the private key of %q, which was not delivered or not opened", d.gathering.location(r.at), r.name)
		}
	}
	if o.Passphrase == nil {
		return nil, errors.New("PKCS#12 needs a passphrase")
	}
	if x.passphrase, err = o.Passphrase(); err != nil {
		return nil, err
	}
	if len(x.passphrase) == 0 {
		return nil, errors.New("the passphrase for PKCS#12 is empty")
	}
	return x, nil
}

func (x *export) wipe() { clear(x.passphrase) }

// written is one file of the export, for SHA256SUMS.
type written struct {
	name string
	sum  [32]byte
}

// outcome is what was written for one certificate.
type outcome struct{ certificate, key written }

func (x *export) write(ctx context.Context, to sink, workers int, report progress.Func) error {
	n := len(x.gathering.certificates)
	outcomes := make([]outcome, n)
	var err error
	if x.o.Encoding == OnePEM {
		err = x.writeOne(ctx, to, outcomes, report)
	} else {
		readers := x.sources.readers(workers)
		var mu sync.Mutex
		done := int64(0)
		err = work.Each(ctx, workers, n, 32, func(w, i int) error {
			readers[w].opener = x.opener
			if err := x.writeItem(to, &readers[w], i, &outcomes[i]); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			report.Report(done, int64(n))
			return nil
		})
		for i := range readers {
			readers[i].wipe()
		}
	}
	if err != nil {
		return err
	}
	rest, err := x.writeUnmatched(to)
	if err != nil {
		return err
	}
	fleets, err := x.writeFleets(ctx, to, outcomes)
	if err != nil {
		return err
	}
	rest = append(rest, fleets...)
	return x.writeLists(to, outcomes, rest)
}

// path of a file of one device.
func (x *export) path(i int, ending string) string {
	name := x.names[i]
	if x.o.Layout == Folders {
		return name + "/" + name + ending
	}
	return name + ending
}

func put(to sink, name string, data []byte) (written, error) {
	return written{name, sha256.Sum256(data)}, to.WriteFile(name, data)
}

func (x *export) writeItem(to sink, r *reader, i int, out *outcome) error {
	c := &x.gathering.certificates[i]
	der, err := r.der(c)
	if err != nil {
		return err
	}
	if x.o.Encoding == PKCS12 {
		return x.writePKCS12(to, r, i, der, out)
	}
	if x.o.Encoding == DER {
		out.certificate, err = put(to, x.path(i, ".der"), der)
	} else {
		out.certificate, err = put(to, x.path(i, ".pem"), x.certificatePEM(c, der))
	}
	if err != nil {
		return err
	}
	switch {
	case c.private != none:
		p, _, err := r.private(&x.gathering.privates[c.private])
		if err != nil {
			return err
		}
		data := p.der
		if x.o.Encoding == PEM {
			data = pem.EncodeToMemory(&pem.Block{Type: p.form, Bytes: p.der})
			defer clear(data)
		}
		out.key, err = put(to, x.path(i, ".key"), data)
		return err
	case c.sealed != none:
		given, ending, err := r.sealed(&x.gathering.sealed[c.sealed])
		if err != nil {
			return err
		}
		out.key, err = put(to, x.path(i, ending), given)
		return err
	}
	return nil
}

func (x *export) certificatePEM(c *record, der []byte) []byte {
	out := pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: der})
	if x.o.FullChain {
		for _, ca := range x.chain(c) {
			out = append(out, pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: ca.Raw})...)
		}
	}
	return out
}

// chain above a certificate, the root left out.
func (x *export) chain(c *record) []*x509.Certificate {
	if c.authority < 0 {
		return nil
	}
	return x.chains[x.gathering.authorities.list[c.authority].speaker]
}

// keystoreIterations of each derivation: what OpenSSL writes. An order has thousands of devices.
const keystoreIterations = 2048

func (x *export) writePKCS12(to sink, r *reader, i int, der []byte, out *outcome) error {
	c := &x.gathering.certificates[i]
	cert, _, err := certificate.Parse(der)
	if err != nil {
		return err
	}
	_, key, err := r.private(&x.gathering.privates[c.private])
	if err != nil {
		return err
	}
	if _, ok := key.(*mldsa.PrivateKey); ok {
		return fmt.Errorf("%s: the key of %q is ML-DSA, which PKCS#12 cannot hold yet; choose PEM or DER", x.gathering.location(c.at), c.name)
	}
	alias := c.name
	if alias == "" {
		alias = x.names[i]
	}
	data, err := privatekey.Keystore(key, cert, x.chain(c), alias, x.passphrase, keystoreIterations)
	if err != nil {
		return fmt.Errorf("PKCS#12 of %q: %w", c.name, err)
	}
	out.certificate, err = put(to, x.path(i, ".p12"), data)
	return err
}

// writeOne writes all.pem.
func (x *export) writeOne(ctx context.Context, to sink, outcomes []outcome, report progress.Func) error {
	const name = "all.pem"
	f, err := to.Create(name)
	if err != nil {
		return err
	}
	sum := sha256.New()
	w := io.MultiWriter(f, sum)
	r := reader{sources: x.sources, opener: x.opener}
	defer r.wipe()
	for i := range x.gathering.certificates {
		if err = ctx.Err(); err == nil {
			err = x.appendOne(w, &r, i)
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
		outcomes[i].certificate.name = name
		report.Report(int64(i+1), int64(len(outcomes)))
	}
	copy(outcomes[0].certificate.sum[:], sum.Sum(nil))
	return f.Close()
}

func (x *export) appendOne(w io.Writer, r *reader, i int) error {
	c := &x.gathering.certificates[i]
	der, err := r.der(c)
	if err != nil {
		return err
	}
	if _, err := w.Write(x.certificatePEM(c, der)); err != nil {
		return err
	}
	switch {
	case c.private != none:
		p, _, err := r.private(&x.gathering.privates[c.private])
		if err != nil {
			return err
		}
		return pem.Encode(w, &pem.Block{Type: p.form, Bytes: p.der})
	case c.sealed != none:
		given, ending, err := r.sealed(&x.gathering.sealed[c.sealed])
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(given), string(pemBegin)) {
			return fmt.Errorf("the sealed key of %q (%s) cannot be in a PEM file; export it in separate files", c.name, ending)
		}
		_, err = w.Write(append(slices.Clone(given), '\n'))
		return err
	}
	return nil
}

// writeUnmatched writes the keys that belong to no certificate: they are not dropped, and not mixed with the others.
func (x *export) writeUnmatched(to sink) ([]written, error) {
	r := reader{sources: x.sources, opener: x.opener}
	defer r.wipe()
	var all []written
	for i := range x.gathering.privates {
		k := &x.gathering.privates[i]
		if k.cert != none {
			continue
		}
		p, _, err := r.private(k)
		if err != nil {
			return nil, err
		}
		w, err := put(to, "unmatched/"+hex.EncodeToString(k.key[:16])+".key", pem.EncodeToMemory(&pem.Block{Type: p.form, Bytes: p.der}))
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	for i := range x.gathering.sealed {
		k := &x.gathering.sealed[i]
		if k.cert != none {
			continue
		}
		given, ending, err := r.sealed(k)
		if err != nil {
			return nil, err
		}
		w, err := put(to, fmt.Sprintf("unmatched/sealed-%06d%s", i+1, ending), given)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

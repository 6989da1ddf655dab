package delivery

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"time"

	"enrollbench/core/csvlist"
)

// ManifestColumns head the manifest of an export. Times are UTC (RFC 3339), the SHA-256 is that of the certificate's
// DER.
var ManifestColumns = []string{"common_name", "serial", "not_before", "not_after", "issuer", "sha256", "file", "key_file"}

// writeLists writes what stands beside certificates and keys: chain.pem, manifest.csv and, last, SHA256SUMS over all.
func (x *export) writeLists(to sink, outcomes []outcome, rest []written) error {
	if chain := x.chainPEM(); len(chain) > 0 {
		w, err := put(to, "chain.pem", chain)
		if err != nil {
			return err
		}
		rest = append(rest, w)
	}
	manifest, err := x.writeManifest(to, outcomes)
	if err != nil {
		return err
	}
	rest = append(rest, manifest)
	f, err := to.Create("SHA256SUMS")
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	line := func(w written) {
		if w.sum != ([32]byte{}) { // of the certificates in all.pem only the first has the sum
			fmt.Fprintf(b, "%x  %s\n", w.sum, w.name)
		}
	}
	for _, o := range outcomes {
		line(o.certificate)
		line(o.key)
	}
	for _, w := range rest {
		line(w)
	}
	if err := b.Flush(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// chainPEM is every CA certificate that a chain needs, roots included, each once.
func (x *export) chainPEM() []byte {
	var out []byte
	seen := map[string]bool{}
	for _, i := range x.issuers {
		for _, c := range i.Chain {
			if !seen[string(c.Raw)] {
				seen[string(c.Raw)] = true
				out = append(out, pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: c.Raw})...)
			}
		}
	}
	return out
}

func (x *export) writeManifest(to sink, outcomes []outcome) (written, error) {
	const name = "manifest.csv"
	f, err := to.Create(name)
	if err != nil {
		return written{}, err
	}
	sum := sha256.New()
	list := csvlist.NewWriter(io.MultiWriter(f, sum), ManifestColumns...)
	g := x.gathering
	for i := range g.certificates {
		r := &g.certificates[i]
		list.Row(r.name, fmt.Sprintf("%X", r.serial), rfc3339(r.notBefore), rfc3339(r.notAfter), g.issuers[r.issuerName],
			hex.EncodeToString(r.sum[:]), outcomes[i].certificate.name, outcomes[i].key.name)
	}
	if err := list.Flush(); err != nil {
		_ = f.Close()
		return written{}, err
	}
	return written{name, [32]byte(sum.Sum(nil))}, f.Close()
}

func rfc3339(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

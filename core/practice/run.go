package practice

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/eui48"
	"enrollbench/core/recipient"
	"enrollbench/core/work"
)

// rowFailure is a row that got no certificate.
type rowFailure struct {
	Row    int    `json:"row"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// made is what became of a row.
type made struct {
	number               int
	name                 string // for failures
	reason               string // why it got no certificate; "" where it did
	commonName, uniqueID string
	certificate, key     piece // in the batch's data; of JSON the object is certificate
}

// batch is some rows, worked on together.
type batch struct {
	rows []row
	data bytes.Buffer
	made []made
}

// wipe clears the keys in the batch's memory.
func (b *batch) wipe() { clear(b.data.Bytes()[:b.data.Len()]) }

// run is one job while it is worked on.
type run struct {
	service *Service
	job     *job
	record  record
	profile *Profile
	issuer  *issuer
	layout  *layout
	to      *recipient.Recipient // of keys that are sealed one by one
	chain   [][]byte
	tail    []byte // PEM of the chain, "" where it is not wanted
	seen    int
	begun   time.Time
	fails   *bufio.Writer
}

// issue works on a job to its end. When the service is closed meanwhile, the job stays as it is and is issued from the
// start the next time.
func (s *Service) issue(ctx context.Context, j *job) {
	started := time.Now()
	err := j.update(func(r *record) error {
		j.issued.Store(0)
		j.failed.Store(0)
		r.Status, r.Issued, r.Failed = statusInProgress, 0, 0
		return nil
	})
	var res *result
	if err == nil {
		res, err = s.issueAll(ctx, j)
	}
	if ctx.Err() != nil {
		return
	}
	end := j.update(func(r *record) error {
		r.Issued, r.Failed, r.Result = int(j.issued.Load()), int(j.failed.Load()), res
		r.Status = statusComplete
		if r.Approval && s.options.DeviceTrustManager {
			r.Status = statusPendingApproval
		}
		switch {
		case err != nil:
			r.Status, r.Reason, r.Result = statusFailed, err.Error(), nil
		case r.Issued == 0:
			r.Status, r.Reason, r.Result = statusFailed, "no row got a certificate", nil
		}
		return nil
	})
	if err := errors.Join(err, end); err != nil {
		s.logf("job %s: %v", j.id, err)
	} else {
		s.logf("job %s: %s after %s", j.id, j.snapshot().Status, time.Since(started).Round(time.Millisecond))
	}
	if end == nil {
		_ = os.Remove(j.file(uploadFile))
		if j.snapshot().Result == nil {
			_ = os.Remove(j.file(resultFile))
		}
	}
}

func (s *Service) issueAll(ctx context.Context, j *job) (res *result, err error) {
	r := &run{service: s, job: j, record: j.snapshot(), begun: time.Now()}
	r.profile = s.profiles.byID[r.record.Profile]
	if r.profile == nil {
		return nil, fmt.Errorf("the enrollment profile %q no longer exists", r.record.Profile)
	}
	rows, err := openRows(j, &r.record)
	if err != nil {
		return nil, err
	}
	defer rows.close()
	r.layout, r.issuer = rows.layout, newIssuer(s.authority.issuing, time.Now())
	for _, c := range s.authority.chain() {
		r.chain = append(r.chain, c.Raw)
		if r.record.FullChain {
			r.tail = append(r.tail, certificatePEM(c.Raw)...)
		}
	}
	if r.record.MakeKeys && r.record.Format == formatJSON {
		if r.to, err = parseRecipient(r.record.Recipient); err != nil {
			return nil, err
		}
	}
	fails, err := atomicfile.Create(j.file(failuresFile), atomicfile.Options{Mode: 0o600, Replace: true})
	if err != nil {
		return nil, err
	}
	defer fails.Abort()
	r.fails = bufio.NewWriter(fails)
	out, err := newResultWriter(j, &r.record, r.chain, s.options.JSONMember)
	if err != nil {
		return nil, err
	}
	if err := r.pipeline(ctx, rows, out); err != nil {
		return nil, errors.Join(err, out.abort())
	}
	if res, err = out.finish(); err != nil {
		return nil, err
	}
	for row := range r.record.Warn {
		line, err := json.Marshal(map[string]any{"row": row + 2, "status": "WARNING", "reason": "practice: a field was shortened"})
		if err != nil {
			return nil, err
		}
		if _, err := r.fails.Write(append(line, '\n')); err != nil {
			return nil, err
		}
	}
	if err := r.fails.Flush(); err != nil {
		return nil, err
	}
	return res, fails.Commit()
}

// openRows opens the order of a job that was accepted.
func openRows(j *job, r *record) (*source, error) {
	if r.Method != ByMAC {
		_, rows, err := openUpload(j.file(uploadFile))
		return rows, err
	}
	start, _, err := eui48.Parse(r.Start)
	if err != nil {
		return nil, err
	}
	series, err := eui48.NewRange(start, r.Count, r.Increment)
	if err != nil {
		return nil, err
	}
	return macSource(series), nil
}

// pipeline reads rows, issues on all cores, and writes in the order of the rows.
func (r *run) pipeline(ctx context.Context, rows *source, out *resultWriter) error {
	size := 128
	if r.record.MakeKeys {
		size = r.profile.KeyType.atOnce()
	}
	var all []*batch
	free := make(chan *batch, 1024)
	defer func() {
		for _, b := range all {
			b.wipe()
		}
	}()
	return work.Ordered(ctx, 0, func(int) *packer { return newPacker() },
		func(ctx context.Context, send func(func(*packer) (*batch, error)) error) error {
			var b *batch
			flush := func() error {
				full := b
				b = nil
				return send(func(p *packer) (*batch, error) { return full, r.work(ctx, p, full) })
			}
			err := rows.each(ctx, func(one row) error {
				if b == nil {
					select {
					case b = <-free:
					default:
						b = new(batch)
						all = append(all, b)
					}
				}
				if b.rows = append(b.rows, one); len(b.rows) == size {
					return flush()
				}
				return nil
			})
			if err == nil && b != nil {
				err = flush()
			}
			return err
		},
		func(b *batch) error {
			err := r.collect(ctx, b, out)
			b.wipe()
			b.rows, b.made = b.rows[:0], b.made[:0]
			b.data.Reset()
			select {
			case free <- b:
			default:
			}
			return err
		})
}

// work issues the rows of a batch.
func (r *run) work(ctx context.Context, p *packer, b *batch) error {
	for i := range b.rows {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m, err := r.issueRow(p, b, &b.rows[i])
		if err != nil {
			return err
		}
		b.made = append(b.made, m)
	}
	return nil
}

// issueRow makes the certificate of one row. What is wrong with the row is its reason, not an error.
func (r *run) issueRow(p *packer, b *batch, one *row) (made, error) {
	m := made{number: one.number, name: one.name, reason: one.wrong}
	if m.name == "" {
		m.name = r.layout.cell(one.values, r.layout.cn)
	}
	if m.reason != "" {
		return m, nil
	}
	var pkcs8, spki []byte
	var public any
	var who *identity
	k := r.profile.KeyType
	var err error
	if r.record.MakeKeys {
		if who, err = r.layout.identify(one.values, nil); err == nil && who.commonName == "" {
			err = errors.New("it has no common name")
		}
		if err != nil {
			m.reason = err.Error()
			return m, nil
		}
		if pkcs8, public, spki, err = k.generate(); err != nil {
			return m, err
		}
		defer clear(pkcs8)
	} else {
		request, key, actual, err := readRequest(one.request)
		if err == nil && k != AnyKey && actual != k {
			err = fmt.Errorf("its key is %s, and the profile takes %s", actual, k)
		}
		if err == nil {
			who, err = r.layout.identify(one.values, request)
		}
		if err != nil {
			m.reason = err.Error()
			return m, nil
		}
		public, spki = key, request.RawSubjectPublicKeyInfo
	}
	m.commonName, m.uniqueID = who.commonName, who.uniqueID
	if m.name == "" {
		m.name = who.commonName
	}
	der, err := r.issuer.issue(who, public, spki)
	if err != nil {
		m.reason = err.Error()
		return m, nil
	}
	return m, r.write(p, b, &m, der, pkcs8)
}

// write puts certificate and key into the batch, in the form of the result.
func (r *run) write(p *packer, b *batch, m *made, der, pkcs8 []byte) (err error) {
	if r.record.Format == formatJSON {
		o := object{CommonName: m.commonName, UniqueID: m.uniqueID, Certificate: string(certificatePEM(der))}
		if r.record.FullChain {
			for _, c := range r.chain {
				o.Chain = append(o.Chain, string(certificatePEM(c)))
			}
		}
		if pkcs8 != nil {
			if o.PrivateKey, err = sealKey(r.to, pkcs8); err != nil {
				return err
			}
		}
		m.certificate, err = o.append(&b.data)
		return err
	}
	if r.record.Format != formatPEM {
		if m.certificate, err = p.pack(&b.data, der); err == nil && pkcs8 != nil {
			m.key, err = p.pack(&b.data, pkcs8)
		}
		return err
	}
	p.text = append(appendPEM(p.text[:0], "CERTIFICATE", der), r.tail...)
	if m.certificate, err = p.pack(&b.data, p.text); err != nil || pkcs8 == nil {
		return err
	}
	p.text = appendPEM(p.text[:0], "PRIVATE KEY", pkcs8)
	m.key, err = p.pack(&b.data, p.text)
	return err
}

// appendPEM is pem.Encode without its allocations.
func appendPEM(dst []byte, label string, der []byte) []byte {
	dst = append(append(append(dst, "-----BEGIN "...), label...), "-----\n"...)
	for len(der) > 0 {
		n := min(len(der), 48)
		dst = append(base64.StdEncoding.AppendEncode(dst, der[:n]), '\n')
		der = der[n:]
	}
	return append(append(append(dst, "-----END "...), label...), "-----\n"...)
}

// sealKey seals one key, as JSON results have them: base64 of a message around its PEM.
func sealKey(to *recipient.Recipient, pkcs8 []byte) (string, error) {
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	defer clear(text)
	var message bytes.Buffer
	w, err := to.Seal(&message, recipient.SealOptions{Size: int64(len(text))})
	if err != nil {
		return "", err
	}
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(message.Bytes()), nil
}

// collect writes a batch into the result and counts it.
func (r *run) collect(ctx context.Context, b *batch, out *resultWriter) error {
	data := b.data.Bytes()
	for i := range b.made {
		m := &b.made[i]
		if err := r.pace(ctx); err != nil {
			return err
		}
		if r.spoiled() && m.reason == "" {
			m.reason = "it was chosen to fail, for practice"
		}
		r.seen++
		if m.reason != "" {
			line, err := json.Marshal(rowFailure{m.number, m.name, m.reason})
			if err != nil {
				return err
			}
			if _, err := r.fails.Write(append(line, '\n')); err != nil {
				return err
			}
			r.job.failed.Add(1)
			continue
		}
		if err := out.add(m, data); err != nil {
			return err
		}
		r.job.issued.Add(1)
	}
	return nil
}

// spoiled tells whether the row at hand is one of those that the fault partial makes fail: spread evenly.
func (r *run) spoiled() bool {
	n, total := r.record.Spoil, max(r.record.Total, 1)
	return (r.seen+1)*n/total > r.seen*n/total
}

// pace waits until the next certificate is due.
func (r *run) pace(ctx context.Context) error {
	if r.service.options.Pace <= 0 {
		return nil
	}
	at := r.begun.Add(time.Duration(r.seen+1) * time.Second / time.Duration(r.service.options.Pace))
	return r.service.options.due(ctx, r.seen, at)
}

// until waits until a time.
func until(ctx context.Context, _ int, at time.Time) error {
	select {
	case <-time.After(time.Until(at)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

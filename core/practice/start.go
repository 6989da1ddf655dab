package practice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"enrollbench/core/osfile"
)

// Limits of a start request besides the file.
const (
	maxField       = 1 << 20
	maxFields      = 64
	maxFileName    = 1024
	maxRequestBody = 2 << 20 // JSON
	// maxDrained is how much of a file that is too large is read on, so that the refusal reaches who sends it.
	maxDrained = 32 << 20
)

// fileFields are the names that the file's part may have.
var fileFields = []string{"data", "file"}

// start takes an order and, if all is well with it as a whole, accepts it as a job.
func (x *exchange) start() error {
	p, err := x.profile()
	if err != nil {
		return err
	}
	method := x.r.PathValue("method")
	if method != "" && !slices.Contains(keyMethods, method) {
		return notFound("there is no start %q: %s", method, strings.Join(keyMethods, ", "))
	}
	if p.SingleOnly {
		return invalid("the profile %q takes no batches", p.Name)
	}
	if f, ok := x.service.faults.take(DropUpload, x.step); ok {
		x.r.Body = &breakingBody{x.r.Body, f.Count}
	}
	j, err := x.service.jobs.prepare()
	if err != nil {
		return err
	}
	accepted := false
	defer func() {
		if !accepted {
			_ = os.RemoveAll(j.folder)
		}
	}()
	fields, err := x.readOrder(j)
	if err == nil {
		err = x.service.examine(x.r.Context(), p, fields, j)
	}
	if is := j.record.keyMethod(); err == nil && method != "" && method != is {
		err = invalid("the path is for %s, and the order is one for %s", method, is)
	}
	if err != nil {
		return err
	}
	if f, ok := x.service.faults.take(Partial, x.step); ok {
		j.record.Spoil = int(min(f.Count, int64(j.record.Total)))
	}
	if f, ok := x.service.faults.take(Warning, x.step); ok {
		j.record.Warn = int(min(f.Count, int64(j.record.Total)))
	}
	if err := x.service.jobs.accept(j); err != nil {
		return err
	}
	accepted = true
	if _, ok := x.service.faults.take(LostAnswer, x.step); ok {
		return errDropped
	}
	return x.answer(http.StatusCreated, x.service.shown(j, j.snapshot()))
}

// keyMethods are the last segments of the starts' own paths: who makes the keys, and in what form the order comes.
var keyMethods = []string{"client-zip", "client-csv", "server-csv", "server-mac"}

func (r *record) keyMethod() string {
	switch {
	case r.Method == ByMAC:
		return "server-mac"
	case r.MakeKeys:
		return "server-csv"
	case r.Method == ByRequests:
		return "client-zip"
	}
	return "client-csv"
}

// breakingBody breaks the connection at an octet of the body.
type breakingBody struct {
	io.ReadCloser
	left int64
}

func (b *breakingBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errDropped
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// readOrder reads the request's fields and stores its file, if there is one.
func (x *exchange) readOrder(j *job) (map[string]string, error) {
	kind, params, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil {
		return nil, invalid("the Content-Type is missing or cannot be read")
	}
	switch kind {
	case "multipart/form-data":
		if params["boundary"] == "" {
			return nil, invalid("the Content-Type has no boundary")
		}
		return x.readForm(multipart.NewReader(x.r.Body, params["boundary"]), j)
	case "application/json":
		return readObject(x.r.Body)
	}
	return nil, invalid("the Content-Type is %q, and a start is multipart/form-data, or application/json for MAC addresses", kind)
}

func (x *exchange) readForm(form *multipart.Reader, j *job) (map[string]string, error) {
	if n := x.r.ContentLength; n > x.service.uploadLimit+maxFields*maxField {
		return nil, tooLarge(x.service.uploadLimit)
	}
	fields := map[string]string{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, unreadable(err)
		}
		name := part.FormName()
		if _, again := fields[name]; again {
			return nil, invalid("the field %q stands there twice", name)
		}
		if len(fields) >= maxFields {
			return nil, invalid("it has more than %d fields", maxFields)
		}
		if slices.Contains(fileFields, name) {
			if j.record.FileName != "" {
				return nil, invalid("it has two files")
			}
			if j.record.FileName = part.FileName(); j.record.FileName == "" {
				j.record.FileName = "upload"
			}
			fields[name] = ""
			if err := store(part, j.file(uploadFile), x.service.uploadLimit); err != nil {
				return nil, err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return nil, unreadable(err)
		}
		if len(value) > maxField {
			return nil, invalid("the field %q has more than %d bytes", name, maxField)
		}
		fields[name] = string(value)
	}
}

func tooLarge(limit int64) *refusal {
	return invalid("the file is too large: the limit is %d bytes", limit)
}

// unreadable tells a broken connection from a form that breaks the rules.
func unreadable(err error) error {
	if errors.Is(err, errDropped) {
		return errDropped
	}
	return invalid("the form cannot be read to its end: %v", err)
}

// store writes the uploaded file as it comes.
func store(part io.Reader, path string, limit int64) (err error) {
	f, err := osfile.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the service's own folder
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, io.LimitReader(part, limit+1), make([]byte, 256<<10))
	switch {
	case err != nil && errors.Is(err, errDropped):
		return errDropped
	case err != nil:
		var disk *os.PathError
		if errors.As(err, &disk) {
			return err
		}
		return unreadable(err)
	case n > limit:
		_, _ = io.CopyN(io.Discard, part, maxDrained)
		return tooLarge(limit)
	case n == 0:
		return invalid("the file is empty")
	}
	return f.Sync()
}

// readObject reads the JSON form of an order by MAC addresses. Numbers and truth values may be texts, as in a form.
func readObject(body io.Reader) (map[string]string, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxRequestBody+1))
	switch {
	case errors.Is(err, errDropped):
		return nil, errDropped
	case err != nil:
		return nil, invalid("the JSON cannot be read to its end: %v", err)
	case len(data) > maxRequestBody:
		return nil, invalid("the JSON has more than %d bytes", maxRequestBody)
	}
	var object map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&object); err != nil || object == nil {
		return nil, invalid("the body is no JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid("something follows the JSON object")
	}
	fields := map[string]string{}
	for name, value := range object {
		switch v := value.(type) {
		case string:
			fields[name] = v
		case json.Number, bool:
			fields[name] = fmt.Sprint(v)
		case nil:
		default:
			return nil, invalid("the member %q is neither text nor number nor truth value", name)
		}
	}
	return fields, nil
}

// batchNames are fields that may carry the sender's own name of a batch without a file.
var batchNames = []string{"file_name", "batch_id", "batch_name", "name", "description"}

// knownFields are those of a start, the file's and the names of a batch aside.
var knownFields = []string{"certificate_format", "include_full_chain_with_each_certificate", "certificate", "start_mac_address", "certificate_count",
	"increment", "device_group_id", "account_id", "key_type"}

// note says which fields are not known: the real service may refuse them or pass them over.
func (r *record) note(fields map[string]string) {
	known := slices.Concat(knownFields, fileFields, batchNames)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, name) {
			r.Notes = append(r.Notes, fmt.Sprintf("the field %q is not known here and was passed over", name))
		}
	}
}

// examine checks an order as a whole and completes the job's record. What is wrong with a single row shows when it is
// issued.
func (s *Service) examine(ctx context.Context, p *Profile, fields map[string]string, j *job) error {
	r := &j.record
	j.profile = p.ID
	r.note(fields)
	r.Profile, r.Created, r.Status = p.ID, time.Now().UTC(), statusPending
	switch r.Approval = s.needsApproval(p); {
	case r.Approval && !s.options.DeviceTrustManager: // which asks once the job was processed
		r.Status = statusPendingApproval
	}
	if len(r.FileName) > maxFileName {
		return invalid("the file's name has %d bytes, and %d are the most", len(r.FileName), maxFileName)
	}
	switch r.Format = fields["certificate_format"]; r.Format {
	case formatPEM, formatDER, formatJSON, formatSMPB:
	case "":
		return invalid("certificate_format is missing: pem, der, json or smpb")
	default:
		return invalid("certificate_format is %q, and not pem, der, json or smpb", r.Format)
	}
	switch chain := strings.ToLower(fields["include_full_chain_with_each_certificate"]); chain {
	case "true":
		r.FullChain = true
	case "false", "":
	default:
		return invalid("include_full_chain_with_each_certificate is %q, and not true or false", chain)
	}
	var rows *source
	if r.FileName == "" {
		series, err := readSeries(fields)
		if err != nil {
			return err
		}
		if !p.makesKeys() {
			return invalid("the profile %q takes keys from the device: MAC addresses alone are no order", p.Name)
		}
		r.Method, r.MakeKeys = ByMAC, true
		r.Start, r.Count, r.Increment = series.Start.String(), series.Count, series.Step
		for _, name := range batchNames {
			if r.FileName == "" {
				r.FileName = fields[name]
			}
		}
		if len(r.FileName) > maxFileName {
			return invalid("the batch's name has %d bytes, and %d are the most", len(r.FileName), maxFileName)
		}
		rows = macSource(series)
	} else {
		var err error
		if r.Method, rows, err = openUpload(j.file(uploadFile)); err != nil {
			return invalid("%v", err)
		}
		if err := r.decideKeys(p, rows.layout); err != nil {
			return errors.Join(err, rows.close())
		}
	}
	defer rows.close()
	if err := count(ctx, rows, r); err != nil {
		return err
	}
	if r.MakeKeys {
		if p.KeyType.rsaBits() > 0 && r.Total > MaxRSAKeys && !s.options.AllowRSAOver2000 {
			return invalid("%d keys of %s are wanted, and the practice service makes %d at most in one job, because each takes up to half a second: choose a profile with P-256, or fewer", r.Total, p.KeyType, MaxRSAKeys)
		}
		var err error
		if r.Recipient, err = readRecipient(fields["certificate"]); err != nil {
			return err
		}
	}
	return nil
}

// decideKeys says who makes the keys of an uploaded file.
func (r *record) decideKeys(p *Profile, l *layout) error {
	brings := r.Method == ByRequests || l.csr >= 0
	switch {
	case brings && !p.takesRequests():
		return invalid("the profile %q makes the keys itself, and the file brings CSRs", p.Name)
	case !brings && !p.makesKeys():
		return invalid("the profile %q takes keys from the device, and the CSV has no column csr", p.Name)
	case !brings && l.cn < 0:
		return invalid("the CSV has no column %s", columnCommonName)
	}
	r.MakeKeys = !brings
	return nil
}

// count passes over all rows once, which also finds out whether the file can be read to its end.
func count(ctx context.Context, rows *source, r *record) error {
	err := rows.each(ctx, func(row) error {
		if r.Total++; r.Total > maxRows {
			return fmt.Errorf("it has more than %d rows", maxRows)
		}
		return nil
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return errDropped
	case err != nil:
		return invalid("the file cannot be read: %v", err)
	case r.Total == 0:
		return invalid("the file has no rows")
	}
	return nil
}

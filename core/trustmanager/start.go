package trustmanager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"enrollbench/core/progress"
)

// Method is how a batch is ordered.
type Method string

// The methods.
const (
	ZIP Method = "ZIP" // of CSR files
	CSV Method = "CSV" // as it is, or zipped
	MAC Method = "MAC" // a range of addresses; the service makes the keys
)

// KeyMethod is how key pairs are made and how the order comes. The service documents a start of its own for each [contract §4].
type KeyMethod string

// The key methods.
const (
	ClientZIP KeyMethod = "client-zip"
	ClientCSV KeyMethod = "client-csv"
	ServerCSV KeyMethod = "server-csv"
	ServerMAC KeyMethod = "server-mac"
)

// KeyMethods are all key methods.
var KeyMethods = []KeyMethod{ClientZIP, ClientCSV, ServerCSV, ServerMAC}

// Title is the start of a method in words.
func (m KeyMethod) Title() string {
	switch m {
	case ClientZIP:
		return "start by ZIP of CSRs"
	case ClientCSV:
		return "start by CSV with CSRs"
	case ServerCSV:
		return "start by CSV, keys by the service"
	case ServerMAC:
		return "start by MAC range"
	}
	return string(m)
}

// member is the start's name in the contract.
func (m KeyMethod) member() string {
	return map[KeyMethod]string{ClientZIP: "start_zip", ClientCSV: "start_csv", ServerCSV: "start_csv_server", ServerMAC: "start_mac"}[m]
}

// Formats of the certificates that a job delivers. "smpb" is an older product's.
var Formats = []string{"pem", "der", "json", "smpb"}

// MACRange is what is ordered by MAC addresses.
type MACRange struct {
	Start     string // six octets, with colons or hyphens
	Count     int
	Increment int
}

// StartRequest is one order.
type StartRequest struct {
	ProfileID string
	Method    Method
	File      string // path of the upload; it is streamed. Not for MAC
	FileName  string // what the service is told it is called: must carry the batch id
	Format    string // one of Formats
	FullChain bool
	Recipient []byte // value of the request's field, made by core/recipient; nil for keys of one's own
	MAC       MACRange
	BatchID   string
	Order     map[string]string // values of OrderFields; what is not named is as the contract has it
}

// KeyMethod is by whom the keys are made and in what form the order comes.
func (r *StartRequest) KeyMethod() KeyMethod {
	switch {
	case r.Method == MAC:
		return ServerMAC
	case r.Method == CSV && len(r.Recipient) > 0:
		return ServerCSV
	case r.Method == CSV:
		return ClientCSV
	}
	return ClientZIP
}

// check says what is wrong with the request itself.
func (r *StartRequest) check(limits Limits) error {
	switch {
	case r.ProfileID == "":
		return errors.New("the profile is missing")
	case len(r.BatchID) < 4:
		return fmt.Errorf("the batch id %q is too short for a later search", r.BatchID)
	case !contains(Formats, r.Format):
		return fmt.Errorf("the format %q is unknown; use one of: %s", r.Format, strings.Join(Formats, ", "))
	}
	if r.Method == MAC {
		switch {
		case r.MAC.Start == "" || r.MAC.Count < 1 || r.MAC.Increment < 0:
			return fmt.Errorf("the range of %d addresses from %q by %d is not possible", r.MAC.Count, r.MAC.Start, r.MAC.Increment)
		case r.MAC.Count > limits.MACAddresses:
			return fmt.Errorf("%d MAC addresses are more than the %d of one order", r.MAC.Count, limits.MACAddresses)
		case len(r.Recipient) == 0:
			return errors.New("the service makes the keys, but no recipient is named to seal them to")
		}
		return nil
	}
	switch {
	case r.Method != ZIP && r.Method != CSV:
		return fmt.Errorf("the method %q is unknown; use one of: ZIP, CSV, MAC", r.Method)
	case r.File == "":
		return errors.New("the file to upload is missing")
	case !carries(r.FileName, r.BatchID):
		return fmt.Errorf("the file name %q does not carry the batch id %q", r.FileName, r.BatchID)
	case r.FileName != filepath.Base(r.FileName) || strings.ContainsAny(r.FileName, "/\\\r\n\x00"):
		return fmt.Errorf("%q is not a file name", r.FileName)
	}
	return nil
}

// Start is the contract's start for a key method; nil for none.
func (c *Contract) Start(m KeyMethod) *Start {
	switch m {
	case ClientZIP:
		return &c.Requests.StartZIP
	case ClientCSV:
		return &c.Requests.StartCSV
	case ServerCSV:
		return &c.Requests.StartCSVServer
	case ServerMAC:
		return &c.Requests.StartMAC
	}
	return nil
}

// Start sends an order, once, and returns the job that the service made of it. The upload has no time limit of its own:
// it ends when it is done, when nothing moves any more, or with ctx. report counts the bytes of the request's body.
//
// Errors are *NotSentError (certainly not accepted: the order was not sent, or it was refused in the service's own shape, which it wraps as *APIError)
// or *UnclearError (the job may exist).
func (c *Client) Start(ctx context.Context, r StartRequest, report progress.Func) (Job, error) {
	contract := c.contract()
	form := contract.Start(r.KeyMethod())
	if err := errors.Join(r.check(contract.Limits), contract.Promise(&r)); err != nil {
		return Job{}, &NotSentError{err}
	}
	fields := values{
		"profile_id": r.ProfileID, "batch_id": r.BatchID, "file_name": r.FileName, "format": r.Format,
		"full_chain": strconv.FormatBool(r.FullChain), "recipient": string(r.Recipient),
		"mac_start": r.MAC.Start, "mac_count": strconv.Itoa(r.MAC.Count), "mac_increment": strconv.Itoa(r.MAC.Increment),
	}
	for _, name := range OrderFields {
		fields[name] = contract.orderField(&r, name)
	}
	u, err := c.url(form.Request, fields, r.KeyMethod().Title())
	if err != nil {
		return Job{}, &NotSentError{err}
	}
	if err := c.proveCertificate(ctx); err != nil {
		return Job{}, &NotSentError{err}
	}
	b, err := newBody(form, fields, &r, contract.Limits, report)
	if err != nil {
		return Job{}, &NotSentError{err}
	}
	defer b.Close()
	header := http.Header{"Content-Type": {b.contentType}}
	if contract.ExpectContinue && b.length > expectAbove {
		header.Set("Expect", "100-continue")
	}
	answer, err := c.once(ctx, form.Method, u, header, b)
	if err != nil {
		var begun *begunError
		if errors.As(err, &begun) {
			return Job{}, &UnclearError{r.BatchID, begun.err}
		}
		return Job{}, &NotSentError{err}
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode >= 400 && answer.StatusCode <= 499:
		unread := b.done.Load() == 0 // it was answered by the header alone
		refusal := c.apiError(answer)
		if unread || refusal.refuses() {
			return Job{}, &NotSentError{refusal}
		}
		return Job{}, &UnclearError{r.BatchID, fmt.Errorf("%w; that does not prove that the service refused it, because something on the way may have answered", refusal)}
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return Job{}, &UnclearError{r.BatchID, c.apiError(answer)}
	}
	data, err := c.read(answer, maxJobAnswer)
	if err != nil {
		return Job{}, &UnclearError{r.BatchID, err}
	}
	job, err := contract.Answers.job(data)
	if err != nil {
		return Job{}, &UnclearError{r.BatchID, &AnswerError{form.Method + " " + u, err.Error()}}
	}
	if job.ID == "" {
		return Job{}, &UnclearError{r.BatchID, &AnswerError{form.Method + " " + u, "does not name the job"}}
	}
	if job.Status == "" {
		job.State = StatePending
	}
	return job, nil
}

// proveCertificate makes sure, once, that the service takes the client certificate. In TLS 1.3 a client learns that it does
// not only after it began to send, perhaps as a connection that breaks: of a start that would leave open what happened.
func (c *Client) proveCertificate(ctx context.Context) error {
	if c.connection.Authentication != ClientCertificate || c.proven.Load() {
		return nil
	}
	r := c.contract().Requests.Me
	if r.Path == "" {
		r = c.contract().Requests.Profiles
	}
	if r.Path == "" {
		return nil
	}
	u, err := c.url(r, values{"limit": "1", "offset": "0"}, "who one is")
	if err != nil {
		return err
	}
	answer, err := c.once(ctx, http.MethodGet, u, nil, nil)
	if err != nil {
		return err
	}
	c.proven.Store(true) // whatever was answered, the handshake is over
	return answer.Body.Close()
}

// expectAbove this many bytes the service is asked first whether it wants the body, as curl does.
const expectAbove = 1 << 20

// openUpload opens the file and looks at its size.
func openUpload(path string, limit int64) (*os.File, int64, error) {
	f, err := os.Open(path) // #nosec G304 -- the upload that the caller names
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%q is not a regular file", path)
	case info.Size() == 0:
		err = fmt.Errorf("%q is empty", path)
	case info.Size() > limit:
		err = fmt.Errorf("%q has %d bytes; the service takes %d at most", path, info.Size(), limit)
	default:
		return f, info.Size(), nil
	}
	_ = f.Close()
	return nil, 0, err
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

var _ io.ReadCloser = (*body)(nil)

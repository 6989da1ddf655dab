package practice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// refusal is an answer that says no, in one of the contract's two shapes.
type refusal struct {
	status     int
	code       string
	message    string
	listed     bool // {"errors":[…]} instead of {"error":{…}}
	retryAfter int
}

func (r *refusal) Error() string { return r.message }

// Codes of the contract (Error handling and rate limits), and what the practice service adds.
const (
	codeInvalidRequest = "invalid_request"
	codeInvalidAPIKey  = "invalid_api_key" // #nosec G101 -- the name of an error
	codeNotFound       = "resource_not_found"
	codeConflict       = "conflict"
	codeTooMany        = "too_many_requests"
	codeUnavailable    = "service_unavailable"
	codeInternal       = "internal_error"
)

// invalid refuses a request because of what it says.
func invalid(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, code: codeInvalidRequest, message: fmt.Sprintf(format, args...), listed: true}
}

func notFound(format string, args ...any) *refusal {
	return &refusal{status: http.StatusNotFound, code: codeNotFound, message: fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) *refusal {
	return &refusal{status: http.StatusConflict, code: codeConflict, message: fmt.Sprintf(format, args...)}
}

// errDropped ends an exchange by breaking the connection.
var errDropped = errors.New("the connection is broken on purpose")

// exchange is one request with its answer.
type exchange struct {
	service *Service
	step    Step
	w       *meter
	r       *http.Request
}

// meter counts what is answered, slowly where a fault wants that.
type meter struct {
	http.ResponseWriter
	status int
	bytes  int64
	rate   int64
}

func (m *meter) WriteHeader(status int) {
	m.status = status
	m.ResponseWriter.WriteHeader(status)
}

func (m *meter) Write(p []byte) (n int, err error) {
	if m.status == 0 {
		m.status = http.StatusOK
	}
	for len(p) > 0 && err == nil {
		part := p
		if m.rate > 0 {
			part = p[:min(int64(len(p)), max(1, m.rate/10))]
			time.Sleep(time.Duration(len(part)) * time.Second / time.Duration(m.rate))
		}
		var k int
		k, err = m.ResponseWriter.Write(part)
		n, m.bytes, p = n+k, m.bytes+int64(k), p[k:]
	}
	return n, err
}

func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// slowBody is a request's body that passes at a rate.
type slowBody struct {
	io.ReadCloser
	rate int64
}

func (s *slowBody) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p[:min(int64(len(p)), max(1, s.rate/10))])
	time.Sleep(time.Duration(n) * time.Second / time.Duration(s.rate))
	return n, err
}

// router is the service's requests.
func (s *Service) router() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, step Step, do func(*exchange) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(step, w, r, do) })
	}
	profiles, batch := "/iot/api/v1/enrollment-profile", "/iot/api/v1/batch-enroll"
	if s.options.DeviceTrustManager {
		profiles = "/devicetrustmanager/certificate-configuration-service/api/v2/certificate-policy"
		batch = "/devicetrustmanager/certificate-issuance-service/api/v2/batch-enroll"
	}
	handle("GET /account/api/v1/user/me", StepMe, (*exchange).me)
	handle("GET "+profiles, StepProfiles, (*exchange).listProfiles)
	handle("GET "+profiles+"/{profile}", StepProfiles, (*exchange).showProfile)
	handle("GET "+profiles+"/{profile}/batch-enroll-csv-template", StepTemplate, (*exchange).template)
	handle("GET "+profiles+"/{profile}/enrollment-specification", StepSpecification, (*exchange).specification)
	handle("POST "+batch+"/{profile}", StepStart, (*exchange).start)
	handle("POST "+batch+"/{profile}/{method}", StepStart, (*exchange).start) // a path of its own for each key method
	handle("GET "+batch, StepList, (*exchange).listJobs)
	handle("GET "+batch+"/{job}", StepStatus, (*exchange).status)
	handle("PUT "+batch+"/{job}/approve", StepApprove, (*exchange).approve)
	handle("PUT "+batch+"/{job}/reject", StepReject, (*exchange).reject)
	handle("GET "+batch+"/{job}/download-certificates", StepDownload, (*exchange).download)
	handle("/", "", func(x *exchange) error { return notFound("there is no %s %s", x.r.Method, x.r.URL.Path) })
	return mux
}

// serve does what every request has in common: faults, the token, errors, the log.
func (s *Service) serve(step Step, w http.ResponseWriter, r *http.Request, do func(*exchange) error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.shut {
		panic(http.ErrAbortHandler)
	}
	begun := time.Now()
	x := &exchange{service: s, step: step, w: &meter{ResponseWriter: w}, r: r}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	err := x.admit()
	if err == nil {
		err = do(x)
	}
	if err != nil && !errors.Is(err, errDropped) {
		err = x.refuse(err)
	}
	if err != nil {
		s.logf("%s %s: connection broken after %d bytes: %v", r.Method, r.URL.Path, x.w.bytes, err)
		panic(http.ErrAbortHandler)
	}
	s.logf("%s %s: %d, %d bytes, %s", r.Method, r.URL.Path, x.w.status, x.w.bytes, time.Since(begun).Round(time.Millisecond))
}

// admit plays the faults that come before the request is looked at, and asks for the token.
func (x *exchange) admit() error {
	faults := &x.service.faults
	if f, ok := faults.takeIf(x.step, func(f *Fault) bool { return f.Kind == Slow && f.Rate > 0 }); ok {
		x.w.rate, x.r.Body = f.Rate, &slowBody{x.r.Body, f.Rate}
	}
	if f, ok := faults.takeIf(x.step, func(f *Fault) bool { return f.Kind == Slow && f.Rate == 0 }); ok {
		select {
		case <-time.After(f.Delay):
		case <-x.r.Context().Done():
			return errDropped
		}
	}
	if f, ok := faults.take(Throttle, x.step); ok {
		code, message := codeTooMany, "too many requests: try again later"
		if f.Status == http.StatusServiceUnavailable {
			code, message = codeUnavailable, "the service is not available: try again later"
		}
		return &refusal{status: f.Status, code: code, message: message, retryAfter: f.RetryAfter}
	}
	given := x.r.Header.Get("x-api-key")
	if given == "" { // a batch is also taken with an enrollment passcode
		switch x.step {
		case StepStart, StepList, StepStatus, StepDownload:
			given = x.r.Header.Get("x-passcode")
		}
	}
	if given == "" {
		return &refusal{status: http.StatusUnauthorized, code: codeInvalidAPIKey, message: "the header x-api-key is missing"}
	}
	if !x.service.token.is(given) {
		return &refusal{status: http.StatusUnauthorized, code: codeInvalidAPIKey, message: "the API token is not one of this service's"}
	}
	if _, ok := faults.take(ExpiredToken, x.step); ok {
		return &refusal{status: http.StatusUnauthorized, code: codeInvalidAPIKey, message: "the API token has expired"}
	}
	return nil
}

// refuse answers with an error.
func (x *exchange) refuse(err error) error {
	var no *refusal
	if !errors.As(err, &no) {
		x.service.logf("%s %s: %v", x.r.Method, x.r.URL.Path, err)
		no = &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "the practice service failed: " + err.Error()}
	}
	if x.w.status != 0 {
		return err // the answer has begun: all that is left is to break it off
	}
	if no.retryAfter > 0 || no.status == http.StatusTooManyRequests || no.status == http.StatusServiceUnavailable {
		x.w.Header().Set("Retry-After", strconv.Itoa(no.retryAfter))
	}
	type one struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	e := one{no.code, no.message}
	if x.r.Header.Get("Expect") == "" { // who asks before sending has sent nothing; anybody else hears the answer only after all was read
		_, _ = io.CopyN(io.Discard, x.r.Body, maxDrained)
	}
	if no.listed {
		return x.answer(no.status, map[string]any{"errors": []one{e}})
	}
	return x.answer(no.status, map[string]any{"error": e})
}

// answer writes a JSON answer; half of it where a fault wants that.
func (x *exchange) answer(status int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return x.answerJSON(status, bytes.NewReader(append(data, '\n')), int64(len(data))+1)
}

func (x *exchange) answerJSON(status int, body io.Reader, size int64) error {
	if _, ok := x.service.faults.take(MalformedJSON, x.step); ok {
		size /= 2
		body = io.LimitReader(body, size)
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	x.w.WriteHeader(status)
	_, err := io.Copy(x.w, body)
	return err
}

// page reads limit and offset.
func (x *exchange) page(total int) (from, to, limit int, err error) {
	read := func(name string, usual, most int) (int, error) {
		text := x.r.URL.Query().Get(name)
		if text == "" {
			return usual, nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return 0, invalid("%s %q is no number", name, text)
		}
		return min(n, most), nil
	}
	if limit, err = read("limit", 20, 1000); err != nil {
		return 0, 0, 0, err
	}
	if limit == 0 {
		limit = 20
	}
	if from, err = read("offset", 0, 1<<30); err != nil {
		return 0, 0, 0, err
	}
	return from, min(max(from, 0)+limit, total), limit, nil
}

// listed is a page of a list.
type listed[T any] struct {
	Limit   int `json:"limit"`
	Offset  int `json:"offset"`
	Total   int `json:"total"`
	Records []T `json:"records"`
}

func answerPage[S, T any](x *exchange, all []S, show func(S) T) error {
	from, to, limit, err := x.page(len(all))
	if err != nil {
		return err
	}
	page := listed[T]{Limit: limit, Offset: from, Total: len(all), Records: []T{}}
	for i := from; i < to; i++ {
		page.Records = append(page.Records, show(all[i]))
	}
	return x.answer(http.StatusOK, page)
}

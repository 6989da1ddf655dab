//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"enrollbench/core/finding"
)

// job takes a large MAC range through the practice service, which runs as a process of its own, and compares upload and
// download with curl against the same service.
func (b *bencher) job() error {
	folder := filepath.Join(b.out, "job")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	service, a, err := b.practise(folder)
	if err != nil {
		return err
	}
	defer service.stop()
	file := filepath.Join(folder, "account.json")
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	var p jobParts
	parts := map[*time.Duration]*contest{&p.Start: {name: "start"}, &p.Issue: {name: "keys and certificates made and sealed, by the service"},
		&p.Fetch: {name: "fetched"}, &p.Open: {name: "opened, matched, verified, compared with the order"}}
	client := &contest{name: "the client's process, its own start and end included"}
	for round := range b.rounds {
		at := filepath.Join(folder, fmt.Sprint("round-", round)) // with a ledger of its own: the same addresses are ordered again
		if err := os.Mkdir(at, 0o700); err != nil {
			return err
		}
		u, err := run(b.self, "job-mac", file, at, fmt.Sprint(size.Ordered))
		if err := errors.Join(err, os.RemoveAll(at)); err != nil {
			return err
		}
		p = jobParts{}
		if err := json.Unmarshal(u.stdout, &p); err != nil {
			return err
		}
		client.runs = append(client.runs, u)
		for of, c := range parts {
			c.runs = append(c.runs, usage{Wall: *of})
		}
	}
	n := float64(size.Ordered)
	figures := []figure{{client, nil, n, "certificates", []goal{{memory, 500}}}}
	for _, of := range []*time.Duration{&p.Start, &p.Issue, &p.Fetch, &p.Open} {
		figures = append(figures, figure{parts[of], nil, n, "certificates", nil})
	}
	b.report(fmt.Sprintf("A MAC job of %s P-256 keys through the practice service on this computer, a result of %s", finding.Grouped(size.Ordered), megabytes(p.Bytes)), figures...)
	return b.transfer(folder, file, a, p)
}

// transfer compares upload and download with curl.
func (b *bencher) transfer(folder, file string, a account, p jobParts) error {
	upload := filepath.Join(folder, "upload.csv")
	if err := writeFile(upload, func(w *bufio.Writer) error {
		fmt.Fprint(w, "\"subject.common_name\",\"subject.organization_name\"\r\n")
		for i, n := 0, 50; n < size.Upload; i++ {
			m, err := fmt.Fprintf(w, "\"device-%09d\",\"%s\"\r\n", i, strings.Repeat("Example Works ", 4))
			if err != nil {
				return err
			}
			n += m
		}
		return nil
	}); err != nil {
		return err
	}
	out := filepath.Join(folder, "fetched")
	fresh := func() error { return os.RemoveAll(out) }
	var (
		ours     = &contest{name: "upload", do: func() (usage, error) { return b.act("job-upload", file, upload) }}
		fetched  = &contest{name: "download", clean: fresh, do: func() (usage, error) { return b.act("job-download", file, p.JobID, out) }}
		theirs   = &contest{name: "curl", tool: "curl", do: func() (usage, error) { return b.curlUpload(folder, file, a, upload) }}
		received = &contest{name: "curl", tool: "curl", clean: fresh, do: func() (usage, error) {
			return curl(folder, a, "-o", out, a.URL+"/iot/api/v1/batch-enroll/"+p.JobID+"/download-certificates")
		}}
	)
	if err := b.hold(ours, fetched, theirs, received); err != nil {
		return err
	}
	goals := []goal{{clockRatio, 0.9}}
	b.report(fmt.Sprintf("Upload of %s until the service has answered; download of %s before the final sync", megabytes(int64(size.Upload)), megabytes(p.Bytes)),
		figure{ours, theirs, float64(size.Upload) / 1e6, "MB", goals}, figure{fetched, received, float64(p.Bytes) / 1e6, "MB", goals})
	return nil
}

// curlUpload starts the same job with curl and rejects it.
func (b *bencher) curlUpload(folder, file string, a account, upload string) (usage, error) {
	u, err := run(b.self, "job-upload-field", file)
	if err != nil {
		return usage{}, err
	}
	var form struct{ Profile, Recipient string }
	if err := json.Unmarshal(u.stdout, &form); err != nil {
		return usage{}, err
	}
	answer := filepath.Join(folder, "answer.json")
	d, err := curl(folder, a, "-o", answer, "-F", "certificate_format=pem", "-F", "include_full_chain_with_each_certificate=true",
		"-F", "certificate="+form.Recipient, "-F", "data=@"+upload+";filename=upload-2026-11-27-1-aaaaaa.csv", a.URL+"/iot/api/v1/batch-enroll/"+form.Profile)
	if err != nil {
		return usage{}, err
	}
	text, err := os.ReadFile(answer)
	if err != nil {
		return usage{}, err
	}
	var started struct{ ID string }
	if err := json.Unmarshal(text, &started); err != nil || started.ID == "" {
		return usage{}, fmt.Errorf("curl's start was answered by %q", tail(text))
	}
	_, err = curl(folder, a, "-X", "PUT", a.URL+"/iot/api/v1/batch-enroll/"+started.ID+"/reject")
	return d, err
}

// curl runs curl and returns its own measure of the transfer. The token is in a file, not among the arguments.
func curl(folder string, a account, args ...string) (usage, error) {
	header := filepath.Join(folder, "header")
	if err := os.WriteFile(header, []byte("x-api-key: "+a.Token+"\n"), 0o600); err != nil {
		return usage{}, err
	}
	u, err := run("curl", append([]string{"-sS", "--fail", "--cacert", a.CA, "-H", "@" + header, "-w", "\n%{time_total}"}, args...)...)
	if err != nil {
		return usage{}, err
	}
	lines := bytes.Split(bytes.TrimSpace(u.stdout), []byte("\n"))
	var seconds float64
	if _, err := fmt.Sscan(string(lines[len(lines)-1]), &seconds); err != nil {
		return usage{}, err
	}
	return usage{Wall: time.Duration(seconds * float64(time.Second))}, nil
}

// practising is the service's process.
type practising struct {
	cmd *exec.Cmd
	out io.ReadCloser
}

func (p *practising) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.cmd.Wait()
}

// practise starts the service in a process of its own.
func (b *bencher) practise(folder string) (*practising, account, error) {
	a := account{Key: filepath.Join(folder, "key.pem"), Certificate: filepath.Join(folder, "certificate.pem")}
	if err := makeRecipient(a.Key, a.Certificate); err != nil {
		return nil, a, err
	}
	cmd := exec.Command("build/enrollctl", "practice", "--json", "--folder", filepath.Join(folder, "service")) // #nosec G204 -- our own program
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, a, err
	}
	if err := cmd.Start(); err != nil {
		return nil, a, err
	}
	p := &practising{cmd, out}
	var told struct{ URL, Token, CA, Trust string }
	if err := json.NewDecoder(out).Decode(&told); err != nil || told.Token == "" {
		p.stop()
		return nil, a, errors.Join(errors.New("the practice service did not begin"), err)
	}
	a.URL, a.Token, a.CA, a.Root = told.URL, told.Token, told.CA, told.Trust
	return p, a, nil
}

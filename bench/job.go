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
	"text/tabwriter"
	"time"
)

// uploadBytes of the CSV that is uploaded: near the most that the service takes.
const uploadBytes = 190_000_000

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
	began := time.Now()
	u, err := run(b.self, "job-mac", file, folder, fmt.Sprint(b.certificates))
	if err != nil {
		return err
	}
	whole := time.Since(began)
	var p jobParts
	if err := json.Unmarshal(u.stdout, &p); err != nil {
		return err
	}
	way := p.Start + p.Issue + p.Fetch + p.Open
	fmt.Printf("\nA MAC job of %s P-256 keys through the practice service on this computer, once\n", thousands(b.certificates))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\twall s\tto reach\tcertificates a second\t")
	line := func(name string, d time.Duration) {
		fmt.Fprintf(w, "%s\t%.2f\t\t%s\t\n", name, d.Seconds(), rate(b.certificates, d))
	}
	line("from start to opened and reconciled", way)
	line("start", p.Start)
	line("keys and certificates made, sealed (the service)", p.Issue)
	line(fmt.Sprintf("fetched, %s MB", thousands(int(p.Bytes/1e6))), p.Fetch)
	line("opened, matched, verified, compared with the order", p.Open)
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("  the client: %d MB at its peak (to reach: < 500 MB), %.1f s CPU, %.1f s with its own start and end\n", u.Peak/1e6, u.CPU.Seconds(), whole.Seconds())
	return b.transfer(folder, file, a, p)
}

// transfer compares upload and download with curl.
func (b *bencher) transfer(folder, file string, a account, p jobParts) error {
	upload := filepath.Join(folder, "upload.csv")
	if err := writeFile(upload, func(w *bufio.Writer) error {
		fmt.Fprint(w, "\"subject.common_name\",\"subject.organization_name\"\r\n")
		for i, n := 0, 50; n < uploadBytes; i++ {
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
	_, noCurl := exec.LookPath("curl")
	var ours, theirs, fetched, curled time.Duration
	least := func(best *time.Duration, d time.Duration) {
		if *best == 0 || d < *best {
			*best = d
		}
	}
	out := filepath.Join(folder, "fetched")
	for range b.rounds {
		u, err := b.act("job-upload", file, upload)
		if err != nil {
			return err
		}
		least(&ours, u.Wall)
		if u, err = b.act("job-download", file, p.JobID, out); err != nil {
			return err
		}
		least(&fetched, u.Wall)
		if err := os.Remove(out); err != nil {
			return err
		}
		if noCurl != nil {
			continue
		}
		d, err := b.curlUpload(folder, file, a, upload)
		if err != nil {
			return err
		}
		least(&theirs, d)
		if d, err = curl(folder, a, "-o", out, a.URL+"/iot/api/v1/batch-enroll/"+p.JobID+"/download-certificates"); err != nil {
			return err
		}
		least(&curled, d)
		if err := os.Remove(out); err != nil {
			return err
		}
	}
	fmt.Printf("\nUpload of %d MB until the service has answered; download of %d MB before the final sync\n", uploadBytes/1_000_000, p.Bytes/1e6)
	speed := func(name string, n int64, ours, theirs time.Duration) {
		fmt.Printf("  %-10s %6.0f MB/s", name, float64(n)/1e6/ours.Seconds())
		if theirs == 0 {
			fmt.Println("   curl: SKIPPED: curl is missing")
			return
		}
		fmt.Printf("   curl %6.0f MB/s   %3.0f %% of curl (to reach: ≥ 90 %%)\n", float64(n)/1e6/theirs.Seconds(), 100*theirs.Seconds()/ours.Seconds())
	}
	speed("upload", uploadBytes, ours, theirs)
	speed("download", p.Bytes, fetched, curled)
	return nil
}

// curlUpload starts the same job with curl and rejects it.
func (b *bencher) curlUpload(folder, file string, a account, upload string) (time.Duration, error) {
	u, err := run(b.self, "job-upload-field", file)
	if err != nil {
		return 0, err
	}
	var form struct{ Profile, Recipient string }
	if err := json.Unmarshal(u.stdout, &form); err != nil {
		return 0, err
	}
	answer := filepath.Join(folder, "answer.json")
	d, err := curl(folder, a, "-o", answer, "-F", "certificate_format=pem", "-F", "include_full_chain_with_each_certificate=true",
		"-F", "certificate="+form.Recipient, "-F", "data=@"+upload+";filename=upload-2026-11-27-1-aaaaaa.csv", a.URL+"/iot/api/v1/batch-enroll/"+form.Profile)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(answer)
	if err != nil {
		return 0, err
	}
	var started struct{ ID string }
	if err := json.Unmarshal(text, &started); err != nil || started.ID == "" {
		return 0, fmt.Errorf("curl's start was answered by %q", tail(text))
	}
	_, err = curl(folder, a, "-X", "PUT", a.URL+"/iot/api/v1/batch-enroll/"+started.ID+"/reject")
	return d, err
}

// curl runs curl and returns its own measure of the transfer. The token is in a file, not among the arguments.
func curl(folder string, a account, args ...string) (time.Duration, error) {
	header := filepath.Join(folder, "header")
	if err := os.WriteFile(header, []byte("x-api-key: "+a.Token+"\n"), 0o600); err != nil {
		return 0, err
	}
	u, err := run("curl", append([]string{"-sS", "--fail", "--cacert", a.CA, "-H", "@" + header, "-w", "\n%{time_total}"}, args...)...)
	if err != nil {
		return 0, err
	}
	lines := bytes.Split(bytes.TrimSpace(u.stdout), []byte("\n"))
	var seconds float64
	if _, err := fmt.Sscan(string(lines[len(lines)-1]), &seconds); err != nil {
		return 0, err
	}
	return time.Duration(seconds * float64(time.Second)), nil
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

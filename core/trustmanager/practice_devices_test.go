package trustmanager_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
)

// until asks until a job is in a state, and returns the statuses that were seen on the way.
func until(t *testing.T, client *trustmanager.Client, id string, state trustmanager.State) (job trustmanager.Job, seen []string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var err error
		if job, err = client.Status(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if len(seen) == 0 || seen[len(seen)-1] != job.Status {
			seen = append(seen, job.Status)
		}
		if job.State == state {
			return job, seen
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, %q", job, seen)
		}
	}
}

// Device Trust Manager waits for approval after it processed a job, spells its states in words, takes its time to reject, and
// reports warnings beside failures: none of that is an error, and no warning is a row that failed.
func TestDeviceTrustManager(t *testing.T) {
	fault, err := practice.ParseFault("warning=2")
	if err != nil {
		t.Fatal(err)
	}
	_, client := openPracticeWith(t, practice.Options{DeviceTrustManager: true, Approval: true, Faults: practice.Faults{fault}})
	if r := client.Test(t.Context()); !r.OK() || r.Profiles == 0 {
		t.Fatalf("%+v", r)
	}
	profile := forCSRs(t, client)
	for _, approved := range []bool{true, false} {
		order := requests(t, map[bool]string{true: "2026-11-30-1-aaaa", false: "2026-11-30-2-bbbb"}[approved], 3)
		order.ProfileID = profile
		order.Order = map[string]string{"device_group": "G-1", "account": "A-1", "key_type": "P256"}
		job, err := client.Start(t.Context(), order, nil)
		if err != nil {
			t.Fatal(err)
		}
		waiting, seen := until(t, client, job.ID, trustmanager.StateWaitingForApproval)
		if waiting.Status != "Pending approval" || waiting.Issued != 3 {
			t.Errorf("it waits as %+v after %q", waiting, seen)
		}
		if found, err := client.Find(t.Context(), profile, order.BatchID); err != nil || len(found) != 1 || found[0].ID != job.ID {
			t.Errorf("%+v, %v", found, err)
		}
		out := filepath.Join(t.TempDir(), "result")
		if !approved {
			if err := client.Reject(t.Context(), job.ID); err != nil {
				t.Fatal(err)
			}
			_, seen := until(t, client, job.ID, trustmanager.StateRejected)
			if got := strings.Join(seen, ", "); got != "Pending rejection, Rejection in progress, Rejected" {
				t.Error(got)
			}
			if _, err := client.Download(t.Context(), job.ID, out, nil); err == nil {
				t.Error("the result of a rejected job can be fetched")
			}
			continue
		}
		if err := client.Approve(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		done, _ := until(t, client, job.ID, trustmanager.StateComplete)
		if done.Status != "Completed" || done.Failed != 0 || len(done.Failures) != 0 || done.Issued != 3 {
			t.Errorf("%+v", done)
		}
		if _, err := client.Download(t.Context(), job.ID, out, nil); err != nil {
			t.Error(err)
		}
	}
}

// Each key method has a start of its own, and an order of another kind is refused there; JSON results come in each shape.
func TestStartsOfTheirOwn(t *testing.T) {
	service, client := openPracticeWith(t, practice.Options{JSONMember: "records"})
	connection := client.Connection()
	profile := forCSRs(t, client)
	order := requests(t, "2026-11-30-1-aaaa", 2)
	order.ProfileID, order.Format = profile, "json"
	for _, m := range trustmanager.KeyMethods {
		connection.Contract.Start(m).Path += "/" + string(m)
	}
	own := clientOf(t, service, connection)
	job, err := own.Start(t.Context(), order, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "result.json")
	ended(t, own, job.ID)
	if _, err := own.Download(t.Context(), job.ID, out, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	var shape struct{ Records []map[string]any }
	if err != nil || json.Unmarshal(data, &shape) != nil || len(shape.Records) != 2 {
		t.Errorf("%v: %.200s", err, data)
	}
	connection.Contract.Requests.StartZIP.Path = strings.Replace(connection.Contract.Requests.StartZIP.Path, "client-zip", "client-csv", 1)
	wrong := clientOf(t, service, connection)
	order.BatchID, order.FileName = "2026-11-30-2-bbbb", "csrs.2026-11-30-2-bbbb.zip"
	if _, err := wrong.Start(t.Context(), order, nil); err == nil || !strings.Contains(err.Error(), "client-zip") {
		t.Errorf("%v", err)
	}
}

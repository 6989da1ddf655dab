package trustmanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"enrollbench/core/osfile"
)

func TestStore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "not", "there")
	s := NewStore(folder)
	if all, err := s.Load(); err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	one := NewConnection("Line 4", IoTTrustManager, "https://one.digicert.com")
	two := NewConnection("Geräte", DeviceTrustManager, "https://demo.one.digicert.com/gw")
	two.Contract.Requests.StartMAC = Start{Request: Request{"POST", "{base}/x/{profile_id}"}, Encoding: JSONBody, Body: json.RawMessage(`{"a":"{mac_start}","n":"{mac_count}"}`)}
	two.Contract.Headers.Extra["X-Tenant"] = "12"
	for _, c := range []Connection{one, two} {
		if err := s.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Load()
	if err != nil || len(all) != 2 || !reflect.DeepEqual(all[0], one) || len(Differences(all[1], two)) != 0 {
		t.Errorf("%v, %+v", err, Differences(all[1], two))
	}
	same := NewConnection("line 4", Practice, "https://127.0.0.1")
	if err := s.Add(same); !errors.Is(err, ErrNameTaken) {
		t.Errorf("%v", err)
	}
	if err := s.Rename("GERÄTE", "line 4"); !errors.Is(err, ErrNameTaken) {
		t.Errorf("%v", err)
	}
	if err := s.Rename("GERÄTE", "Devices"); err != nil {
		t.Error(err)
	}
	if c, err := s.Get("devices"); err != nil || c.ID != two.ID {
		t.Errorf("%v, %v", c.ID, err)
	}
	if _, err := s.Get(""); !errors.Is(err, ErrNoConnection) {
		t.Errorf("none is the default: %v", err)
	}
	if err := s.SetDefault("devices"); err != nil {
		t.Error(err)
	}
	if c, err := s.Get(""); err != nil || c.ID != two.ID {
		t.Errorf("%v, %v", c.ID, err)
	}
	if who, err := osfile.Others(s.Path()); err != nil || len(who) > 0 {
		t.Errorf("%s can be opened by %q, %v", s.Path(), who, err)
	}
	gone, err := s.Remove("devices")
	if err != nil || gone.ID != two.ID {
		t.Errorf("%v, %v", gone.ID, err)
	}
	if id, err := s.Default(); err != nil || id != one.ID {
		t.Errorf("the only one is the default: %q, %v", id, err)
	}
	if _, err := s.Remove("devices"); !errors.Is(err, ErrNoConnection) {
		t.Errorf("%v", err)
	}
	if err := s.Update(two); !errors.Is(err, ErrNoConnection) {
		t.Errorf("%v", err)
	}
	bad := one
	bad.BaseURL = "http://x"
	if err := s.Update(bad); err == nil {
		t.Error("what is not valid was saved")
	}
}

func TestExportAndImport(t *testing.T) {
	from, to := NewStore(t.TempDir()), NewStore(t.TempDir())
	one := NewConnection("Line 4", IoTTrustManager, "https://one.digicert.com")
	one.Proxy, one.ClientCertificate = "http://jo@proxy:3128", "/keys/x.p12"
	two := NewConnection("Line 5", IoTTrustManager, "https://demo.one.digicert.com")
	two.Contract.Headers.APIKey = "X-DC-DEVKEY"
	two.Contract.Headers.Extra["X-Tenant"] = "12"
	if err := from.Save([]Connection{one, two}); err != nil {
		t.Fatal(err)
	}
	if err := to.Save([]Connection{one}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := from.Export(&file, "line 5", one.ID); err != nil {
		t.Fatal(err)
	}
	added, err := to.Import(bytes.NewReader(file.Bytes()))
	if err != nil || len(added) != 2 || added[0].Name != "Line 5" || added[1].Name != "Line 4 (2)" {
		t.Fatalf("%+v, %v", added, err)
	}
	for _, c := range added {
		if c.ID == one.ID || c.ID == two.ID {
			t.Error("an import took an id over, and with it the keys in the keychain")
		}
	}
	if kept, err := to.Get(one.ID); err != nil || !reflect.DeepEqual(kept, one) {
		t.Errorf("an import changed what was there: %v", err)
	}
	if got, err := to.Get("Line 5"); err != nil || got.Contract.Headers.APIKey != "X-DC-DEVKEY" {
		t.Errorf("%v", err)
	}
	good := file.String()
	for name, text := range map[string]string{
		"empty":             "",
		"no JSON":           "hello",
		"another format":    strings.Replace(good, storeFormat, "x", 1),
		"none in it":        `{"format":"` + storeFormat + `","connections":[]}`,
		"a secret":          strings.Replace(good, `"name"`, `"api_key": "x", "name"`, 1),
		"a secret's header": strings.Replace(good, "X-Tenant", "Authorization", 1),
		"http":              strings.Replace(good, "https://demo", "http://demo", 1),
		"a password":        strings.Replace(good, "jo@proxy", "jo:x@proxy", 1),
		"a path outside":    strings.Replace(good, "{base}/account", "https://evil.example/account", 1),
		"twice":             strings.Replace(good, two.ID, one.ID, 1),
	} {
		if _, err := to.Import(strings.NewReader(text)); err == nil || text == good {
			t.Errorf("%s: taken", name)
		}
	}
	if all, _ := to.Load(); len(all) != 3 {
		t.Errorf("%d connections are left", len(all))
	}
}

func TestAContractIsCorrectedByHand(t *testing.T) {
	folder := t.TempDir()
	text := `{"format":"` + storeFormat + `","connections":[{"id":"a1","name":"by hand","kind":"iot-trust-manager","base_url":"https://one.digicert.com","authentication":"api-token",
		"contract":{"page_size":20,"requests":{"status":{"method":"GET","path":"{base}/v2/jobs/{job_id}"}},"answers":{"states":{"DONE":"complete"}}}}]}`
	put(t, folder, storeName, []byte(text))
	c, err := NewStore(folder).Get("")
	if err != nil {
		t.Fatal(err)
	}
	preset := Default(IoTTrustManager)
	if c.Contract.PageSize != 20 || c.Contract.Requests.Status.Path != "{base}/v2/jobs/{job_id}" || c.Contract.Requests.Me != preset.Requests.Me ||
		c.Contract.Answers.state("done") != StateComplete || c.Contract.Answers.state("COMPLETE") != StateComplete {
		t.Errorf("%+v", c.Contract)
	}
	for _, bad := range []string{`"page_sise":20`, `"requests":{"status":{"method":"GET","path":"{base}/x"}}`, `"requests":{"status":{"method":"GET","path":"/x/{job_id}"}}`,
		`"requests":{"status":{"method":"POST","path":"{base}/{job_id}"}}`, `"requests":{"status":{"method":"GET","path":"{base}/{job_id}/{profile}"}}`, `"headers":{"extra":{"Authorization":"x"}}`,
		`"headers":{"extra":{"X-Y":"a\nb"}}`, `"answers":{"states":{"DONE":"finished"}}`, `"recipient_encoding":"rot13"`, `"page_size":0`,
		`"requests":{"start_zip":{"parts":[{"name":"a","value":"{format}"}]}}`, `"requests":{"start_mac":{"encoding":"json","body":{"a":"{nothing}"}}}`} {
		put(t, folder, storeName, []byte(text[:strings.Index(text, `"page_size"`)]+bad+"}}]}"))
		if _, err := NewStore(folder).Load(); err == nil {
			t.Errorf("%s: taken", bad)
		}
	}
}

// Several programs that change the file at the same time lose nothing of each other.
func TestStoreUnderConcurrency(t *testing.T) {
	if folder := os.Getenv("ENROLLBENCH_STORE_TRIAL"); folder != "" {
		for i := range 10 {
			if err := NewStore(folder).Add(NewConnection(fmt.Sprintf("%d-%d", os.Getpid(), i), Practice, "https://127.0.0.1")); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			cmd := exec.Command(self, "-test.run", "^TestStoreUnderConcurrency$")
			cmd.Env = append(os.Environ(), "ENROLLBENCH_STORE_TRIAL="+folder)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	if all, err := NewStore(folder).Load(); err != nil || len(all) != 40 {
		t.Errorf("%d connections, %v", len(all), err)
	}
}

func TestDefaultFolder(t *testing.T) {
	t.Setenv(FolderVariable, "/somewhere/else")
	if got := DefaultFolder(); got != "/somewhere/else" {
		t.Error(got)
	}
	t.Setenv(FolderVariable, "")
	if got := DefaultFolder(); filepath.Base(got) != "enrollbench" {
		t.Error(got)
	}
}

func TestProfileCache(t *testing.T) {
	c := NewProfileCache(t.TempDir())
	if kept, err := c.Get("a"); err != nil || !kept.At.IsZero() {
		t.Errorf("%+v, %v", kept, err)
	}
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	profiles := []Profile{{ID: "P1", Name: "One", Methods: []string{"BATCH"}, Keys: KeysOfServer}, {ID: "P2"}}
	if err := errors.Join(c.PutProfiles("a", profiles, at), c.PutTemplate("a", "P1", []byte("x,y\r\n"), at), c.PutTemplate("a", "P2", []byte("z\r\n"), at)); err != nil {
		t.Fatal(err)
	}
	kept, err := c.Get("a")
	if err != nil || !kept.At.Equal(at) || !reflect.DeepEqual(kept.Profiles, profiles) || kept.Templates["P1"].CSV != "x,y\r\n" || len(kept.Templates) != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := c.PutProfiles("a", profiles[:1], at); err != nil {
		t.Fatal(err)
	}
	if kept, _ := c.Get("a"); len(kept.Templates) != 1 {
		t.Errorf("%+v", kept)
	}
	if err := errors.Join(c.Forget("a"), c.Forget("a")); err != nil {
		t.Error(err)
	}
	if kept, err := c.Get("a"); err != nil || !kept.At.IsZero() {
		t.Errorf("%+v, %v", kept, err)
	}
}

// What is read from a file and written again is equal, and always valid.
func FuzzImport(f *testing.F) {
	// Small seeds: the contract of a kind has some 8 kB, and the fuzzer would do little but shorten it.
	f.Add([]byte(`{"format":"enrollbench-connections/2","default":"b","connections":[{"id":"b","name":"b","kind":"device-trust-manager","base_url":"https://h/gw","authentication":"api-token",` +
		`"contract":{"requests":{"start_mac":{"method":"POST","path":"{base}/x/{profile_id}","encoding":"json","body":{"a":"{mac_start}","n":"{mac_count}"}}}}}]}`))
	f.Add([]byte(`{"format":"enrollbench-connections/1","connections":[{"id":"a","name":"a","kind":"practice","base_url":"https://127.0.0.1:1","authentication":"api-token","contract":{"page_size":7}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := readContents(bytes.NewReader(data))
		if err != nil {
			return
		}
		written, err := writeContents(read)
		if err != nil {
			t.Fatalf("read, and cannot be written: %v", err)
		}
		again, err := readContents(bytes.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		twice, err := writeContents(again)
		if err != nil || !bytes.Equal(written, twice) {
			t.Errorf("written twice it differs: %v\n%s\n%s", err, written, twice)
		}
	})
}

// A file of an earlier version, with one start by CSV for both who makes the keys, loses nothing; what is written is the new
// form, which an earlier program leaves alone.
func TestTheEarlierFormat(t *testing.T) {
	folder := t.TempDir()
	s := NewStore(folder)
	earlier := `{"format":"enrollbench-connections/1","connections":[{"id":"abc","name":"Line 4","kind":"iot-trust-manager","base_url":"https://one.digicert.com","authentication":"api-token",
		"contract":{"requests":{"start_csv":{"method":"POST","path":"{base}/iot/own/{profile_id}","encoding":"multipart","parts":[{"name":"cert","value":"{recipient}"},{"name":"file","value":"{file}"}]}}}},
		{"id":"def","name":"Line 5","kind":"iot-trust-manager","base_url":"https://one.digicert.com","authentication":"api-token"}]}`
	if err := os.WriteFile(s.Path(), []byte(earlier), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := s.Load()
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	r := &all[0].Contract.Requests
	if r.StartCSV.Path != "{base}/iot/own/{profile_id}" || r.StartCSVServer.Path != r.StartCSV.Path || len(r.StartCSVServer.Parts) != 2 || r.StartMAC.Path != Default(IoTTrustManager).Requests.StartMAC.Path {
		t.Errorf("%+v", r)
	}
	if len(Differences(all[1], Connection{ID: "def", Name: "Line 5", Kind: IoTTrustManager, BaseURL: "https://one.digicert.com", Authentication: APIToken, Contract: Default(IoTTrustManager)})) != 0 {
		t.Error("a connection without corrections does not follow the program")
	}
	r.StartCSV.Path = "{base}/iot/client/{profile_id}"
	if err := s.Update(all[0]); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(s.Path())
	if err != nil || !strings.Contains(string(data), `"format": "enrollbench-connections/2"`) {
		t.Errorf("%s, %v", data, err)
	}
	again, err := s.Get("Line 4")
	if err != nil || again.Contract.Requests.StartCSV.Path != "{base}/iot/client/{profile_id}" || again.Contract.Requests.StartCSVServer.Path != "{base}/iot/own/{profile_id}" {
		t.Errorf("%+v, %v", again.Contract.Requests, err)
	}
}

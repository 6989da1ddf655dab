package trustmanager

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const portalCurl = `curl --location --request POST 'https://one.digicert.com/iot/api/v2/batch/IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11/csr' \
--header 'x-api-key: {{api_key}}' \
--header 'Accept: application/json' \
--form 'file=@"/path/to/csrs.zip"' \
--form 'certificate_format="pem"' \
--form 'include_full_chain_with_each_certificate="false"'`

func TestThePortalsCurl(t *testing.T) {
	c, err := ParseCurl(portalCurl)
	if err != nil {
		t.Fatal(err)
	}
	if c.Shell != Sh || c.Purpose != ForStart || fmt.Sprint(c.Methods) != "[client-zip]" || c.ProfileID != "IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11" || len(c.Secrets()) != 0 {
		t.Errorf("%s, %s, %v, %s, %d secrets", c.Shell, c.Purpose, c.Methods, c.ProfileID, len(c.Secrets()))
	}
	before := NewConnection("Line 4", IoTTrustManager, "https://demo.one.digicert.com")
	changes, err := c.Changes(before)
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{
		{"base URL", "https://demo.one.digicert.com", "https://one.digicert.com"},
		{"start by ZIP of CSRs", "POST {base}/iot/api/v1/batch-enroll/{profile_id}", "POST {base}/iot/api/v2/batch/{profile_id}/csr"},
		{"start by ZIP of CSRs: body", "multipart certificate_format={format}, include_full_chain_with_each_certificate={full_chain}, data={file}",
			"multipart file={file}, certificate_format={format}, include_full_chain_with_each_certificate={full_chain}"},
	}
	if !slices.Equal(changes, want) {
		t.Errorf("changes\n%q\nwant\n%q", changes, want)
	}
	if before.Contract.Requests.StartZIP.Path != Default(IoTTrustManager).Requests.StartZIP.Path {
		t.Error("showing the changes made them")
	}
	after, err := c.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Changes(after); err != nil || len(again) != 0 {
		t.Errorf("applied twice it changes %q, %v", again, err)
	}
}

func TestCurlMeaning(t *testing.T) {
	const id = "IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11"
	for name, c := range map[string]struct {
		text    string
		changes string // those other than of a start's body, as "what: to", joined by " | "
		body    string // of the start that changed, described
		secrets string
		notes   string // words of one
	}{
		"key in the header": {`curl -X POST https://one.digicert.com/iot/api/v1/batch-enroll/` + id + ` -H 'x-api-key: 01abcdef_9876543210fedcba' -F data=@a.csv -F certificate_format=der`,
			"", "multipart data={file}, certificate_format={format}", "api-key=01abcdef_9876543210fedcba", ""},
		"another key header": {`curl https://one.digicert.com/iot/api/v1/batch-enroll/$P -H 'X-DC-DEVKEY: 01abcdef9876543210fedcba' -F data=@a.csv -F certificate_format=der`,
			"header of the API key: X-DC-DEVKEY: …", "multipart data={file}, certificate_format={format}", "api-key=01abcdef9876543210fedcba", ""},
		"bearer": {`curl https://one.digicert.com/iot/api/v1/batch-enroll/{profile_id} -H "Authorization: Bearer eyJ0.e30.abc" -F data=@a.csv`,
			"header of the API key: Authorization: Bearer …", "multipart data={file}", "api-key=eyJ0.e30.abc", ""},
		"passcode": {`curl https://one.digicert.com/iot/api/v1/batch-enroll/<profile> -H x-passcode:tr0ub4dor -F data=@a.csv`,
			"authentication: enrollment passcode", "multipart data={file}", "passcode=tr0ub4dor", ""},
		"client certificate": {`curl --cert client.pem:s3sam3 --key client.key --cacert roots.pem -x http://jo:pr0xy@proxy:3128 https://clientauth.one.digicert.com/iot/api/v1/batch-enroll/` + id + ` -F data=@a.zip`,
			"authentication: client certificate | client certificate: CWD/client.pem | client key: CWD/client.key | proxy: http://jo@proxy:3128 | extra CA: CWD/roots.pem", "multipart data={file}", "client-key-passphrase=s3sam3 proxy-password=pr0xy", ""},
		"a drive letter": {`curl -E "C:\keys\jo.p12:pa:ss" --cert-type P12 "https://one.digicert.com/iot/api/v1/batch-enroll/%PROFILE%" -F "data=@C:\x\a.zip"`,
			`authentication: client certificate | client certificate: C:\keys\jo.p12`, "multipart data={file}", "client-key-passphrase=pa:ss", ""},
		"JSON": {`curl https://one.digicert.com/iot/api/v1/batch-enroll/` + id + `/mac -H 'content-type: application/json' --data-raw $'{"start_mac_address":"00:1a:c2:7b:00:00","certificate_count":"5","increment":10,"certificate_format":"pem","full_chain":true,"certificate":"LS0tLS1CRUdJTi","options":{"ca":"x","api_key":"verysecret1"},"name":"it\'s"}'`,
			"start by MAC range: POST {base}/iot/api/v1/batch-enroll/{profile_id}/mac",
			`json {"start_mac_address":"{mac_start}","certificate_count":"{mac_count}","increment":"{mac_increment}","certificate_format":"{format}","full_chain":"{full_chain}","certificate":"{recipient}","options":{"ca":"x"},"name":"{batch_id}"}`, "", `the field "api_key" is ignored`},
		"JSON without a name": {`curl --json '{"mac":"00-1a-c2-7b-00-00","count":1}' https://one.digicert.com/iot/api/v1/batch-enroll/` + id,
			"", `json {"mac":"{mac_start}","count":"{mac_count}"}`, "", "no field carries the batch's id"},
		"URL-encoded": {`curl -d 'start_mac_address=00%3A1a%3Ac2%3A7b%3A00%3A00&certificate_count=5' -d 'batch_name=x' https://one.digicert.com/iot/api/v1/batch-enroll/` + id,
			"", "urlencoded start_mac_address={mac_start}, certificate_count={mac_count}, batch_name={batch_id}", "", ""},
		"no word for a truth":      {`curl -F data=@a.csv -F full_chain=yes https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "", "multipart data={file}, full_chain=yes", "", `the field "full_chain" is kept as it is given: "yes"`},
		"names as others write":    {`curl -F data=@a.csv -F 'certificate.format=pem' -F 'Full Chain=true' -F keyType=rsa https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "default key type: rsa", "multipart data={file}, certificate.format={format}, Full Chain={full_chain}, keyType={key_type}", "", ""},
		"a range has no file":      {`curl -d 'start_mac_address=00%3A1a%3Ac2%3A7b%3A00%3A00&certificate_count=5&file_name=x' https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "", "urlencoded start_mac_address={mac_start}, certificate_count={mac_count}, file_name={batch_id}", "", ""},
		"recipient in base64 file": {`curl -F data=@a.csv -F 'certificate=<cert.base64' https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "", "multipart data={file}, certificate={recipient}", "", ""},
		"DER recipient":            {`curl -F data=@a.csv -F certificate=MIIBIjANBgkq https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "recipient: base64-of-der", "multipart data={file}, certificate={recipient}", "", ""},
		"recipient file":           {`curl -F data=@a.csv -F 'certificate=<cert.pem' https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "recipient: text", "multipart data={file}, certificate={recipient}", "", ""},
		"recipient sent as a file": {`curl -F data=@a.csv -F 'certificate=@cert.pem' https://one.digicert.com/iot/api/v1/batch-enroll/` + id, "recipient: text", "multipart data={file}, certificate={recipient};filename=recipient.pem", "", ""},
		"raw":                      {`curl -X POST --data-binary @a.zip -H 'Content-Type: application/zip' 'https://one.digicert.com/iot/api/v1/batch-enroll/` + id + `?certificate_format=pem&token=abcdefgh1'`, "start by ZIP of CSRs: POST {base}/iot/api/v1/batch-enroll/{profile_id}?certificate_format={format}", "the file itself application/zip", "", "secrets do not belong in URLs"},
		"a gateway":                {`curl 'https://gw.example.com/dc1/iot/api/v1/batch-enroll/` + id + `' -F data=@a.zip -H 'x-tenant: 12'`, "base URL: https://gw.example.com/dc1 | header X-Tenant: 12", "multipart data={file}", "", ""},
		"a secret by another name": {`curl https://one.digicert.com/iot/api/v1/batch-enroll/` + id + ` -F data=@a.zip -H 'X-Line: 01abcdef0123456789ABCDEF77' -F 'line=01abcdef0123456789abcdef' -F tenant=6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11`,
			"", "multipart data={file}, tenant=6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11", "", "may hold a secret"},
		"a variable for the host": {`curl "$HOST/iot/api/v1/batch-enroll/` + id + `" -F data=@a.zip`, "", "multipart data={file}", "", ""},
		"cookies and users":       {`curl -b 'session=geheim12' -u jo:geheim34 https://one.digicert.com/iot/api/v1/batch-enroll/` + id + ` -F data=@a.zip`, "", "multipart data={file}", "", "-u"},
		"combined":                {`curl -sSLXPUT https://one.digicert.com/iot/api/v1/batch-enroll/1234/approve`, "", "", "", ""},
		"status":                  {`curl --url=https://one.digicert.com/iot/api/v1/batch-jobs/6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11`, "status of a job: GET {base}/iot/api/v1/batch-jobs/{job_id}", "", "", ""},
		"list":                    {`curl 'https://one.digicert.com/iot/api/v1/batch-jobs?enrollment_profile_id=1&limit=10&offset=0'`, "list of jobs: GET {base}/iot/api/v1/batch-jobs?enrollment_profile_id={profile_id}&limit={limit}&offset={offset}", "", "", ""},
		"download":                {`curl -OJ https://one.digicert.com/iot/api/v1/batch-jobs/:jobId/download`, "download: GET {base}/iot/api/v1/batch-jobs/{job_id}/download", "", "", ""},
		"profiles":                {`curl -G https://one.digicert.com/iot/api/v2/enrollment-profile -d limit=5`, "list of enrollment profiles: GET {base}/iot/api/v2/enrollment-profile", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := ParseCurl(c.text)
			if err != nil {
				t.Fatal(err)
			}
			before := NewConnection("Line 4", IoTTrustManager, "https://one.digicert.com")
			changes, err := parsed.Changes(before)
			if err != nil {
				t.Fatal(err)
			}
			var others []string
			body := ""
			shown := ""
			for _, ch := range changes {
				shown += ch.What + ch.From + ch.To
				if strings.HasSuffix(ch.What, ": body") {
					body = ch.To
				} else {
					others = append(others, ch.What+": "+ch.To)
				}
			}
			cwd, err := filepath.Abs(".")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(strings.Join(others, " | "), cwd+string(filepath.Separator), "CWD/"); got != c.changes {
				t.Errorf("changes\n%s\nwant\n%s", got, c.changes)
			}
			if body != c.body {
				t.Errorf("body\n%s\nwant\n%s", body, c.body)
			}
			var secrets []string
			for _, which := range AllSecrets {
				if s, ok := parsed.Secrets()[which]; ok {
					secrets = append(secrets, string(which)+"="+string(s))
				}
			}
			if got := strings.Join(secrets, " "); got != c.secrets {
				t.Errorf("secrets %q, want %q", got, c.secrets)
			}
			notes := strings.Join(parsed.Notes(before), "\n")
			if !strings.Contains(notes, c.notes) {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
			for _, secret := range []string{"01abcdef", "eyJ0", "tr0ub4dor", "s3sam3", "pr0xy", "pa:ss", "verysecret1", "abcdefgh1", "geheim"} {
				if strings.Contains(shown+notes, secret) {
					t.Errorf("%q is shown: %s %s", secret, shown, notes)
				}
			}
		})
	}
}

func TestCurlsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"curl -k https://one.digicert.com/iot/x -F data=@a.zip":        "never done",
		"curl -skX POST https://one.digicert.com/x -F data=@a.zip":     "never done",
		"curl --insecure https://h/x":                                  "never done",
		"curl --insec https://h/x":                                     "never done",
		"curl --frobnicate https://h/x":                                "no option --frobnicate",
		"curl -5 https://h/x":                                          "no option -5",
		"curl -H":                                                      "needs a value",
		"curl -X POST":                                                 "no URL",
		"curl -F data https://h/x":                                     "name=content",
		"curl -F data=@ https://h/x":                                   "names no file",
		"echo hello":                                                   "no curl command",
		"curl https://h/unknown":                                       "is not clear which request",
		"curl https://h/x --json @body.json":                           "is in the file",
		"curl https://h/x/%zz -F data=@a.zip":                          "",
		"curl 'https://h:port:x/y' -F data=@a.zip":                     "base URL",
		"curl https://h/x -F a=b -F c=d -F certificate_count={{n}}":    "",
		"curl https://h/start -F certificate_format=pem -F name={{n}}": "{mac_start}",
	} {
		c, err := ParseCurl(text)
		if err == nil {
			_, err = c.Apply(NewConnection("x", IoTTrustManager, "https://one.digicert.com"))
		}
		if want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := ParseCurl("curl -k x"); !errors.Is(err, ErrInsecure) {
		t.Error(err)
	}
}

func TestPlaceholders(t *testing.T) {
	for _, text := range []string{"", " ", "{{api_key}}", "{{ api key }}", "$KEY", "${KEY}", "$API_KEY", "$(cat key)", "`cat key`", "<key>", "<your API key>", "%KEY%", "!KEY!", "$env:DC_KEY",
		"YOUR_API_KEY", "your-api-key", "API_KEY", "api key", "xxxxxxxxxx", "XXXX-XXXX", "...", "…", "********", "abc...", "{key}", "[api key]", "Token", "replace me", "change-me"} {
		if !IsPlaceholder(text) {
			t.Errorf("%q is taken for a value", text)
		}
	}
	for _, text := range []string{theKey, "01abcdef_9876543210fedcba", "a1b2c3", "eyJhbGciOi.J9.x-y_z", "correct horse", "hunter2", "00:1a:c2:7b:00:00", "MIIB+/=="} {
		if IsPlaceholder(text) {
			t.Errorf("%q is taken for a placeholder", text)
		}
	}
}

// Whatever is pasted: what is accepted is a valid connection, applied twice it is the same, and no secret is shown.
func FuzzParseCurl(f *testing.F) {
	f.Add(portalCurl)
	f.Add("curl ^\r\n -H ^\"x-api-key: 0123456789abcdef^\" ^\r\n -F ^\"data=@a.csv^\" https://one.digicert.com/iot/api/v1/batch-enroll/IOT_1")
	f.Add("curl.exe `\n -d '{\"mac\":\"00-1a-c2-7b-00-00\",\"count\":1}' https://h/iot/api/v1/batch-enroll/1?x=y")
	f.Add("curl -E a:b -x u:p@h:1 --key k --url=https://clientauth.h/iot/1 -d a=b&mac=00:00:00:00:00:00&count=3")
	f.Add("curl -b c -u a:b --json '{\"token\":\"t0psecret\",\"a\":[1,{\"b\":null}]}' https://u:p@h/batch/1")
	f.Fuzz(func(t *testing.T, text string) {
		for _, shell := range Shells {
			c, err := ParseCurlFor(shell, text)
			if err != nil {
				continue
			}
			before := NewConnection("Line 4", IoTTrustManager, "https://one.digicert.com")
			after, err := c.Apply(before)
			if err != nil {
				continue
			}
			if err := after.Validate(); err != nil {
				t.Errorf("%s: not valid: %v", shell, err)
			}
			again, err := c.Apply(after)
			if err != nil || len(Differences(after, again)) != 0 {
				t.Errorf("%s: applied twice: %v, %q", shell, err, Differences(after, again))
			}
			shown := fmt.Sprint(Differences(before, after))
			for which, secret := range c.Secrets() {
				if len(secret) > 12 && strings.Contains(shown, string(secret)) && strings.Count(text, string(secret)) == 1 {
					t.Errorf("%s: the %s %q is shown: %s", shell, which, secret, shown)
				}
			}
		}
	})
}

// Several commands in one paste: each is understood, or named as passed over; what a page or a mail adds is cleaned away.
func TestPastes(t *testing.T) {
	const id = "IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11"
	const url = "https://one.digicert.com/iot/api/v2/batch/" + id
	utf16le := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for name, c := range map[string]struct {
		text  string
		start string // path of the start by ZIP
		list  string // path of the list of jobs
		notes string // what a note says
	}{
		"two commands":   {"curl " + url + " -F data=@a.zip\n\ncurl 'https://one.digicert.com/iot/api/v2/batch?limit=1'", "{base}/iot/api/v2/batch/{profile_id}", "{base}/iot/api/v2/batch?limit={limit}", ""},
		"--next":         {"curl " + url + " -F data=@a.zip --next 'https://one.digicert.com/iot/api/v2/batch'", "{base}/iot/api/v2/batch/{profile_id}", "{base}/iot/api/v2/batch", ""},
		"unknown second": {"curl " + url + " -F data=@a.zip; curl https://example.com/health", "{base}/iot/api/v2/batch/{profile_id}", "", "command 2 of the paste, GET https://example.com/health, is ignored"},
		"prose behind":   {"curl " + url + " -F data=@a.zip\n\nThat's all (see above", "{base}/iot/api/v2/batch/{profile_id}", "", "text after the commands is ignored"},
		"a code block":   {"```bash\n$ curl " + url + " \\\n>   -F data=@a.zip\n```\n", "{base}/iot/api/v2/batch/{profile_id}", "", "code block"},
		"long dashes":    {"curl –request POST —form data=@a.zip –s " + url, "{base}/iot/api/v2/batch/{profile_id}", "", "dashes"},
		"smart quotes":   {"curl “" + url + "” -F ‘data=@a.zip’", "{base}/iot/api/v2/batch/{profile_id}", "", "quotes"},
		"hard hyphens":   {"curl \u2011F data=@a.zip " + url, "{base}/iot/api/v2/batch/{profile_id}", "", "hyphens"},
		"UTF-16":         {utf16le("curl " + url + " -F data=@a.zip"), "{base}/iot/api/v2/batch/{profile_id}", "", "UTF-16"},
		"lost signs":     {"curl " + url + "\n  --form data=@a.zip\n  --form certificate_format=pem", "{base}/iot/api/v2/batch/{profile_id}", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := ParseCurl(c.text)
			if err != nil {
				t.Fatal(err)
			}
			before := NewConnection("Line 4", IoTTrustManager, "https://one.digicert.com")
			after, err := parsed.Apply(before)
			if err != nil {
				t.Fatal(err)
			}
			if got := after.Contract.Requests.StartZIP.Path; got != c.start {
				t.Errorf("start %s, want %s", got, c.start)
			}
			if got := after.Contract.Requests.Find.Path; c.list != "" && got != c.list {
				t.Errorf("list %s, want %s", got, c.list)
			}
			if notes := strings.Join(parsed.Notes(before), "\n"); !strings.Contains(notes, c.notes) || c.notes == "" && notes != "" {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
		})
	}
}

package trustmanager

import (
	"encoding/json"
	"net/http"
)

// Default is the contract of a kind as far as it is documented, and the most sensible reading of the rest.
//
// Device Trust Manager's own batch requests are not public: the same shapes under its prefix and with its words are a
// place to start from; the portal's cURL command corrects them.
func Default(kind Kind) Contract {
	profiles, jobs := "{base}/iot/api/v1/enrollment-profile", "{base}/iot/api/v1/batch-enroll"
	words := Words{Profile: "enrollment profile", Profiles: "enrollment profiles"}
	if kind == DeviceTrustManager {
		profiles = "{base}/devicetrustmanager/certificate-configuration-service/api/v2/certificate-policy"
		jobs = "{base}/devicetrustmanager/certificate-issuance-service/api/v2/batch-enroll"
		words = Words{Profile: "certificate policy", Profiles: "certificate policies"}
	}
	get := func(path string) Request { return Request{http.MethodGet, path} }
	start := func(parts ...Part) Start {
		s := Start{Request: Request{http.MethodPost, jobs + "/{profile_id}"}, Encoding: Multipart, Parts: []Part{
			{Name: "certificate_format", Value: "{format}"},
			{Name: "include_full_chain_with_each_certificate", Value: "{full_chain}"},
		}}
		if kind == DeviceTrustManager {
			s.Parts = append(s.Parts, Part{Name: "device_group_id", Value: "{device_group}"}, Part{Name: "account_id", Value: "{account}"},
				Part{Name: "key_type", Value: "{key_type}"})
		}
		s.Parts = append(s.Parts, parts...)
		return s
	}
	recipient, file := Part{Name: "certificate", Value: "{recipient}"}, Part{Name: "data", Value: "{file}"}
	return Contract{
		Words: words,
		Headers: Headers{APIKey: "x-api-key", Passcode: "x-passcode", ClientCertificateHostPrefix: "clientauth.",
			Extra: map[string]string{}},
		Requests: Requests{
			Me:             get("{base}/account/api/v1/user/me"),
			Profiles:       get(profiles + "?limit={limit}&offset={offset}"),
			Template:       get(profiles + "/{profile_id}/batch-enroll-csv-template"),
			Specification:  get(profiles + "/{profile_id}/enrollment-specification"),
			StartZIP:       start(file),
			StartCSV:       start(file),
			StartCSVServer: start(recipient, file),
			StartMAC: start(recipient,
				Part{Name: "start_mac_address", Value: "{mac_start}"},
				Part{Name: "certificate_count", Value: "{mac_count}"},
				Part{Name: "increment", Value: "{mac_increment}"},
				Part{Name: "batch_name", Value: "{batch_id}"}),
			Status:   get(jobs + "/{job_id}"),
			Find:     get(jobs + "?enrollment_profile_id={profile_id}&limit={limit}&offset={offset}"),
			Approve:  Request{http.MethodPut, jobs + "/{job_id}/approve"},
			Reject:   Request{http.MethodPut, jobs + "/{job_id}/reject"},
			Download: get(jobs + "/{job_id}/download-certificates"),
		},
		Answers:           defaultAnswers(),
		RecipientEncoding: Base64OfText,
		PageSize:          100,
		ExpectContinue:    true,
		Limits:            Limits{UploadBytes: 200_000_000, MACAddresses: 500_000},
	}
}

func defaultAnswers() Answers {
	return Answers{
		JobID:          []string{"id", "job_id", "batch_id", "batch_job_id", "job.id", "data.id"},
		Status:         []string{"status", "state", "job.status", "data.status"},
		Total:          []string{"total_certificates", "certificate_count", "total", "total_count"},
		Issued:         []string{"issued_certificates", "successful_certificates", "success_count", "issued"},
		Failed:         []string{"failed_certificates", "failed_count", "failed"},
		FileName:       []string{"file_name", "original_file_name", "filename", "batch_name", "name"},
		Created:        []string{"created_at", "created_on", "created", "create_date", "submitted_at"},
		ProfileID:      []string{"profile_id", "enrollment_profile_id", "enrollment_profile.id", "policy_id"},
		ProfileName:    []string{"name", "profile_name", "display_name"},
		ProfileStatus:  []string{"status", "state"},
		ProfileMethods: []string{"enrollment_methods", "enrollment_method"},
		ProfileKeys:    []string{"key_generation_option", "key_generation", "keypair_generation"},

		Records:     []string{"records", "items", "jobs", "profiles", "data", "content"},
		ListTotal:   []string{"total", "total_count", "total_records"},
		Failures:    []string{"failures", "failed_records", "row_errors", "errors"},
		FailureRow:  []string{"row", "line", "row_number", "index"},
		FailureOf:   []string{"common_name", "subject.common_name", "unique_identifier", "name", "file_name"},
		FailureKind: []string{"status", "severity", "level", "result"},
		FailureWhy:  []string{"reason", "message", "error.message", "error", "code"},
		States: map[string]State{
			"PENDING":          StatePending,
			"PENDING_APPROVAL": StateWaitingForApproval,
			"APPROVED":         StateRunning,
			"IN_PROGRESS":      StateRunning,
			"COMPLETE":         StateComplete,
			"COMPLETED":        StateComplete,
			"EXECUTED":         StateComplete,
			"FAILED":           StateFailed,
			"REJECTED":         StateRejected,
			"TERMINATED":       StateCancelled,
			"CANCELLED":        StateCancelled,
			// Device Trust Manager [contract §4]; a rejection that is not finished can still be seen, and is asked for again
			"PENDING_REJECTION":     StateRunning,
			"REJECTION_IN_PROGRESS": StateRunning,
		},
	}
}

// clone makes a contract that shares nothing with c.
func (c *Contract) clone() Contract {
	data, err := json.Marshal(c)
	if err != nil { // it holds nothing but text, numbers and JSON that was read
		panic("trustmanager: a contract cannot be written: " + err.Error())
	}
	var out Contract
	if err := json.Unmarshal(data, &out); err != nil {
		panic("trustmanager: a contract cannot be read: " + err.Error())
	}
	return out
}

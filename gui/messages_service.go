package gui

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
)

// explainBatch says what to do about a batch that did not go on, "" where an error is about something else.
func explainBatch(err error) string {
	unsettled, blocked, state := (*job.UnsettledError)(nil), (*job.BlockedError)(nil), (*job.StateError)(nil)
	imported, result := (*job.ImportError)(nil), (*job.ResultError)(nil)
	switch {
	case errors.As(err, &unsettled):
		return unsettledWords(unsettled)
	case errors.As(err, &blocked):
		var reasons []string
		for _, f := range blocked.Summary.Report.All() {
			if f.Severity == finding.Error {
				reasons = append(reasons, sentence(visible(f.Message)))
			}
		}
		return lang.X("problem.blocked", "{{.Reasons}} Settle that and start again.", map[string]any{"Reasons": strings.Join(reasons, " ")})
	case errors.As(err, &state):
		return lang.X("problem.state", "The batch has gone on meanwhile. Look at how it stands in the list of jobs, and take the next step from there.")
	case errors.Is(err, job.ErrTaken):
		return lang.X("problem.taken", "Another window or enrollctl works at this batch right now. Wait until it has done so.")
	case errors.Is(err, job.ErrChanged):
		return lang.X("problem.upload-changed", "The upload file is not what it was when the batch was prepared, so nothing was sent. Give this batch up, and prepare another from the files as they are now.")
	case errors.Is(err, job.ErrExported):
		return lang.X("problem.exported", "The batch was handed over in a file for another computer to send. If it shall be sent from here after all, press Prepare again first.")
	case errors.Is(err, job.ErrOtherJob):
		return lang.X("problem.other-job", "That job belongs to another batch: the name of its file says so. Look in the portal for the file that has this batch's id in its name.")
	case errors.Is(err, job.ErrThere):
		return lang.X("problem.there", "This batch is in the list already. Find it there by its id.")
	case errors.As(err, &imported):
		return lang.X("problem.import", "A prepared batch is a file that EnrollBench wrote on another computer (….batch.zip). Take the file as it was written. CSR files, CSVs and results belong on their own tabs.")
	case errors.As(err, &result):
		return lang.X("problem.result", "What came is damaged or no result, and was not kept. Fetch it again. If it is so again, look in the service's portal.")
	case errors.Is(err, job.ErrNotFound):
		return lang.X("problem.no-batch", "Its record was deleted, by another window or by enrollctl.")
	case errors.Is(err, job.ErrNoFailures):
		return lang.X("problem.no-failures", "The service names no rows that failed. Look in its portal for the reason.")
	case errors.Is(err, job.ErrNoOrder):
		return lang.X("problem.no-order", "The order of this batch is not at hand any more. Choose it where the result is opened.")
	case errors.Is(err, job.ErrPractice):
		return lang.X("problem.practice-mix", "A batch that was prepared for practice never goes to production, nor the other way. Prepare it anew for the other connection.")
	case errors.Is(err, practice.ErrBusy):
		return lang.X("problem.practice-busy", "Another window or enrollctl runs the practice service on this computer. Close it there, then try again.")
	}
	return ""
}

// unsettledWords says how far the question came whether a service took a batch, and who has to answer it now.
func unsettledWords(e *job.UnsettledError) string {
	id := map[string]any{"ID": e.ID, "Number": e.Hits}
	switch {
	case errors.Is(e.List, job.ErrNoList):
		return lang.X("problem.unsettled-no-list", "The service has no list to look in. Look in its portal for a file with {{.ID}} in its name, and say beside the list of jobs what you found. Nothing is sent again by itself.", id)
	case e.List != nil:
		return lang.X("problem.unsettled-list", "The service's list could not be asked now; that is done again by itself. Nothing is sent again meanwhile. The batch is {{.ID}}.", id)
	case e.Hits > 1:
		return lang.X("problem.unsettled-hits", "The service has {{.Number}} jobs with {{.ID}} in their file name. Look in its portal which one it is, and say so beside the list of jobs.", id)
	}
	return lang.X("problem.unsettled-none", "The service's list does not show it, or not yet: it is asked again by itself. If it does not appear, look in the portal for a file with {{.ID}} in its name, and say beside the list of jobs what you found.", id)
}

// explainService says what to do about a service that did not do what it was asked for, "" where an error is about something
// else.
func explainService(err error) string {
	api, secret, unclear := (*trustmanager.APIError)(nil), (*trustmanager.SecretError)(nil), (*trustmanager.UnclearError)(nil)
	answer, stall, notSent := (*trustmanager.AnswerError)(nil), (*trustmanager.StallError)(nil), (*trustmanager.NotSentError)(nil)
	untrusted, name, operation := (*tls.CertificateVerificationError)(nil), (*net.DNSError)(nil), (*net.OpError)(nil)
	switch {
	case errors.As(err, &secret):
		text := lang.X("problem.secret", "The {{.Secret}} of {{.Connection}} could not be had.", map[string]any{"Secret": secret.Secret.Title(), "Connection": visible(secret.Connection)})
		if advice := keychain.Advice(err); advice != "" {
			return text + " " + sentence(advice)
		}
		return text + " " + lang.X("problem.secret-enter", "Enter it in Settings.")
	case keychain.Advice(err) != "":
		return connectionWords(err)
	case errors.As(err, &unclear):
		return lang.X("problem.unclear", "Nobody knows whether the service took it. It is never sent again by itself: look at the list of jobs.")
	case errors.As(err, &api):
		return apiWords(api)
	case errors.As(err, &answer):
		return lang.X("problem.answer", "The service answered something else than its contract says. Test the connection in Settings; if the service has changed, correct Paths and names there.")
	case errors.As(err, &stall):
		return lang.X("problem.stall", "Nothing came from the service any more. Check the network and try again.")
	case errors.As(err, &untrusted):
		return lang.X("problem.untrusted", "The certificate of the service cannot be trusted. Test the connection in Settings: it says which certificate that is. A company's proxy may stand between; its root goes into Own root.")
	case errors.As(err, &name):
		return lang.X("problem.host", "The name of the service is not known here. Check the network, and the host in Settings.")
	case errors.As(err, &operation), errors.As(err, &notSent):
		return lang.X("problem.network", "The service cannot be reached. Check the network and the proxy, and test the connection in Settings.")
	case errors.Is(err, trustmanager.ErrNoConnection):
		return lang.X("problem.no-connection", "Its connection was removed, or belongs to another computer. Add it in Settings; a batch that was not sent can be sent through another one.")
	case errors.Is(err, trustmanager.ErrNameTaken):
		return lang.X("problem.name-taken", "Another connection has that name. Choose a name of its own.")
	case errors.Is(err, trustmanager.ErrNoRequest), errors.Is(err, trustmanager.ErrNoList):
		return lang.X("problem.no-request", "The connection does not know how to ask for that. Do it in the service's portal, or enter the request under Paths and names in Settings.")
	case errors.Is(err, trustmanager.ErrInsecure):
		return lang.X("problem.insecure", "The command switches off that the service's certificate is verified, which is never done here. Take -k out of it; if your host has a certificate of your own, enter its root as Own root.")
	case errors.Is(err, trustmanager.ErrNoCurl):
		return lang.X("problem.no-curl", "There is no cURL command in it. Copy the whole command that the portal shows for the profile.")
	}
	return ""
}

// apiWords says what to do about an answer that is no success, with the service's own words.
func apiWords(e *trustmanager.APIError) string {
	text := ""
	switch {
	case e.Status == http.StatusUnauthorized:
		text = lang.X("problem.401", "The service does not accept the key: it has expired, was withdrawn or is another account's. Enter a new one in Settings.")
	case e.Status == http.StatusForbidden:
		text = lang.X("problem.403", "The account may not do that. Ask its administrator for the permission, or use another key.")
	case e.Status == http.StatusNotFound:
		text = lang.X("problem.404", "The service does not know it. Check the profile or job id; if they are right, test the connection in Settings and look at Paths and names.")
	case e.Status == http.StatusRequestEntityTooLarge:
		text = lang.X("problem.413", "It is too large for the service. Divide the batch.")
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		text = lang.X("problem.429", "The service has too much to do. Try again in a while.")
		if e.RetryAfter > 0 {
			text = lang.X("problem.429-after", "The service has too much to do. It wants to be asked again in {{.Time}}.", map[string]any{"Time": e.RetryAfter.Round(time.Second).String()})
		}
	case e.Status >= 500:
		text = lang.X("problem.500", "The service failed. That is not yours to mend: try again in a while, or look at its status page.")
	default:
		text = lang.X("problem.400", "The service refused it. Correct what it names, then try again.")
	}
	if e.Message != "" {
		text += " " + lang.X("problem.service-says", "It says: {{.Message}}", map[string]any{"Message": sentence(visible(e.Message))})
	}
	return text
}

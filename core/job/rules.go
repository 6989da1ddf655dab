package job

import "enrollbench/core/finding"

const (
	contractPrepare = "DigiCert, Prepare enrollment data"
	contractStart   = "DigiCert, Start the batch job"
	contractProfile = "DigiCert, Batch enrollment guide"
)

// The rules of what may be started. Those of the recipient are core/recipient's.
var (
	RuleFindings = &finding.Rule{
		Name: "job/findings", Severity: finding.Error, Source: contractPrepare,
		Title: "The input has errors",
		Why:   "The service refuses such enrollments, or devices would be unsafe.",
		Hint:  "mend them, or leave the faulty ones out when the upload file is written",
	}
	RuleWarnings = &finding.Rule{
		Name: "job/warnings", Severity: finding.Warning, Source: contractPrepare,
		Title: "The input has warnings",
		Why:   "The service will do something with these enrollments that may not be expected.",
		Hint:  "look at them before the batch costs money",
	}
	RuleNotChecked = &finding.Rule{
		Name: "job/not-checked", Severity: finding.Warning, Source: contractPrepare,
		Title: "The file was not checked here",
		Why:   "What is wrong with it shows only when the service refuses it, row by row.",
		Hint:  "open it in its tab, or with enrollctl csr check or csv check, first",
	}
	RuleFile = &finding.Rule{
		Name: "job/file", Severity: finding.Error, Source: contractPrepare,
		Title: "The upload file cannot be read",
		Why:   "There is nothing to send.",
		Hint:  "write the upload file anew",
	}
	RuleForm = &finding.Rule{
		Name: "job/form", Severity: finding.Error, Source: contractPrepare + "; CSV format for batch certificate enrollment",
		Title: "The CSV is not in the form that the service takes",
		Why:   "The service reads UTF-8, commas, and a header in row 1 with a name for every column. It refuses other files.",
		Hint:  "write the upload file with enrollctl csv save, or save it in the window, and start that one",
	}
	RuleEmpty = &finding.Rule{
		Name: "job/empty", Severity: finding.Error, Source: contractPrepare,
		Title: "There is nothing in it",
		Why:   "The service would refuse it.",
		Hint:  "add enrollments",
	}
	RuleTooLarge = &finding.Rule{
		Name: "job/too-large", Severity: finding.Error, Source: contractPrepare + ": 200 MB",
		Title: "The file is larger than the service takes",
		Why:   "The service refuses uploads of more than 200 MB.",
		Hint:  "write it in parts: the bundle does so by itself, and a CSV is divided when it is saved",
	}
	RuleSeries = &finding.Rule{
		Name: "job/series", Severity: finding.Notice, Source: contractPrepare + ": 200 MB, 500,000 addresses",
		Title: "Several jobs are needed",
		Why:   "It is more than one job holds. The jobs are started one after another and shown together.",
	}
	RuleMethod = &finding.Rule{
		Name: "job/method", Severity: finding.Error, Source: contractPrepare,
		Title: "The keys cannot be made that way",
		Why:   "A ZIP of CSRs brings keys that devices made; a MAC range has none, so that the service makes them.",
		Hint:  "choose the other maker of keys, or another way to give the enrollments",
	}
	RuleConnection = &finding.Rule{
		Name: "job/connection", Severity: finding.Error, Source: contractStart,
		Title: "No connection was chosen",
		Why:   "The batch has nowhere to go.",
		Hint:  "choose a connection, or practise",
	}
	RulePromise = &finding.Rule{
		Name: "job/promise", Severity: finding.Error, Source: contractStart,
		Title: "The request has no place for what is ordered",
		Why:   "The service would not get what this page says: keys sealed to nobody, or another form of the result.",
		Hint:  "Paste the portal's command for this way of ordering, or correct the connection's paths and names.",
	}
	RuleProfile = &finding.Rule{
		Name: "job/profile", Severity: finding.Error, Source: contractStart,
		Title: "No enrollment profile was chosen",
		Why:   "The profile decides which certificates are issued.",
		Hint:  "choose one of the connection's profiles",
	}
	RuleNoBatch = &finding.Rule{
		Name: "job/no-batch", Severity: finding.Error, Source: contractProfile,
		Title: "The profile does not take batches",
		Why:   "Batch is not among its enrollment methods; the service would refuse the start.",
		Hint:  "choose another profile, or have batch added to this one",
	}
	RuleKeyOption = &finding.Rule{
		Name: "job/key-option", Severity: finding.Error, Source: contractProfile + ": key generation option",
		Title: "The profile wants the keys made elsewhere",
		Why:   "The service would refuse every enrollment.",
		Hint:  "choose a profile whose key generation fits",
	}
	RuleFormat = &finding.Rule{
		Name: "job/format", Severity: finding.Error, Source: contractStart + ": certificate_format",
		Title: "The certificate format is not known",
		Why:   "The service takes pem, der, json and smpb.",
		Hint:  "choose one of them",
	}
	RuleSMPB = &finding.Rule{
		Name: "job/smpb", Severity: finding.Warning, Source: contractStart + ": certificate_format",
		Title: "The format smpb cannot be opened here",
		Why:   "It belongs to an older product and has no public description. The result is kept as it comes.",
		Hint:  "choose pem unless a tool of yours reads smpb",
	}
	RuleNoChain = &finding.Rule{
		Name: "job/no-chain", Severity: finding.Notice, Source: contractStart + ": include_full_chain_with_each_certificate",
		Title: "Without the issuer's chain",
		Why:   "Who issued the certificates can only be checked with the CA certificates at hand.",
		Hint:  "order the full chain, or have the CA certificates ready",
	}
	RuleNoRecipient = &finding.Rule{
		Name: "job/no-recipient", Severity: finding.Error, Source: contractStart + ": certificate",
		Title: "Nobody was chosen to seal the keys to",
		Why:   "The service seals the private keys that it makes; it needs a certificate or an OpenPGP key for that.",
		Hint:  "choose an encryption key and rehearse with it",
	}
	RuleNotRehearsed = &finding.Rule{
		Name: "job/not-rehearsed", Severity: finding.Error, Source: contractStart + ": certificate",
		Title: "It was not proven that the result can be opened",
		Why:   "If the private key is lost or another one, every key of the batch is lost, and the batch is paid for.",
		Hint:  "rehearse: it takes a second; or say that you start without",
	}
	RuleKnowinglyNotRehearsed = &finding.Rule{
		Name: "job/knowingly-not-rehearsed", Severity: finding.Warning, Source: contractStart + ": certificate",
		Title: "Started without a rehearsal",
		Why:   "Nobody has proven that the result can be opened.",
		Hint:  "have somebody who holds the private key rehearse",
	}
	RuleOldRehearsal = &finding.Rule{
		Name: "job/old-rehearsal", Severity: finding.Warning, Source: contractStart + ": certificate",
		Title: "The rehearsal was long ago",
		Why:   "The private key may have been lost since.",
		Hint:  "rehearse again",
	}
	RuleRecipientNotUsed = &finding.Rule{
		Name: "job/recipient-not-used", Severity: finding.Notice, Source: contractStart + ": certificate",
		Title: "The encryption key is not used",
		Why:   "Devices made the keys: there is nothing secret in the result.",
	}
	RulePractice = &finding.Rule{
		Name: "job/practice", Severity: finding.Notice, Source: "the practice service's certificates have PRACTICE in their issuer's name",
		Title: "Practice",
		Why:   "The certificates are real ones of a CA that nobody trusts. They must not get into devices.",
	}
	RuleSentBefore = &finding.Rule{
		Name: "job/sent-before", Severity: finding.Error, Source: "the jobs of this computer",
		Title: "The same was sent before",
		Why:   "You would pay for each enrollment twice, and devices would have two certificates.",
		Hint:  "look at the earlier batch; if you want a second set, give the reason (--again)",
	}
	RuleSentAgain = &finding.Rule{
		Name: "job/sent-again", Severity: finding.Warning, Source: "the jobs of this computer",
		Title: "The same is ordered again",
		Why:   "It was sent before. You gave a reason, or you practice.",
		Hint:  "make sure that each device gets one certificate only",
	}
	RulePreparedBefore = &finding.Rule{
		Name: "job/prepared-before", Severity: finding.Warning, Source: "the jobs of this computer",
		Title: "The same is prepared already",
		Why:   "Somebody may send both.",
		Hint:  "start the prepared one, or cancel it",
	}
)

// Rules are all rules of this package.
var Rules = []*finding.Rule{RuleFindings, RuleWarnings, RuleNotChecked, RuleFile, RuleForm, RuleEmpty, RuleTooLarge, RuleSeries, RuleMethod,
	RuleConnection, RulePromise, RuleProfile, RuleNoBatch, RuleKeyOption, RuleFormat, RuleSMPB, RuleNoChain, RuleNoRecipient, RuleNotRehearsed,
	RuleKnowinglyNotRehearsed, RuleOldRehearsal, RuleRecipientNotUsed, RulePractice, RuleSentBefore, RuleSentAgain, RulePreparedBefore}

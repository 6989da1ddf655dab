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
		Hint:  "fix them, or leave the faulty ones out of the upload file",
	}
	RuleWarnings = &finding.Rule{
		Name: "job/warnings", Severity: finding.Warning, Source: contractPrepare,
		Title: "The input has warnings",
		Why:   "The service may do something unexpected with these enrollments.",
		Hint:  "look at them before the batch costs money",
	}
	RuleNotChecked = &finding.Rule{
		Name: "job/not-checked", Severity: finding.Warning, Source: contractPrepare,
		Title: "The file was not checked here",
		Why:   "Its problems show only when the service refuses it, row by row.",
		Hint:  "open it in its tab first, or check it with enrollctl csr check or csv check",
	}
	RuleFile = &finding.Rule{
		Name: "job/file", Severity: finding.Error, Source: contractPrepare,
		Title: "The upload file cannot be read",
		Why:   "There is nothing to send.",
		Hint:  "make the upload file again",
	}
	RuleForm = &finding.Rule{
		Name: "job/form", Severity: finding.Error, Source: contractPrepare + "; CSV format for batch certificate enrollment",
		Title: "The CSV is not in the form that the service accepts",
		Why:   "The service reads UTF-8, commas, and a header in row 1 with a name for every column. It refuses other files.",
		Hint:  "write the upload file with enrollctl csv save, or save it in the window, and start that one; job start --convert does both",
	}
	RuleEmpty = &finding.Rule{
		Name: "job/empty", Severity: finding.Error, Source: contractPrepare,
		Title: "The batch is empty",
		Why:   "The service would refuse it.",
		Hint:  "add enrollments",
	}
	RuleTooLarge = &finding.Rule{
		Name: "job/too-large", Severity: finding.Error, Source: contractPrepare + ": 200 MB",
		Title: "The file is larger than the service accepts",
		Why:   "The service refuses uploads of more than 200 MB.",
		Hint:  "make it again in parts: csr bundle and csv save split it automatically",
	}
	RuleSeries = &finding.Rule{
		Name: "job/series", Severity: finding.Notice, Source: contractPrepare + ": 200 MB, 500,000 addresses",
		Title: "Several jobs are needed",
		Why:   "One job cannot hold all of it. The jobs start one after another and are shown together.",
	}
	RuleMethod = &finding.Rule{
		Name: "job/method", Severity: finding.Error, Source: contractPrepare,
		Title: "The keys cannot be made that way",
		Why:   "A ZIP of CSRs brings keys that devices made. A MAC range brings none, so the service makes them.",
		Hint:  "choose who makes the keys, or another kind of input",
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
		Why:   "The service would not receive all of this order. It might seal the keys to nobody, or send another form of result.",
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
		Title: "The profile does not accept batches",
		Why:   "Batch is not among its enrollment methods. The service would refuse the start.",
		Hint:  "choose another profile, or ask the administrator to allow batches for this one",
	}
	RuleKeyOption = &finding.Rule{
		Name: "job/key-option", Severity: finding.Error, Source: contractProfile + ": key generation option",
		Title: "The profile has another maker of keys",
		Why:   "The service would refuse every enrollment.",
		Hint:  "choose a profile with the right key generation option",
	}
	RuleFormat = &finding.Rule{
		Name: "job/format", Severity: finding.Error, Source: contractStart + ": certificate_format",
		Title: "The certificate format is not known",
		Why:   "The service accepts pem, der, json and smpb.",
		Hint:  "choose one of them",
	}
	RuleSMPB = &finding.Rule{
		Name: "job/smpb", Severity: finding.Warning, Source: contractStart + ": certificate_format",
		Title: "EnrollBench cannot open the format smpb",
		Why:   "It belongs to an older product and has no public description. The result is kept as it comes.",
		Hint:  "choose pem unless a tool of yours reads smpb",
	}
	RuleNoChain = &finding.Rule{
		Name: "job/no-chain", Severity: finding.Notice, Source: contractStart + ": include_full_chain_with_each_certificate",
		Title: "Without the issuer's chain",
		Why:   "The issuer of the certificates can be checked only if you have the CA certificates.",
		Hint:  "order the full chain, or have the CA certificates ready",
	}
	RuleNoRecipient = &finding.Rule{
		Name: "job/no-recipient", Severity: finding.Error, Source: contractStart + ": certificate",
		Title: "No encryption key was chosen",
		Why:   "The service seals the private keys that it makes to a certificate or an OpenPGP key.",
		Hint:  "choose an encryption key and rehearse with it",
	}
	RuleNotRehearsed = &finding.Rule{
		Name: "job/not-rehearsed", Severity: finding.Error, Source: contractStart + ": certificate",
		Title: "Nobody has proven that the result can be opened",
		Why:   "If the private key is lost or does not match, every key of the batch is lost, and you still pay for the batch.",
		Hint:  "rehearse (it takes a second), or confirm that you start without a rehearsal",
	}
	RuleKnowinglyNotRehearsed = &finding.Rule{
		Name: "job/knowingly-not-rehearsed", Severity: finding.Warning, Source: contractStart + ": certificate",
		Title: "Started without a rehearsal",
		Why:   "Nobody has proven that the result can be opened.",
		Hint:  "ask the owner of the private key to rehearse",
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
	RuleLedger = &finding.Rule{
		Name: "job/ledger", Severity: finding.Error, Source: "the ledger",
		Title: "The ledger cannot be asked",
		Why:   "Only the ledger knows what was ordered before, here and at the other stations. Without it nothing is sent.",
		Hint:  "look at the reason; a shared ledger needs its database server and the network",
	}
	RuleClock = &finding.Rule{
		Name: "job/clock", Severity: finding.Warning, Source: "the ledger",
		Title: "The clock of this computer is wrong",
		Why:   "The ledger and the audit log note when each batch was ordered, by the clock of the computer that ordered it.",
		Hint:  "set the clock of this computer; if it is right, set that of the ledger's server",
	}
	RuleSentBefore = &finding.Rule{
		Name: "job/sent-before", Severity: finding.Error, Source: "the ledger",
		Title: "The same was sent before",
		Why:   "You would pay for each enrollment twice, and devices would have two certificates.",
		Hint:  "look at the earlier batch; if you want a second set, give the reason (--again)",
	}
	RuleSentAgain = &finding.Rule{
		Name: "job/sent-again", Severity: finding.Warning, Source: "the ledger",
		Title: "The same is ordered again",
		Why:   "It was sent before. You gave a reason, or it is for practice.",
		Hint:  "make sure that each device gets only one certificate",
	}
	RuleOutsideBlocks = &finding.Rule{
		Name: "job/outside-blocks", Severity: finding.Warning, Source: "the ledger: owned blocks of MAC addresses",
		Title: "MAC addresses outside your own blocks",
		Why:   "A block of MAC addresses belongs to one company. Devices with another company's addresses may meet that company's devices in one network.",
		Hint:  "compare the addresses with the blocks in the ledger, or enter the block there",
	}
	RuleBlockLow = &finding.Rule{
		Name: "job/block-low", Severity: finding.Warning, Source: "the ledger: owned blocks of MAC addresses",
		Title: "The block of MAC addresses is nearly used up",
		Why:   "Fewer addresses stay free than you set as the minimum.",
		Hint:  "order a new block from the IEEE in time, and enter it in the ledger",
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
	RuleKnowinglyNotRehearsed, RuleOldRehearsal, RuleRecipientNotUsed, RulePractice, RuleLedger, RuleClock, RuleSentBefore, RuleSentAgain,
	RuleOutsideBlocks, RuleBlockLow, RulePreparedBefore}

package main

import "enrollbench/core/job"

// jobCommand is the group of everything about batch jobs.
var jobCommand = &command{
	name:    "job",
	summary: "batch jobs: start, watch, approve, fetch, and what to do when a start ended in doubt",
	detail: "Every batch has its own id (2026-11-27-3-k7q2m9); BATCH is that, its end (k7q2m9), or a name that only one batch\n" +
		"has. The record is written before each step: whatever ends the program, nothing is sent twice and nothing is lost.\n" +
		"A batch that may exist is never sent again by itself: job resume asks the service; job resolve and job not-started\n" +
		"settle what it cannot answer.\n\n" +
		"--connection practice needs no account: it is the practice service of this program.",
	commands: []*command{jobStart, jobList, jobShow, jobWatch, jobApprove, jobReject, jobDownload, jobDeliver, jobResume, jobResolve,
		jobNotStarted, jobCancel, jobRetry, jobDelete, jobExport, jobImport, jobFailedRows, jobTraveller, jobRules},
}

var jobRules = rulesCommand(&rulePage{"job", "Rules for starting batch jobs", "job rules",
	"An *error* keeps the batch from being started. A *warning* says what may go wrong or cost twice. A *notice* says what will be\n" +
		"done. The rules of a recipient are in [recipient-rules.md](recipient-rules.md).", job.Rules})

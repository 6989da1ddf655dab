package main

// words stand alone in places of core's sentences ("the pasted text has more than %d %s"), where nothing tells them from names in the code.
var words = []string{
	"row", "rows", "column", "columns", "cell", "cells", "header", "file", "files", "byte", "bytes", "character", "characters", "entry", "entries", "part",
	"certificate", "certificates", "key", "keys", "request", "requests", "record", "records", "name", "names", "device", "devices", "address", "addresses",
	"job", "jobs", "errors", "warnings", "enrollment", "enrollments", "failed row", "failed rows", "encryption",
	"Name", "Connection", "Access", "Permission", "User", // steps of a test of a connection
	"and", "or", "nothing", "none", "unknown", "error", "warning", "notice", "today", "yesterday", "comma", "semicolon", "tab", "space",
	"prepared", "starting", "started", "running", "complete", "fetched", "opened", "delivered", "failed", "rejected", "cancelled", // states of a batch
	"reserved", "claimed", "issued", "released", // of a claim
}

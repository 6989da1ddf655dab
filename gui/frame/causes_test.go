package frame_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"enrollbench/core/archive"
	"enrollbench/core/atomicfile"
	"enrollbench/core/ber"
	"enrollbench/core/certificate"
	"enrollbench/core/cms"
	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/enrollment"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/ledger"
	"enrollbench/core/openpgp"
	"enrollbench/core/osfile"
	"enrollbench/core/practice"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
	"enrollbench/core/upload"
	"enrollbench/core/watch"
	"enrollbench/core/workbook"
	"enrollbench/gui/frame"
)

// errBelow is what stands below an error of core and never before an operator.
var errBelow = fmt.Errorf("read %q: %w", "/x", &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("x509: flate: %w", io.ErrUnexpectedEOF)})

// typedErrors is an example of each error that core tells apart, by its package and name.
var typedErrors = map[string]error{
	"atomicfile.ErrExists": atomicfile.ErrExists, "ber.Error": &ber.Error{Reason: "x"}, "workbook.Error": &workbook.Error{Err: errBelow},
	"archive.ErrRedundant": archive.ErrRedundant, "archive.LimitError": &archive.LimitError{What: "entries", Value: 2, Max: 1}, "archive.Error": &archive.Error{Entry: -1, Reason: "x", Err: errBelow},
	"cms.ErrDecrypt": cms.ErrDecrypt, "cms.ErrFormat": cms.ErrFormat, "cms.ErrNoMatchingKey": cms.ErrNoMatchingKey, "cms.ErrUnsupported": cms.ErrUnsupported,
	"cms.FormatError": &cms.FormatError{Reason: "x"}, "cms.UnsupportedError": &cms.UnsupportedError{What: "cipher", Name: "RC2"}, "cms.NoMatchingKeyError": &cms.NoMatchingKeyError{},
	"csr.ErrHasErrors": csr.ErrHasErrors, "csr.ErrNothingReady": csr.ErrNothingReady, "csr.ErrNotARequest": csr.ErrNotARequest,
	"csr.ChangedError": &csr.ChangedError{At: finding.Location{File: "a.csr"}, Reason: "x"},
	"csvdoc.ErrClosed": csvdoc.ErrClosed, "csvdoc.ErrEdited": csvdoc.ErrEdited, "csvdoc.ErrInUse": csvdoc.ErrInUse, "csvdoc.ErrIndexing": csvdoc.ErrIndexing,
	"csvdoc.ErrJournal": csvdoc.ErrJournal, "csvdoc.ErrNoColumn": csvdoc.ErrNoColumn, "csvdoc.ErrNoHeader": csvdoc.ErrNoHeader, "csvdoc.ErrNoRow": csvdoc.ErrNoRow,
	"csvdoc.ErrNotOneCSV": csvdoc.ErrNotOneCSV, "csvdoc.ErrNothingToRedo": csvdoc.ErrNothingToRedo, "csvdoc.ErrNothingToUndo": csvdoc.ErrNothingToUndo, "csvdoc.ErrUntitled": csvdoc.ErrUntitled,
	"csvdoc.ErrNoRows": csvdoc.ErrNoRows, "csvdoc.ErrPasteEmpty": csvdoc.ErrPasteEmpty, "csvdoc.ErrHitStale": csvdoc.ErrHitStale, "csvdoc.ErrQueryEmpty": csvdoc.ErrQueryEmpty,
	"csvdoc.ErrWorkbook": csvdoc.ErrWorkbook, "csvdoc.ErrChangedMeanwhile": csvdoc.ErrChangedMeanwhile,
	"csvdoc.PosError": &csvdoc.PosError{Row: 3, Err: errors.New("x")}, "csvdoc.LimitError": &csvdoc.LimitError{What: "rows", Value: 2, Max: 1}, "csvdoc.ChangedError": &csvdoc.ChangedError{Path: "/x"},
	"csvdoc.SpaceError": &csvdoc.SpaceError{Path: "/x"}, "csvdoc.EncodingError": &csvdoc.EncodingError{Cells: []csvdoc.Unencodable{{Row: 2}}}, "csvdoc.PasteLimitError": &csvdoc.PasteLimitError{},
	"csvdoc.QueryError": &csvdoc.QueryError{}, "csvdoc.SeriesError": &csvdoc.SeriesError{Reason: "no number in it", At: -1},
	"delivery.ErrChanged": delivery.ErrChanged, "delivery.ErrDamaged": delivery.ErrDamaged, "delivery.ErrNeedKey": delivery.ErrNeedKey, "delivery.ErrNotProven": delivery.ErrNotProven,
	"delivery.ErrRed": delivery.ErrRed, "delivery.CollisionError": &delivery.CollisionError{Name: "a.pem", First: "1", Second: "2"},
	"delivery.EmptyError": &delivery.EmptyError{Path: "/x"}, "delivery.FormError": &delivery.FormError{Path: "/x"},
	"enrollment.ErrNoFix": enrollment.ErrNoFix, "enrollment.ErrOutdated": enrollment.ErrOutdated, "enrollment.ErrHasErrors": enrollment.ErrHasErrors, "enrollment.ErrHeader": enrollment.ErrHeader,
	"enrollment.ErrNothingReady": enrollment.ErrNothingReady, "enrollment.ErrEmptyTemplate": enrollment.ErrEmptyTemplate, "enrollment.ErrEncodingGuessed": enrollment.ErrEncodingGuessed,
	"eui48.ParseError": &eui48.ParseError{Input: "zz", Reason: "it has no digits"}, "eui48.RangeError": &eui48.RangeError{Reason: "it is too long"},
	"form.ErrCoat": form.ErrCoat, "form.CoatError": &form.CoatError{},
	"job.ErrChanged": job.ErrChanged, "job.ErrExported": job.ErrExported, "job.ErrNotFound": job.ErrNotFound, "job.ErrOtherJob": job.ErrOtherJob, "job.ErrTaken": job.ErrTaken, "watch.ErrWatched": watch.ErrWatched,
	"job.ErrFound": job.ErrFound, "job.ErrPractice": job.ErrPractice, "job.ErrNoFailures": job.ErrNoFailures, "job.ErrNoOrder": job.ErrNoOrder, "job.ErrThere": job.ErrThere, "job.ErrNoList": job.ErrNoList,
	"job.BlockedError": &job.BlockedError{Summary: &job.Summary{Report: &finding.Report{}}}, "job.ResultError": &job.ResultError{Reason: "x", Err: errBelow}, "job.OrderedBeforeError": &job.OrderedBeforeError{Conflicts: []ledger.Conflict{{Holder: &ledger.Claim{}}}},
	"job.StateError": &job.StateError{}, "job.UnsettledError": &job.UnsettledError{ID: "2026-1"}, "job.ImportError": &job.ImportError{Reason: "x", Err: errBelow},
	"keychain.ErrLocked": keychain.ErrLocked, "keychain.ErrNotFound": keychain.ErrNotFound, "keychain.ErrRefused": keychain.ErrRefused, "keychain.ErrTimeout": keychain.ErrTimeout,
	"keychain.ErrTooLarge": keychain.ErrTooLarge, "keychain.ErrUnavailable": keychain.ErrUnavailable, "keychain.Error": &keychain.Error{Kind: keychain.ErrLocked, Detail: "org.freedesktop.Secret"},
	"ledger.ErrCorrupt": ledger.ErrCorrupt, "ledger.ErrNewer": ledger.ErrNewer, "ledger.ErrNotFound": ledger.ErrNotFound, "ledger.ErrPractice": ledger.ErrPractice, "ledger.ErrRestored": ledger.ErrRestored,
	"job.AmbiguousError": &job.AmbiguousError{Meaning: job.MeansSerial, Columns: []string{"a", "b"}},
	"ledger.ErrNeedsPIN": ledger.ErrNeedsPIN, "ledger.ErrWrongPIN": ledger.ErrWrongPIN, "ledger.ErrShortPIN": ledger.ErrShortPIN,
	"job.ReconciledError":   &job.ReconciledError{Conflicts: []ledger.Conflict{{Holder: &ledger.Claim{}}}},
	"ledger.ErrUnavailable": ledger.ErrUnavailable, "ledger.RestoredError": &ledger.RestoredError{Have: 1, Known: 2}, "ledger.StateError": &ledger.StateError{}, "ledger.ConflictError": &ledger.ConflictError{Conflicts: make([]ledger.Conflict, 1)},
	"openpgp.ErrIntegrity": openpgp.ErrIntegrity, "openpgp.ErrNeedPassphrase": openpgp.ErrNeedPassphrase, "openpgp.ErrNoEncryptionKey": openpgp.ErrNoEncryptionKey, "openpgp.ErrNoMatchingKey": openpgp.ErrNoMatchingKey,
	"openpgp.ErrNotAKey": openpgp.ErrNotAKey, "openpgp.ErrNotEncrypted": openpgp.ErrNotEncrypted, "openpgp.ErrPassphraseOnly": openpgp.ErrPassphraseOnly, "openpgp.ErrUnprotected": openpgp.ErrUnprotected,
	"openpgp.ErrUnsupported": openpgp.ErrUnsupported, "openpgp.ErrWrongPassphrase": openpgp.ErrWrongPassphrase, "openpgp.UnsupportedError": &openpgp.UnsupportedError{Name: "Twofish"},
	"openpgp.NoMatchingKeyError": &openpgp.NoMatchingKeyError{}, "openpgp.LimitError": &openpgp.LimitError{What: "keys"},
	"practice.ErrBusy": practice.ErrBusy, "practice.ErrNotLoopback": practice.ErrNotLoopback, "practice.ErrTokenNotKept": practice.ErrTokenNotKept,
	"privatekey.ErrDamaged": privatekey.ErrDamaged, "privatekey.ErrNeedPassphrase": privatekey.ErrNeedPassphrase, "privatekey.ErrNotAKey": privatekey.ErrNotAKey, "privatekey.ErrSeveral": privatekey.ErrSeveral, "privatekey.ErrUnsupported": privatekey.ErrUnsupported,
	"privatekey.ErrWrongPassphrase": privatekey.ErrWrongPassphrase, "privatekey.NotAKeyError": &privatekey.NotAKeyError{Found: "a text"}, "privatekey.LimitError": &privatekey.LimitError{What: "iterations"},
	"recipient.ErrAsText": recipient.ErrAsText, "recipient.ErrEncoding": recipient.ErrEncoding, "recipient.ErrNoRecipient": recipient.ErrNoRecipient, "recipient.ErrNoMatchingKey": recipient.ErrNoMatchingKey,
	"recipient.ErrNotSealed": recipient.ErrNotSealed, "recipient.UnfitError": &recipient.UnfitError{Recipient: &recipient.Recipient{}}, "recipient.NoMatchingKeyError": &recipient.NoMatchingKeyError{},
	"recipient.CertificateError":   &recipient.CertificateError{Err: errBelow},
	"certificate.ErrTreatedAsText": certificate.ErrTreatedAsText,
	"store.ErrSignIn":              store.ErrSignIn, "store.ErrUnavailable": store.ErrUnavailable, "store.ErrUnverified": store.ErrUnverified, "store.ErrBusy": store.ErrBusy, "store.ErrDamaged": store.ErrDamaged,
	"store.ErrForeign": store.ErrForeign, "store.ErrFull": store.ErrFull, "store.ErrNewer": store.ErrNewer, "store.DamageError": &store.DamageError{}, "store.NewerError": &store.NewerError{}, "store.ChangedError": &store.ChangedError{},
	"trustmanager.ErrNameTaken": trustmanager.ErrNameTaken, "trustmanager.ErrNoConnection": trustmanager.ErrNoConnection, "trustmanager.ErrInsecure": trustmanager.ErrInsecure, "trustmanager.ErrNoCurl": trustmanager.ErrNoCurl,
	"trustmanager.ErrNoList": trustmanager.ErrNoList, "trustmanager.ErrIncompleteList": trustmanager.ErrIncompleteList, "trustmanager.ErrNoRequest": trustmanager.ErrNoRequest,
	"trustmanager.APIError": &trustmanager.APIError{Status: 500, Message: "x"}, "trustmanager.NotSentError": &trustmanager.NotSentError{Err: errBelow}, "trustmanager.UnclearError": &trustmanager.UnclearError{Err: errBelow},
	"trustmanager.StallError": &trustmanager.StallError{}, "trustmanager.AnswerError": &trustmanager.AnswerError{}, "trustmanager.SecretError": &trustmanager.SecretError{Secret: trustmanager.SecretAPIKey, Err: errBelow},
	"trustmanager.ProxyError": &trustmanager.ProxyError{Proxy: "p:1", From: "set in this connection", Err: errBelow}, "trustmanager.PromiseError": &trustmanager.PromiseError{},
	"upload.ErrOwnFile": upload.ErrOwnFile, "upload.LeftoverError": &upload.LeftoverError{Files: []string{"a"}},
	"system.ErrExist": fs.ErrExist, "system.ErrPermission": fs.ErrPermission, "system.ErrNotExist": fs.ErrNotExist, "system.ENOSPC": syscall.ENOSPC, "system.EROFS": syscall.EROFS, "system.EOF": io.ErrUnexpectedEOF,
	"osfile.ReservedError": &osfile.ReservedError{Name: "nul.csv"}, "system.OpError": &net.OpError{Op: "dial", Net: "tcp", Err: io.EOF},
}

// inside are errors that core turns into a finding or another error before anybody sees them.
var inside = map[string]bool{
	"certificate.ErrAlgorithm": true, "certificate.ErrSignature": true, "attribute.ErrUserAssigned": true, "attribute.Error": true, "mldsa.ErrOther": true,
	"storetest.ErrMissing": true, // tests alone
}

// raw is what no text of the window holds: what only programmers say.
var raw = regexp.MustCompile(`\bEOF\b|flate|gzip:|dial tcp|x509|\btls:|\B--[a-z]|\d{4}-\d\d-\d\dT\d\d|\*?[a-z]+\.[A-Z][a-z]+Error|\bnil\b|asn1|errno|goroutine|context |%!`)

// Every error that core tells apart has words of its own, which hold nothing raw.
func TestEveryTypedErrorHasWords(t *testing.T) {
	newRig(t)
	declared := declaredErrors(t)
	if len(declared) < 100 {
		t.Fatalf("only %d errors were found: the test looks in the wrong place", len(declared))
	}
	for _, name := range declared {
		if typedErrors[name] == nil && !inside[name] {
			t.Errorf("%s has no example here: give it a row in causes.go and an example", name)
		}
	}
	other := frame.Explain("x", errors.New("strange")).Text
	for name, err := range typedErrors {
		p := frame.Explain("It failed", fmt.Errorf("open /x: %w", err))
		if p.Text == other || p.Text == "" || !strings.HasSuffix(strings.TrimSpace(p.Text), ".") {
			t.Errorf("%s: %q", name, p.Text)
		}
		if found := raw.FindString(p.Text); found != "" {
			t.Errorf("%s says %q in %q", name, found, p.Text)
		}
	}
}

// declaredErrors are the exported errors of core: variables ErrX and types XError, by package.
func declaredErrors(t *testing.T) (out []string) {
	t.Helper()
	err := filepath.WalkDir("../../core", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if general.Tok == token.VAR && strings.HasPrefix(n.Name, "Err") {
							out = append(out, file.Name.Name+"."+n.Name)
						}
					}
				case *ast.TypeSpec:
					if ast.IsExported(s.Name.Name) && strings.HasSuffix(s.Name.Name, "Error") {
						out = append(out, file.Name.Name+"."+s.Name.Name)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

package frame

import (
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"net"

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
	"enrollbench/gui/words"
)

// cause is a row of the table of failures: which error it is, and the words for it: what happened, what to do now.
type cause struct {
	fits  func(err error) bool
	words func(err error) string
}

// is is a cause that has the same words for each of some errors.
func is(text string, targets ...error) cause {
	return cause{
		fits: func(err error) bool {
			for _, t := range targets {
				if errors.Is(err, t) {
					return true
				}
			}
			return false
		},
		words: func(error) string { return text },
	}
}

// typed is a cause whose words depend on what the error says.
func typed[E error](say func(E) string) cause {
	return cause{
		fits: func(err error) bool { _, ok := errors.AsType[E](err); return ok },
		words: func(err error) string {
			e, _ := errors.AsType[E](err)
			return say(e)
		},
	}
}

// kind is a cause that has the same words for each error of a type.
func kind[E error](text string) cause { return typed(func(E) string { return text }) }

// itself is a cause of core that says in its own words what to do, with what is left to say behind them.
func itself[E error](more string) cause {
	return typed(func(e E) string {
		text := words.Sentence(words.Plain(e.Error()))
		if more != "" {
			text += " " + more
		}
		return text
	})
}

// causeOf finds the words for an error, "" where the table has none. The first row that fits holds: what says more about an error stands
// before what it wraps.
func causeOf(err error) string {
	for _, c := range causes() {
		if c.fits(err) {
			return c.words(err)
		}
	}
	return ""
}

// causes are the failures that are known, in the order in which they are looked for.
func causes() []cause {
	stale, large, damaged := words.T("problem.stale"), words.T("problem.too-large"), words.T("problem.damaged")
	integrity, unsupported, otherKey := words.T("problem.integrity"), words.T("problem.unsupported"), words.T("problem.other-key")
	return []cause{
		typed(func(e *PanicError) string {
			if e.File == "" {
				return words.T("problem.defect")
			}
			return words.T("problem.defect") + " " + words.T("problem.defect-file", "File", e.File)
		}),

		// batches
		typed(UnsettledWords), typed(blockedWords),
		kind[*job.StateError](words.T("problem.state")),
		itself[*job.OrderedBeforeError](words.T("problem.ordered-before")), itself[*job.ReconciledError](words.T("problem.reconciled")), itself[*job.AmbiguousError](""),
		is(words.T("line.watched"), watch.ErrWatched), is(words.T("problem.taken"), job.ErrTaken), is(words.T("problem.upload-changed"), job.ErrChanged),
		is(words.T("problem.exported"), job.ErrExported), is(words.T("problem.other-job"), job.ErrOtherJob),
		is(words.T("problem.there"), job.ErrThere), is(words.T("problem.found"), job.ErrFound),
		kind[*job.ImportError](words.T("problem.import")), kind[*job.ResultError](words.T("problem.result")),
		is(words.T("problem.no-batch"), job.ErrNotFound), is(words.T("problem.no-failures"), job.ErrNoFailures),
		is(words.T("problem.no-order"), job.ErrNoOrder), is(words.T("problem.practice-mix"), job.ErrPractice),
		is(words.T("problem.practice-busy"), practice.ErrBusy), is(words.T("problem.practice-address"), practice.ErrNotLoopback),
		is(words.T("problem.token"), practice.ErrTokenNotKept),

		// the ledger and other databases
		itself[*ledger.ConflictError](words.T("problem.conflict")), itself[*ledger.StateError](""),
		is(words.T("problem.ledger-restored"), ledger.ErrRestored),
		is(words.T("problem.practice-mix"), ledger.ErrPractice), is(words.T("problem.not-in-ledger"), ledger.ErrNotFound),
		is(words.T("signin.pin-needed"), ledger.ErrNeedsPIN), is(words.T("signin.pin-wrong"), ledger.ErrWrongPIN), is(words.T("signin.pin-short"), ledger.ErrShortPIN),
		is(words.T("problem.ledger-away"), store.ErrUnavailable), is(words.T("problem.ledger-password"), store.ErrSignIn),
		is(words.T("problem.ledger-unverified"), store.ErrUnverified), is(words.T("problem.database-busy"), store.ErrBusy),
		is(words.T("problem.ledger-damaged"), store.ErrDamaged), is(words.T("problem.database-foreign"), store.ErrForeign),
		is(words.T("problem.full"), store.ErrFull), is(words.T("problem.database-newer"), store.ErrNewer),
		kind[*store.ChangedError](words.T("problem.database-newer")),

		// services
		typed(secretWords),
		{fits: func(err error) bool { return keychain.Advice(err) != "" }, words: ConnectionWords},
		kind[*trustmanager.UnclearError](words.T("problem.unclear")),
		typed(proxyWords), itself[*trustmanager.PromiseError](""),
		typed(apiWords),
		kind[*trustmanager.AnswerError](words.T("problem.answer")), kind[*trustmanager.StallError](words.T("problem.stall")),
		kind[*tls.CertificateVerificationError](words.T("problem.untrusted")), kind[*net.DNSError](words.T("problem.host")),
		kind[*net.OpError](words.T("problem.network")), kind[*trustmanager.NotSentError](words.T("problem.network")),
		is(words.T("problem.no-connection"), trustmanager.ErrNoConnection), is(words.T("problem.name-taken"), trustmanager.ErrNameTaken),
		is(words.T("problem.no-request"), trustmanager.ErrNoRequest, trustmanager.ErrNoList),
		is(words.T("problem.list-cut"), trustmanager.ErrIncompleteList),
		is(words.T("problem.insecure"), trustmanager.ErrInsecure), is(words.T("problem.no-curl"), trustmanager.ErrNoCurl),

		// requests
		typed(func(e *csr.ChangedError) string {
			return words.T("problem.changed", "File", words.Visible(e.At.String()))
		}),
		is(words.T("problem.nothing-ready"), csr.ErrNothingReady), is(words.T("problem.csr-errors"), csr.ErrHasErrors),
		is(words.T("problem.not-a-request"), csr.ErrNotARequest),

		// tables
		typed(changedTableWords),
		typed(func(e *workbook.Error) string { return words.T("problem.workbook-unread", "What", e.Kind.Name()) }),
		is(words.T("problem.not-one-csv"), csvdoc.ErrNotOneCSV), is(words.T("problem.no-header"), csvdoc.ErrNoHeader, enrollment.ErrHeader),
		is(words.T("problem.in-use"), csvdoc.ErrInUse), is(words.T("problem.workbook"), csvdoc.ErrWorkbook),
		is(words.T("problem.journal"), csvdoc.ErrJournal), is(words.T("problem.untitled"), csvdoc.ErrUntitled, csvdoc.ErrEdited),
		is(words.T("problem.indexing"), csvdoc.ErrIndexing), is(words.T("problem.nothing-to-undo"), csvdoc.ErrNothingToUndo, csvdoc.ErrNothingToRedo),
		is(stale, csvdoc.ErrClosed, csvdoc.ErrNoRow, csvdoc.ErrNoColumn, csvdoc.ErrHitStale, csvdoc.ErrChangedMeanwhile, enrollment.ErrOutdated),
		is(words.T("problem.no-rows"), csvdoc.ErrNoRows), is(words.T("problem.paste-empty"), csvdoc.ErrPasteEmpty),
		is(words.T("problem.query-empty"), csvdoc.ErrQueryEmpty), itself[*csvdoc.QueryError](words.T("problem.query")),
		itself[*csvdoc.SeriesError](""), kind[*csvdoc.PasteLimitError](words.T("problem.paste-limit")),
		kind[*csvdoc.SpaceError](words.T("problem.full")), itself[*csvdoc.EncodingError](words.T("problem.unencodable")),
		kind[*csvdoc.LimitError](words.T("problem.csv-limit")),
		is(words.T("problem.empty-template"), enrollment.ErrEmptyTemplate), is(words.T("problem.no-fix"), enrollment.ErrNoFix),
		is(words.T("problem.row-errors"), enrollment.ErrHasErrors, enrollment.ErrNothingReady),
		is(words.T("problem.encoding"), enrollment.ErrEncodingGuessed),
		itself[*csvdoc.PosError](""),
		itself[*eui48.ParseError](""), itself[*eui48.RangeError](""),

		// results and keys
		is(words.T("problem.result-changed"), delivery.ErrChanged), is(words.T("problem.red"), delivery.ErrRed),
		itself[*delivery.CollisionError](""), kind[*delivery.EmptyError](words.T("problem.empty")),
		kind[*delivery.FormError](words.T("problem.form")),
		is(words.T("problem.not-proven"), delivery.ErrNotProven), is(words.T("problem.not-sealed"), recipient.ErrNotSealed, openpgp.ErrNotEncrypted),
		is(words.T("key.needed")+" "+words.T("key.needed-hint"), delivery.ErrNeedKey),
		is(words.T("problem.no-recipient"), recipient.ErrNoRecipient), kind[*recipient.UnfitError](words.T("problem.unfit")),
		is(words.T("problem.unfit"), openpgp.ErrNoEncryptionKey),
		is(words.T("problem.no-der"), recipient.ErrEncoding), is(words.T("problem.as-text"), recipient.ErrAsText, certificate.ErrTreatedAsText),
		is(otherKey, recipient.ErrNoMatchingKey, cms.ErrNoMatchingKey, openpgp.ErrNoMatchingKey),
		is(words.T("key.wrong-passphrase")+" "+words.T("key.wrong-passphrase-hint"), privatekey.ErrWrongPassphrase),
		is(words.T("problem.need-passphrase"), privatekey.ErrNeedPassphrase),
		is(words.T("problem.passphrase-only"), openpgp.ErrPassphraseOnly),
		is(words.T("problem.not-a-key"), privatekey.ErrNotAKey, openpgp.ErrNotAKey),
		is(words.T("problem.several-keys"), privatekey.ErrSeveral),
		is(words.T("problem.key-damaged"), privatekey.ErrDamaged), kind[*privatekey.LimitError](words.T("problem.key-limit")),
		is(unsupported, privatekey.ErrUnsupported, cms.ErrUnsupported, openpgp.ErrUnsupported, openpgp.ErrUnprotected),
		is(integrity, openpgp.ErrIntegrity, cms.ErrDecrypt, delivery.ErrDamaged),
		kind[*recipient.CertificateError](damaged), is(damaged, form.ErrCoat, cms.ErrFormat),
		kind[*openpgp.LimitError](large), kind[*archive.LimitError](large), kind[*archive.Error](damaged), kind[*ber.Error](damaged), is(damaged, archive.ErrRedundant),

		// files
		is(words.T("problem.own-file"), upload.ErrOwnFile),
		is(words.T("problem.exists"), fs.ErrExist, atomicfile.ErrExists),
		{fits: osfile.InUse, words: func(error) string { return words.T("problem.locked") }},
		typed(func(e *osfile.ReservedError) string {
			return words.T("problem.reserved", "Name", words.Visible(e.Name))
		}),
		is(words.T("problem.permission"), fs.ErrPermission), is(words.T("problem.missing"), fs.ErrNotExist),
		{fits: osfile.Full, words: func(error) string { return words.T("problem.full") }},
		{fits: osfile.ReadOnly, words: func(error) string { return words.T("problem.read-only") }},
		is(damaged, io.ErrUnexpectedEOF),
	}
}

// changedTableWords says what another program did to the file of a table.
func changedTableWords(e *csvdoc.ChangedError) string {
	switch {
	case e.Damaged:
		return words.T("problem.table-damaged")
	case e.Gone:
		return words.T("problem.table-gone")
	}
	return words.T("problem.table-changed")
}

package ledger

import (
	"strings"

	"enrollbench/core/store"
)

// component is the name of this package's tables among the migrations.
const component = "ledger"

// Slots of an identity. In mac a row that holds addresses has ownerSlot or laterSlot; in name the slots of a value are
// counted up, and a released row has the negative number of its claim, so that all of them stand beside each other.
const (
	ownerSlot    = 0  // nobody else may hold it: the database refuses
	laterSlot    = 1  // issued again on purpose, or what a release left of a range
	releasedSlot = -1 // held once
)

// maxStep is the widest step of a range that is kept as one: products of two steps stay below 2^62 in the trigger's
// arithmetic. Wider ranges have at most 131,072 addresses and are kept as single ones.
const maxStep = 1<<31 - 1

// tables are those of both databases, in SQLite's words. What a claim holds lies under its identity (mac, name), the claim's
// facts lie in claim.
//
// A range has the level of the smallest power of two that covers it. Those that can meet a given one start, on each level,
// less than that power before it: an index lookup a level, however many ranges there are (as in a static interval tree).
//
// The key of name begins with the value, because PostgreSQL, before it has statistics, takes an environment for a rare one and
// would read all of it.
const tables = `
CREATE TABLE ledger (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	identity TEXT NOT NULL,
	epoch    INTEGER NOT NULL,
	station  TEXT NOT NULL,
	practice INTEGER NOT NULL
) STRICT;
CREATE TABLE environment (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE claim (
	id          INTEGER PRIMARY KEY,
	environment INTEGER NOT NULL REFERENCES environment (id),
	batch       TEXT NOT NULL,
	name        TEXT NOT NULL,
	state       TEXT NOT NULL,
	imported    INTEGER NOT NULL,
	reissue     TEXT NOT NULL,
	operator    TEXT NOT NULL,
	account     TEXT NOT NULL,
	station     TEXT NOT NULL,
	connection  TEXT NOT NULL,
	profile     TEXT NOT NULL,
	claimed     INTEGER NOT NULL,
	changed     INTEGER NOT NULL,
	identities  INTEGER NOT NULL,
	released    INTEGER NOT NULL DEFAULT 0,
	delivered   INTEGER NOT NULL DEFAULT 0,
	note        TEXT NOT NULL DEFAULT '',
	digest      BLOB NOT NULL
) STRICT;
CREATE INDEX claim_by_batch ON claim (environment, batch);
CREATE INDEX claim_by_time ON claim (claimed);
CREATE TABLE reissue (
	claim   INTEGER NOT NULL REFERENCES claim (id),
	earlier INTEGER NOT NULL REFERENCES claim (id),
	PRIMARY KEY (claim, earlier)
) STRICT, WITHOUT ROWID;
CREATE TABLE mac_level (
	environment INTEGER NOT NULL,
	level       INTEGER NOT NULL,
	PRIMARY KEY (environment, level)
) STRICT, WITHOUT ROWID;
CREATE TABLE mac (
	environment INTEGER NOT NULL,
	level       INTEGER NOT NULL,
	start       INTEGER NOT NULL CHECK (start >= 0),
	claim       INTEGER NOT NULL REFERENCES claim (id),
	slot        INTEGER NOT NULL,
	last        INTEGER NOT NULL CHECK (last >= start AND last < 281474976710656 AND (last - start) >> level = 0),
	step        INTEGER NOT NULL CHECK (step BETWEEN 1 AND 2147483647 AND (last - start) % step = 0),
	row         INTEGER NOT NULL,
	PRIMARY KEY (environment, level, start, claim, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX mac_by_claim ON mac (claim);
CREATE TABLE name (
	environment INTEGER NOT NULL,
	kind        INTEGER NOT NULL,
	value       BLOB NOT NULL,
	slot        INTEGER NOT NULL,
	claim       INTEGER NOT NULL REFERENCES claim (id),
	row         INTEGER NOT NULL,
	PRIMARY KEY (value, kind, environment, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_by_claim ON name (claim, row);
CREATE TABLE certificate (
	id          INTEGER PRIMARY KEY,
	claim       INTEGER NOT NULL REFERENCES claim (id),
	kind        INTEGER NOT NULL,
	value       BLOB NOT NULL,
	serial      BLOB NOT NULL,
	fingerprint BLOB NOT NULL,
	not_before  INTEGER NOT NULL,
	not_after   INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_by_value ON certificate (kind, value);
CREATE INDEX certificate_by_serial ON certificate (serial);
CREATE UNIQUE INDEX certificate_by_fingerprint ON certificate (fingerprint);
CREATE INDEX certificate_by_end ON certificate (not_after);
CREATE TABLE block (
	id          INTEGER PRIMARY KEY,
	environment INTEGER NOT NULL REFERENCES environment (id),
	start       INTEGER NOT NULL,
	last        INTEGER NOT NULL CHECK (last >= start),
	label       TEXT NOT NULL,
	minimum     INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
	seq         INTEGER PRIMARY KEY,
	at          INTEGER NOT NULL,
	act         TEXT NOT NULL,
	environment TEXT NOT NULL,
	batch       TEXT NOT NULL,
	operator    TEXT NOT NULL,
	account     TEXT NOT NULL,
	station     TEXT NOT NULL,
	detail      TEXT NOT NULL,
	hash        BLOB NOT NULL
) STRICT;
`

// operators are those who sign in with a PIN.
const operators = `
CREATE TABLE operator (
	name   BLOB PRIMARY KEY,
	salt   BLOB NOT NULL,
	rounds INTEGER NOT NULL,
	hash   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`

// meets is whether the range NEW and the range m, whose intervals meet, have an address in common: eui48.Range.Overlap in
// SQL. The extended Euclidean algorithm gives the greatest common divisor r0 of the steps and an inverse x0; the first
// common address at or after the later start follows from the Chinese remainder theorem.
const meets = `CASE
	WHEN m.start = m.last THEN (m.start - NEW.start) % NEW.step = 0
	WHEN NEW.start = NEW.last OR m.step = NEW.step THEN (NEW.start - m.start) % m.step = 0
	ELSE EXISTS (
		WITH RECURSIVE
		p (high, high_step, low, low_step, last) AS (SELECT
			CASE WHEN m.start > NEW.start THEN m.start ELSE NEW.start END,
			CASE WHEN m.start > NEW.start THEN m.step ELSE NEW.step END,
			CASE WHEN m.start > NEW.start THEN NEW.start ELSE m.start END,
			CASE WHEN m.start > NEW.start THEN NEW.step ELSE m.step END,
			CASE WHEN m.last < NEW.last THEN m.last ELSE NEW.last END),
		e (r0, r1, x0, x1) AS (
			SELECT low_step, high_step, CAST(0 AS BIGINT), CAST(1 AS BIGINT) FROM p
			UNION ALL
			SELECT r1, r0 % r1, x1, x0 - (r0 / r1) * x1 FROM e WHERE r1 <> 0)
		SELECT 1 FROM e, p WHERE r1 = 0 AND (high - low) % r0 = 0 AND high + high_step *
			((((-((high - low) / r0)) % (low_step / r0)) * (x0 % (low_step / r0)) % (low_step / r0) + low_step / r0) % (low_step / r0)) <= last)
	END`

// triggersFile and triggersServer are the same rules in the words of SQLite and of PostgreSQL: nobody who writes into the
// tables, with this program or another, can forget them. The server's take the lock that store.DB.Write takes, so that a
// writer who did not is still alone; a snapshot from before the lock would not see what others wrote and is refused.
const triggersFile = `
CREATE TRIGGER mac_once BEFORE INSERT ON mac WHEN NEW.slot = 0 BEGIN
	SELECT RAISE(ABORT, 'a MAC address of this range is taken')
	FROM mac_level AS l CROSS JOIN mac AS m
	WHERE l.environment = NEW.environment AND m.environment = NEW.environment AND m.level = l.level
		AND m.start > NEW.start - (1 << l.level) AND m.start <= NEW.last AND m.last >= NEW.start AND m.slot >= 0
		AND ` + meets + `;
END;
CREATE TRIGGER mac_later BEFORE INSERT ON mac WHEN NEW.slot > 0 BEGIN
	SELECT RAISE(ABORT, 'a MAC address is issued again without a reason')
	FROM claim WHERE id = NEW.claim AND reissue = '' AND state IN ('claimed', 'reserved');
END;
CREATE TRIGGER mac_kept AFTER INSERT ON mac BEGIN
	INSERT OR IGNORE INTO mac_level VALUES (NEW.environment, NEW.level);
END;
CREATE TRIGGER mac_fixed BEFORE UPDATE ON mac
	WHEN NEW.slot >= 0 OR NEW.environment <> OLD.environment OR NEW.start <> OLD.start OR NEW.last <> OLD.last OR NEW.step <> OLD.step OR NEW.claim <> OLD.claim BEGIN
	SELECT RAISE(ABORT, 'a claimed MAC address can only be released');
END;
CREATE TRIGGER name_later BEFORE INSERT ON name WHEN NEW.slot > 0 BEGIN
	SELECT RAISE(ABORT, 'a name is issued again without a reason') FROM claim WHERE id = NEW.claim AND reissue = '';
END;
CREATE TRIGGER name_fixed BEFORE UPDATE ON name
	WHEN NEW.environment <> OLD.environment OR NEW.kind <> OLD.kind OR NEW.value <> OLD.value OR NEW.claim <> OLD.claim OR NEW.slot > OLD.slot BEGIN
	SELECT RAISE(ABORT, 'a claimed name can only be released');
END;
CREATE TRIGGER name_owner AFTER UPDATE ON name WHEN OLD.slot = 0 BEGIN
	UPDATE name SET slot = 0 WHERE environment = OLD.environment AND kind = OLD.kind AND value = OLD.value AND slot =
		(SELECT min(slot) FROM name WHERE environment = OLD.environment AND kind = OLD.kind AND value = OLD.value AND slot > 0);
END;
CREATE TRIGGER claim_kept BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'a claim is kept'); END;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
`

const triggersServer = `
CREATE FUNCTION mac_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	l BIGINT;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'claims need the isolation level READ COMMITTED';
	END IF;
	PERFORM pg_advisory_xact_lock(1164853859);
	IF NEW.slot > 0 AND EXISTS (SELECT 1 FROM claim WHERE id = NEW.claim AND reissue = '' AND state IN ('claimed', 'reserved')) THEN
		RAISE EXCEPTION 'a MAC address is issued again without a reason' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	IF NEW.slot = 0 THEN
		FOR l IN SELECT level FROM mac_level WHERE environment = NEW.environment LOOP
			IF EXISTS (SELECT 1 FROM mac AS m WHERE m.environment = NEW.environment AND m.level = l
				AND m.start > NEW.start - (CAST(1 AS BIGINT) << CAST(l AS INTEGER)) AND m.start <= NEW.last AND m.last >= NEW.start AND m.slot >= 0
				AND ` + meets + `) THEN
				RAISE EXCEPTION 'a MAC address of this range is taken' USING ERRCODE = 'integrity_constraint_violation';
			END IF;
		END LOOP;
	END IF;
	IF NOT EXISTS (SELECT 1 FROM mac_level WHERE environment = NEW.environment AND level = NEW.level) THEN
		INSERT INTO mac_level VALUES (NEW.environment, NEW.level);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER mac_once BEFORE INSERT ON mac FOR EACH ROW EXECUTE FUNCTION mac_insert();
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER mac_fixed BEFORE UPDATE ON mac FOR EACH ROW
	WHEN (NEW.slot >= 0 OR NEW.environment <> OLD.environment OR NEW.start <> OLD.start OR NEW.last <> OLD.last OR NEW.step <> OLD.step OR NEW.claim <> OLD.claim)
	EXECUTE FUNCTION refuse('a claimed MAC address can only be released');
CREATE FUNCTION name_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT 1 FROM claim WHERE id = NEW.claim AND reissue = '') THEN
		RAISE EXCEPTION 'a name is issued again without a reason' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER name_later BEFORE INSERT ON name FOR EACH ROW WHEN (NEW.slot > 0) EXECUTE FUNCTION name_insert();
CREATE TRIGGER name_fixed BEFORE UPDATE ON name FOR EACH ROW
	WHEN (NEW.environment <> OLD.environment OR NEW.kind <> OLD.kind OR NEW.value <> OLD.value OR NEW.claim <> OLD.claim OR NEW.slot > OLD.slot)
	EXECUTE FUNCTION refuse('a claimed name can only be released');
CREATE FUNCTION name_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE name SET slot = 0 WHERE environment = OLD.environment AND kind = OLD.kind AND value = OLD.value AND slot =
		(SELECT min(slot) FROM name WHERE environment = OLD.environment AND kind = OLD.kind AND value = OLD.value AND slot > 0);
	RETURN NULL;
END $$;
CREATE TRIGGER name_owner AFTER UPDATE ON name FOR EACH ROW WHEN (OLD.slot = 0) EXECUTE FUNCTION name_update();
CREATE TRIGGER claim_kept BEFORE DELETE ON claim FOR EACH ROW EXECUTE FUNCTION refuse('a claim is kept');
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse('the audit log only grows');
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit EXECUTE FUNCTION refuse('the audit log only grows');
`

// serverWords are PostgreSQL's for SQLite's, where tables differ.
var serverWords = strings.NewReplacer(" INTEGER", " BIGINT", " BLOB", " BYTEA", ") STRICT, WITHOUT ROWID", ")", ") STRICT", ")", ">> level", ">> level::int4")

func migrations(shared bool) []store.Migration {
	if shared {
		return []store.Migration{{Name: "ledger", SQL: serverWords.Replace(tables) + triggersServer}, {Name: "operators", SQL: serverWords.Replace(operators)}}
	}
	return []store.Migration{{Name: "ledger", SQL: tables + triggersFile}, {Name: "operators", SQL: operators}}
}

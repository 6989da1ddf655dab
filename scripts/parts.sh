# Sourced by check.sh, test.sh and .ci/run: runs the parts of a job one after another, never stops at the first that fails,
# and says at the end how each one went.

parts_names=()
parts_states=()
parts_bad=0
parts_skipped=0

# part NAME COMMAND...: runs the command; what it prints is seen.
part() {
	local name=$1 start=$SECONDS state=ok
	shift
	printf '\n== %s\n' "$name"
	if ! "$@"; then
		state=FAILED
		parts_bad=1
	fi
	parts_names+=("$name")
	parts_states+=("$state ($((SECONDS - start)) s)")
	[ "$state" = ok ] || printf '== %s: FAILED\n' "$name"
}

# beside COMMAND...: runs it beside the parts that follow. `part NAME joined` waits for it and shows what it printed.
beside() {
	beside_log=$(mktemp)
	"$@" >"$beside_log" 2>&1 &
	beside_pid=$!
}

joined() {
	local status=0
	wait "$beside_pid" || status=$?
	cat "$beside_log"
	rm -f "$beside_log"
	return "$status"
}

# skip NAME REASON: for a part that cannot run here. On a developer's computer it is said; where CI=true it is a failure,
# because there a test that silently does not run is worse than one that fails.
skip() {
	printf '\n== %s\nSKIPPED: %s\n' "$1" "$2"
	parts_names+=("$1")
	parts_states+=("SKIPPED: $2")
	parts_skipped=$((parts_skipped + 1))
	if [ "${CI:-}" = true ]; then parts_bad=1; fi
}

# summary TITLE: the closing table; its status is that of the whole job.
summary() {
	local i
	printf '\n%s\n' "$1"
	for i in "${!parts_names[@]}"; do
		printf '  %-46s %s\n' "${parts_names[i]}" "${parts_states[i]}"
	done
	if [ "$parts_bad" != 0 ]; then
		echo "$1: FAILED"
		return 1
	fi
	if [ "$parts_skipped" != 0 ]; then
		echo "$1: what ran is well; SKIPPED: $parts_skipped"
	else
		echo "$1: all well"
	fi
}

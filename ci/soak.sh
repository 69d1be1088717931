#!/bin/sh
# Runs killed at random moments, with faults, resumed, sharded and merged, for about SOAK_SECONDS (60). Every result
# has to be that of an undisturbed run, but for times, command and what it says of damaged outcomes. Ends with 1 when
# one is not. Needs bin/verify, od and sed; the full disk needs unshare and the right to mount.
set -eu
verify=$(pwd)/bin/verify
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
end=$(($(date +%s) + ${SOAK_SECONDS:-60}))
wrong=0 killed=0 rounds=0

# Between 0 and $1 - 1.
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }

# A result without what may differ: times come last, and the other lines are filtered.
bits() { sed -e '/^  "timing": {/,$d' -e '/^    "command": /d' -e '/so it was trained again/d' "$1" | tr -d '\n ' | sed 's/,\]/]/g'; }

# Says so when a result is not the right one.
same() {
	if [ ! -f "$1" ] || [ "$(bits "$1" | cksum)" != "$want" ]; then
		echo "soak: round $rounds: $2: the result is wrong or lost" >&2
		wrong=$((wrong + 1))
	fi
}

# Starts a verb and kills it at a random moment, if it lasts so long.
strike() {
	"$verify" "$@" >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(random 8)"
	if kill -9 "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
	wait "$pid" 2>/dev/null || true
}

# Spoils one kept outcome of a folder, if there is one.
spoil() {
	for f in "$1"/*.cell; do
		[ -f "$f" ] || return 0
		[ "$(random 3)" = 0 ] || continue
		case $(random 3) in
		0) : >"$f" ;;
		1) printf X | dd of="$f" bs=1 seek="$(random 2000)" conv=notrunc 2>/dev/null ;;
		2) rm "$f" ;;
		esac
		return 0
	done
}

"$verify" run smoke -q --out whole >/dev/null
want=$(bits whole/smoke/result.json | cksum)
while [ "$(date +%s)" -lt "$end" ]; do
	rounds=$((rounds + 1))
	rm -rf reports full
	strike run smoke -q
	spoil reports/.smoke.cells
	strike run smoke -q --resume
	"$verify" run smoke -q --resume >/dev/null 2>&1 || true
	same reports/smoke/result.json "killed and resumed"

	n=$((2 + $(random 3)))
	for i in $(seq "$n"); do
		strike run smoke -q --shard "$i/$n"
		spoil "reports/smoke.shard-$i-of-$n"
		"$verify" run smoke -q --resume --shard "$i/$n" >/dev/null 2>&1 || true
	done
	rm -rf reports/smoke
	"$verify" merge -q reports/smoke.shard-*-of-"$n" >/dev/null 2>&1 || true
	same reports/smoke/result.json "$n shards, merged"
	spoil reports/smoke.shard-1-of-"$n"
	if ! "$verify" merge -q --out again reports/smoke.shard-*-of-"$n" >/dev/null 2>&1; then
		[ ! -e again/smoke ] || { echo "soak: round $rounds: a report of a merge that was refused" >&2; wrong=$((wrong + 1)); }
	else
		same again/smoke/result.json "merged again"
	fi
	rm -rf again

	mkdir full
	if unshare -m mount -t tmpfs tmpfs full 2>/dev/null; then
		code=0
		unshare -m sh -c 'mount -t tmpfs -o size="$1"k tmpfs full && exec "$2" run smoke -q --out full' sh "$((200 + $(random 800)))" "$verify" >/dev/null 2>&1 || code=$?
		[ "$code" = 4 ] || { echo "soak: round $rounds: a full disk ended with $code and not 4" >&2; wrong=$((wrong + 1)); }
	fi
done
echo "soak: $rounds rounds, $killed processes killed, $wrong wrong or lost"
[ "$rounds" -gt 0 ] && [ "$wrong" = 0 ]

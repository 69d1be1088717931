#!/bin/sh
# Runs that are killed at random moments, with faults, and then resumed, sharded and merged. Every result has to be
# that of an undisturbed run, but for times, command and what it says of damaged outcomes; every exit code has to be
# one that docs/CI.md lists for what happened; and no outcome that nobody damaged may be trained again. Ends with 1
# when one of this is not so, and leaves the folder, and with 2 when it cannot begin. There are three subjects: smoke, which passes, a claim that is
# false, and one that stays undecided, and none of them may ever come to anything else.
#
# Faults, one kind after the other:
#   kills        SIGKILL, SIGTERM and SIGINT in training, in drawing and while the report is written
#   cells        empty, cut short, a byte changed, removed, another cell's, a symbolic link, unreadable
#   shards       the same in shards, a merge killed, a merge of damaged shards
#   disk         full at a random moment, and then larger
#   permissions  folder, outcome or scenario that cannot be read or written, a folder that becomes read-only in a run
#   clocks       files of the past and the future, a monotonic clock that goes on elsewhere after a kill
#   limits       trials that are told to stop because they take too long
#   rivals       two processes with the same folder at once, and one of them killed
# The wall clock of a running process cannot be moved without moving the machine's; TestJumpingClock does that.
#
# SOAK_SECONDS (60) is how long, SOAK_KILLS (0) how many processes have to be killed before it ends, and SOAK_KINDS
# the functions below that are to take turns. SOAK_SELFTEST=1 changes a number of a result and removes an outcome
# behind the script's back, and ends with 3 unless both are noticed.
# Needs bin/verify, od, sed, sha256sum and GNU head, stat and touch. What needs more is left out, and that is said.
set -eu
[ -x bin/verify ] || { echo "soak: there is no bin/verify: make build" >&2; exit 2; }
work=$(mktemp -d)
cp bin/verify "$work/verify" # another build in the meantime is another program
cd "$work"
verify=$work/verify
mkdir evidence

begun=$(date +%s)
end=$((begun + ${SOAK_SECONDS:-60}))
enough=${SOAK_KILLS:-0}
kinds=${SOAK_KINDS:-kills damaged shards disk permissions clock limits rivals}
rounds=0 wrong=0 lost=0 compared=0 used=0 trained=0 codes=0
kill_KILL=0 kill_TERM=0 kill_INT=0 report_kills=0 merge_kills=0
f_cell=0 f_disk=0 f_permission=0 f_clock=0 f_limit=0 f_rival=0 f_merge=0
planted=${SOAK_SELFTEST:-0}

# Root may do everything, so that permissions are tried as nobody.
as='' permissions=yes
if [ "$(id -u)" = 0 ]; then
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	chmod 755 "$work"
	chown 65534:65534 "$work"
	if ! $as sh -c ': >probe && rm probe' 2>/dev/null; then
		as='' permissions=''
		echo "soak: left out: permissions, because root has no setpriv to become nobody with"
	fi
fi
ns=unshare
[ "$(id -u)" = 0 ] || ns='unshare -r'
disks=yes clocks=yes
mkdir full
$ns -m mount -t tmpfs tmpfs full 2>/dev/null || { disks=''; echo "soak: left out: full disks, because this user may not mount"; }
$ns --time --monotonic 1000 true 2>/dev/null || { clocks=''; echo "soak: left out: monotonic clocks, because this user may not make a time namespace"; }

cat >false.yaml <<'YAML'
version: 1
name: false-claim
title: A start with both signs ends in the same place
data: {set: mnist, split: train, count: 30}
problem: {rank: [5]}
vary:
  seed: {from: 1, count: 4}
  start: [uniform, gaussian]
  ascent: [{method: lbfgs}, {method: gradient, rate: 0.1, momentum: 0.9}]
generate: {digits: [0], instances: 2, networks: 2, census: 2}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-6, reason: "as in seed-sweep"}
  - images: {modulo: sign, tolerance: 2e-2, reason: "the same to the eye"}
YAML
cat >early.yaml <<'YAML'
version: 1
name: early
title: Some trials stop before they are there
data: {set: mnist, split: train, count: 30}
problem: {rank: [5]}
vary:
  seed: {from: 1, count: 4}
  ascent: [{method: lbfgs}, {method: gradient, rate: 1000, steps: 50}]
generate: {digits: [0], instances: 2, networks: 2, census: 2}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-6, reason: "as in seed-sweep"}
twin:
  start: [gaussian]
YAML

# Between 0 and $1 - 1; 0 where $1 is 0, as of a file that is empty already.
random() { echo $(($(od -An -N4 -tu4 /dev/urandom) % ($1 > 0 ? $1 : 1))); }

# Waits for $1 thousandths of a second.
pause() { sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }

# A result without what may differ: times come last, and the other lines are filtered.
bits() { sed -e '/^  "timing": {/,$d' -e '/^    "command": /d' -e '/trained again/d' "$1" | tr -d '\n ' | sed 's/,\]/]/g' | cksum; }

# Notes that something is not as it has to be, and keeps what there is to see.
bad() {
	wrong=$((wrong + 1))
	keep "$1"
}
keep() {
	echo "soak: round $rounds ($kind, $name): $1" >&2
	mkdir -p "evidence/$rounds"
	echo "$1" >>"evidence/$rounds/why"
	for e in reports other log again at-full; do
		if [ -e "$e" ]; then cp -a "$e" "evidence/$rounds/" 2>/dev/null || true; fi
	done
}

# Says so when a result is not the right one.
same() {
	compared=$((compared + 1))
	if [ "$planted" = 1 ] && [ -f "$1" ]; then
		sed '0,/"fitness": [0-9]/s/"fitness": [0-9]/&0/' "$1" >changed
		mv changed "$1"
		planted=2
	fi
	if [ ! -f "$1" ]; then bad "$2: there is no result"; elif [ "$(bits "$1")" != "$want" ]; then bad "$2: the result is wrong"; fi
}

# Says so when an exit code is none of those that may be: coded CODE WHAT CODES...
coded() {
	got=$1 what=$2
	shift 2
	codes=$((codes + 1))
	for c in "$@"; do
		if [ "$got" = "$c" ]; then return 0; fi
	done
	bad "$what: exit code $got, want one of $*"
}

# Runs a command to its end. Its exit code is in $code, what it says in log.
go() {
	code=0
	"$@" >out 2>log || code=$?
}

# Whether the file of an outcome is complete and that of its own name.
whole_cell() {
	[ -f "$1" ] && [ ! -L "$1" ] || return 1
	id=$(basename "$1" .cell)
	[ "$(head -c -32 "$1" 2>/dev/null | sha256sum | cut -c1-64)" = "$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')" ] &&
		head -c 200 "$1" | tr '\0' ' ' | grep -aq "\"id\":\"$id\""
}

# Prints how many whole outcomes there are in a folder.
whole() {
	n=0
	for f in "$1"/*.cell; do
		if whole_cell "$f"; then n=$((n + 1)); fi
	done
	echo "$n"
}

# What is left of a process that was killed is whole: no file has the name of an outcome that is none.
nothing_half() {
	for f in "$1"/*.cell; do
		if [ -e "$f" ] && ! whole_cell "$f"; then bad "killed, and $f is half an outcome"; fi
	done
}

# Adds up what a run that was resumed says of $1 whole outcomes.
account() {
	line=$(grep 'of the run before used$' log || true)
	if [ -z "$line" ]; then
		bad "resumed, and it does not say what was used"
		return 0
	fi
	new=$(echo "$line" | sed 's/^[^ ]*: \([0-9]*\) cells* trained and kept, and \([0-9]*\) .*/\1/')
	old=$(echo "$line" | sed 's/^[^ ]*: \([0-9]*\) cells* trained and kept, and \([0-9]*\) .*/\2/')
	used=$((used + old)) trained=$((trained + new))
	if [ "$old" -lt "$1" ]; then
		lost=$((lost + $1 - old))
		keep "$1 outcomes were whole, and only $old were used"
	elif [ "$old" -gt "$1" ]; then
		bad "$1 outcomes were whole, and $old were used"
	fi
	[ $((old + new)) = "$cells" ] || [ "$2" = part ] || bad "$old outcomes used and $new trained, of $cells"
}

# Starts a command and sends it a signal at a random moment, if it lasts so long: strike CODES COMMAND..., where
# CODES are those it may end with when it is faster. The exit code is in $code.
strike() {
	fine=$1
	shift
	case $(random 4) in
	0) signal=TERM ;;
	1) signal=INT ;;
	*) signal=KILL ;;
	esac
	span=$training
	if [ "$(random 2)" = 0 ]; then span=$all; fi
	wait_for=$(random $((span + 20)))
	"$@" >out 2>log &
	pid=$!
	pause "$wait_for"
	kill -"$signal" "$pid" 2>/dev/null || true
	struck
}

# Waits for the process that was struck, and counts it if it died of it.
struck() {
	code=0
	wait "$pid" 2>/dev/null || code=$?
	case $signal.$code in
	KILL.137) kill_KILL=$((kill_KILL + 1)) ;;
	TERM.130 | TERM.143) kill_TERM=$((kill_TERM + 1)) ;; # 143: before the program had begun
	INT.130) kill_INT=$((kill_INT + 1)) ;;
	*) coded "$code" "SIG$signal, too late" $fine ;;
	esac
}

# Damages one outcome of a folder, if there is one.
damage() {
	[ "$(ls "$1" 2>/dev/null | grep -c '\.cell$')" -gt 0 ] || return 0
	victim=$(ls "$1"/*.cell | sed -n "$((1 + $(random "$(ls "$1" | grep -c '\.cell$')")))p")
	f_cell=$((f_cell + 1))
	case $(random 6) in
	0) : >"$victim" ;;
	1) printf X | dd of="$victim" bs=1 seek="$(random "$(stat -c %s "$victim")")" conv=notrunc 2>/dev/null ;;
	2) rm "$victim" ;;
	3) truncate -s "$(random "$(stat -c %s "$victim")")" "$victim" ;;
	4) other=$(ls "$1"/*.cell | sed -n 1p) && if [ "$other" != "$victim" ]; then cp "$other" "$victim"; else rm "$victim"; fi ;;
	5) mv "$victim" moved.cell && ln -s "$work/moved.cell" "$victim" ;;
	esac
}

# Resumes until the end, after which the result is right.
finish() {
	n=$(whole "reports/.$name.cells")
	go "$@" run "$arg" --resume
	coded "$code" "resumed" "$right"
	account "$n" all
	same "reports/$name/result.json" "$kind, resumed"
	tidy
}

# A run that is complete leaves nothing but its report.
tidy() {
	[ ! -e "reports/.$name.cells" ] || bad "the report is there, and so is reports/.$name.cells"
	for f in reports/."$name".*.tmp; do
		[ ! -e "$f" ] || bad "the report is there, and so is what is left of another, $f"
	done
}

kills() {
	strike "$right" "$verify" run "$arg" -q
	nothing_half "reports/.$name.cells"
	for i in $(seq "$(random 4)"); do
		before=$(ls -i "reports/.$name.cells" 2>/dev/null | grep '\.cell$' || true)
		strike "$right" "$verify" run "$arg" -q --resume
		nothing_half "reports/.$name.cells"
		if [ -e "reports/.$name.cells" ]; then # an outcome that was there is still that very file
			gone=$(echo "$before" | while read -r inode f; do
				[ -z "$f" ] || [ "$(stat -c %i "reports/.$name.cells/$f" 2>/dev/null)" = "$inode" ] || echo "$f"
			done | wc -l)
			lost=$((lost + gone))
			[ "$gone" = 0 ] || keep "$gone outcomes were trained again by a run that was resumed and killed"
		fi
	done
	finish "$verify"
	# While the report is written, over the one that is there.
	"$verify" run "$arg" -q >out 2>log &
	pid=$!
	while kill -0 "$pid" 2>/dev/null && ! ls reports/."$name".*.tmp/result.json >/dev/null 2>&1; do pause 2; done
	pause "$(random 120)"
	signal=KILL fine=$right
	kill -KILL "$pid" 2>/dev/null || true
	struck
	[ "$code" != 137 ] || report_kills=$((report_kills + 1))
	same "reports/$name/result.json" "killed while the report was written: the one before, or this one"
	finish_or_done
}

# The report before may have been replaced already, and then there is nothing to resume.
finish_or_done() {
	n=$(whole "reports/.$name.cells")
	go "$verify" run "$arg" --resume
	coded "$code" "resumed after the report" "$right"
	account "$n" all
	same "reports/$name/result.json" "killed while the report was written, and resumed"
	tidy
}

damaged() {
	strike "$right" "$verify" run "$arg" -q
	for i in 1 2; do damage "reports/.$name.cells"; done
	if [ -e "reports/.$name.cells" ]; then strike "$right" "$verify" run "$arg" -q --resume; fi
	damage "reports/.$name.cells"
	finish "$verify"
}

shards() {
	k=$((2 + $(random 4)))
	for i in $(seq "$k"); do
		dir=reports/$name.shard-$i-of-$k
		strike 0 "$verify" run "$arg" -q --shard "$i/$k"
		nothing_half "$dir"
		damage "$dir"
		if [ "$planted" = 2 ]; then go "$verify" run "$arg" --shard "$i/$k"; fi
		n=$(whole "$dir")
		if [ "$planted" = 2 ]; then
			rm "$(ls "$dir"/*.cell | sed -n 1p)"
			planted=3
		fi
		go "$verify" run "$arg" --resume --shard "$i/$k"
		coded "$code" "shard $i of $k, resumed" 0
		account "$n" part
	done
	strike "$right" "$verify" merge -q reports/"$name".shard-*-of-"$k"
	if [ "$code" = 137 ] || [ "$code" = 130 ]; then merge_kills=$((merge_kills + 1)); fi
	go "$verify" merge -q reports/"$name".shard-*-of-"$k"
	coded "$code" "merge" "$right"
	same "reports/$name/result.json" "$k shards, merged"
	# Damaged, it is refused, and so is a part of the shards; trained again, it is right.
	dir=reports/$name.shard-1-of-$k
	before=$(whole "$dir")
	damage "$dir"
	f_merge=$((f_merge + 1))
	go "$verify" merge -q --out again reports/"$name".shard-*-of-"$k"
	if [ "$(whole "$dir")" = "$before" ]; then
		coded "$code" "merge of whole shards" "$right"
		same "again/$name/result.json" "merged again"
	else
		coded "$code" "merge of damaged shards" 3 4
		[ ! -e "again/$name" ] || bad "a report of a merge that was refused"
	fi
	rm -rf again
	go "$verify" merge -q --out again reports/"$name".shard-[2-9]-of-"$k"
	coded "$code" "merge without a shard" 3
	[ ! -e "again/$name" ] || bad "a report of a merge without a shard"
	n=$(whole "$dir")
	go "$verify" run "$arg" --resume --shard "1/$k"
	coded "$code" "shard, repaired" 0
	account "$n" part
	go "$verify" merge -q reports/"$name".shard-*-of-"$k"
	coded "$code" "merge, repaired" "$right"
	same "reports/$name/result.json" "repaired and merged"
}

disk() {
	[ "$disks" ] || return 0
	f_disk=$((f_disk + 1))
	rm -rf at-full
	mkdir -p reports
	$ns -m sh -c '
		work=$1 size=$2 verify=$3 arg=$4 name=$5
		mount -t tmpfs -o size="$size"k,mode=777 tmpfs reports || exit 1
		"$verify" run "$arg" -q >/dev/null 2>"$work/log1"
		echo $? >"$work/code1"
		ls -A reports >"$work/left"
		cp -a "reports/.$name.cells" "$work/at-full" 2>/dev/null
		mount -o remount,size=64m reports || exit 1
		"$verify" run "$arg" --resume >/dev/null 2>"$work/log"
		echo $? >"$work/code2"
		mkdir "$work/other" && cp -a reports/. "$work/other"' sh "$work" "$((8 + $(random "$((need * 6 / 5))")))" "$verify" "$arg" "$name" || bad "the small disk could not be made"
	coded "$(cat code1)" "a disk that may be full" 4 "$right"
	if [ "$(cat code1)" = 4 ]; then
		if grep -qx "$name" left; then bad "a report on a disk that was full"; fi
		nothing_half at-full
	fi
	coded "$(cat code2)" "resumed on a larger disk" "$right"
	account "$(whole at-full)" all
	same "other/$name/result.json" "a full disk, and resumed on a larger one"
	rm -rf other
}

permissions() {
	[ "$permissions" ] || return 0
	f_permission=$((f_permission + 1))
	mkdir reports
	[ -z "$as" ] || chown -R 65534:65534 reports
	cells_dir=reports/.$name.cells
	case $(random 4) in
	0)
		chmod 555 reports
		go $as "$verify" run "$arg" -q
		coded "$code" "a folder that cannot be written" 4
		go $as "$verify" run "$arg" -q --shard 1/2
		coded "$code" "a folder that cannot be written, shard" 4
		chmod 755 reports
		[ -z "$(ls -A reports)" ] || bad "something in a folder that cannot be written"
		;;
	1)
		if [ -f "$arg" ]; then
			cp "$arg" hidden.yaml
			chmod 000 hidden.yaml
			go $as "$verify" run hidden.yaml -q
			coded "$code" "a scenario that cannot be read" 2
			go $as "$verify" scenario check hidden.yaml
			coded "$code" "a scenario that cannot be read, checked" 2
			rm -f hidden.yaml
		fi
		;;
	2)
		strike "$right" $as "$verify" run "$arg" -q
		hidden=0
		for f in "$cells_dir"/*.cell; do
			if [ -f "$f" ] && [ "$(random 3)" = 0 ]; then
				chmod 000 "$f"
				hidden=$((hidden + 1))
			fi
		done
		n=$(($([ -z "$as" ] && echo 0 || whole "$cells_dir") - hidden)) # only root sees them
		[ -n "$as" ] || n=$(whole "$cells_dir" 2>/dev/null)
		go $as "$verify" run "$arg" --resume
		coded "$code" "outcomes that cannot be read" "$right"
		account "$n" all
		same "reports/$name/result.json" "outcomes that cannot be read"
		;;
	3)
		$as "$verify" run "$arg" -q --jobs 1 >out 2>log &
		pid=$!
		pause "$(random "$((training + 20))")"
		chmod 555 "$cells_dir" 2>/dev/null || true
		code=0
		wait "$pid" || code=$?
		chmod 755 "$cells_dir" 2>/dev/null || true
		coded "$code" "a folder that becomes read-only" 4 "$right"
		nothing_half "$cells_dir"
		;;
	esac
	finish $as "$verify"
}

clock() {
	f_clock=$((f_clock + 1))
	strike "$right" "$verify" run "$arg" -q
	if [ -e reports ]; then
		find reports -exec touch -h -d "$([ "$(random 2)" = 0 ] && echo '1970-01-02 UTC' || echo '2105-03-04 UTC')" {} +
	fi
	if [ "$clocks" ]; then
		strike "$right" $ns --time --monotonic "$(random 100000000)" --boottime 1000 "$verify" run "$arg" -q --resume
		nothing_half "reports/.$name.cells"
		finish $ns --time --monotonic "$(random 1000)" --boottime 1000 "$verify"
	else
		finish "$verify"
	fi
}

limits() {
	f_limit=$((f_limit + 1))
	go "$verify" run "$arg" -q --trial-limit "$(random 100)$(random 1000)us"
	coded "$code" "trials that may be too long" 4 "$right"
	finish "$verify"
	go "$verify" run "$arg" -q --shard 1/1 --trial-limit 1ns
	coded "$code" "a shard whose trials are too long" 4
	[ ! -e "reports/$name.shard-1-of-1/shard.json" ] || bad "a shard without a cell is complete"
	go "$verify" merge -q --out again "reports/$name.shard-1-of-1"
	coded "$code" "merge of a shard without a cell" 2 3
	[ ! -e "again/$name" ] || bad "a report of a shard without a cell"
}

rivals() {
	f_rival=$((f_rival + 1))
	case $(random 3) in
	0) # the same run
		"$verify" run "$arg" -q >out1 2>log1 &
		first=$!
		[ "$(random 2)" = 0 ] || pause "$(random "$((all / 2))")"
		go "$verify" run "$arg" -q --resume
		coded "$code" "the second of two at once" "$right"
		code=0
		wait "$first" || code=$?
		cat log1 >>log
		coded "$code" "the first of two at once" "$right"
		same "reports/$name/result.json" "two at once"
		;;
	1) # the same, and one is killed
		"$verify" run "$arg" -q >out1 2>log1 &
		first=$!
		strike "$right" "$verify" run "$arg" -q
		code=0
		wait "$first" || code=$?
		coded "$code" "one of two, the other killed" "$right"
		same "reports/$name/result.json" "two at once, and one killed"
		;;
	2) # the same shard, and the same merge
		for i in 1 2; do
			"$verify" run "$arg" -q --shard "$i/2" >out1 2>log1 &
			first=$!
			go "$verify" run "$arg" -q --resume --shard "$i/2"
			coded "$code" "the second of two shards at once" 0
			code=0
			wait "$first" || code=$?
			cat log1 >>log
			coded "$code" "the first of two shards at once" 0
		done
		"$verify" merge -q reports/"$name".shard-*-of-2 >out1 2>log1 &
		first=$!
		go "$verify" merge -q reports/"$name".shard-*-of-2
		coded "$code" "the second of two merges at once" "$right"
		code=0
		wait "$first" || code=$?
		cat log1 >>log
		coded "$code" "the first of two merges at once" "$right"
		same "reports/$name/result.json" "two merges at once"
		;;
	esac
	finish_or_done
}

# Chooses a subject, and knows how long it takes, how much room and how many cells it needs, and what it has to come to.
choose() {
	case $1 in
	0) arg=smoke name=smoke right=0 ;;
	1) arg=false.yaml name=false-claim right=1 ;;
	2) arg=early.yaml name=early right=3 ;;
	esac
	[ ! -f "want.$1" ] || { read -r training all need cells <"time.$1" && want=$(cat "want.$1"); }
}

now() { date +%s%3N; }

kind=undisturbed
for s in 0 1 2; do
	choose "$s"
	t0=$(now)
	go "$verify" run "$arg" -q --shard 1/1
	t1=$(now)
	cells=$(whole "reports/$name.shard-1-of-1")
	rm -rf reports
	go "$verify" run "$arg" -q
	t2=$(now)
	[ "$code" = "$right" ] || { cat log; echo "soak: $arg, undisturbed, ends with $code and not $right" >&2; exit 2; }
	bits "reports/$name/result.json" >"want.$s"
	echo "$((t1 - t0)) $((t2 - t1)) $(du -sk reports | cut -f1) $cells" >"time.$s"
	rm -rf reports
done

deaths() { echo $((kill_KILL + kill_TERM + kill_INT)); }
said=$begun
several=$(echo $kinds | wc -w)
while [ "$(date +%s)" -lt "$end" ] || [ "$(deaths)" -lt "$enough" ] || [ "$rounds" -lt "$several" ]; do
	choose $((rounds / several % 3))
	kind=$(echo $kinds | cut -d' ' -f$((rounds % several + 1)))
	rounds=$((rounds + 1))
	chmod -R u+rwX reports 2>/dev/null || true
	rm -rf reports again other at-full
	"$kind"
	if [ $(($(date +%s) - said)) -ge 60 ]; then
		said=$(date +%s)
		echo "soak: $((said - begun)) s: $rounds rounds, $(deaths) killed, $compared results compared, $wrong wrong, $lost lost"
	fi
done

cat <<TABLE
soak: $(($(date +%s) - begun)) s
  rounds                        $rounds
  processes killed              $(deaths): SIGKILL $kill_KILL, SIGTERM $kill_TERM, SIGINT $kill_INT
  of these, writing a report    $report_kills
  of these, merging             $merge_kills
  outcomes damaged              $f_cell
  merges of damaged shards      $f_merge
  full disks                    $f_disk
  permissions                   $f_permission
  clocks                        $f_clock
  limits of time                $f_limit
  rivals                        $f_rival
  exit codes looked at          $codes
  results compared              $compared
  outcomes used again           $used
  cells trained when resumed    $trained
  wrong                         $wrong
  lost                          $lost
TABLE
if [ "${SOAK_SELFTEST:-0}" = 1 ]; then
	cd /
	rm -rf "$work"
	if [ "$wrong" = 0 ] || [ "$lost" = 0 ]; then exit 3; fi
	exit 1
fi
if [ "$wrong" = 0 ] && [ "$lost" = 0 ]; then
	cd /
	rm -rf "$work"
	exit 0
fi
echo "soak: what is wrong is in $work/evidence" >&2
exit 1

#!/bin/sh
# Runs a scenario in every environment that may change bits, and compares each result with that of the default build:
#
#   ci/matrix.sh [SCENARIO [SEEDS]]     smoke, all seeds
#
# Ends with 1 when a variant that has to give the same bits gives others, or a verdict is not PASS. Has to give the same
# bits: the default build with other numbers of jobs and processors in use, and again; and whatever runs the default
# build where result.json says that the arithmetic is the same. The others have to end within the tolerance of the
# golden check, against an outcome of the default build that is approved in a temporary folder.
# Needs go and a few minutes. Builds are those of make build, but for the revision.
set -eu
scenario=${1:-smoke} seeds=${2:-}
root=$(pwd)
[ -f "$root/scenarios/$scenario.yaml" ] || { echo "matrix: there is no scenarios/$scenario.yaml" >&2; exit 2; }
unset CI GODEBUG GOMAXPROCS GOFLAGS GOAMD64 # what is approved here is gone at the end
export CGO_ENABLED=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# The scenario, with a golden check, and cut down if asked for: nothing is approved of a run with --seeds.
sed ${seeds:+-e "/^vary:/,/^[a-z]*:/s/seed: {from: 1, count: [0-9]*}/seed: {from: 1, count: $seeds}/"} -e '/^checks:/,/^[a-z]/{/^  - golden:/d' -e '}' -e 's/^checks:.*/&\n  - golden: {}/' "$root/scenarios/$scenario.yaml" >"$work/$scenario.yaml"
if [ -n "$seeds" ] && ! grep -q "seed: {from: 1, count: $seeds}" "$work/$scenario.yaml"; then
	echo "matrix: $scenario has no list of seeds that can be cut to $seeds" >&2
	exit 2
fi

# build NAME [FLAG]...: builds the program as $work/NAME, for GOAMD64=$level.
build() {
	name=$1
	shift
	GOAMD64=$level go build -trimpath -buildvcs=false "$@" -o "$work/$name" ./cmd/verify
}

# A result in one line and without spaces, lacking what may differ: environment, times, command, content addresses, which have the
# program in them, and what is said of the golden's environment.
bits() {
	sed -e '/^  "environment": {/,/^  }/d' -e '/^  "timing": {/,$d' -e '/^    "command": /d' "$1" | tr -d '\n ' |
		sed -E -e 's/[0-9a-f]{64}/ID/g' -e 's/(--cell|cells\/)[0-9a-f]{16}/\1ID/g' \
			-e 's/,?\{"text":"(goldenwasapprovedwith|numbersareroundedotherwise)[^}]*\}//g' \
			-e 's/,?"[^"]*,checkgolden:goldenwasapprovedwith[^"]*"//g'
}

# value FILE KEY: the first value of a key of the environment or of the result.
value() { sed -n -e 's/^ *"'"$2"'": "\{0,1\}\([^",]*\)"\{0,1\},\{0,1\}$/\1/p' "$1" | head -n 1; }

# variant SAME|CLOSE TITLE PROGRAM [VARIABLE=VALUE]... [-- FLAG...]: runs, compares, and prints a row.
variant() {
	must=$1 title=$2 program=$3
	shift 3
	out=$work/out
	rm -rf "$out"
	settings=''
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		settings="$settings $1"
		shift
	done
	[ $# = 0 ] || shift
	began=$(date +%s)
	# shellcheck disable=SC2086 # words
	env $settings "$work/$program" run "$work/$scenario.yaml" --quiet --golden "$work/golden" --out "$out" "$@" >"$work/log" 2>&1 || true
	took=$(($(date +%s) - began))
	result=$out/$scenario/result.json
	if [ ! -f "$result" ]; then
		if grep -q 'can only be run on AMD64 processors' "$work/log"; then
			printf '%-28s not on this processor\n' "$title"
			return
		fi
		cat "$work/log" >&2
		printf '%-28s no result\n' "$title"
		wrong=$((wrong + 1))
		return
	fi
	# The farthest of the default's: of all trials, and of all drawings of one label and basin.
	tuples=$(sed -n '/"kind": "golden"/,/"evidence"/s/^ *"value": \([^,]*\),*$/\1/p' "$result" | head -n 1)
	images=$(sed -n '/"text": ".* drawings compared with the golden ones/,/}/s/^ *"value": \([^,]*\),*$/\1/p' "$result" | head -n 1)
	verdict=$(value "$result" verdict)
	arithmetic=$(value "$result" arithmetic)
	moved=$(env $settings "$work/$program" golden diff "$work/$scenario.yaml" --golden "$work/golden" --report "$out/$scenario" 2>>"$work/log" |
		sed -n 's/^ *tuples: \([^ ]*\) apart.*/\1/p' | sort -g | tail -n 1)
	bits "$result" >"$work/bits"
	if [ ! -f "$work/default.bits" ]; then
		cp "$work/bits" "$work/default.bits"
		default=$arithmetic
	fi
	same=same
	cmp -s "$work/bits" "$work/default.bits" || same=others
	if [ "$program" = default ] && [ "$arithmetic" = "$default" ]; then must=SAME; fi
	remark=''
	if [ "$verdict" != PASS ]; then
		remark='  WRONG: not PASS'
		wrong=$((wrong + 1))
	elif [ "$must" = SAME ] && [ "$same" != same ]; then
		remark='  WRONG: the bits have to be the same'
		wrong=$((wrong + 1))
	fi
	printf '%-28s %-7s %-5s %.8s    %-7s %-9.2g %-9.2g %-9.2g %-7s %3ss%s\n' \
		"$title" "$(value "$result" kernels)" "$(value "$result" fma)" "$arithmetic" "$same" "${moved:-nan}" "${tuples:-nan}" "${images:-nan}" "$verdict" "$took" "$remark"
}

level=v1
build default
"$work/default" run "$work/$scenario.yaml" --quiet --golden "$work/golden" --out "$work/first" >"$work/log" 2>&1 || true
if ! "$work/default" golden approve "$work/$scenario.yaml" --golden "$work/golden" --report "$work/first/$scenario" --by matrix --reason "the default build" >>"$work/log" 2>&1; then
	cat "$work/log" >&2
	echo "matrix: the default build comes to nothing that can be approved" >&2
	exit 1
fi

echo "$scenario${seeds:+, $seeds seeds}; $(go version); $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
printf '%-28s %-7s %-5s %-11s %-7s %-9s %-9s %-9s %-7s\n' variant kernels fma arithmetic bits moved tuples drawings verdict
variant SAME 'default' default
variant SAME 'again' default
variant SAME '--jobs 1' default -- --jobs 1
variant SAME '--jobs 5' default -- --jobs 5
variant SAME 'GOMAXPROCS=1' default GOMAXPROCS=1
variant SAME 'GOMAXPROCS=4' default GOMAXPROCS=4
variant SAME 'GODEBUG=cpu.avx512f=off' default GODEBUG=cpu.avx512f=off
variant CLOSE 'GODEBUG=cpu.avx2=off' default GODEBUG=cpu.avx2=off
variant CLOSE 'GODEBUG=cpu.fma=off' default GODEBUG=cpu.fma=off
variant CLOSE 'GODEBUG=cpu.all=off' default GODEBUG=cpu.all=off
build noasm -tags noasm
variant CLOSE '-tags noasm' noasm
variant CLOSE '-tags noasm, cpu.fma=off' noasm GODEBUG=cpu.fma=off
if [ "$(go env GOARCH)" = amd64 ]; then
	level=v3
	build v3
	variant CLOSE 'GOAMD64=v3' v3
fi
echo 'moved: the nearest outcome to the default one; tuples: the farthest of all trials, so with what starts differ; drawings: the farthest'
[ "$wrong" = 0 ] || { echo "matrix: $wrong wrong" >&2; exit 1; }

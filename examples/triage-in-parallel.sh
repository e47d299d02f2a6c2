#!/bin/sh
# Triages many logs side by side, and adds up what was found in each: xargs where one machine does it, the same two commands where
# several do (each triages its own logs, one merges what all of them printed).
#
# Usage: triage-in-parallel.sh LOG…     files as feedfix triage reads them: NDJSON or text; plain, gzip or zstd
#   JOBS             how many at a time (4)
#   FEEDFIX          another command than feedfix
#   FEEDFIX_FORMAT   what the sum is printed as: text, json, csv, markdown (feedfix' own setting)
#
# One process reads its logs one after another, and unpacks in one thread; it is packed logs, or many of them, that gain from
# several. One large plain log gains nothing: triage uses all cores by itself.
#
# Exit status: 0 all was read; 3 something was not (named on standard error; the sum is of the rest).
set -u
[ "$#" -gt 0 ] || { sed -n '5,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
parts=$(mktemp -d) || exit 3
trap 'rm -rf "$parts"' EXIT
trap 'exit 130' INT TERM

# Each log with a number, by which its part is called: two logs may have the same name, and the sum is of the parts in order.
# Names end with a NUL, since a file may be called anything. Each part is a file of its own, since what processes print at the
# same time into one pipe may be mixed up. One thread each: there are as many processes as are wanted already.
status=0
number=100000
for log in "$@"; do
  number=$((number + 1))
  printf '%s\0%s\0' "$parts/$number.json" "$log"
done | xargs -0 -n 2 -P "${JOBS:-4}" sh -c '"$0" triage --format json --threads 1 -- "$2" >"$1"' "${FEEDFIX:-feedfix}" || status=3

"${FEEDFIX:-feedfix}" triage --merge "$parts"/*.json || status=$?
exit "$status"

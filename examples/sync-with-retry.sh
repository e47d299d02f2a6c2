#!/bin/sh
# Runs a sync, and lets feedfix decide what a failure means: try again after the wait that it names, or stop and say who has
# to act.
#
# Usage: sync-with-retry.sh COMMAND [ARGUMENT…]     the command prints the API's answer, and fails where the API does
#   FEEDFIX_PROVIDER   whose API it is, such as plaid (feedfix' own setting; helps where a code has several meanings)
#   MAX_WAIT           the longest wait that is worth it (15m)
#   MAX_TRIES          how often at most (5): attempts are rationed, at the bank and at the API
#   FEEDFIX, SLEEP     other commands than feedfix and sleep
#
# Exit status: 0 synced; otherwise what feedfix said: 10 somebody must act, 11 never again, 12 the wait is too long, 1 not known.
set -u
answer=$(mktemp) || exit 3
trap 'rm -f "$answer"' EXIT
trap 'exit 130' INT TERM

try=1
while :; do
  if "$@" >"$answer"; then
    cat "$answer"
    exit 0
  fi
  wait=$("${FEEDFIX:-feedfix}" retry --max-wait "${MAX_WAIT:-15m}" "$answer")
  verdict=$?
  case $verdict in
    0)
      if [ "$try" -ge "${MAX_TRIES:-5}" ]; then
        echo "still failing after $try tries" >&2
        exit 12
      fi
      echo "try $try failed; next one in $wait s" >&2
      ${SLEEP:-sleep} "$wait"
      try=$((try + 1))
      ;;
    10)
      echo "somebody has to act: $("${FEEDFIX:-feedfix}" diagnose --field who "$answer")" >&2
      "${FEEDFIX:-feedfix}" diagnose --field tell_user "$answer" >&2
      exit 10
      ;;
    *)
      exit "$verdict"
      ;;
  esac
done

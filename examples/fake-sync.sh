#!/bin/sh
# Stands in for a program that fetches bank data from an API: it prints the API's answer, and fails with it where the API does.
# Usage: fake-sync.sh STORY. A story is a file with one answer a line; each call plays the next one, and the last one from
# then on. A line that names an error_code is a failure. How far it came is kept in STORY.at.
set -eu
story=$1
at=$(cat "$story.at" 2>/dev/null || echo 0)
lines=$(grep -c '' "$story")
[ "$at" -ge "$lines" ] || at=$((at + 1))
echo "$at" >"$story.at"
answer=$(sed -n "${at}p" "$story")
printf '%s\n' "$answer"
case $answer in
  *'"error_code":"'*) exit 1 ;;
esac

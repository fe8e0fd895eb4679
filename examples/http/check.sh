# Usage: check.sh URL. The message goes as it is, the facts in header fields. Whatever is no decision is to be deferred.
check() {
  answer=$(printf 'From: %s\r\n\r\nhello\r\n' "$2" | curl --silent --show-error --fail --max-time 10 --data-binary @- \
    --header 'content-type: message/rfc822' \
    --header 'fromguard-login: ann' --header 'fromguard-envelope-from: ann@example.com' \
    --write-out '%{http_code}' "$URL/v1/check") || answer=
  case $answer in *'
200') ;; *) answer= ;; esac
  decision=$(printf '%s' "$answer" | sed -n 's/^{"action":"\([a-z]*\)","code":"\([a-z-]*\)".*/\1 \2/p')
  printf 'curl, %s: %s\n' "$1" "${decision:-defer}"
}
URL=$1
check honest ann@example.com
check 'forged header' 'Bob <bob@example.com>'

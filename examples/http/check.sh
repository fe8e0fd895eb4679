# Usage: check.sh URL. The message goes as it is, the facts in header fields.
check() {
  printf 'curl, %s: ' "$1"
  printf 'From: %s\r\n\r\nhello\r\n' "$2" | curl --silent --fail-with-body --max-time 10 --data-binary @- \
    --header 'content-type: message/rfc822' \
    --header 'fromguard-login: ann' --header 'fromguard-envelope-from: ann@example.com' \
    "$URL/v1/check" | sed 's/^{"action":"\([a-z]*\)","code":"\([a-z-]*\)".*/\1 \2/'
}
URL=$1
check honest ann@example.com
check 'forged header' 'Bob <bob@example.com>'

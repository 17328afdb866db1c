# Sourced by the checks of pages: a browser out of curl. $url is the application, $WORK a directory.

# visit PATH CURL-ARGUMENT...: prints the status and where it is redirected; head and body are in files.
visit() {
    local path=$1
    shift
    curl -sS -m 20 -b "${COOKIES:-$WORK/cookies}" -c "${COOKIES:-$WORK/cookies}" -D "$WORK/head" -o "$WORK/body" \
        -w '%{http_code} %{redirect_url}' "$@" "$url$path"
}

# post PATH NAME=VALUE...
post() {
    local path=$1 data=() pair
    shift
    for pair in "$@"; do
        data+=(--data-urlencode "$pair")
    done
    visit "$path" "${data[@]}"
}

# submit PAGE PATH NAME=VALUE...: takes the token from the form of the page.
submit() {
    local page=$1 path=$2 token
    shift 2
    visit "$page" >"$WORK/submit"
    token=$(sed -n 's/.*name="_csrf"[^>]*value="\([^"]*\)".*/\1/p' "$WORK/body" | head -n 1)
    post "$path" "_csrf=$token" "$@"
}

# session: prints the id of the session that the browser knows.
session() {
    awk '$6 == "JSESSIONID" { print $7 }' "${COOKIES:-$WORK/cookies}"
}

#!/bin/bash
# The sample "library" (REST over Spring Data JPA, Tomcat still on the class path) as an executable jar, driven with curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
start_app "$WORK/log" -Xmx256m -jar "$(sample_jar library)" "--server.port=$port"
check "Zokor serves, and says so of Tomcat" grep -q 'although Tomcat is on the class path' "$WORK/log"
check "  in place of it" grep -q "Zokor started on port $port (http) with context path '/'" "$WORK/log"

# answer CURL-ARGUMENT...: prints status and content type; head and body are in files.
answer() {
    curl -sS -m 20 -D "$WORK/head" -o "$WORK/body" -w '%{http_code} %{content_type}' "$@"
}
# field NAME: the value of a field of the last response.
field() {
    tr -d '\r' <"$WORK/head" | sed -n "s/^$1: //Ip"
}
# json EXPRESSION: a Python expression over the last body, called b.
json() {
    python3 -c 'import json, sys; b = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$WORK/body" "$1"
}
book() {
    printf '{"isbn":"%s","title":"%s","year":1984,"author":"%s"}' "$@"
}
type=(-H 'Content-Type: application/json')
books=$url/api/books

# ---- create, read, change, delete
equal "POST" "$(answer "${type[@]}" -d "$(book 9780000000001 'The Büch' Ada)" "$books")" '201 application/json'
location=$(field Location)
equal "  its Location" "$location" "$books/$(json 'b["id"]')"
equal "GET" "$(answer "$location")" '200 application/json'
equal "  the title" "$(json 'b["title"]')" 'The Büch'
equal "  the entity tag" "$(field ETag)" '"0"'
equal "If-None-Match" "$(answer -H 'If-None-Match: "0"' "$location" | cut -d ' ' -f 1)" 304
equal "HEAD" "$(answer -I "$location" | cut -d ' ' -f 1)" 200
equal "PUT of version 0" "$(answer -X PUT "${type[@]}" -H 'If-Match: "0"' -d "$(book 9780000000001 Two Ada)" "$location")" '200 application/json'
equal "PUT of version 0 again" "$(answer -X PUT "${type[@]}" -H 'If-Match: "0"' -d "$(book 9780000000001 Three Ada)" "$location")" '412 application/problem+json'
equal "DELETE" "$(answer -X DELETE "$location" | cut -d ' ' -f 1)" 204
equal "GET of what is deleted" "$(answer "$location")" '404 application/problem+json'
equal "  its detail" "$(json 'b["detail"]')" 'There is no such book.'

# ---- errors as problem details
equal "wrong fields" "$(answer "${type[@]}" -d "$(book 12 ' ' Ada)" "$books")" '400 application/problem+json'
equal "  are named" "$(json 'sorted(b["fields"])')" "['isbn', 'title']"
equal "broken JSON" "$(answer "${type[@]}" -d '{"isbn":' "$books")" '400 application/problem+json'
equal "another type" "$(answer -H 'Content-Type: text/plain' -d x "$books")" '415 application/problem+json'
equal "another method" "$(answer -X PATCH "$books")" '405 application/problem+json'
equal "  the allowed ones" "$(field Allow | tr -d ' ' | tr , '\n' | sort | xargs)" 'GET POST'
equal "no number" "$(answer "$books/one")" '400 application/problem+json'

# ---- pages
for i in $(seq 10 54); do
    equal "book $i" "$(answer "${type[@]}" -d "$(book "97800000000$i" "Book $i" "$([ $((i % 2)) = 0 ] && echo Ada || echo Grace)")" "$books")" '201 application/json' >/dev/null
done
equal "the second page" "$(answer "$books?page=1&size=20&sort=isbn,desc")" '200 application/json'
equal "  begins with" "$(json 'b["content"][0]["title"]')" 'Book 34'
equal "  and knows how many there are" "$(json 'b["page"]["totalElements"], b["page"]["totalPages"]')" '(45, 3)'
equal "a search" "$(answer "$books?author=gr&size=100")" '200 application/json'
equal "  finds" "$(json 'len(b["content"])')" 22
equal "the same ISBN" "$(answer "${type[@]}" -d "$(book 9780000000010 Again Ada)" "$books")" '409 application/problem+json'
equal "gzip" "$(answer --compressed "$books?size=100" ; field Content-Encoding)" '200 application/jsongzip'
equal "  unpacked" "$(json 'len(b["content"])')" 45
equal "health" "$(answer "$url/actuator/health/readiness" | cut -d ' ' -f 1)" 200

app=${PIDS[-1]}
kill "$app"
check "ends" await 40 gone "$app"
equal "errors in the log" "$(grep -c ' ERROR ' "$WORK/log" || true)" 0

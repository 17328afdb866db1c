#!/bin/bash
# The sample "notes" (Thymeleaf behind a login form of Spring Security) as an executable jar, driven with curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/browser.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
start_app "$WORK/log" -Xmx256m -jar "$(sample_jar notes)" "--server.port=$port"

# ---- before the login
equal "a stranger" "$(visit /)" "302 $url/login"
check "  a session begins" [ -n "$(session)" ]
cookie=$(tr -d '\r' <"$WORK/head" | grep -i '^Set-Cookie: JSESSIONID=')
for attribute in Path=/ HttpOnly SameSite=Lax; do
    check "  its cookie has $attribute" grep -q "; $attribute\(;\|$\)" <<<"$cookie"
done
equal "the login page" "$(visit /login)" '200 '
check "  is in UTF-8" grep -qi '^Content-Type: text/html;charset=UTF-8' "$WORK/head"
before=$(session)
equal "a login without its token" "$(post /login username=ada password=engine)" '403 '
equal "a wrong password" "$(submit /login /login username=ada password=wrong)" "302 $url/login?error"

# ---- the login changes the session's id
equal "the right one, which leads to the page that was asked for" "$(submit /login /login username=ada password=engine)" "302 $url/?continue"
check "  the session has another id" [ -n "$(session)" -a "$(session)" != "$before" ]
equal "  the page" "$(visit /)" '200 '
check "  is the user's" grep -q 'Notes of ada' "$WORK/body"
equal "the id of before the login is nobody's" "$(curl -sS -m 20 -o "$WORK/other" -w '%{http_code} %{redirect_url}' -H "Cookie: JSESSIONID=$before" "$url/")" "302 $url/login"
equal "an id of the client's own choice" "$(curl -sS -m 20 -o "$WORK/other" -w '%{http_code} %{redirect_url}' -H 'Cookie: JSESSIONID=CHOSENBYTHECLIENT' "$url/")" "302 $url/login"

# ---- forms
equal "a form" "$(submit / /notes 'text=Zwölf <b>')" "302 $url/"
equal "  the page" "$(visit /)" '200 '
check "  has the note, escaped" grep -q '<li>Zwölf &lt;b&gt;</li>' "$WORK/body"
check "  and says so" grep -q 'Noted\.' "$WORK/body"
visit / >"$WORK/other"
check "  once" [ "$(grep -c 'Noted\.' "$WORK/body")" = 0 ]
equal "a form with an error" "$(submit / /notes 'text= ')" '200 '
check "  names it" grep -q 'must not be blank' "$WORK/body"
equal "a form without its token" "$(post /notes text=evil)" '403 '
equal "a page for others" "$(visit /all)" '403 '

# ---- files in META-INF/resources of a nested jar, by the server's default servlet
equal "a style of a nested jar" "$(visit /theme/theme.css)" '200 '
check "  has its type" grep -qi '^Content-Type: text/css' "$WORK/head"
check "  is whole" cmp "$WORK/body" samples/theme/src/main/resources/META-INF/resources/theme/theme.css
equal "a range of it" "$(visit /theme/theme.css -H 'Range: bytes=0-3')" '206 '
equal "  is" "$(cat "$WORK/body")" body
modified=$(tr -d '\r' <"$WORK/head" | sed -n 's/^Last-Modified: //Ip')
equal "unchanged since $modified" "$(visit /theme/theme.css -H "If-Modified-Since: $modified")" '304 '
equal "no such file" "$(visit /theme/none.css)" '404 '
equal "no directory is listed" "$(visit /theme/)" '404 '
for path in /theme/..%2F..%2FBOOT-INF/classes/application.yml /theme/../../BOOT-INF/classes/application.yml \
    /BOOT-INF/classes/application.yml /WEB-INF/web.xml /META-INF/MANIFEST.MF \
    /org/springframework/boot/loader/launch/JarLauncher.class /theme/%2e%2e/%2e%2e/application.yml; do
    status=$(visit "$path" --path-as-is)
    check "$path is nobody's: $status" [ "${status%% *}" = 404 -o "${status%% *}" = 400 ]
done

# ---- two sessions each, then the oldest ends; the logout
COOKIES=$WORK/second equal "a second session" "$(COOKIES=$WORK/second submit /login /login username=ada password=engine)" "302 $url/"
equal "a third one" "$(COOKIES=$WORK/third submit /login /login username=ada password=engine)" "302 $url/"
visit / >"$WORK/other"
check "ends the first" grep -q 'This session has been expired' "$WORK/body"
equal "the logout" "$(COOKIES=$WORK/third submit / /logout)" "302 $url/login?bye"
check "  removes the cookie" grep -qi '^Set-Cookie: JSESSIONID=; .*Expires=Thu, 01 Jan 1970' "$WORK/head"
equal "  and the session" "$(COOKIES=$WORK/third visit /)" "302 $url/login"
equal "the second one stays" "$(COOKIES=$WORK/second visit /)" '200 '

app=${PIDS[-1]}
kill "$app"
check "ends" await 40 gone "$app"
equal "errors in the log" "$(grep -c ' ERROR ' "$WORK/log" || true)" 0

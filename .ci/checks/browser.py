"""Drives the demo's start page in Chromium: browser.py PORT TLS-PORT DIRECTORY-FOR-SCREENSHOTS. Ends with 1 where something is wrong."""
import base64
import http.client
import json
import os
import socket
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PORT, TLS_PORT, DIRECTORY = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
BOUND = 30  # seconds that a condition may take to come true

# What the page shows, read at one moment.
READ = """
const text = id => document.getElementById(id).textContent;
const number = id => Number(text(id).replaceAll(',', ''));
const pairs = id => Object.fromEntries([...document.querySelectorAll(`#${id} dd`)]
    .map(e => [e.dataset.name, Number(e.textContent.replaceAll(',', ''))]));
return {
  link: text('link'), open: number('open'), active: number('active'), rate: number('rate'), latency: text('latency'),
  rejected: number('rejected'), timeouts: number('timeouts'), panics: number('panics'), retries: number('retries'),
  states: Object.fromEntries([...document.querySelectorAll('#legend li')].map(
      e => [e.dataset.state, Number(e.textContent.replace(/^[^ ]* /, '').replaceAll(',', ''))])),
  reasons: pairs('reasons'), kinds: pairs('kinds'), trouble: text('trouble'), peak: text('rate-now'),
  running: [...document.querySelectorAll('#running tr')].map(r => [...r.cells].map(c => c.textContent))
};
"""

# How much of each chart is drawn, in pixels that are not transparent.
DRAWN = """
return ['rate', 'latency', 'states'].map(id => {
  const canvas = document.querySelector(`#${id}-chart canvas`);
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let drawn = 0;
  for (let i = 3; i < pixels.length; i += 4) drawn += pixels[i] > 0 ? 1 : 0;
  return drawn;
});
"""


def ok(text):
    print("ok    " + text, flush=True)


def check(condition, text):
    if not condition:
        raise AssertionError(text)
    ok(text)


def await_page(driver, what, condition):
    end = time.monotonic() + BOUND
    while True:
        page = driver.execute_script(READ)
        if condition(page):
            ok(what)
            return page
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {BOUND} s; the page shows {page}")
        time.sleep(0.1)


def connection():
    return socket.create_connection(("127.0.0.1", PORT), 10)


def endpoint():
    client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    client.request("GET", "/actuator/zokor")
    view = json.loads(client.getresponse().read())["servers"]["main"]
    client.close()
    return view


def refused(count):
    for _ in range(count):
        with connection() as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 400"), "a request without Host is refused"


def idle(count):
    clients = []
    for _ in range(count):
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        client.request("GET", "/api/items?limit=1")
        client.getresponse().read()
        clients.append(client)
    return clients


def click(driver, element):
    driver.execute_script("document.getElementById(arguments[0]).click()", element)


def screenshot(driver, name, width, height, dark, mobile):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 2 if mobile else 1, "mobile": mobile})
    end = time.monotonic() + BOUND
    while driver.execute_script("""
            const charts = [...document.querySelectorAll('.chart')];
            return innerWidth !== arguments[0] || matchMedia('(prefers-color-scheme: dark)').matches !== arguments[1]
                || charts.some(c => Math.abs(c.firstElementChild.clientWidth - c.clientWidth) > 1);""", width, dark):
        if time.monotonic() > end:
            raise AssertionError(f"{name}: the page does not follow the window")
        time.sleep(0.1)
    overflow = driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
    check(overflow <= 0, f"{name}: nothing is wider than {width} pixels")
    drawn = driver.execute_script(DRAWN)
    check(min(drawn) > 500, f"{name}: all charts are drawn, {drawn} pixels")
    paper = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    light = sum(int(part) for part in paper[4:-1].split(",")) > 380
    check(light != dark, f"{name}: the paper is {paper}")
    screenshot_of_page(driver, name)


def test(driver):
    driver.get(f"http://127.0.0.1:{PORT}/")
    page = await_page(driver, "the page is live", lambda p: p["link"] == "live" and p["open"] >= 1)
    check(page["retries"] == 0 and page["panics"] == 0 and page["rejected"] == 0, "no retry, panic or refusal at first")
    check(page["open"] == sum(page["states"].values()), "open connections are the sum of the states")
    check(["GET /api/stream"] == [r[0] for r in page["running"] if "stream" in r[0]], "its own stream is in flight")
    severe = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    check(severe == [], f"no console errors on load: {severe}")

    # ---- connections by state, and requests in flight
    clients = idle(25)
    slow = [connection() for _ in range(10)]
    for client in slow:
        client.sendall(b"GET /api/slow?ms=30000 HTTP/1.1\r\nHost: x\r\n\r\n")
    page = await_page(driver, "25 idle connections and 10 slow requests are shown", lambda p: p["states"]["idle"] >= 25
                      and p["active"] >= 11 and p["states"]["active"] >= 11)
    view = endpoint()
    check(view["connections"]["idle"] >= 25 and view["connections"]["active"] >= 11, "as the endpoint has them")
    await_page(driver, "the slow requests are listed with their phase",
               lambda p: sum((r[0], r[2]) == ("GET /api/slow", "handler") for r in p["running"]) >= 7)
    for client in clients:
        client.close()
    for client in slow:
        client.close()
    await_page(driver, "closed ones go", lambda p: p["states"]["idle"] < 25)

    # ---- refused by reason, panics
    refused(7)
    await_page(driver, "seven refusals by reason", lambda p: p["rejected"] == 7 and p["reasons"] == {"host": 7})
    click(driver, "make-refused")
    await_page(driver, "a target too long", lambda p: p["reasons"].get("uri-too-long") == 1 and p["rejected"] == 8
               and p["trouble"].startswith("status 414"))
    click(driver, "make-panic")
    await_page(driver, "a panic", lambda p: p["panics"] == 1 and p["trouble"].startswith("status 500"))

    # ---- throughput and latency
    before = driver.execute_script(READ)
    click(driver, "make-load")
    page = await_page(driver, "requests a second rise", lambda p: p["rate"] > max(10, before["rate"]))
    check(page["latency"].endswith(" ms"), "with a latency of " + page["latency"])
    page = await_page(driver, "the load ends", lambda p: "requests answered in five seconds" in p["trouble"])
    check(int(page["trouble"].split()[0].replace(",", "")) > 50, page["trouble"])
    check(page["peak"].startswith("peak "), "the chart's peak: " + page["peak"])

    # ---- as people see it
    screenshot(driver, "light", 1280, 900, dark=False, mobile=False)
    screenshot(driver, "dark", 1280, 900, dark=True, mobile=False)
    screenshot(driver, "phone-light", 390, 844, dark=False, mobile=True)
    screenshot(driver, "phone-dark", 390, 844, dark=True, mobile=True)

    # A page that is opened later has the past in its charts.
    driver.get(f"http://127.0.0.1:{PORT}/")
    await_page(driver, "a new page shows the load of before", lambda p: p["link"] == "live"
               and p["peak"].startswith("peak ") and float(p["peak"].split()[1].replace(",", "")) > 10)
    expected = ("/api/panic", "/api/items?xxx")
    severe = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"
              and not any(url in entry["message"] for url in expected)]
    check(severe == [], f"no console errors but for the two answers that were asked for: {severe}")


def test_http2(driver):
    """Over TLS the browser speaks HTTP/2, and the page shows its stream in flight. Its five minutes of event streams need one connection."""
    driver.get(f"https://127.0.0.1:{TLS_PORT}/")
    page = await_page(driver, "over TLS the page is live", lambda p: p["link"] == "live" and any("stream" in r[0] for r in p["running"]))
    shown = [r[1] for r in page["running"] if r[0] == "GET /api/stream"]
    check(any(s.startswith("h2 stream ") for s in shown), f"its protocol column says h2: {shown}")
    protocols = driver.execute_script("""
        return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
            .filter(e => !e.name.endsWith('/api/stream')).map(e => e.nextHopProtocol);""")
    check(len(protocols) > 3 and set(protocols) == {"h2"}, f"as the browser has it: {protocols}")


# What a page of the chat shows.
CHAT = """
return {
  link: document.getElementById('link').textContent, present: document.getElementById('present').textContent,
  said: [...document.querySelectorAll('#said li')].map(e => e.textContent),
  sessions: [...document.querySelectorAll('#sessions tr')].map(r => [...r.cells].map(c => c.textContent))
};
"""

SAY = """
document.querySelector('#say input').value = arguments[0];
document.querySelector('#say button').click();
"""


def chat(driver):
    """Two windows talk, and the live view shows their sessions."""
    def await_window(window, what, condition):
        driver.switch_to.window(window)
        end = time.monotonic() + BOUND
        while not condition(page := driver.execute_script(CHAT)):
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {BOUND} s; the page shows {page}")
            time.sleep(0.1)
        ok(what)
        return page

    first = driver.current_window_handle
    driver.get(f"http://127.0.0.1:{PORT}/chat.html")
    await_window(first, "one browser is in the chat", lambda p: p["link"] == "live" and p["present"] == "1 here")
    driver.switch_to.new_window("window")
    second = driver.current_window_handle
    driver.get(f"http://127.0.0.1:{PORT}/chat.html")
    await_window(second, "two are", lambda p: p["link"] == "live" and p["present"] == "2 here")
    driver.execute_script(SAY, "hello from the second")
    await_window(first, "the first hears the second", lambda p: p["said"] == ["hello from the second"])
    driver.execute_script(SAY, "gr\u00fc\u00df <b>dich</b>")
    await_window(second, "the second hears the first, as text",
                 lambda p: p["said"] == ["hello from the second", "gr\u00fc\u00df <b>dich</b>"])
    await_window(second, "the page lists both sessions", lambda p: [s[1] for s in p["sessions"]] == ["/api/chat"] * 2
                 and all(int(s[2]) == 1 for s in p["sessions"]))
    view = endpoint()
    check(view["connections"]["websocket"] == 2 and len(view["webSockets"]) == 2, "as the endpoint has them")
    screenshot_of_page(driver, "chat")
    driver.close()
    await_window(first, "the second leaves", lambda p: p["present"] == "1 here")


def screenshot_of_page(driver, name):
    image = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})["data"]
    with open(os.path.join(DIRECTORY, name + ".png"), "wb") as out:
        out.write(base64.b64decode(image))


def main():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server",
                     "--no-first-run", "--disable-extensions", "--disable-background-networking",
                     "--window-size=1280,900"):
        options.add_argument(argument)
    options.accept_insecure_certs = True
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(30)
    try:
        test(driver)
        chat(driver)
        test_http2(driver)
        return 0
    except AssertionError as e:
        print(f"FAIL  {e}", file=sys.stderr)
        for entry in driver.get_log("browser"):
            print("      console: " + entry["message"][:300], file=sys.stderr)
        return 1
    finally:
        driver.quit()


sys.exit(main())

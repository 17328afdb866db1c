'use strict';

const STATES = ['new', 'tls', 'active', 'idle', 'hijacked'];
const byId = id => document.getElementById(id);

// ---- the live stream

let last = null;

const rates = new Chart('rate', [{name: 'requests a second', colour: 'accent'}], rateText);
const latencies = new Chart('latency', [{name: 'mean latency', colour: 'tls'}], milliseconds);
const opens = new Chart('states', STATES.map(state => ({name: state, colour: state})), count);

async function begin() {
  try {
    for (const snapshot of await call('GET', '/api/history')) {
      chart(snapshot, false);
    }
    [rates, latencies, opens].forEach(chart => chart.draw());
  } catch (error) {
    // The charts begin with what the stream brings.
    console.warn('no history', error);
  }
  listen();
}

function listen() {
  const source = new EventSource('/api/stream');
  source.onopen = () => link('live', 'live');
  // The browser connects again by itself, unless it was told not to (as by a status other than 200).
  source.onerror = () => {
    link('lost', 'reconnecting');
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(listen, 3000);
    }
  };
  source.addEventListener('stats', event => show(JSON.parse(event.data)));
}

function link(state, text) {
  byId('link').dataset.state = state;
  byId('link').textContent = text;
}

function show(now) {
  number('open', total(now.connections));
  number('active', now.active);
  number('rejected', total(now.rejected));
  number('timeouts', total(now.timeouts));
  alarm('panics', now.panics);
  alarm('retries', now.acceptRetries);
  states(now.connections);
  counts('reasons', now.rejected);
  counts('kinds', now.timeouts);
  running(now.running);
  const drawn = chart(now, true);
  if (drawn) {
    byId('rate').textContent = rateText(drawn.rate);
    byId('latency').textContent = drawn.latency === null ? '–' : milliseconds(drawn.latency);
  }
}

// Adds what happened since the snapshot before to the charts.
function chart(now, draw) {
  const time = new Date(now.time) / 1000;
  const before = last;
  last = now;
  // A new start of the server counts from zero.
  const known = before !== null && now.requests >= before.requests && now.accepted >= before.accepted;
  const seconds = known ? time - new Date(before.time) / 1000 : 0;
  opens.add(time, STATES.map(state => now.connections[state] ?? 0), draw);
  if (seconds <= 0) {
    return null;
  }
  const done = now.requests - before.requests;
  const rate = done / seconds;
  const latency = done > 0 ? (now.requestSeconds - before.requestSeconds) / done * 1000 : null;
  rates.add(time, [rate], draw);
  latencies.add(time, [latency], draw);
  return {rate, latency};
}

function total(counts) {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

function count(n) {
  return Math.round(n).toLocaleString('en');
}

function rateText(rate) {
  return rate < 10 ? rate.toFixed(1) : count(rate);
}

function milliseconds(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${count(ms)} ms`;
}

function age(ms) {
  return ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min`;
}

function number(id, n) {
  byId(id).textContent = count(n);
}

function alarm(id, n) {
  number(id, n);
  byId(id).parentElement.classList.toggle('alarm', n > 0);
}

function states(connections) {
  const parts = STATES.filter(state => state in connections);
  byId('states').replaceChildren(...parts.filter(state => connections[state] > 0).map(state => {
    const part = document.createElement('span');
    part.style.flexGrow = connections[state];
    part.style.background = `var(--${state})`;
    return part;
  }));
  byId('legend').replaceChildren(...parts.map(state => {
    const entry = document.createElement('li');
    entry.style.setProperty('--tint', `var(--${state})`);
    entry.dataset.state = state;
    entry.textContent = `${state} ${count(connections[state])}`;
    return entry;
  }));
  byId('states').setAttribute('aria-label',
      'Connections by state: ' + parts.map(state => `${state} ${connections[state]}`).join(', '));
}

// A list of names with numbers, the largest first.
function counts(id, numbers) {
  const some = Object.entries(numbers).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  byId(id).replaceChildren(...some.flatMap(([name, n]) => {
    const term = document.createElement('dt');
    term.textContent = name;
    const value = document.createElement('dd');
    value.dataset.name = name;
    value.textContent = count(n);
    return [term, value];
  }));
  byId(`no-${id}`).hidden = some.length > 0;
}

function protocol(request) {
  return request.stream ? `${request.protocol} stream ${request.stream}` : request.protocol;
}

function running(requests) {
  byId('running').replaceChildren(...requests.map(request => {
    const row = document.createElement('tr');
    const cells = [`${request.method} ${request.path}`, protocol(request), request.phase, age(request.ageMillis)].map(text => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    });
    cells[3].className = 'right';
    row.append(...cells);
    return row;
  }));
}

// ---- the reading list

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : {'Content-Type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body)
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) {
    throw new Error(problem(answer, response.status));
  }
  return answer;
}

// A problem detail (RFC 9457), or whatever came instead of one.
function problem(answer, status) {
  if (answer && answer.errors) {
    return answer.errors.map(error => `${error.field} ${error.message}`).join(', ');
  }
  return answer && (answer.detail || answer.title || answer.error) || `status ${status}`;
}

async function refresh() {
  const items = await call('GET', '/api/items?limit=20');
  byId('items').replaceChildren(...items.map(row));
}

function row(item) {
  const entry = document.createElement('li');
  entry.classList.toggle('done', item.done);
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = item.done;
  box.setAttribute('aria-label', `${item.title}: read`);
  box.onchange = () => act(call('PATCH', `/api/items/${item.id}`, {done: box.checked}));
  const title = document.createElement(item.link ? 'a' : 'span');
  title.className = 'title';
  title.textContent = item.title;
  if (item.link) {
    title.href = item.link;
    title.rel = 'noreferrer';
  }
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.className = 'small';
  remove.textContent = '✕';
  remove.setAttribute('aria-label', `Remove ${item.title}`);
  remove.onclick = () => act(call('DELETE', `/api/items/${item.id}`));
  entry.append(box, title, remove);
  return entry;
}

async function act(promise) {
  byId('add-errors').textContent = '';
  try {
    await promise;
    await refresh();
    return true;
  } catch (error) {
    byId('add-errors').textContent = error.message;
    return false;
  }
}

byId('add').onsubmit = async event => {
  event.preventDefault();
  const form = event.target;
  const link = form.elements.link.value.trim();
  if (await act(call('POST', '/api/items', {title: form.elements.title.value, link: link || null}))) {
    form.reset();
  }
};

// ---- uploads; XMLHttpRequest tells how far they are

byId('upload').onsubmit = event => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector('button');
  const progress = byId('progress');
  const request = new XMLHttpRequest();
  request.open('POST', '/api/uploads');
  request.upload.onprogress = now => {
    progress.value = now.lengthComputable ? now.loaded / now.total : 0;
  };
  request.onload = () => {
    const answer = request.response;
    const fine = request.status === 200;
    byId('uploaded').hidden = !fine;
    if (fine) {
      byId('uploaded-name').textContent = answer.name;
      byId('uploaded-size').textContent = `${answer.size.toLocaleString('en')} bytes`;
      byId('uploaded-hash').textContent = answer.sha256;
    } else {
      byId('upload-errors').textContent = problem(answer, request.status);
    }
  };
  request.onerror = () => {
    byId('upload-errors').textContent = 'The connection was lost.';
  };
  request.onloadend = () => {
    button.disabled = false;
    progress.hidden = true;
  };
  request.responseType = 'json';
  byId('upload-errors').textContent = '';
  button.disabled = true;
  progress.value = 0;
  progress.hidden = false;
  request.send(new FormData(form));
};

// ---- trouble

async function attempt(button, what) {
  button.disabled = true;
  try {
    byId('trouble').textContent = await what();
  } catch (error) {
    byId('trouble').textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

byId('make-load').onclick = event => attempt(event.target, async () => {
  const until = performance.now() + 5000;
  let done = 0;
  const client = async () => {
    while (performance.now() < until) {
      await call('GET', '/api/items?limit=5');
      done++;
    }
  };
  await Promise.all(Array.from({length: 4}, client));
  return `${count(done)} requests answered in five seconds`;
});

byId('make-slow').onclick = event => attempt(event.target, async () => {
  const answer = await call('GET', '/api/slow?ms=3000');
  return `${answer.ms} ms on ${answer.thread}`;
});

byId('make-refused').onclick = event => attempt(event.target, async () => {
  const response = await fetch(`/api/items?${'x'.repeat(10_000)}`);
  return `status ${response.status}: ${(await response.text()).trim()}`;
});

byId('make-panic').onclick = event => attempt(event.target, async () => {
  const response = await fetch('/api/panic', {method: 'POST'});
  return `status ${response.status}; see the log for the stack`;
});

begin();
act(Promise.resolve());

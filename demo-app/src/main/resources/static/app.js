'use strict';

const STATES = ['new', 'tls', 'active', 'idle', 'hijacked'];
const KEPT = 180; // snapshots, one a second
const byId = id => document.getElementById(id);

// ---- the live stream

const rates = [];
const opens = [];
let last = null;

function listen() {
  const source = new EventSource('/api/stream');
  source.onopen = () => link('live', 'live');
  // The browser connects again by itself, unless it was told not to (as by a status other than 200).
  source.onerror = () => {
    link('lost', 'reconnecting');
    last = null;
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
  const open = total(now.connections);
  number('open', open);
  number('active', now.active);
  number('rejected', total(now.rejected));
  number('timeouts', total(now.timeouts));
  alarm('panics', now.panics);
  alarm('retries', now.acceptRetries);
  states(now.connections);
  reasons(now);
  draw('open', opens, open);
  if (last) {
    const seconds = (new Date(now.time) - new Date(last.time)) / 1000;
    const done = now.requests - last.requests;
    if (seconds > 0 && done >= 0) {
      const rate = done / seconds;
      byId('rate').textContent = rate < 10 ? rate.toFixed(1) : count(rate);
      byId('latency').textContent = done > 0 ? milliseconds((now.requestSeconds - last.requestSeconds) / done) : '–';
      draw('rate', rates, rate);
    }
  }
  last = now;
}

function total(counts) {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

function count(n) {
  return Math.round(n).toLocaleString('en');
}

function milliseconds(seconds) {
  const ms = seconds * 1000;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${count(ms)} ms`;
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

function reasons(now) {
  const list = (name, counts) => {
    const some = Object.entries(counts).filter(([, n]) => n > 0).map(([key, n]) => `${key} ${count(n)}`);
    return some.length ? `${name}: ${some.join(', ')}` : '';
  };
  byId('reasons').textContent =
      [list('Rejected', now.rejected), list('Timeouts', now.timeouts)].filter(Boolean).join(' · ');
}

function draw(name, values, value) {
  values.push(value);
  if (values.length > KEPT) {
    values.shift();
  }
  const peak = Math.max(...values);
  const top = Math.max(peak, 1);
  const points = values.map((v, i) => `${KEPT - values.length + i} ${(46 - 44 * v / top).toFixed(2)}`);
  const line = 'M' + points.join('L');
  const chart = byId(`${name}-chart`);
  chart.querySelector('.line').setAttribute('d', line);
  chart.querySelector('.area').setAttribute('d', `${line}V48H${KEPT - values.length}Z`);
  byId(`${name}-peak`).textContent = `peak ${count(peak)}`;
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

byId('make-panic').onclick = event => attempt(event.target, async () => {
  const response = await fetch('/api/panic', {method: 'POST'});
  return `status ${response.status}; see the log for the stack`;
});

listen();
act(Promise.resolve());

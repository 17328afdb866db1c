'use strict';

const byId = id => document.getElementById(id);
const KEPT = 100;

let socket = null;

function connect() {
  socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/chat`);
  socket.onopen = () => link('live', 'live');
  socket.onmessage = event => show(event.data);
  // The server has said goodbye, or is gone: it may be back soon.
  socket.onclose = event => {
    link('lost', `closed with ${event.code}`);
    setTimeout(connect, 2000);
  };
}

function link(state, text) {
  byId('link').dataset.state = state;
  byId('link').textContent = text;
}

// What begins with "> " was said; anything else tells who is there.
function show(text) {
  if (!text.startsWith('> ')) {
    byId('present').textContent = text;
    return;
  }
  const line = document.createElement('li');
  line.textContent = text.slice(2);
  byId('said').append(line);
  while (byId('said').children.length > KEPT) {
    byId('said').firstElementChild.remove();
  }
}

byId('say').addEventListener('submit', event => {
  event.preventDefault();
  const input = event.target.elements.text;
  if (socket !== null && socket.readyState === WebSocket.OPEN && input.value.trim() !== '') {
    socket.send(input.value);
    input.value = '';
  }
});

async function sessions() {
  try {
    const response = await fetch('/actuator/zokor');
    const open = (await response.json()).servers.main.webSockets;
    byId('sessions').replaceChildren(...open.map(session => {
      const row = document.createElement('tr');
      const cells = [session.connection, session.path, session.received, session.sent, `${Math.round(session.ageMillis / 1000)} s`];
      cells.forEach((cell, i) => {
        const data = row.insertCell();
        data.textContent = cell;
        data.className = i > 1 ? 'right' : '';
      });
      return row;
    }));
  } catch (error) {
    console.warn('no live view', error);
  }
  setTimeout(sessions, 1000);
}

connect();
sessions();

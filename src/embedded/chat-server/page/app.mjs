import { Chat } from './chat.mjs';
import { Rest } from './connection.mjs';
import { chooseLanguage, fillTexts, say } from './texts.mjs';

const SESSION = 'rdzen-chat-session';
const REASONS = {
  'wrong-admin-key': 'wrongKey',
  'too-many-requests': 'tooManyTries',
  'invalid-name': 'badName',
};

const rest = new Rest();
const door = document.getElementById('door');
const app = document.getElementById('app');
const form = document.getElementById('enter');
const nameField = document.getElementById('enter-name');
const keyField = document.getElementById('enter-key');
const complaint = document.getElementById('enter-error');

let config;
let chat;

function savedSession() {
  try {
    return JSON.parse(localStorage.getItem(SESSION));
  } catch {
    return null;
  }
}

function showDoor() {
  const saved = savedSession();
  app.hidden = true;
  door.hidden = false;
  if (saved?.name && !nameField.value) nameField.value = saved.name;
  nameField.focus();
}

async function enter(event) {
  event.preventDefault();
  complaint.hidden = true;
  try {
    // The token of an earlier visit makes its name ours again.
    rest.session = savedSession();
    const body = { name: nameField.value, ...(keyField.value && { adminKey: keyField.value }) };
    const session = await rest.post('/embedded/enter', body);
    localStorage.setItem(SESSION, JSON.stringify(session));
    keyField.value = '';
    await open(session);
  } catch (error) {
    const text = REASONS[error.code];
    complaint.textContent = text ? say(text) : say('failed', { reason: error.message });
    complaint.hidden = false;
  }
}

async function open(session) {
  rest.session = session;
  const me = await rest.get('me');
  door.hidden = true;
  app.hidden = false;
  chat = new Chat({ rest, config, me, session, onLeave: leave, onDenied: denied });
  await chat.start();
}

/** Leaving keeps the token, so that the same person can come back under the same name; only a refusal ends it. */
function leave() {
  location.reload();
}

function denied() {
  localStorage.removeItem(SESSION);
  location.reload();
}

async function main() {
  config = await rest
    .get('/embedded/config')
    .catch(() => ({ language: 'en', botUsername: '', maxMessageLength: 5000 }));
  chooseLanguage(config.language);
  fillTexts();
  document.title = config.siteName ?? document.title;
  form.addEventListener('submit', (event) => void enter(event));
  const saved = savedSession();
  if (!saved?.authToken || sessionStorage.getItem('left')) {
    sessionStorage.removeItem('left');
    showDoor();
    return;
  }
  try {
    await open(saved);
  } catch (error) {
    if (error.status === 401) localStorage.removeItem(SESSION);
    showDoor();
  }
}

void main();

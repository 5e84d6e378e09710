import { Chat } from './chat.mjs';
import { Rest } from './connection.mjs';
import { CoresPanel } from './cores-panel.mjs';
import { byId } from './dom.mjs';
import { Preferences } from './preferences.mjs';
import { addShortcuts } from './shortcuts.mjs';
import { forget, keep, kept } from './storage.mjs';
import { say } from './texts.mjs';

const SESSION = 'rdzen-chat-session';
const REASONS = {
  'wrong-admin-key': () => say('wrongKey'),
  'too-many-requests': () => say('tooManyTries'),
  'invalid-name': () => say('badName'),
};

const rest = new Rest();
const nameField = byId('enter-name');
const keyField = byId('enter-key');
const complaint = byId('enter-error');

let config;
let preferences;

const savedSession = () => kept(SESSION, null);

function showDoor() {
  const saved = savedSession();
  byId('app').hidden = true;
  byId('door').hidden = false;
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
    keep(SESSION, session);
    keyField.value = '';
    await open(session);
  } catch (error) {
    complaint.textContent = REASONS[error.code]?.() ?? say('failed', { reason: error.message });
    complaint.hidden = false;
  }
}

async function open(session) {
  rest.session = session;
  const me = await rest.get('me');
  byId('door').hidden = true;
  byId('app').hidden = false;
  const chat = new Chat({ rest, config, me, onDenied: denied });
  const cores = config.cores
    ? new CoresPanel(rest, preferences, () => chat.attempt(chat.askForStory()))
    : undefined;
  preferences.onLanguage(() => {
    chat.relabel();
    cores?.relabel();
  });
  addShortcuts(chat, cores);
  byId('leave').addEventListener('click', leave);
  chat.start();
}

/** Leaving keeps the token, so that the same person can come back under the same name; only a refusal ends it. */
function leave() {
  sessionStorage.setItem('left', '1');
  location.reload();
}

function denied() {
  forget(SESSION);
  location.reload();
}

async function main() {
  config = await rest
    .get('/embedded/config')
    .catch(() => ({ language: 'en', botUsername: '', maxMessageLength: 5000, siteName: 'Rdzen' }));
  preferences = new Preferences(config.language);
  preferences.furnish();
  document.title = config.siteName;
  byId('enter').addEventListener('submit', (event) => void enter(event));
  const saved = savedSession();
  if (!saved?.authToken || sessionStorage.getItem('left')) {
    sessionStorage.removeItem('left');
    showDoor();
    return;
  }
  try {
    await open(saved);
  } catch (error) {
    if (error.status === 401) forget(SESSION);
    showDoor();
  }
}

void main();

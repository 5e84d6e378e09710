import { Chat } from './chat.mjs';
import { Rest } from './connection.mjs';
import { CoresPanel } from './cores-panel.mjs';
import { byId } from './dom.mjs';
import { Preferences } from './preferences.mjs';
import { addShortcuts } from './shortcuts.mjs';
import { Sessions } from './sessions.mjs';
import { failure, say } from './texts.mjs';

const REASONS = {
  'wrong-admin-key': () => say('wrongKey'),
  'too-many-requests': () => say('tooManyTries'),
  'invalid-name': () => say('badName'),
  'reserved-name': () => say('reservedName'),
};

const rest = new Rest();
const sessions = new Sessions();
const nameField = byId('enter-name');
const keyField = byId('enter-key');
const complaint = byId('enter-error');

let config;
let preferences;
let entering = false;

function showDoor() {
  byId('app').hidden = true;
  byId('door').hidden = false;
  if (!nameField.value) nameField.value = sessions.last?.name ?? '';
  nameField.focus();
}

async function enter(event) {
  event.preventDefault();
  // Pressed twice, it would make two of one person.
  if (entering) return;
  entering = true;
  complaint.hidden = true;
  try {
    const name = nameField.value;
    rest.session = sessions.of(name);
    const session = await rest.post('/embedded/enter', {
      name,
      ...(keyField.value && { adminKey: keyField.value }),
    });
    sessions.entered(name, session);
    keyField.value = '';
    await open(session);
  } catch (error) {
    complaint.textContent = REASONS[error.code]?.() ?? failure(error);
    complaint.hidden = false;
    entering = false;
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
  byId('leave').addEventListener('click', () => void leave(), { once: true });
  chat.start();
}

/** A person's token stays, so that they can come back under the same name; an administrator's ends here and there. */
async function leave() {
  const { last } = sessions;
  sessions.leave();
  if (last?.admin) await rest.post('logout').catch(() => undefined);
  location.reload();
}

function denied() {
  sessions.denied();
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
  const { current } = sessions;
  if (!current) {
    showDoor();
    return;
  }
  try {
    await open(current);
  } catch (error) {
    if (error.status === 401) sessions.denied();
    showDoor();
  }
}

void main();

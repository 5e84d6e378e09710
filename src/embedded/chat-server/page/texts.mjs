const ENGLISH = {
  doorIntro: 'Choose a name and come in. The assistant is waiting in a direct message and in #general.',
  yourName: 'Your name',
  haveKey: 'I have the admin key',
  adminKey: 'Admin key',
  enter: 'Come in',
  wrongKey: 'This is not the admin key.',
  tooManyTries: 'Too many tries. Wait a minute.',
  badName: 'Please choose a name with at least one letter or digit.',
  failed: 'That did not work: {reason}',
  rooms: 'Rooms',
  newConversation: 'New conversation',
  askAssistant: 'Ask the assistant',
  askHint: 'Just the two of you',
  leave: 'Leave',
  admin: 'admin',
  back: 'Back to the rooms',
  close: 'Close',
  channels: 'Channels',
  directMessages: 'Direct messages',
  messages: 'Messages',
  thread: 'Thread',
  writeMessage: 'Write a message',
  mentionHint: 'Write, or ask @{bot}',
  replyInThread: 'Reply in the thread',
  send: 'Send',
  channelName: 'Name of the new channel',
  withAssistant: 'Bring the assistant along',
  createChannel: 'Create the channel',
  openChannels: 'Open channels',
  people: 'People',
  join: 'Join',
  none: 'None',
  isTyping: '{name} is typing …',
  areTyping: '{names} are typing …',
  connecting: 'Connecting …',
  reconnecting: 'Connection lost, trying again …',
  replies: '{count} in the thread',
  reply: 'Reply in a thread',
  edited: 'edited',
  notSent: 'Not sent.',
  again: 'Try again',
  empty: 'Nothing here yet. Say something.',
  askAnything: 'Ask me anything. If the core that answers dies, another one carries on.',
  tryStory: 'Tell me a long story',
  notLoaded: 'The messages could not be loaded.',
  tooLong: '{over} characters too long',
  joined: '{name} came in',
  left: '{name} left',
  added: '{author} brought {name} along',
  removed: '{author} removed {name}',
  deleted: 'This message was deleted',
};

const POLISH = {
  doorIntro: 'Podaj imię i wejdź. Asystent czeka w wiadomości prywatnej i na #general.',
  yourName: 'Twoje imię',
  haveKey: 'Mam klucz administratora',
  adminKey: 'Klucz administratora',
  enter: 'Wejdź',
  wrongKey: 'To nie jest klucz administratora.',
  tooManyTries: 'Zbyt wiele prób. Odczekaj minutę.',
  badName: 'Podaj imię, w którym jest choć jedna litera lub cyfra.',
  failed: 'Nie udało się: {reason}',
  rooms: 'Pokoje',
  newConversation: 'Nowa rozmowa',
  askAssistant: 'Zapytaj asystenta',
  askHint: 'Tylko we dwoje',
  leave: 'Wyjdź',
  admin: 'administrator',
  back: 'Wróć do pokojów',
  close: 'Zamknij',
  channels: 'Kanały',
  directMessages: 'Wiadomości prywatne',
  messages: 'Wiadomości',
  thread: 'Wątek',
  writeMessage: 'Napisz wiadomość',
  mentionHint: 'Napisz albo zapytaj @{bot}',
  replyInThread: 'Odpowiedz w wątku',
  send: 'Wyślij',
  channelName: 'Nazwa nowego kanału',
  withAssistant: 'Zaproś też asystenta',
  createChannel: 'Utwórz kanał',
  openChannels: 'Otwarte kanały',
  people: 'Osoby',
  join: 'Dołącz',
  none: 'Brak',
  isTyping: '{name} pisze …',
  areTyping: '{names} piszą …',
  connecting: 'Łączenie …',
  reconnecting: 'Utracono połączenie, ponawiam …',
  replies: 'W wątku: {count}',
  reply: 'Odpowiedz w wątku',
  edited: 'edytowano',
  notSent: 'Nie wysłano.',
  again: 'Spróbuj ponownie',
  empty: 'Jeszcze nic tu nie ma. Napisz coś.',
  askAnything: 'Zapytaj o cokolwiek. Jeśli odpowiadający rdzeń padnie, inny dokończy.',
  tryStory: 'Opowiedz mi długą historię',
  notLoaded: 'Nie udało się wczytać wiadomości.',
  tooLong: 'O {over} znaków za długo',
  joined: '{name} dołącza',
  left: '{name} wychodzi',
  added: '{author} zaprasza: {name}',
  removed: '{author} usuwa: {name}',
  deleted: 'Ta wiadomość została usunięta',
};

let texts = ENGLISH;

/** The browser's language where we have it, else the server's. */
export function chooseLanguage(serverLanguage) {
  const wished = [...(navigator.languages ?? [navigator.language]), serverLanguage].map((tag) =>
    String(tag).slice(0, 2).toLowerCase(),
  );
  const language = wished.find((tag) => tag === 'pl' || tag === 'en') ?? 'en';
  texts = language === 'pl' ? POLISH : ENGLISH;
  document.documentElement.lang = language;
}

export function say(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ''));
}

/** Fills the elements of the page that name a text. */
export function fillTexts(root = document) {
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
  for (const element of root.querySelectorAll('[data-title]')) {
    element.title = say(element.dataset.title);
    element.setAttribute('aria-label', element.title);
  }
  for (const element of root.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset.label));
  }
  for (const element of root.querySelectorAll('[data-placeholder]')) {
    element.placeholder = say(element.dataset.placeholder);
    element.setAttribute('aria-label', element.placeholder);
  }
}

export const TEXTS = { en: ENGLISH, pl: POLISH };

import type { Language } from '../config/settings';

/** Every sentence the assistant says of its own accord, by name; each takes its values and gives the finished text. */
interface Catalogue {
  switched(values: { from: number; to: number; cause: string }): string;
  switchedByHand(values: { from: number; to: number }): string;
  blackout(values: { waiting: number }): string;
  busyUser(): string;
  busyRoom(): string;
  busyAll(): string;
  tooLong(values: { characters: number; limit: number }): string;
  overBudget(values: { tokens: number; limit: number }): string;
  apology(): string;
  stopped(): string;
  nothingToStop(): string;
  startedAnew(): string;
  languageSet(): string;
  languageUnknown(values: { given: string; allowed: string }): string;
  listenAll(): string;
  listenMentions(): string;
  listenUsage(): string;
  switchDone(values: { core: number }): string;
  switchAlready(values: { core: number }): string;
  switchUsage(values: { cores: string }): string;
  unknownCommand(values: { given: string; nearest?: string }): string;
  forbidden(values: { command: string; who: string }): string;
  whoOperator(): string;
  whoModerator(): string;
  failed(values: { reason: string }): string;
  helpHead(): string;
  helpTail(): string;
  help(values: { command: string }): string;
  statusHead(values: { mode: string; epoch: number; waiting: number }): string;
  statusCore(values: { id: number; kind: string; active: boolean; state: string; detail: string }): string;
  lengthLimited(): string;
}

const HELP_EN: Record<string, string> = {
  help: 'this list',
  status: 'the cores and how they are',
  switch: '`!switch <core>`: make another core the active one',
  new: 'forget what was said here before',
  stop: 'stop the answer to your question',
  language: '`!language en|pl`: the language of this room',
  listen: '`!listen all|mentions`: answer every message here, or only mentions',
};

const HELP_PL: Record<string, string> = {
  help: 'ta lista',
  status: 'rdzenie i ich stan',
  switch: '`!switch <rdzeń>`: uczyń aktywnym inny rdzeń',
  new: 'zapomnij, o czym tu była mowa',
  stop: 'przerwij odpowiedź na Twoje pytanie',
  language: '`!language en|pl`: język tego pokoju',
  listen: '`!listen all|mentions`: odpowiadaj tu na każdą wiadomość albo tylko na wzmianki',
};

const EN: Catalogue = {
  switched: ({ from, to, cause }) => `⚠️ Switched from core ${from} to core ${to}: ${cause}. Answers go on.`,
  switchedByHand: ({ from, to }) => `🔀 Switched from core ${from} to core ${to}, as asked.`,
  blackout: ({ waiting }) =>
    `⏳ No core can answer right now. ${waiting === 1 ? 'Your question is' : `The ${waiting} questions here are`} kept and will be answered in order as soon as one is back.`,
  busyUser: () => 'You have several questions waiting already. Please ask again once they are answered.',
  busyRoom: () => 'Too many questions are waiting in this room. Please ask again in a moment.',
  busyAll: () => 'I have more questions waiting than I can answer soon. Please ask again in a few minutes.',
  tooLong: ({ characters, limit }) =>
    `Your message has ${characters} characters; I read at most ${limit}. Please shorten it or send it in pieces.`,
  overBudget: ({ tokens, limit }) =>
    `Your message is about ${tokens} tokens long; the model has room for about ${limit}. Please shorten it.`,
  apology: () =>
    '⚠️ I could not answer this: every try failed. It is kept, and an administrator can have it tried again.',
  stopped: () => '🛑 Stopped.',
  nothingToStop: () => 'There is no question of yours waiting or being answered here.',
  startedAnew: () => '🆕 We start anew: what was said here before is forgotten.',
  languageSet: () => 'From now on I speak English here.',
  languageUnknown: ({ given, allowed }) => `I do not know the language "${given}". I speak: ${allowed}.`,
  listenAll: () => 'From now on I answer every message in this room.',
  listenMentions: () => 'From now on I answer only when I am mentioned, and in threads I take part in.',
  listenUsage: () => 'Use `!listen all` or `!listen mentions`.',
  switchDone: ({ core }) => `Core ${core} is active now.`,
  switchAlready: ({ core }) => `Core ${core} is the active one already.`,
  switchUsage: ({ cores }) => `Use \`!switch <core>\`. The cores are ${cores}.`,
  unknownCommand: ({ given, nearest }) =>
    `I know no command \`!${given}\`.${nearest ? ` Did you mean \`!${nearest}\`?` : ''} \`!help\` lists them all.`,
  forbidden: ({ command, who }) => `\`!${command}\` is for ${who} only.`,
  whoOperator: () => 'administrators and operators of this workspace',
  whoModerator: () => 'owners and moderators of this room',
  failed: ({ reason }) => `That did not work: ${reason}`,
  helpHead: () => 'Ask me in a direct message, or mention me in a channel. Commands:',
  helpTail: () => 'I answer even when a model core fails: another one takes over.',
  help: ({ command }) => HELP_EN[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) => `**${mode}** · epoch ${epoch} · questions waiting: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- core ${id} (${kind}): ${active ? '**active**' : 'standby'}, ${state}${detail ? ` · ${detail}` : ''}`,
  lengthLimited: () => '_(cut off: the length limit of an answer was reached; ask me to go on)_',
};

const PL: Catalogue = {
  switched: ({ from, to, cause }) =>
    `⚠️ Przełączono z rdzenia ${from} na rdzeń ${to}: ${cause}. Odpowiadam dalej.`,
  switchedByHand: ({ from, to }) => `🔀 Przełączono na polecenie z rdzenia ${from} na rdzeń ${to}.`,
  blackout: ({ waiting }) =>
    `⏳ Żaden rdzeń nie może teraz odpowiedzieć. ${waiting === 1 ? 'Twoje pytanie czeka' : `Pytania czekające tutaj (${waiting}) są zachowane`} i odpowiedź nadejdzie po kolei, gdy tylko któryś wróci.`,
  busyUser: () => 'Masz już kilka czekających pytań. Zapytaj ponownie, gdy na nie odpowiem.',
  busyRoom: () => 'W tym pokoju czeka zbyt wiele pytań. Zapytaj ponownie za chwilę.',
  busyAll: () => 'Czeka więcej pytań, niż zdążę wkrótce obsłużyć. Zapytaj ponownie za kilka minut.',
  tooLong: ({ characters, limit }) =>
    `Twoja wiadomość ma ${characters} znaków; czytam najwyżej ${limit}. Skróć ją albo wyślij w częściach.`,
  overBudget: ({ tokens, limit }) =>
    `Twoja wiadomość ma około ${tokens} tokenów; model ma miejsce na około ${limit}. Skróć ją, proszę.`,
  apology: () =>
    '⚠️ Nie udało mi się na to odpowiedzieć: zawiodły wszystkie próby. Pytanie jest zachowane i administrator może zlecić kolejną.',
  stopped: () => '🛑 Przerwano.',
  nothingToStop: () => 'Żadne Twoje pytanie nie czeka tu na odpowiedź.',
  startedAnew: () => '🆕 Zaczynamy od nowa: zapominam, o czym tu była mowa.',
  languageSet: () => 'Od teraz mówię tu po polsku.',
  languageUnknown: ({ given, allowed }) => `Nie znam języka „${given}”. Mówię: ${allowed}.`,
  listenAll: () => 'Od teraz odpowiadam na każdą wiadomość w tym pokoju.',
  listenMentions: () => 'Od teraz odpowiadam tylko na wzmianki i w wątkach, w których biorę udział.',
  listenUsage: () => 'Użyj `!listen all` albo `!listen mentions`.',
  switchDone: ({ core }) => `Aktywny jest teraz rdzeń ${core}.`,
  switchAlready: ({ core }) => `Rdzeń ${core} już jest aktywny.`,
  switchUsage: ({ cores }) => `Użyj \`!switch <rdzeń>\`. Rdzenie: ${cores}.`,
  unknownCommand: ({ given, nearest }) =>
    `Nie znam polecenia \`!${given}\`.${nearest ? ` Czy chodziło o \`!${nearest}\`?` : ''} Wszystkie wymienia \`!help\`.`,
  forbidden: ({ command, who }) => `Z polecenia \`!${command}\` mogą korzystać tylko ${who}.`,
  whoOperator: () => 'administratorzy i operatorzy tego serwera',
  whoModerator: () => 'właściciele i moderatorzy tego pokoju',
  failed: ({ reason }) => `Nie udało się: ${reason}`,
  helpHead: () => 'Napisz do mnie w wiadomości bezpośredniej albo wspomnij mnie na kanale. Polecenia:',
  helpTail: () => 'Odpowiadam nawet wtedy, gdy rdzeń z modelem zawiedzie: przejmuje to inny.',
  help: ({ command }) => HELP_PL[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) => `**${mode}** · epoka ${epoch} · czekające pytania: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- rdzeń ${id} (${kind}): ${active ? '**aktywny**' : 'w odwodzie'}, ${state}${detail ? ` · ${detail}` : ''}`,
  lengthLimited: () => '_(ucięte: osiągnięto limit długości odpowiedzi; poproś o ciąg dalszy)_',
};

const CATALOGUES: Record<Language, Catalogue> = { en: EN, pl: PL };

export const LANGUAGES = Object.keys(CATALOGUES) as Language[];

/** The catalogue of a language. */
export function texts(language: Language): Catalogue {
  return CATALOGUES[language];
}

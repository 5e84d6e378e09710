import type { Language } from '../config/settings';

/** Every sentence the assistant says of its own accord, by name; each takes its values and gives the finished text. */
interface Catalogue {
  switched(values: { from: number; to: number }): string;
  switchedByHand(values: { from: number; to: number }): string;
  blackout(values: { waiting: number }): string;
  /** `percent` and `secondsLeft` where they are known. */
  preparing(values: {
    step: 'engine' | 'model' | 'checking';
    percent?: number;
    secondsLeft?: number;
    waiting: number;
  }): string;
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
  languageUsage(): string;
  languageUnknown(values: { given: string }): string;
  listenAll(): string;
  listenMentions(): string;
  listenUsage(): string;
  switchDone(values: { core: number }): string;
  switchAlready(values: { core: number }): string;
  switchUsage(values: { cores: string }): string;
  switchNoSuchCore(values: { core: number; cores: string }): string;
  switchNotReady(values: { core: number; state: string }): string;
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
  help: '`!help`: this list',
  status: '`!status`: the cores and how they are',
  switch: '`!switch <core>`: make another core the active one',
  new: '`!new`: forget what was said here before',
  stop: '`!stop`: stop the answer to your question',
  language: '`!language en|pl`: the language I speak in this room',
  listen: '`!listen all|mentions`: whether I answer every message here, or only when mentioned',
};

const HELP_PL: Record<string, string> = {
  help: '`!help`: ta lista',
  status: '`!status`: rdzenie i ich stan',
  switch: '`!switch <rdzeń>`: przełącz na inny rdzeń',
  new: '`!new`: zapomnij, o czym tu była mowa',
  stop: '`!stop`: przerwij odpowiedź na Twoje pytanie',
  language: '`!language en|pl`: język, którym mówię w tym pokoju',
  listen:
    '`!listen all|mentions`: czy odpowiadam tu na każdą wiadomość, czy tylko wtedy, gdy ktoś mnie oznaczy',
};

const MODES_EN: Record<string, string> = {
  NORMAL: 'All is well',
  SINGLE: 'Only one core can answer',
  BLACKOUT: 'No core can answer',
};

const MODES_PL: Record<string, string> = {
  NORMAL: 'Wszystko działa',
  SINGLE: 'Działa tylko jeden rdzeń',
  BLACKOUT: 'Żaden rdzeń nie może odpowiedzieć',
};

const STATES_EN: Record<string, string> = {
  unknown: 'not checked yet',
  starting: 'starting',
  warming: 'warming up',
  ready: 'ready',
  suspect: 'doubtful',
  down: 'down',
};

const STATES_PL: Record<string, string> = {
  unknown: 'jeszcze niesprawdzony',
  starting: 'uruchamia się',
  warming: 'rozgrzewa się',
  ready: 'gotowy',
  suspect: 'niepewny',
  down: 'nie działa',
};

const KINDS_EN: Record<string, string> = { ollama: 'Ollama', scripted: 'scripted', external: 'external' };
const KINDS_PL: Record<string, string> = { ollama: 'Ollama', scripted: 'skryptowy', external: 'zewnętrzny' };

const EN: Catalogue = {
  switched: ({ from, to }) =>
    `⚠️ Switched from core ${from} to core ${to}, because core ${from} failed. Answers go on.`,
  switchedByHand: ({ from, to }) => `🔀 Switched from core ${from} to core ${to}, as asked.`,
  blackout: ({ waiting }) =>
    waiting === 1
      ? '⏳ No core can answer right now. Your question is kept and will be answered as soon as one is back.'
      : `⏳ No core can answer right now. The ${waiting} questions waiting here are kept and will be answered in order as soon as one is back.`,
  preparing: ({ step, percent, secondsLeft, waiting }) => {
    const what = {
      engine: 'The engine that runs the language model is being installed',
      model: 'The language model is being fetched',
      checking: 'The language model is being checked',
    }[step];
    const done = percent === undefined ? '' : `, ${Math.floor(percent)} % so far`;
    const left = secondsLeft === undefined ? '' : `, about ${Math.max(1, Math.ceil(secondsLeft))} s to go`;
    const then =
      waiting === 1
        ? 'Your question is kept and will be answered after that.'
        : `The ${waiting} questions waiting here are kept and will be answered in order after that.`;
    return `⏳ ${what}${done}${left}. ${then}`;
  },
  busyUser: () => 'Those are many questions at once. Please ask again when I have answered the ones before.',
  busyRoom: () => 'Too many questions are waiting in this room. Please ask again in a moment.',
  busyAll: () => 'More questions are waiting than I can answer soon. Please ask again in a few minutes.',
  tooLong: ({ characters, limit }) =>
    `Your message has ${characters} characters; I can read at most ${limit}. Please shorten it, or send it in parts.`,
  overBudget: ({ tokens, limit }) =>
    `Your message takes up about ${tokens} tokens, and the model has room for about ${limit}. Please shorten it.`,
  apology: () =>
    '⚠️ I could not answer this question: every attempt failed. It is kept, and an administrator can have it tried again.',
  stopped: () => '🛑 Stopped.',
  nothingToStop: () => 'There is nothing to stop: no question of yours is waiting here.',
  startedAnew: () => '🆕 A fresh start: I forget what was said here before.',
  languageSet: () => 'From now on I speak English here.',
  languageUsage: () => 'Use `!language en` (English) or `!language pl` (Polish).',
  languageUnknown: ({ given }) => `I do not speak "${given}". ${EN.languageUsage()}`,
  listenAll: () => 'From now on I answer every message in this room.',
  listenMentions: () =>
    'From now on I answer here only when somebody mentions me, and in threads I take part in.',
  listenUsage: () => 'Use `!listen all` or `!listen mentions`.',
  switchDone: ({ core }) => `Core ${core} is active now.`,
  switchAlready: ({ core }) => `Core ${core} is active already.`,
  switchUsage: ({ cores }) => `Use \`!switch <core>\`. The cores are: ${cores}.`,
  switchNoSuchCore: ({ core, cores }) => `There is no core ${core}. The cores are: ${cores}.`,
  switchNotReady: ({ core, state }) =>
    `Core ${core} cannot take over now. Its state: ${STATES_EN[state] ?? state}. \`!status\` tells when it is ready.`,
  unknownCommand: ({ given, nearest }) =>
    `I do not know the command \`!${given}\`.${nearest ? ` Did you mean \`!${nearest}\`?` : ''} \`!help\` lists all commands.`,
  forbidden: ({ command, who }) => `Only ${who} may use \`!${command}\`.`,
  whoOperator: () => 'administrators and operators of this workspace',
  whoModerator: () => 'owners and moderators of this room',
  failed: ({ reason }) => `That did not work: ${reason}`,
  helpHead: () => 'Ask me in a direct message, or mention me in a channel. Commands:',
  helpTail: () => 'I answer even when a core fails: another one takes over.',
  help: ({ command }) => HELP_EN[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) =>
    `**${MODES_EN[mode] ?? mode}** · epoch ${epoch} · questions waiting: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- core ${id} (${KINDS_EN[kind] ?? kind}): ${active ? '**active**' : 'standby'}, ${STATES_EN[state] ?? state}${detail ? ` · ${detail}` : ''}`,
  lengthLimited: () => '_(cut off at the length limit of an answer; ask me to go on)_',
};

const PL: Catalogue = {
  switched: ({ from, to }) =>
    `⚠️ Przełączono z rdzenia ${from} na rdzeń ${to}, ponieważ rdzeń ${from} zawiódł. Odpowiadam dalej.`,
  switchedByHand: ({ from, to }) => `🔀 Przełączono na polecenie z rdzenia ${from} na rdzeń ${to}.`,
  blackout: ({ waiting }) =>
    waiting === 1
      ? '⏳ W tej chwili żaden rdzeń nie może odpowiedzieć. Twoje pytanie nie przepadnie: odpowiem na nie, gdy tylko któryś wróci.'
      : `⏳ W tej chwili żaden rdzeń nie może odpowiedzieć. Pytania czekające tutaj (${waiting}) nie przepadną: odpowiem na nie po kolei, gdy tylko któryś wróci.`,
  preparing: ({ step, percent, secondsLeft, waiting }) => {
    const what = {
      engine: 'Instaluję silnik modelu językowego',
      model: 'Pobieram model językowy',
      checking: 'Sprawdzam model językowy',
    }[step];
    const done = percent === undefined ? '' : `, na razie ${Math.floor(percent)} %`;
    const left = secondsLeft === undefined ? '' : `, zostało około ${Math.max(1, Math.ceil(secondsLeft))} s`;
    const then =
      waiting === 1
        ? 'Twoje pytanie nie przepadnie: zaraz potem na nie odpowiem.'
        : `Pytania czekające tutaj (${waiting}) nie przepadną: odpowiem na nie potem po kolei.`;
    return `⏳ ${what}${done}${left}. ${then}`;
  },
  busyUser: () => 'To dużo pytań naraz. Zapytaj ponownie, gdy odpowiem na poprzednie.',
  busyRoom: () => 'W tym pokoju czeka już zbyt wiele pytań. Zapytaj ponownie za chwilę.',
  busyAll: () => 'Czeka więcej pytań, niż zdążę wkrótce obsłużyć. Zapytaj ponownie za kilka minut.',
  tooLong: ({ characters, limit }) =>
    `Twoja wiadomość jest za długa (${characters} zn.): mogę przeczytać najwyżej ${limit} znaków. Skróć ją albo wyślij w częściach.`,
  overBudget: ({ tokens, limit }) =>
    `Twoja wiadomość zajmuje około ${tokens} tokenów, a model pomieści około ${limit}. Skróć ją, proszę.`,
  apology: () =>
    '⚠️ Nie udało mi się odpowiedzieć na to pytanie: zawiodły wszystkie próby. Pytanie nie przepadło i administrator może zlecić kolejną próbę.',
  stopped: () => '🛑 Przerwano.',
  nothingToStop: () => 'Nie ma czego przerywać: żadne Twoje pytanie nie czeka tu na odpowiedź.',
  startedAnew: () => '🆕 Zaczynamy od nowa: zapominam, o czym tu była mowa.',
  languageSet: () => 'Od teraz mówię tu po polsku.',
  languageUsage: () => 'Użyj `!language en` (angielski) albo `!language pl` (polski).',
  languageUnknown: ({ given }) => `Nie mówię w języku „${given}”. ${PL.languageUsage()}`,
  listenAll: () => 'Od teraz odpowiadam na każdą wiadomość w tym pokoju.',
  listenMentions: () =>
    'Od teraz odpowiadam tu tylko wtedy, gdy ktoś mnie oznaczy, oraz w wątkach, w których biorę udział.',
  listenUsage: () => 'Użyj `!listen all` albo `!listen mentions`.',
  switchDone: ({ core }) => `Aktywny jest teraz rdzeń ${core}.`,
  switchAlready: ({ core }) => `Rdzeń ${core} jest już aktywny.`,
  switchUsage: ({ cores }) => `Użyj \`!switch <rdzeń>\`. Dostępne rdzenie: ${cores}.`,
  switchNoSuchCore: ({ core, cores }) => `Nie ma rdzenia ${core}. Dostępne rdzenie: ${cores}.`,
  switchNotReady: ({ core, state }) =>
    `Rdzeń ${core} nie może teraz przejąć pracy. Jego stan: ${STATES_PL[state] ?? state}. Kiedy będzie gotowy, pokaże \`!status\`.`,
  unknownCommand: ({ given, nearest }) =>
    `Nie znam polecenia \`!${given}\`.${nearest ? ` Czy chodziło o \`!${nearest}\`?` : ''} Listę poleceń pokazuje \`!help\`.`,
  forbidden: ({ command, who }) => `Polecenie \`!${command}\` mogą wydawać tylko ${who}.`,
  whoOperator: () => 'administratorzy i operatorzy tego serwera',
  whoModerator: () => 'właściciele i moderatorzy tego pokoju',
  failed: ({ reason }) => `Nie udało się: ${reason}`,
  helpHead: () => 'Napisz do mnie w wiadomości bezpośredniej albo oznacz mnie na kanale. Polecenia:',
  helpTail: () => 'Odpowiadam nawet wtedy, gdy rdzeń zawiedzie: pracę przejmuje inny.',
  help: ({ command }) => HELP_PL[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) =>
    `**${MODES_PL[mode] ?? mode}** · epoka ${epoch} · pytania w kolejce: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- rdzeń ${id} (${KINDS_PL[kind] ?? kind}): ${active ? '**aktywny**' : 'w rezerwie'}, ${STATES_PL[state] ?? state}${detail ? ` · ${detail}` : ''}`,
  lengthLimited: () => '_(odpowiedź ucięta na granicy dozwolonej długości; poproś o ciąg dalszy)_',
};

const CATALOGUES: Record<Language, Catalogue> = { en: EN, pl: PL };

export const LANGUAGES = Object.keys(CATALOGUES) as Language[];

/** The catalogue of a language. */
export function texts(language: Language): Catalogue {
  return CATALOGUES[language];
}

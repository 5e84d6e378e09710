import { DRIFT_PL } from './drift-pl';
import type {
  ApprovalValues,
  HistoryLine,
  InstalledCard,
  InstallationTexts,
  InstalledLine,
  LifeWord,
  RefusedLine,
} from './installation-texts';
import { reasonPl } from './reasons-pl';
import { SERVICE_PL } from './service-pl';
import { STATES_PL } from './states';
import { about, type UseValues } from './use-texts';

const MOST_REFUSED = 5;
const VERDICT: Record<ApprovalValues['verdict'], string> = {
  pass: '✅ próba zakończona powodzeniem',
  pass_with_warnings: '🟡 próba zakończona powodzeniem, ale najpierw warto przeczytać uwagi',
  fail: '❌ próba zakończona niepowodzeniem',
  inconclusive: '❔ nie udało się tego ocenić',
};
const EFFECT = {
  read: 'które tylko czytają',
  write: 'które coś zmieniają',
  destructive: 'które coś niszczą lub nadpisują',
};
const STATE: Record<InstalledLine['state'], string> = {
  installing: '⏳ w trakcie instalacji',
  canary: '🐤 kanarek: tylko w pokoju, w którym o niego proszono, tylko narzędzia czytające',
  active: '✅ aktywny',
  quarantined: '⛔ kwarantanna: nic z niego nie działa',
  removed: 'usunięty',
};

const CORE_CANARY = '🐤 kanarek: odpowiada jak każdy rdzeń, przez dobę pod obserwacją';

function rightsLines({
  egress,
  internal,
  stateMiB,
  secrets,
  service,
  tools,
  answers,
}: ApprovalValues['rights']): string[] {
  const network = [
    ...(egress.length > 0 ? [`internet, ale tylko ${egress.join(', ')}`] : []),
    ...(internal.length > 0 ? [SERVICE_PL.uses(internal)] : []),
    ...(service ? [SERVICE_PL.reach] : []),
  ];
  return [
    ...(service ? [SERVICE_PL.right] : []),
    ...(answers ? ['- odpowiada na pytania jak każdy rdzeń: widzi rozmowy, w których odpowiada'] : []),
    `- dostęp do sieci: ${network.length > 0 ? network.join('; ') : 'żaden'}`,
    `- przechowuje: ${stateMiB === undefined ? 'nic po zatrzymaniu' : `pliki do ${stateMiB} MiB`}`,
    `- sekrety: ${secrets.length === 0 ? 'żadne' : secrets.join(', ')}`,
    ...(['read', 'write', 'destructive'] as const).flatMap((effect) => {
      const named = tools.filter((tool) => tool.effect === effect);
      const names = named.map(({ name, egress: out }) => `${name}${out ? ' (łączy się z siecią)' : ''}`);
      return names.length > 0 ? [`- narzędzia, ${EFFECT[effect]}: ${names.join(', ')}`] : [];
    }),
  ];
}

const WORD: Record<LifeWord, string> = {
  none: 'nowy',
  installing: 'w trakcie instalacji',
  canary: 'kanarek',
  active: 'aktywny',
  quarantined: 'kwarantanna',
  removed: 'usunięty',
};

const failed = (errors: number, rate: number): string =>
  errors === 0 ? 'wszystkie udane' : `nieudane: ${errors} (${rate.toLocaleString('pl')} %)`;

/** For a list: how it does, in a few words. */
const useWords = ({ days, calls, errors, errorRate }: UseValues): string =>
  calls === 0
    ? `przez ${days} dni ani jednego wywołania`
    : `wywołania przez ${days} dni: ${calls}, ${failed(errors, errorRate)}`;

function memoryLine({ memory }: UseValues, sleeps: boolean): string {
  if (memory) return `- pamięć teraz: ${memory.usedMiB} MiB z dozwolonych ${memory.limitMiB} MiB`;
  return sleeps ? '- pamięć teraz: żadna, komponent śpi, dopóki nikt go nie wywoła' : '- pamięć teraz: żadna';
}

function keptLines({ kept }: UseValues, service: boolean): string[] {
  if (kept === undefined) return [];
  if (!kept.isOver)
    return [`- dane teraz: ${kept.usedMiB.toLocaleString('pl')} MiB z dozwolonych ${kept.limitMiB} MiB`];
  const then = service ? '' : '; narzędzia, które zapisują, nie są wywoływane, dopóki nie będzie ich mniej';
  return [`- dane teraz: ⚠️ więcej niż dozwolone ${kept.limitMiB} MiB${then}`];
}

function useLines(use: UseValues, { service, state, usedBy = [] }: InstalledLine): string[] {
  const isService = service !== undefined;
  const takes = [memoryLine(use, !isService && state !== 'quarantined'), ...keptLines(use, isService)];
  if (service) return [`- stan: ${SERVICE_PL.health(service)}`, `- ${SERVICE_PL.usedBy(usedBy)}`, ...takes];
  return [
    `- użycie: ${useWords(use)}`,
    ...use.tools.map(
      ({ name, calls, errors, errorRate, p95Ms }) =>
        `- \`${name}\`: wywołania: ${calls}, ${failed(errors, errorRate)}, 95 % z nich do ${about(p95Ms, 'pl')}`,
    ),
    ...takes,
  ];
}

const REFUSED: Record<RefusedLine['reason'], string> = {
  'not-listed': 'nie ma go na liście',
  'private-address': 'to nie jest adres publiczny',
  limit: 'za dużo naraz albo zbyt długo bezczynnie',
};

function refusedLines(all: readonly RefusedLine[]): string[] {
  const some = all
    .slice(0, MOST_REFUSED)
    .map(
      ({ target, reason, times, last }) =>
        `\`${target}\` (razy: ${times}, ostatnio ${last}; ${REFUSED[reason]})`,
    );
  const more = all.length > MOST_REFUSED ? `; i jeszcze ${all.length - MOST_REFUSED}` : '';
  return some.length === 0 ? [] : [`- odmówiono dostępu do: ${some.join('; ')}${more}`];
}

function historyLine({ at, from, to, version, reason, by }: HistoryLine): string {
  const what = from === to ? `${WORD[to]}, teraz ${version}` : `${WORD[from]} → ${WORD[to]}, ${version}`;
  const who = by === undefined ? ', samoczynnie' : reason.includes(by) ? '' : `, przez ${by}`;
  return `- ${at}: ${what} (${reasonPl(reason)}${who})`;
}

const ofCore = (cores: NonNullable<InstalledLine['cores']>): string =>
  cores.length === 0
    ? 'nie jest jeszcze rdzeniem'
    : cores.map(({ id, state }) => `rdzeń ${id}, ${STATES_PL[state] ?? state}`).join('; ');

function canaryWord({ service, cores }: InstalledLine): string {
  return service ? SERVICE_PL.canary : cores ? CORE_CANARY : STATE.canary;
}

/** How it does, in a few words. */
function doesNow({ use, service, cores }: InstalledLine): string[] {
  if (cores) return [ofCore(cores)];
  if (!use) return [];
  return [service ? SERVICE_PL.health(service) : useWords(use)];
}

const NEXT = {
  installing: 'trwa porównanie z tym, co przeszło próbę',
  canary: 'kanarek w pokoju, w którym o nią proszono',
};
const NEXT_WATCHED = 'działa obok, przez dobę pod obserwacją';

function line(one: InstalledLine): string {
  const { title, name, version, state, next, dataStays, service, cores, usedBy = [] } = one;
  const runs = state === 'removed' ? (cores?.length ?? 0) > 0 : state !== 'installing';
  const going = next && ((service ?? cores) && next.state === 'canary' ? NEXT_WATCHED : NEXT[next.state]);
  return [
    `**${title}** ${version} (\`${name}\`): ${state === 'canary' ? canaryWord(one) : STATE[state]}`,
    ...(dataStays ? [`jego dane zostają; usuwa je \`!remove ${name} dane\``] : []),
    ...(state === 'removed' && usedBy.length > 0 ? [SERVICE_PL.missedBy(usedBy)] : []),
    ...(next ? [`w drodze wersja ${next.version}: ${going}`] : []),
    ...(runs ? doesNow(one) : []),
  ].join('; ');
}

function details(card: InstalledCard): string[] {
  return [
    ...rightsLines(card.rights),
    `- zatwierdzili: ${card.approvedBy.join(', ')}; próba ${card.trialId}; obraz \`${card.digest}\``,
    ...(card.use && !card.cores ? useLines(card.use, card) : []),
    ...refusedLines(card.refused),
    ...(card.calls && !card.service && !card.cores
      ? [
          `- ${card.calls.version} jako kanarek: wywołania ${card.calls.calls} z ${card.calls.needed} (i doba), potem dla wszystkich; nieudane: ${card.calls.failures}`,
        ]
      : []),
    ...(card.earlier.length > 0
      ? [
          `- można wrócić do: ${card.earlier.join(', ')} (\`!rollback ${card.name} ${card.earlier[0] ?? ''}\`)`,
        ]
      : []),
  ];
}

export const INSTALLATION_PL: InstallationTexts = {
  ...DRIFT_PL,
  approvalAsked: ({ code, title, name, version, verdict, rating, rights, drift, needed, page, askedBy }) =>
    [
      `📦 Czy ${drift ? 'zaktualizować' : 'zainstalować'} **${title}** ${drift ? 'do ' : ''}${version} (\`${name}\`)? ${VERDICT[verdict]}; ocena ${rating} z 8.`,
      ...(drift
        ? [
            'Co się zmieni w porównaniu z używaną wersją:',
            ...DRIFT_PL.drift(drift).map((one) => `- ${one}`),
            'Po zmianie:',
          ]
        : []),
      ...rightsLines(rights),
      `- o instalację prosi ${askedBy}; cały raport: ${page}`,
      needed > 1
        ? `Muszą się zgodzić dwie różne osoby z administracji: \`!approve ${code}\`. Odmowa: \`!reject ${code} powód\`. Ważne 7 dni.`
        : `Zgoda: \`!approve ${code}\`. Odmowa: \`!reject ${code} powód\`. Ważne 7 dni.`,
    ].join('\n'),
  installAsked: ({ title, version }) =>
    `📨 Zapytałem administratorów, czy można zainstalować ${title} ${version}. Odpowiedź pojawi się w tym pokoju.`,
  approvalRejected: ({ title, version, why, by }) =>
    `🚫 ${title} ${version} nie zostanie zainstalowany. ${by}: ${why}`,
  approvalGiven: ({ code, title, version, missing }) =>
    missing > 0
      ? `👍 Zapisane. ${title} ${version} wymaga jeszcze zgody (brakuje: ${missing}): inna osoba z administracji pisze \`!approve ${code}\`.`
      : `👍 ${title} ${version} zatwierdzony. Trwa porównanie z tym, co przeszło próbę.`,
  approvalTakenBack: ({ code, title, version }) =>
    `🚫 ${code} odrzucone: ${title} ${version} nie zostanie zainstalowany.`,
  componentChanged: ({ title, version, change, reason: inEnglish, service, answers }) => {
    const reason = reasonPl(inEnglish);
    return {
      canary: answers
        ? `🐤 ${title} ${version} zainstalowany, dołącza do rdzeni. Dostanie model, zacznie odpowiadać, gdy będzie gotowy, i przez dobę jest pod obserwacją.`
        : `🐤 ${title} ${version} zainstalowany, na początku tylko tam, gdzie o niego proszono, z narzędziami czytającymi. Po dobie i dwudziestu udanych wywołaniach będzie dla wszystkich.`,
      'upgrade-canary': answers
        ? `🐤 ${title} ${version} dołącza do rdzeni obok poprzedniej wersji, która odejdzie, gdy ten będzie gotowy przez dobę.`
        : `🐤 ${title} ${version} działa obok poprzedniej wersji, na początku tylko tam, gdzie o niego proszono.`,
      active: `✅ ${title} ${version} jest już dla wszystkich (${reason}).`,
      upgraded: `✅ ${title} ${version} zastąpił poprzednią wersję (${reason}).`,
      failed: `⚠️ ${title} ${version} nie został zainstalowany: ${reason}`,
      'rolled-back': `↩️ ${title} ${version} wycofany: ${reason}`,
      'back-to': `↩️ ${title} wrócił do wersji ${version} (${reason}).`,
      quarantined: `⛔ ${title} ${version} nie jest tym, co zatwierdzono, i nic z niego już nie działa: ${reason}`,
      removed: `🗑️ ${title} ${version} usunięty (${reason}).`,
      ...(service ? SERVICE_PL.changed({ title, version, reason }) : {}),
    }[change];
  },
  installUsage: () =>
    'Podaj nazwę komponentu, a także wersję, jeśli ma być inna niż najnowsza: `!install time-mcp` albo `!install time-mcp@1.0.6`. Najpierw musi przejść `!trial`.',
  approveUsage: () => 'Podaj kod z pytania: `!approve K3R9XQ`.',
  rejectUsage: () => 'Podaj kod z pytania i powód: `!reject K3R9XQ mamy już taki`.',
  removeUsage: () =>
    'Podaj nazwę zainstalowanego komponentu: `!remove time-mcp`. Jego dane zostają, chyba że napiszesz `!remove time-mcp dane`.',
  nameUsage: ({ command }) =>
    `Podaj nazwę zainstalowanego komponentu: \`!${command} time-mcp\`. Listę pokazuje \`!components\`.`,
  rollbackUsage: () =>
    'Podaj nazwę zainstalowanego komponentu, a także wersję, jeśli ma być inna niż ostatnia przed obecną: `!rollback time-mcp` albo `!rollback time-mcp 1.0.6`. Które są do wyboru, pokazuje `!components time-mcp`.',
  installedList: ({ components }) =>
    components.length === 0
      ? 'Żaden komponent nie jest zainstalowany. `!catalogue` pokazuje, co jest do wyboru, `!trial NAZWA` sprawdza komponent, `!install NAZWA` prosi o instalację.'
      : ['**Zainstalowane komponenty**', ...components.map((one) => `- ${line(one)}`)].join('\n'),
  installedCard: (card) =>
    [
      line({ ...card, use: undefined }),
      `- powód: ${reasonPl(card.reason)}`,
      ...(card.state === 'removed' ? [] : details(card)),
      '**Historia**',
      ...card.history.map(historyLine),
    ].join('\n'),
  installedDone: (one) => line(one),
};

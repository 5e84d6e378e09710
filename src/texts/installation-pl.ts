import { DRIFT_PL } from './drift-pl';
import type {
  ApprovalValues,
  HistoryLine,
  InstallationTexts,
  InstalledLine,
  LifeWord,
} from './installation-texts';
import { about, type UseValues } from './use-texts';

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

function rightsLines({ egress, internal, stateMiB, secrets, tools }: ApprovalValues['rights']): string[] {
  const network = [
    ...(egress.length > 0 ? [`internet, ale tylko ${egress.join(', ')}`] : []),
    ...(internal.length > 0 ? [`inne komponenty: ${internal.join(', ')}`] : []),
  ];
  return [
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

function useLines({ tools, memory, ...sum }: UseValues): string[] {
  return [
    `- użycie: ${useWords({ tools, ...sum })}`,
    ...tools.map(
      ({ name, calls, errors, errorRate, p95Ms }) =>
        `- \`${name}\`: wywołania: ${calls}, ${failed(errors, errorRate)}, 95 % z nich do ${about(p95Ms, 'pl')}`,
    ),
    memory
      ? `- pamięć teraz: ${memory.usedMiB} MiB z dozwolonych ${memory.limitMiB} MiB`
      : '- pamięć teraz: żadna, komponent śpi, dopóki nikt go nie wywoła',
  ];
}

function historyLine({ at, from, to, version, reason, by }: HistoryLine): string {
  const what = from === to ? `${WORD[to]}, teraz ${version}` : `${WORD[from]} → ${WORD[to]}, ${version}`;
  const who = by === undefined ? ', samoczynnie' : reason.includes(by) ? '' : `, przez ${by}`;
  return `- ${at}: ${what} (${reason}${who})`;
}

const line = ({ title, name, version, state, next, use }: InstalledLine): string =>
  `**${title}** ${version} (\`${name}\`): ${STATE[state]}${next === undefined ? '' : `; w drodze wersja ${next}`}${use ? `; ${useWords(use)}` : ''}`;

export const INSTALLATION_PL: InstallationTexts = {
  ...DRIFT_PL,
  approvalAsked: ({ code, title, name, version, verdict, rating, rights, drift, needed, page }) =>
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
      `- cały raport: ${page}`,
      needed > 1
        ? `Muszą się zgodzić dwie różne osoby z administracji: \`!approve ${code}\`. Odmowa: \`!reject ${code} powód\`. Ważne 7 dni.`
        : `Zgoda: \`!approve ${code}\`. Odmowa: \`!reject ${code} powód\`. Ważne 7 dni.`,
    ].join('\n'),
  installAsked: ({ title, version }) =>
    `📨 Zapytałem administratorów, czy można zainstalować ${title} ${version}. Odpowiedź pojawi się w tym pokoju.`,
  approvalRejected: ({ title, version, why }) => `🚫 ${title} ${version} nie zostanie zainstalowany: ${why}`,
  approvalGiven: ({ code, title, version, missing }) =>
    missing > 0
      ? `👍 Zapisane. ${title} ${version} wymaga jeszcze zgody (brakuje: ${missing}): inna osoba z administracji pisze \`!approve ${code}\`.`
      : `👍 ${title} ${version} zatwierdzony. Trwa porównanie z tym, co przeszło próbę.`,
  approvalTakenBack: ({ code, title, version }) =>
    `🚫 ${code} odrzucone: ${title} ${version} nie zostanie zainstalowany.`,
  componentChanged: ({ title, version, change, reason }) =>
    ({
      canary: `🐤 ${title} ${version} zainstalowany, na początku tylko tam, gdzie o niego proszono, z narzędziami czytającymi. Po dobie i dwudziestu udanych wywołaniach będzie dla wszystkich.`,
      'upgrade-canary': `🐤 ${title} ${version} działa obok poprzedniej wersji, na początku tylko tam, gdzie o niego proszono.`,
      active: `✅ ${title} ${version} jest już dla wszystkich (${reason}).`,
      upgraded: `✅ ${title} ${version} zastąpił poprzednią wersję (${reason}).`,
      failed: `⚠️ ${title} ${version} nie został zainstalowany: ${reason}`,
      'rolled-back': `↩️ ${title} ${version} wycofany: ${reason}`,
      'back-to': `↩️ ${title} wrócił do wersji ${version} (${reason}).`,
      quarantined: `⛔ ${title} ${version} nie jest tym, co zatwierdzono, i nic z niego już nie działa: ${reason}`,
      removed: `🗑️ ${title} ${version} usunięty (${reason}).`,
    })[change],
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
      `- powód: ${card.reason}`,
      ...rightsLines(card.rights),
      `- zatwierdzili: ${card.approvedBy.join(', ')}; próba ${card.trialId}; obraz ${card.digest}`,
      ...(card.use ? useLines(card.use) : []),
      ...(card.calls
        ? [`- wywołania jako kanarek: ${card.calls.calls}, w tym nieudane: ${card.calls.failures}`]
        : []),
      ...(card.earlier.length > 0
        ? [
            `- można wrócić do: ${card.earlier.join(', ')} (\`!rollback ${card.name} ${card.earlier[0] ?? ''}\`)`,
          ]
        : []),
      ...card.history.map(historyLine),
    ].join('\n'),
  installedDone: (one) => line(one),
};

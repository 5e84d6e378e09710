import { type DriftTexts, type DriftValues, few } from './drift-texts';

const DOES = { read: 'tylko czyta', write: 'coś zmienia', destructive: 'niszczy lub nadpisuje' };
const LIMIT = { memory: 'pamięć w MiB', processors: 'procesory', processes: 'procesy' };

const some = (names: readonly string[]): string => few(names, (count) => `i jeszcze ${count}`);
const listed = (head: string, names: readonly string[]): string[] =>
  names.length > 0 ? [`${head} ${some(names)}`] : [];
const does = (effect: keyof typeof DOES, egress: boolean): string =>
  `${DOES[effect]}${egress ? ', łączy się z siecią' : ''}`;

function rights({ reach, keeps, limits }: DriftValues): string[] {
  const kept = (mib: number): string => (mib === 0 ? 'nic' : `do ${mib} MiB`);
  return [
    ...listed('nowy dostęp do', reach.added),
    ...listed('koniec dostępu do', reach.removed),
    ...(keeps ? [`przechowuje ${kept(keeps.to)} (przedtem: ${kept(keeps.from)})`] : []),
    ...limits.map(({ of, from, to }) => `${LIMIT[of]}: ${from} → ${to}`),
  ];
}

function environment({ secrets, settings, program }: DriftValues): string[] {
  return [
    ...listed('chce poznać sekrety', secrets.added),
    ...listed('nie potrzebuje już sekretów', secrets.removed),
    ...listed('nowe:', settings.added),
    ...listed('usunięte:', settings.removed),
    ...listed('inne niż przedtem:', settings.changed),
    ...(program ? ['jest uruchamiany z innymi argumentami'] : []),
  ];
}

function changedTools({ texts, schemas, effects }: DriftValues['tools']): string[] {
  return [
    ...effects.map(({ name, from, to, egress }) => `${name} ${does(to, egress)} (przedtem: ${DOES[from]})`),
    ...listed('inny opis:', texts),
    ...listed('inne argumenty:', schemas),
  ];
}

export const DRIFT_PL: DriftTexts = {
  drift: (values) => {
    const { from, to, tools } = values;
    const points = [
      ['uprawnienia:', rights(values)],
      ['ustawienia:', environment(values)],
      [
        'nowe narzędzia:',
        tools.added.length > 0
          ? [some(tools.added.map(({ name, effect, egress }) => `${name} (${does(effect, egress)})`))]
          : [],
      ],
      ['narzędzia, których już nie ma:', tools.removed.length > 0 ? [some(tools.removed)] : []],
      ['narzędzia zmienione:', changedTools(tools)],
    ] as const;
    const said = points.flatMap(([head, found]) => (found.length > 0 ? [`${head} ${found.join('; ')}`] : []));
    return [
      from === to ? `wersja: ${to} jak przedtem, ale inny obraz` : `wersja: ${from} → ${to}`,
      ...(said.length > 0 ? said : ['uprawnienia, ustawienia i narzędzia bez zmian, co do słowa']),
    ];
  },
};

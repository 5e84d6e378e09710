import { type DriftTexts, type DriftValues, few } from './drift-texts';

const DOES = { read: 'only reads', write: 'changes something', destructive: 'destroys or overwrites' };
const LIMIT = { memory: 'memory in MiB', processors: 'processors', processes: 'processes' };

const some = (names: readonly string[]): string => few(names, (count) => `and ${count} more`);
const listed = (head: string, names: readonly string[]): string[] =>
  names.length > 0 ? [`${head} ${some(names)}`] : [];
const does = (effect: keyof typeof DOES, egress: boolean): string =>
  `${DOES[effect]}${egress ? ', reaches out' : ''}`;

function rights({ reach, keeps, limits }: DriftValues): string[] {
  const kept = (mib: number): string => (mib === 0 ? 'nothing' : `up to ${mib} MiB`);
  return [
    ...listed('may newly reach', reach.added),
    ...listed('no longer reaches', reach.removed),
    ...(keeps ? [`keeps ${kept(keeps.to)} (before: ${kept(keeps.from)})`] : []),
    ...limits.map(({ of, from, to }) => `${LIMIT[of]}: ${from} → ${to}`),
  ];
}

function environment({ secrets, settings, program }: DriftValues): string[] {
  return [
    ...listed('wants to be told the secrets', secrets.added),
    ...listed('no longer wants the secrets', secrets.removed),
    ...listed('new:', settings.added),
    ...listed('gone:', settings.removed),
    ...listed('otherwise than before:', settings.changed),
    ...(program ? ['it is started with other arguments'] : []),
  ];
}

function changedTools({ texts, schemas, effects }: DriftValues['tools']): string[] {
  return [
    ...effects.map(({ name, from, to, egress }) => `${name} ${does(to, egress)} (before: ${DOES[from]})`),
    ...listed('another description:', texts),
    ...listed('other arguments:', schemas),
  ];
}

export const DRIFT_EN: DriftTexts = {
  drift: (values) => {
    const { from, to, tools } = values;
    const points = [
      ['rights:', rights(values)],
      ['settings:', environment(values)],
      [
        'new tools:',
        tools.added.length > 0
          ? [some(tools.added.map(({ name, effect, egress }) => `${name} (${does(effect, egress)})`))]
          : [],
      ],
      ['tools that are gone:', tools.removed.length > 0 ? [some(tools.removed)] : []],
      ['tools that are not as they were:', changedTools(tools)],
    ] as const;
    const said = points.flatMap(([head, found]) => (found.length > 0 ? [`${head} ${found.join('; ')}`] : []));
    return [
      from === to ? `version: ${to} as before, but another image` : `version: ${from} → ${to}`,
      ...(said.length > 0 ? said : ['rights, settings and tools are the same, word for word']),
    ];
  },
};

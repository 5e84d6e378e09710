import { DRIFT_EN } from './drift-en';
import type {
  ApprovalValues,
  HistoryLine,
  InstalledCard,
  InstallationTexts,
  InstalledLine,
  LifeWord,
  RefusedLine,
} from './installation-texts';
import { SERVICE_EN } from './service-en';
import { STATES_EN } from './states';
import { about, type UseValues } from './use-texts';

const MOST_REFUSED = 5;
const VERDICT: Record<ApprovalValues['verdict'], string> = {
  pass: '✅ passed its trial',
  pass_with_warnings: '🟡 passed its trial, with something to read first',
  fail: '❌ did not pass its trial',
  inconclusive: '❔ could not be judged',
};
const EFFECT = {
  read: 'only read',
  write: 'change something',
  destructive: 'destroy or overwrite something',
};
const STATE: Record<InstalledLine['state'], string> = {
  installing: '⏳ being installed',
  canary: '🐤 canary: only in the room that asked, reading tools only',
  active: '✅ active',
  quarantined: '⛔ quarantined: nothing of it runs',
  removed: 'removed',
};

const CORE_CANARY = '🐤 canary: answers like any core, and is watched for a day';

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
    ...(egress.length > 0 ? [`the internet, but only ${egress.join(', ')}`] : []),
    ...(internal.length > 0 ? [SERVICE_EN.uses(internal)] : []),
    ...(service ? [SERVICE_EN.reach] : []),
  ];
  return [
    ...(service ? [SERVICE_EN.right] : []),
    ...(answers ? ['- answers questions, as any core: sees the conversations it answers in'] : []),
    `- may reach: ${network.length > 0 ? network.join('; ') : 'no network at all'}`,
    `- keeps: ${stateMiB === undefined ? 'nothing after it has stopped' : `files of up to ${stateMiB} MiB`}`,
    `- is told: ${secrets.length === 0 ? 'no secrets' : `the secrets ${secrets.join(', ')}`}`,
    ...(['read', 'write', 'destructive'] as const).flatMap((effect) => {
      const named = tools.filter((tool) => tool.effect === effect);
      const names = named.map(({ name, egress: out }) => `${name}${out ? ' (reaches out)' : ''}`);
      return names.length > 0 ? [`- tools that ${EFFECT[effect]}: ${names.join(', ')}`] : [];
    }),
  ];
}

const WORD: Record<LifeWord, string> = {
  none: 'new',
  installing: 'being installed',
  canary: 'canary',
  active: 'active',
  quarantined: 'quarantined',
  removed: 'removed',
};

const times = (calls: number): string => (calls === 1 ? '1 call' : `${calls} calls`);
const failed = (errors: number, rate: number): string =>
  errors === 0 ? 'none failed' : `${errors} failed (${rate.toLocaleString('en')} %)`;

/** For a list: how it does, in a few words. */
const useWords = ({ days, calls, errors, errorRate }: UseValues): string =>
  calls === 0
    ? `not called in ${days} days`
    : `${times(calls)} in ${days} days, ${failed(errors, errorRate)}`;

function memoryLine({ memory }: UseValues, sleeps: boolean): string {
  if (memory) return `- takes now: ${memory.usedMiB} MiB of the ${memory.limitMiB} MiB it may take`;
  return sleeps ? '- takes now: nothing, it sleeps until it is called' : '- takes now: nothing';
}

function keptLines({ kept }: UseValues, service: boolean): string[] {
  if (kept === undefined) return [];
  if (!kept.isOver)
    return [`- keeps now: ${kept.usedMiB.toLocaleString('en')} MiB of the ${kept.limitMiB} MiB it may keep`];
  const then = service ? '' : '; its tools that write are not called until it is less';
  return [`- keeps now: ⚠️ more than the ${kept.limitMiB} MiB it may keep${then}`];
}

function useLines(use: UseValues, { service, state, usedBy = [] }: InstalledLine): string[] {
  const isService = service !== undefined;
  const takes = [memoryLine(use, !isService && state !== 'quarantined'), ...keptLines(use, isService)];
  if (service) return [`- health: ${SERVICE_EN.health(service)}`, `- ${SERVICE_EN.usedBy(usedBy)}`, ...takes];
  return [
    `- used: ${useWords(use)}`,
    ...use.tools.map(
      ({ name, calls, errors, errorRate, p95Ms }) =>
        `- \`${name}\`: ${times(calls)}, ${failed(errors, errorRate)}, 95 % of them within ${about(p95Ms, 'en')}`,
    ),
    ...takes,
  ];
}

const REFUSED: Record<RefusedLine['reason'], string> = {
  'not-listed': 'not in its list',
  'private-address': 'no public address',
  limit: 'too much at once, or idle for too long',
};

function refusedLines(all: readonly RefusedLine[]): string[] {
  const some = all
    .slice(0, MOST_REFUSED)
    .map(
      ({ target, reason, times: count, last }) =>
        `\`${target}\` ${count === 1 ? 'once' : `${count} times`}, last ${last} (${REFUSED[reason]})`,
    );
  const more = all.length > MOST_REFUSED ? `; and ${all.length - MOST_REFUSED} more` : '';
  return some.length === 0 ? [] : [`- wanted to reach and was refused: ${some.join('; ')}${more}`];
}

function historyLine({ at, from, to, version, reason, by }: HistoryLine): string {
  const what = from === to ? `${WORD[to]}, now ${version}` : `${WORD[from]} → ${WORD[to]}, ${version}`;
  const who = by === undefined ? ', by itself' : reason.includes(by) ? '' : `, by ${by}`;
  return `- ${at}: ${what} (${reason}${who})`;
}

const ofCore = (cores: NonNullable<InstalledLine['cores']>): string =>
  cores.length === 0
    ? 'is no core yet'
    : cores.map(({ id, state }) => `is core ${id}, ${STATES_EN[state] ?? state}`).join('; ');

function canaryWord({ service, cores }: InstalledLine): string {
  return service ? SERVICE_EN.canary : cores ? CORE_CANARY : STATE.canary;
}

/** How it does, in a few words. */
function doesNow({ use, service, cores }: InstalledLine): string[] {
  if (cores) return [ofCore(cores)];
  if (!use) return [];
  return [service ? SERVICE_EN.health(service) : useWords(use)];
}

const NEXT = {
  installing: 'being compared with what was tried',
  canary: 'canary in the room that asked',
};
const NEXT_WATCHED = 'runs beside it, and is watched for a day';

function line(one: InstalledLine): string {
  const { title, name, version, state, next, dataStays, service, cores, usedBy = [] } = one;
  const runs = state === 'removed' ? (cores?.length ?? 0) > 0 : state !== 'installing';
  const going = next && ((service ?? cores) && next.state === 'canary' ? NEXT_WATCHED : NEXT[next.state]);
  return [
    `**${title}** ${version} (\`${name}\`): ${state === 'canary' ? canaryWord(one) : STATE[state]}`,
    ...(dataStays ? [`what it keeps stays; \`!remove ${name} data\` takes it away`] : []),
    ...(state === 'removed' && usedBy.length > 0 ? [SERVICE_EN.missedBy(usedBy)] : []),
    ...(next ? [`upgrade to ${next.version}: ${going}`] : []),
    ...(runs ? doesNow(one) : []),
  ].join('; ');
}

function details(card: InstalledCard): string[] {
  return [
    ...rightsLines(card.rights),
    `- approved by: ${card.approvedBy.join(', ')}; trial ${card.trialId}; image \`${card.digest}\``,
    ...(card.use && !card.cores ? useLines(card.use, card) : []),
    ...refusedLines(card.refused),
    ...(card.calls && !card.service && !card.cores
      ? [
          `- ${card.calls.version} as a canary: ${card.calls.calls} of ${card.calls.needed} calls and a day, then it is for everybody; ${card.calls.failures} failed`,
        ]
      : []),
    ...(card.earlier.length > 0
      ? [`- can go back to: ${card.earlier.join(', ')} (\`!rollback ${card.name} ${card.earlier[0] ?? ''}\`)`]
      : []),
  ];
}

export const INSTALLATION_EN: InstallationTexts = {
  ...DRIFT_EN,
  approvalAsked: ({ code, title, name, version, verdict, rating, rights, drift, needed, page, askedBy }) =>
    [
      `📦 Shall **${title}** ${drift ? `be upgraded to ${version}` : `${version} be installed`} (\`${name}\`)? It ${VERDICT[verdict]}; rating ${rating} of 8.`,
      ...(drift
        ? ['What differs from what is in use:', ...DRIFT_EN.drift(drift).map((one) => `- ${one}`), 'Then it:']
        : []),
      ...rightsLines(rights),
      `- asked for by ${askedBy}; the whole report: ${page}`,
      needed > 1
        ? `Two different administrators have to agree: \`!approve ${code}\`. No: \`!reject ${code} why\`. Open for 7 days.`
        : `Yes: \`!approve ${code}\`. No: \`!reject ${code} why\`. Open for 7 days.`,
    ].join('\n'),
  installAsked: ({ title, version }) =>
    `📨 I have asked the administrators whether ${title} ${version} may be installed. You hear from me in this room.`,
  approvalRejected: ({ title, version, why, by }) => `🚫 ${title} ${version} is not installed. ${by}: ${why}`,
  approvalGiven: ({ code, title, version, missing }) =>
    missing > 0
      ? `👍 Noted. ${title} ${version} needs ${missing} more: another administrator says \`!approve ${code}\`.`
      : `👍 ${title} ${version} is approved. It is being compared with what was tried.`,
  approvalTakenBack: ({ code, title, version }) =>
    `🚫 ${code} is rejected: ${title} ${version} is not installed.`,
  componentChanged: ({ title, version, change, reason, service, answers }) =>
    ({
      canary: answers
        ? `🐤 ${title} ${version} is installed and joins the cores. It is brought the model, answers once it is ready, and is watched for a day.`
        : `🐤 ${title} ${version} is installed, first only here where it was asked for, with its reading tools. After a day and twenty good calls it is for everybody.`,
      'upgrade-canary': answers
        ? `🐤 ${title} ${version} joins the cores beside the version before it, which leaves once this one was ready for a day.`
        : `🐤 ${title} ${version} is used beside the version before it, first only where it was asked for.`,
      active: `✅ ${title} ${version} is for everybody now (${reason}).`,
      upgraded: `✅ ${title} ${version} has taken the place of the version before it (${reason}).`,
      failed: `⚠️ ${title} ${version} was not installed: ${reason}`,
      'rolled-back': `↩️ ${title} ${version} went back: ${reason}`,
      'back-to': `↩️ ${title} is ${version} again, as it was before (${reason}).`,
      quarantined: `⛔ ${title} ${version} is not what was approved, and nothing of it runs any more: ${reason}`,
      removed: `🗑️ ${title} ${version} is removed${/^removed /.test(reason) ? reason.slice('removed'.length) : ` (${reason})`}.`,
      ...(service ? SERVICE_EN.changed({ title, version, reason }) : {}),
    })[change],
  installUsage: () =>
    'Give the name of a component, and a version where it is not the newest: `!install time-mcp` or `!install time-mcp@1.0.6`. It has to pass `!trial` first.',
  approveUsage: () => 'Give the code that stands in the question: `!approve K3R9XQ`.',
  rejectUsage: () =>
    'Give the code that stands in the question, and why: `!reject K3R9XQ we have one already`.',
  removeUsage: () =>
    'Give the name of an installed component: `!remove time-mcp`. What it keeps stays, unless you write `!remove time-mcp data`.',
  nameUsage: ({ command }) =>
    `Give the name of an installed component: \`!${command} time-mcp\`. \`!components\` lists them.`,
  rollbackUsage: () =>
    'Give the name of an installed component, and a version where it is not the last one before: `!rollback time-mcp` or `!rollback time-mcp 1.0.6`. `!components time-mcp` says which ones there are.',
  installedList: ({ components }) =>
    components.length === 0
      ? 'No component is installed. `!catalogue` lists what there is, `!trial NAME` tries one, `!install NAME` asks for it.'
      : ['**Installed components**', ...components.map((one) => `- ${line(one)}`)].join('\n'),
  installedCard: (card) =>
    [
      line({ ...card, use: undefined }),
      `- why: ${card.reason}`,
      ...(card.state === 'removed' ? [] : details(card)),
      '**History**',
      ...card.history.map(historyLine),
    ].join('\n'),
  installedDone: (one) => line(one),
};

import { DRIFT_EN } from './drift-en';
import type {
  ApprovalValues,
  HistoryLine,
  InstallationTexts,
  InstalledLine,
  LifeWord,
} from './installation-texts';
import { about, type UseValues } from './use-texts';

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

function rightsLines({ egress, internal, stateMiB, secrets, tools }: ApprovalValues['rights']): string[] {
  const network = [
    ...(egress.length > 0 ? [`the internet, but only ${egress.join(', ')}`] : []),
    ...(internal.length > 0 ? [`other components: ${internal.join(', ')}`] : []),
  ];
  return [
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

function useLines({ tools, memory, ...sum }: UseValues): string[] {
  return [
    `- used: ${useWords({ tools, ...sum })}`,
    ...tools.map(
      ({ name, calls, errors, errorRate, p95Ms }) =>
        `- \`${name}\`: ${times(calls)}, ${failed(errors, errorRate)}, 95 % of them within ${about(p95Ms, 'en')}`,
    ),
    memory
      ? `- takes now: ${memory.usedMiB} MiB of the ${memory.limitMiB} MiB it may take`
      : '- takes now: nothing, it sleeps until it is called',
  ];
}

function historyLine({ at, from, to, version, reason, by }: HistoryLine): string {
  const what = from === to ? `${WORD[to]}, now ${version}` : `${WORD[from]} → ${WORD[to]}, ${version}`;
  const who = by === undefined ? ', by itself' : reason.includes(by) ? '' : `, by ${by}`;
  return `- ${at}: ${what} (${reason}${who})`;
}

const line = ({ title, name, version, state, next, use }: InstalledLine): string =>
  `**${title}** ${version} (\`${name}\`): ${STATE[state]}${next === undefined ? '' : `; upgrade to ${next} on its way`}${use ? `; ${useWords(use)}` : ''}`;

export const INSTALLATION_EN: InstallationTexts = {
  ...DRIFT_EN,
  approvalAsked: ({ code, title, name, version, verdict, rating, rights, drift, needed, page }) =>
    [
      `📦 Shall **${title}** ${drift ? `be upgraded to ${version}` : `${version} be installed`} (\`${name}\`)? It ${VERDICT[verdict]}; rating ${rating} of 8.`,
      ...(drift
        ? ['What differs from what is in use:', ...DRIFT_EN.drift(drift).map((one) => `- ${one}`), 'Then it:']
        : []),
      ...rightsLines(rights),
      `- the whole report: ${page}`,
      needed > 1
        ? `Two different administrators have to agree: \`!approve ${code}\`. No: \`!reject ${code} why\`. Open for 7 days.`
        : `Yes: \`!approve ${code}\`. No: \`!reject ${code} why\`. Open for 7 days.`,
    ].join('\n'),
  installAsked: ({ title, version }) =>
    `📨 I have asked the administrators whether ${title} ${version} may be installed. You hear from me in this room.`,
  approvalRejected: ({ title, version, why }) => `🚫 ${title} ${version} is not installed: ${why}`,
  approvalGiven: ({ code, title, version, missing }) =>
    missing > 0
      ? `👍 Noted. ${title} ${version} needs ${missing} more: another administrator says \`!approve ${code}\`.`
      : `👍 ${title} ${version} is approved. It is being compared with what was tried.`,
  approvalTakenBack: ({ code, title, version }) =>
    `🚫 ${code} is rejected: ${title} ${version} is not installed.`,
  componentChanged: ({ title, version, change, reason }) =>
    ({
      canary: `🐤 ${title} ${version} is installed, first only here where it was asked for, with its reading tools. After a day and twenty good calls it is for everybody.`,
      'upgrade-canary': `🐤 ${title} ${version} is used beside the version before it, first only where it was asked for.`,
      active: `✅ ${title} ${version} is for everybody now (${reason}).`,
      upgraded: `✅ ${title} ${version} has taken the place of the version before it (${reason}).`,
      failed: `⚠️ ${title} ${version} was not installed: ${reason}`,
      'rolled-back': `↩️ ${title} ${version} went back: ${reason}`,
      'back-to': `↩️ ${title} is ${version} again, as it was before (${reason}).`,
      quarantined: `⛔ ${title} ${version} is not what was approved, and nothing of it runs any more: ${reason}`,
      removed: `🗑️ ${title} ${version} is removed (${reason}).`,
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
      ...rightsLines(card.rights),
      `- approved by: ${card.approvedBy.join(', ')}; trial ${card.trialId}; image ${card.digest}`,
      ...(card.use ? useLines(card.use) : []),
      ...(card.calls
        ? [`- calls as a canary: ${card.calls.calls}, of which ${card.calls.failures} failed`]
        : []),
      ...(card.earlier.length > 0
        ? [
            `- can go back to: ${card.earlier.join(', ')} (\`!rollback ${card.name} ${card.earlier[0] ?? ''}\`)`,
          ]
        : []),
      ...card.history.map(historyLine),
    ].join('\n'),
  installedDone: (one) => line(one),
};

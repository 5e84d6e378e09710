import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERTS, type AlertCatalogue, type AlertName } from './alerts';
import { ALERTS_EN } from './alerts-en';
import { LANGUAGES, texts } from './texts';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'operations.md');
const DOWN = { core: 2, state: 'down', reason: 'no answer' };
const COMPONENT = { title: 'Time', version: '1.0.6', reason: 'because' };

/** Every alert in every shape it has, as it is posted. */
const SAID: { [Name in AlertName]: (text: AlertCatalogue) => string[] } = {
  noStandby: (text) => [text.noStandby({ others: [DOWN] })],
  standbyCold: (text) => [text.standbyCold({ core: 2 })],
  standbyBack: (text) => [text.standbyBack({ core: 2, after: '3m' })],
  noCoreAnswers: (text) => [text.noCoreAnswers({ cores: [DOWN] })],
  coresAnswerAgain: (text) => [text.coresAnswerAgain({ core: 2, after: '3m' })],
  coreOutOfMemory: (text) => [text.coreOutOfMemory({ core: 2 })],
  repairFailed: (text) => [text.repairFailed({ core: 2, reason: 'no answer' })],
  pinned: (text) => [text.pinned({ core: 2 })],
  slowEverywhere: (text) => [
    text.slowEverywhere({ core: 1, pace: 2, others: [] }),
    text.slowEverywhere({ core: 1, pace: 2, others: [{ core: 2, pace: 3 }] }),
  ],
  deadLetter: (text) => [text.deadLetter({ deaths: 2, room: 'r', author: 'ann', id: 'x' })],
  dockerSilent: (text) => [text.dockerSilent({ problem: 'connect ENOENT' })],
  dockerBack: (text) => [text.dockerBack({ after: '3m' })],
  chatWasSilent: (text) => [text.chatWasSilent({ duration: '3m' })],
  journalDiskWasFull: (text) => [text.journalDiskWasFull({ duration: '3m' })],
  serviceRestarted: (text) => [text.serviceRestarted({ service: 'mongodb', reason: 'silence' })],
  chatServerUntested: (text) => [text.chatServerUntested({ version: '10.0', tested: '7 to 8' })],
  workspaceReadOnlySoon: (text) => [1, 5].map((days) => text.workspaceReadOnlySoon({ days })),
  workspaceReadOnly: (text) => [text.workspaceReadOnly()],
  modelCallsNoTools: (text) => [text.modelCallsNoTools({ model: 'm' })],
  componentUnavailable: (text) => [text.componentUnavailable({ name: 'time-mcp', reason: 'exit code 1' })],
  componentStrained: (text) =>
    (['memory', 'processor'] as const).map((of) =>
      text.componentStrained({ name: 'time-mcp', of, percent: 91 }),
    ),
  componentFull: (text) => [text.componentFull({ name: 'memory', limitMiB: 64 })],
  approvalAsked: (text) => [
    text.approvalAsked({
      ...{ code: 'K3R9XQ', title: 'Time', name: 'time-mcp', version: '1.0.6', verdict: 'pass', rating: 7 },
      ...{
        rights: { egress: [], internal: [], secrets: [], tools: [] },
        needed: 1,
        askedBy: '@ann',
        page: 'http://page',
      },
    }),
  ],
  componentChanged: (text) =>
    (
      [
        ...['canary', 'active', 'failed', 'rolled-back', 'back-to', 'quarantined', 'removed'],
        ...['upgrade-canary', 'upgraded'],
      ] as Parameters<AlertCatalogue['componentChanged']>[0]['change'][]
    ).map((change) => text.componentChanged({ ...COMPONENT, change })),
};

/** The quotations of each row of the table. */
function rows(): string[][] {
  const [, chapter = ''] = readFileSync(DOCUMENT, 'utf8').split('## What an alert means');
  const [table = ''] = chapter.split('\n## ');
  return table
    .split('\n')
    .filter((line) => line.startsWith('| "'))
    .map((line) => [...(line.split('|')[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, quoted = '']) => quoted));
}

describe('the alerts in docs/operations.md', () => {
  const said = ALERTS.flatMap((name) => SAID[name](texts('en')).map((text) => ({ name, text })));

  it.each(said)('explain $name (%#)', ({ text }) => {
    expect(rows().filter((quoted) => quoted.some((part) => text.includes(part)))).toHaveLength(1);
  });

  it('are none that nobody says', () => {
    const unsaid = rows()
      .flat()
      .filter((part) => !said.some(({ text }) => text.includes(part)));
    expect(unsaid).toEqual([]);
    expect(rows().length).toBeGreaterThan(20);
  });

  it('name every incident that is watched', () => {
    expect(ALERTS).toEqual(expect.arrayContaining(Object.keys(ALERTS_EN)));
  });

  it('are said in every language, each in its own words', () => {
    for (const name of ALERTS) {
      const all = LANGUAGES.map((language) => SAID[name](texts(language)).join('\n'));
      expect(new Set(all).size).toBe(LANGUAGES.length);
    }
  });
});

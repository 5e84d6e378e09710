import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrialReport } from '../src/sandbox/trial-report';
import { startLocalRegistry } from '../test/support/components/local-registry';
import { RunningRdzen } from '../test/support/running-rdzen';
import { stamp, until } from './support/clock';
import type { Figure, Measure } from './support/figure';
import { BUILD } from './support/programs';

const SHIPPED = resolve(__dirname, '../src/component-registry/shipped');
const MIB = 2 ** 20;

interface Entry {
  manifest: { name: string; version: string };
  /** Of npm. */
  packed: string;
  /** Last part of the name. */
  short: string;
}

/** The components of the catalogue that the product brings. */
function shipped(): Entry[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { manifest } = JSON.parse(readFileSync(join(SHIPPED, file), 'utf8')) as {
        manifest: { name: string; version: string; packages: { identifier: string; version: string }[] };
      };
      const { identifier = '', version = '' } = manifest.packages[0] ?? {};
      return {
        manifest,
        packed: `${identifier}@${version}`,
        short: manifest.name.split('/').pop() ?? '',
      };
    });
}

export const trials: Figure = {
  name: 'trials',
  title: 'Trials of the eight servers of the catalogue',
  definition:
    'Each server is packed from npm into a registry on this machine; then `POST /api/v1/trials` asks the real `node dist/main.js` for one trial after the other, all eight in turn, so often as there are runs. *Trial*: from the request to the report, the first pull of the image included in the first run; all trials of the run are one row, and every server has a row of its own (median of its runs). *Start to tools*: from the create call to the list of tools; *call*: p50 and p95 that the report tells of the trial’s own calls; *memory*: the highest that the engine told during the trial. One value per trial. Needs a Docker engine at its usual socket, the program `docker-registry` and the npm packages.',

  async measure({ runs, quick, say }) {
    const registry = await startLocalRegistry();
    const rdzen = await RunningRdzen.create({}, join(BUILD, 'main.js'));
    const all: Record<string, number[]> = { trial: [], start: [], p50: [], p95: [], memory: [] };
    const each = new Map<string, Record<string, number[]>>();
    const images: string[] = [];
    try {
      const entries = shipped().slice(0, quick ? 1 : undefined);
      for (const { packed, short } of entries) {
        const said = execFileSync(
          process.execPath,
          [
            join(BUILD, 'cli.js'),
            'component',
            'pack',
            packed,
            '--to',
            `${registry.host}/components/${short}`,
          ],
          {
            encoding: 'utf8',
            env: { ...process.env, RDZEN_DATA: rdzen.data },
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        );
        images.push(/pushed: {2}(\S+)/.exec(said)?.[1] ?? '');
        say(`packed ${packed}`);
      }
      await rdzen.launch();
      await rdzen.ready(60_000);
      for (let run = 0; run < runs; run++) {
        for (const { manifest, short } of entries) {
          const took = await oneTrial(rdzen, manifest.name);
          const { report, ms } = took;
          const row = each.get(short) ?? { trial: [], start: [], p95: [], memory: [] };
          each.set(short, row);
          const note = (name: string, value: number | undefined): void => {
            if (value === undefined) return;
            all[name]?.push(value);
            row[name]?.push(value);
          };
          note('trial', ms / 1_000);
          note('start', report.startToToolsMs);
          note('p50', report.latency?.p50);
          note('p95', report.latency?.p95);
          note('memory', report.resources && report.resources.peakMemoryBytes / MIB);
          say(`run ${run + 1}: ${short} ${report.verdict} in ${(ms / 1_000).toFixed(1)} s`);
        }
      }
    } finally {
      await rdzen.close();
      for (const image of images.filter(Boolean))
        execFileSync('docker', ['rmi', '--force', image], { stdio: 'ignore' });
      await registry.stop();
    }
    const measure = (name: string, unit: string, values: number[] = []): Measure => ({ name, unit, values });
    const measures: Measure[] = [
      { ...measure('trial, all servers', 's', all.trial), target: { of: 'worst', most: 60 } },
      measure('start to tools, all servers', 'ms', all.start),
      measure('call p50, all servers', 'ms', all.p50),
      measure('call p95, all servers', 'ms', all.p95),
      measure('memory, all servers', 'MiB', all.memory),
      ...[...each].flatMap(([short, row]) => [
        measure(`trial of ${short}`, 's', row.trial),
        measure(`start to tools of ${short}`, 'ms', row.start),
        measure(`call p95 of ${short}`, 'ms', row.p95),
        measure(`memory of ${short}`, 'MiB', row.memory),
      ]),
    ];
    return measures.filter(({ values }) => values.length > 0);
  },
};

async function oneTrial(
  rdzen: RunningRdzen,
  component: string,
): Promise<{ report: TrialReport; ms: number }> {
  const began = stamp();
  const { status, body } = await rdzen.api('POST', '/api/v1/trials', { component });
  if (status !== 202) throw new Error(`The trial of ${component} was refused: ${JSON.stringify(body)}`);
  const id = String(body.id);
  await until(
    `trial of ${component}`,
    async () => (await rdzen.api('GET', `/api/v1/trials/${id}`)).body.state === 'over',
    { withinMs: 180_000 },
  );
  const ms = stamp() - began;
  const { body: report } = await rdzen.api('GET', `/api/v1/trials/${id}/report`);
  return { report: report as unknown as TrialReport, ms };
}

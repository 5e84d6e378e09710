import { OllamaError, type OllamaErrorKind } from '../../../ollama/ollama-error';
import type { StoredModel } from '../../../ollama/model-folder';
import type { TriedCore } from '../../tried-core';
import type { TriedCores } from '../../tried-cores';
import type { TrialScene } from '../../trial-scene';
import { VirtualClock } from '../../../../test/support/virtual-clock';
import type { Finding } from '../../finding';
import { CORE_CHECKS } from '.';

const MIB = 2 ** 20;
const URL = 'http://127.0.0.1:1';
const STORED: StoredModel = { weights: [], adapters: [] };

interface World {
  version: string;
  models: string[];
  atHand?: { model: string; bytes: number };
  tokens: number;
  generates?: OllamaErrorKind;
  lists?: OllamaErrorKind;
  oom: boolean;
  processes: number;
  attempts?: number;
  exitCode: number;
}

const WELL: World = {
  ...{ version: '0.11.4', models: ['m'], tokens: 4, oom: false, processes: 12, attempts: 0, exitCode: 0 },
};

/** What a check finds of a core that is so. */
async function ask(id: string, more: Partial<World> = {}): Promise<Finding & { brought: string[] }> {
  const world = { ...WELL, ...more };
  const brought: string[] = [];
  const fail = (kind: OllamaErrorKind): Promise<never> => Promise.reject(new OllamaError(kind, URL, 'no'));
  const cores = {
    models: () => (world.lists ? fail(world.lists) : Promise.resolve(world.models)),
    atHand: () => Promise.resolve(world.atHand && { ...world.atHand, stored: STORED }),
    bring: (_: string, { model }: { model: string }) => Promise.resolve(void brought.push(model)),
    generate: () =>
      world.generates ? fail(world.generates) : Promise.resolve({ tokens: world.tokens, loadMs: 1 }),
  } as unknown as TriedCores;
  const core = {
    ...{ url: URL, version: world.version, startedInMs: 900 },
    container: {
      networkAttempts: () => Promise.resolve(world.attempts),
      stop: () => Promise.resolve(),
      inspect: () => Promise.resolve({ exitCode: world.exitCode }),
    },
  } as unknown as TriedCore;
  const scene = {
    ...{ core, cores, clock: new VirtualClock(), signal: new AbortController().signal, leftMs: 60_000 },
    limits: { memoryBytes: 256 * MIB, pids: 128 },
    block: { permissions: { filesystem: { state: { path: '/data', maxMiB: 200 } } } },
    watch: {
      ...{ now: () => Promise.resolve(), end: () => Promise.resolve(), curve: [[0, 1]], oom: world.oom },
      ...{ peakMemoryBytes: 100 * MIB, peakProcesses: world.processes },
    },
  } as unknown as TrialScene;
  const check = CORE_CHECKS.find((one) => one.id === id);
  if (!check) throw new Error(`no check ${id}`);
  return { ...(await check.ask(scene)), brought };
}

describe('the checks of a core', () => {
  it('are asked in this order, with the numbers that they have for all kinds', () => {
    expect(CORE_CHECKS.map(({ number, id }) => `${number} ${id}`)).toEqual([
      ...['0 admission', '1 image', '2 start', '3 protocol', '16 generation', '9 resources'],
      ...['11 egress', '17 stop'],
    ]);
  });

  it.each<[string, Partial<World>, Finding['status'], RegExp]>([
    ['protocol', {}, 'passed', /has 1 model$/],
    ['protocol', { models: [] }, 'passed', /no model of its own/],
    ['protocol', { version: '<html>' }, 'failed', /which is none/],
    ['protocol', { lists: 'malformed' }, 'failed', /does not list its models/],
    ['generation', {}, 'passed', /^m generated 4 tokens within 0\.0 s$/],
    ['generation', { tokens: 0 }, 'failed', /ended without a token/],
    ['generation', { generates: 'in-stream' }, 'failed', /does not generate \(in-stream\)/],
    ['generation', { models: [] }, 'not-measured', /none lies where it could be brought from/],
    [
      'generation',
      { models: [], atHand: { model: 'big', bytes: 201 * MIB } },
      'not-measured',
      /big has 201 MiB, more than the 200/,
    ],
    ['resources', {}, 'passed', /at most 100 of 256 MiB, 12 processes/],
    ['resources', { oom: true }, 'failed', /killed for the memory/],
    ['resources', { processes: 65 }, 'failed', /65 processes and threads, of 128/],
    ['egress', {}, 'passed', /tried nothing/],
    ['egress', { attempts: undefined }, 'passed', /cannot be counted/],
    ['egress', { attempts: 3 }, 'warned', /tried 3 times/],
    ['stop', {}, 'passed', /it ended 0 ms after/],
    ['stop', { exitCode: 137 }, 'warned', /was killed/],
  ])('%s of one that is %j: %s', async (id, world, status, detail) => {
    expect(await ask(id, world)).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  it('bring the model of production to one that has none, where it fits', async () => {
    const found = await ask('generation', { models: [], atHand: { model: 'small', bytes: 90 * MIB } });
    expect(found).toMatchObject({ status: 'passed', brought: ['small'] });
    expect(found.detail).toContain('small, which was brought to it, generated 4 tokens');
  });
});

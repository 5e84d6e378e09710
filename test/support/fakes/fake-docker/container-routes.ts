import { inspected, listed } from './container-report';
import { statsReport } from './stats-report';
import type { StreamName } from './frames';
import { Refusal } from './refusal';
import { type Call, filtersOf, isTrue, type Route } from './routes';

const graceMs = ({ query }: Call): number => Number(query.get('t') ?? 10) * 1000;

export const CONTAINER_ROUTES: readonly Route[] = [
  [
    'POST',
    /^\/containers\/create$/,
    ({ engine, query, body }) => [201, { Id: engine.create(query.get('name'), body).id, Warnings: [] }],
  ],
  [
    'GET',
    /^\/containers\/json$/,
    ({ engine, query }) => [200, engine.listContainers(isTrue(query, 'all'), filtersOf(query)).map(listed)],
  ],
  ['GET', /^\/containers\/([^/]+)\/json$/, ({ engine, which }) => [200, inspected(engine.container(which))]],
  [
    'POST',
    /^\/containers\/([^/]+)\/start$/,
    ({ engine, which }) => [engine.container(which).start() ? 204 : 304],
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/stop$/,
    async (call) => [(await call.engine.container(call.which).stop(graceMs(call))) ? 204 : 304],
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/restart$/,
    async (call) => {
      await call.engine.container(call.which).restart(graceMs(call));
      return [204];
    },
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/kill$/,
    ({ engine, which, query }) => {
      try {
        engine.container(which).kill(query.get('signal') ?? 'SIGKILL');
      } catch (error) {
        if (error instanceof Refusal && error.status === 404)
          throw new Refusal(404, `Cannot kill container: ${which}: ${error.message}`);
        throw error;
      }
      return [204];
    },
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/pause$/,
    ({ engine, which }) => {
      engine.container(which).pause();
      return [204];
    },
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/unpause$/,
    ({ engine, which }) => {
      engine.container(which).unpause();
      return [204];
    },
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/rename$/,
    ({ engine, which, query }) => {
      engine.rename(which, query.get('name'));
      return [204];
    },
  ],
  [
    'DELETE',
    /^\/containers\/([^/]+)$/,
    async ({ engine, which, query }) => {
      await engine.remove(which, isTrue(query, 'force'), isTrue(query, 'v'));
      return [204];
    },
  ],
  [
    'GET',
    /^\/containers\/([^/]+)\/stats$/,
    async ({ engine, which }) => [200, await statsReport(engine.container(which))],
  ],
  [
    'GET',
    /^\/containers\/([^/]+)\/logs$/,
    ({ engine, which, query, response }) => {
      const { output } = engine.container(which);
      const streams = (['stdout', 'stderr'] as const).filter((name) => isTrue(query, name));
      if (streams.length === 0) throw new Refusal(400, 'Bad parameters: you must choose at least one stream');
      const asked = query.get('tail');
      const tail = asked === null || asked === 'all' ? Infinity : Number(asked);
      response.writeHead(200);
      response.end(output.log(new Set<StreamName>(streams), tail));
      return undefined;
    },
  ],
];

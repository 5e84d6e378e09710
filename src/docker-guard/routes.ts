/** Whose things a call may name: ours; ours and those we look after; or it names none. */
export type Level = 'managed' | 'watched' | 'none';

/** How the engine's answer goes on to the client. */
export type Answer =
  'plain' | 'containers' | 'networks' | 'volumes' | 'inspection' | 'information' | 'events' | 'raw';

export type BodyKind = 'create' | 'update' | 'network' | 'volume' | 'connect' | 'disconnect' | 'archive';

export interface Route {
  /** Id of the rule, for the log and the documents. */
  rule: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** With at most one of {container}, {network}, {volume}, {image}. */
  path: string;
  level: Level;
  /** Query keys that go on. */
  query: readonly string[];
  body?: BodyKind;
  answer: Answer;
}

const route = (
  rule: string,
  call: string,
  level: Level,
  query: readonly string[] = [],
  more: { body?: BodyKind; answer?: Answer } = {},
): Route => {
  const [method, path] = call.split(' ') as [Route['method'], string];
  return {
    rule,
    method,
    path,
    level,
    query,
    answer: more.answer ?? 'plain',
    ...(more.body ? { body: more.body } : {}),
  };
};

const LOGS = ['stdout', 'stderr', 'follow', 'since', 'until', 'timestamps', 'tail'];
const ATTACH = ['logs', 'stream', 'stdin', 'stdout', 'stderr', 'detachKeys'];

/** All that is let through; what is not here is refused: exec, build, commit, swarm, plugins, prune, ... */
export const ROUTES: readonly Route[] = [
  route('engine.ping', 'GET /_ping', 'none'),
  route('engine.ping', 'HEAD /_ping', 'none'),
  route('engine.version', 'GET /version', 'none'),
  route('engine.info', 'GET /info', 'none', [], { answer: 'information' }),
  route('engine.events', 'GET /events', 'none', ['since', 'until', 'filters'], { answer: 'events' }),
  route('container.list', 'GET /containers/json', 'none', ['all', 'limit', 'size', 'filters'], {
    answer: 'containers',
  }),
  route('container.create', 'POST /containers/create', 'none', ['name'], { body: 'create' }),
  route('container.inspect', 'GET /containers/{container}/json', 'watched', ['size'], {
    answer: 'inspection',
  }),
  route('container.logs', 'GET /containers/{container}/logs', 'watched', LOGS),
  route('container.stats', 'GET /containers/{container}/stats', 'watched', ['stream', 'one-shot']),
  route('container.restart', 'POST /containers/{container}/restart', 'watched', ['t', 'signal']),
  route('container.top', 'GET /containers/{container}/top', 'managed'),
  route('container.changes', 'GET /containers/{container}/changes', 'managed'),
  route('container.start', 'POST /containers/{container}/start', 'managed'),
  route('container.stop', 'POST /containers/{container}/stop', 'managed', ['t', 'signal']),
  route('container.kill', 'POST /containers/{container}/kill', 'managed', ['signal']),
  route('container.pause', 'POST /containers/{container}/pause', 'managed'),
  route('container.unpause', 'POST /containers/{container}/unpause', 'managed'),
  route('container.wait', 'POST /containers/{container}/wait', 'managed', ['condition']),
  route('container.attach', 'POST /containers/{container}/attach', 'managed', ATTACH, { answer: 'raw' }),
  route('container.rename', 'POST /containers/{container}/rename', 'managed', ['name']),
  route('container.update', 'POST /containers/{container}/update', 'managed', [], { body: 'update' }),
  route('container.read', 'GET /containers/{container}/archive', 'managed', ['path']),
  route('container.fill', 'PUT /containers/{container}/archive', 'managed', ['path'], { body: 'archive' }),
  route('container.remove', 'DELETE /containers/{container}', 'managed', ['v', 'force']),
  route('network.list', 'GET /networks', 'none', ['filters'], { answer: 'networks' }),
  route('network.create', 'POST /networks/create', 'none', [], { body: 'network' }),
  route('network.inspect', 'GET /networks/{network}', 'managed'),
  route('network.connect', 'POST /networks/{network}/connect', 'none', [], { body: 'connect' }),
  route('network.disconnect', 'POST /networks/{network}/disconnect', 'none', [], { body: 'disconnect' }),
  route('network.remove', 'DELETE /networks/{network}', 'managed'),
  route('volume.list', 'GET /volumes', 'none', ['filters'], { answer: 'volumes' }),
  route('volume.create', 'POST /volumes/create', 'none', [], { body: 'volume' }),
  route('volume.inspect', 'GET /volumes/{volume}', 'managed'),
  route('volume.remove', 'DELETE /volumes/{volume}', 'managed', ['force']),
  route('image.list', 'GET /images/json', 'none', ['all', 'filters', 'digests']),
  route('image.inspect', 'GET /images/{image}/json', 'none'),
  route('image.pull', 'POST /images/create', 'none', ['fromImage', 'tag', 'platform']),
  route('image.remove', 'DELETE /images/{image}', 'managed', ['force', 'noprune']),
];

const BOOLEAN = /^(true|false|True|False|0|1|)$/;
const TIME = /^-?\d{1,12}(\.\d{1,9})?$|^[0-9TZ:.+-]{1,40}$/;

/** What a query key may hold. `filters` is JSON and judged as such; `name`, `fromImage` and `tag` have rules of their own. */
export const QUERY_VALUES: Readonly<Record<string, RegExp>> = {
  all: BOOLEAN,
  condition: /^(not-running|next-exit|removed|)$/,
  detachKeys: /^[a-zA-Z0-9,@^[\]_-]{0,60}$/,
  digests: BOOLEAN,
  filters: /^[^]*$/,
  follow: BOOLEAN,
  force: BOOLEAN,
  fromImage: /^[^]*$/,
  limit: /^-?\d{1,6}$/,
  logs: BOOLEAN,
  name: /^[^]*$/,
  noprune: BOOLEAN,
  'one-shot': BOOLEAN,
  path: /^\/[A-Za-z0-9_./-]{0,200}$/,
  platform: /^[a-z0-9/]{0,40}$/,
  signal: /^(SIG)?[A-Z0-9+-]{1,12}$/,
  since: TIME,
  size: BOOLEAN,
  stderr: BOOLEAN,
  stdin: BOOLEAN,
  stdout: BOOLEAN,
  stream: BOOLEAN,
  t: /^-?\d{1,4}$/,
  tag: /^[^]*$/,
  tail: /^(all|\d{1,9}|)$/,
  timestamps: BOOLEAN,
  until: TIME,
  v: BOOLEAN,
};

const PLACES = {
  container: '[A-Za-z0-9][A-Za-z0-9_.-]*',
  network: '[A-Za-z0-9][A-Za-z0-9_.-]*',
  volume: '[A-Za-z0-9][A-Za-z0-9_.-]*',
  image: '[A-Za-z0-9][A-Za-z0-9_.:/@-]*?',
} as const;

export type Place = keyof typeof PLACES;

export interface Found {
  route: Route;
  place?: Place;
  reference: string;
}

const PATTERNS = ROUTES.map((found) => {
  const place = /\{(\w+)\}/.exec(found.path)?.[1] as Place | undefined;
  const pattern = place ? found.path.replace(`{${place}}`, `(${PLACES[place]})`) : found.path;
  return { route: found, place, pattern: new RegExp(`^${pattern}$`) };
});

export function findRoute(method: string, path: string): Found | undefined {
  for (const { route: found, place, pattern } of PATTERNS) {
    const match = found.method === method ? pattern.exec(path) : null;
    if (match) return { route: found, ...(place ? { place } : {}), reference: match[1] ?? '' };
  }
  return undefined;
}

import type { Check } from './checks';
import {
  containerLabels,
  containerName,
  type Counted,
  type Facts,
  isManaged,
  isWatched,
  objectAt,
  textAt,
} from './facts';
import { judgeFields } from './field-rules';
import { isPinned, parseImage } from './image-reference';
import { judgeArchive } from './judge-archive';
import { judgeCreate } from './judge-create';
import { judgeConnect, judgeDisconnect } from './judge-network';
import type { Policy } from './policy';
import { forbidden, invisible, malformed, Refusal } from './refusal';
import { parseTarget } from './request-target';
import { type Answer, type Found, findRoute, QUERY_VALUES, type Route } from './routes';
import { isObject, type JsonObject, parseStrictJson } from './strict-json';

export interface Asked {
  method: string;
  /** As it stands in the request line. */
  url: string;
  /** The client wants the connection for itself. */
  upgrade: boolean;
  /** Read only where the call has a body. @throws Refusal of one that is too large or no JSON */
  body(): Promise<string>;
}

/** What goes to the engine: made anew, never the client's own bytes. */
export interface Permit {
  rule: string;
  method: string;
  /** With version and query. */
  path: string;
  body?: JsonObject;
  /** The body is a tar that goes through the gate. */
  archive?: true;
  answer: Answer;
  /** The container may only be looked at: what the engine tells of it goes on without its secrets. */
  watchedOnly: boolean;
}

const ASIDE = /^(.+)\.old-[0-9a-f]{4,32}$/;

/** Lets through what the policy names. Judges only: it asks the engine for facts, and changes nothing. */
export class Judge {
  constructor(
    private readonly facts: Facts,
    private readonly policy: Policy,
  ) {}

  /** @throws Refusal */
  async permit(asked: Asked): Promise<Permit> {
    const target = parseTarget(asked.url);
    const version = target.version === undefined ? '' : `/${target.version}`;
    const found = findRoute(asked.method, target.path);
    if (!found) return this.unlisted(asked, target.path);
    const { route } = found;
    if (asked.upgrade && route.answer !== 'raw')
      throw malformed('request.upgrade', 'a change of protocol, which only attach has,');
    const query = this.query(route, target.query);
    const subject = await this.subject(found, query);
    const judged = await this.body(asked, found, query);
    const path = judged?.path ?? subject.path ?? target.path;
    const rest = [...query].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
    return {
      rule: route.rule,
      method: asked.method,
      path: `${version}${path}${rest.length > 0 ? `?${rest.join('&')}` : ''}`,
      ...(judged ? { body: judged.body } : {}),
      ...(route.body === 'archive' ? { archive: true as const } : {}),
      answer: route.answer,
      watchedOnly: subject.watchedOnly ?? false,
    };
  }

  private unlisted({ method, url }: Asked, path: string): Permit {
    if (this.policy.has('route.unlisted'))
      throw forbidden(
        'route.unlisted',
        `${method} ${path}`,
        'docs/docker-guard.md tells what is let through.',
      );
    return { rule: 'none', method, path: url, answer: 'plain', watchedOnly: false };
  }

  /** dockerode sends the options of a POST in the query as well: what a call has no use for goes no further. */
  private query(
    { method, query }: Route,
    given: ReadonlyMap<string, readonly string[]>,
  ): Map<string, string> {
    const kept = new Map<string, string>();
    for (const [key, [value = '', ...more]] of given) {
      if (!query.includes(key)) {
        if (method === 'POST') continue;
        throw forbidden(
          'query.value',
          `query key ${JSON.stringify(key.slice(0, 40))}`,
          `Known: ${query.join(', ') || 'none'}.`,
        );
      }
      this.policy.demand('query.repeated', more.length === 0, () =>
        malformed('query.repeated', `${key} more than once`),
      );
      const fits = QUERY_VALUES[key]?.test(value) ?? false;
      this.policy.demand('query.value', fits, () =>
        malformed('query.value', `${key} with what it cannot hold`),
      );
      if (key === 'filters' && value !== '') kept.set(key, filters(value));
      else kept.set(key, value);
    }
    return kept;
  }

  /** Finds what the path names, and names it by its full id: another of the same name may come meanwhile. */
  private async subject(
    { route, place, reference }: Found,
    query: Map<string, string>,
  ): Promise<{ path?: string; watchedOnly?: boolean }> {
    const named = (id: string): string => route.path.replace(/\{\w+\}/, id);
    if (route.rule === 'image.pull') this.pull(query);
    if (place === undefined || (place === 'network' && route.level === 'none')) return {};
    if (place === 'image') return (this.image(route, reference), {});
    if (place === 'container') return this.container(route, reference, query, named);
    const kind = place;
    const thing = await this.facts[kind](reference);
    if (!thing) throw invisible(kind, reference);
    this.policy.demand(`${kind}.visible`, isManaged(objectAt(thing, 'Labels')), () =>
      invisible(kind, reference),
    );
    return { path: named(textAt(thing, kind === 'network' ? 'Id' : 'Name')) };
  }

  private async container(
    { rule, level }: Route,
    reference: string,
    query: Map<string, string>,
    named: (id: string) => string,
  ): Promise<{ path: string; watchedOnly: boolean }> {
    const found = await this.facts.container(reference);
    if (!found) throw invisible('container', reference);
    const labels = containerLabels(found);
    const [managed, watched] = [isManaged(labels), isWatched(labels)];
    this.policy.demand('container.visible', managed || watched, () => invisible('container', reference));
    this.policy.demand('container.managed', managed || level === 'watched' || !watched, () =>
      forbidden(
        'container.managed',
        `${rule} of a container that is only watched`,
        'Do it by hand: docker, or docker compose.',
      ),
    );
    if (rule === 'container.rename') this.rename(containerName(found), query.get('name') ?? '');
    if (rule === 'container.read' || rule === 'container.fill')
      await judgeArchive(found, query.get('path') ?? '', this.facts, this.policy);
    return { path: named(textAt(found, 'Id')), watchedOnly: !managed };
  }

  private rename(now: string, wanted: string): void {
    const { prefix } = this.policy.limits;
    const aside = ASIDE.exec(wanted)?.[1] === now;
    const back = ASIDE.exec(now)?.[1] === wanted;
    const within =
      now.startsWith(prefix) && wanted.startsWith(prefix) && /^[a-z0-9][a-z0-9_-]{1,100}$/.test(wanted);
    this.policy.demand('container.rename', aside || back || within, () =>
      forbidden(
        'container.rename',
        `the name "${wanted}"`,
        `Use ${now}.old-HEX, and back, or names with ${prefix}.`,
      ),
    );
  }

  private image({ rule }: Route, reference: string): void {
    const isId = /^(sha256:)?[0-9a-f]{6,64}$/.test(reference);
    if (!isId && !parseImage(reference)) throw invisible('image', reference);
    if (rule !== 'image.remove') return;
    this.policy.demand('image.pinned', isPinned(reference, this.policy.limits.registries), () =>
      forbidden(
        'image.pinned',
        `image ${reference}`,
        'Name it by digest, out of a registry of RDZEN_GUARD_REGISTRIES.',
      ),
    );
  }

  private pull(query: Map<string, string>): void {
    const [from = '', tag = ''] = [query.get('fromImage'), query.get('tag')];
    const name = tag === '' ? from : /^sha256:/.test(tag) ? `${from}@${tag}` : `${from}:${tag}`;
    this.policy.demand('image.pinned', isPinned(name, this.policy.limits.registries), () =>
      forbidden(
        'image.pinned',
        `image ${name.slice(0, 200)}`,
        'Pull by digest, out of a registry of RDZEN_GUARD_REGISTRIES.',
      ),
    );
  }

  private async body(
    asked: Asked,
    { route, reference }: Found,
    query: Map<string, string>,
  ): Promise<{ body: JsonObject; path?: string } | undefined> {
    const { policy, facts } = this;
    if (route.body === undefined || route.body === 'archive') return undefined;
    const given = parseBody(await asked.body());
    const { abortSignal: _, ...rest } = given;
    switch (route.body) {
      case 'create': {
        await this.room('containers', 'container.count');
        return { body: await judgeCreate(given, query.get('name'), facts, policy) };
      }
      case 'update':
        return { body: judgeFields('update', policy.update, rest, policy.limits) };
      case 'network':
      case 'volume': {
        const body = judgeFields(route.body, policy[route.body], rest, policy.limits);
        if (route.body === 'network') await this.room('networks', 'network.count');
        else if (!(await facts.volume(textAt(body, 'Name')))) await this.room('volumes', 'volume.count');
        return { body: { ...body, Labels: { ...objectAt(body, 'Labels'), 'rdzen.managed': 'true' } } };
      }
      case 'connect':
        return judgeConnect(reference, given, facts, policy);
      case 'disconnect':
        return judgeDisconnect(reference, given, facts, policy);
    }
  }

  /** Whoever calls this makes one at a time. */
  private async room(kind: Counted, check: Check): Promise<void> {
    if (!this.policy.has(check)) return;
    const most = this.policy.limits[kind];
    if ((await this.facts.managed(kind)) >= most)
      throw forbidden(
        check,
        `one more than ${most} ${kind}`,
        `Remove some, or raise RDZEN_GUARD_${kind.toUpperCase()}.`,
      );
  }
}

function parseBody(text: string): JsonObject {
  try {
    const parsed = parseStrictJson(text);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw malformed(
      'request.body',
      `a body that is no strict JSON: ${error instanceof Error ? error.message : ''},`,
    );
  }
  throw malformed('request.body', 'a body that is no object');
}

function filters(text: string): string {
  try {
    const parsed = parseStrictJson(text);
    if (isObject(parsed) && Object.values(parsed).every((one) => typeof one === 'object' && one !== null))
      return JSON.stringify(parsed);
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
  throw malformed('query.value', 'filters that are no JSON object of lists');
}

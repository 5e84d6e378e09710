import type { ErrorCode } from '../../shared/error-codes';
import { RdzenError } from '../../shared/rdzen-error';

/** What was asked of the engine, for messages: `{ verb: 'start', subject: 'container core1' }`. */
export interface Asked {
  verb: string;
  subject: string;
}

/** As docker-modem rejects. Source: docker-modem lib/modem.js, `buildPayload`. */
interface Failure {
  message?: string;
  /** Of the socket. */
  code?: string;
  /** Of the engine's HTTP reply. */
  statusCode?: number;
  json?: { message?: string };
}

interface Rule {
  code: ErrorCode;
  fits: (failure: Failure, text: string) => boolean;
  why: string;
}

const ABSENT = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTSOCK',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
const FORBIDDEN = new Set(['EACCES', 'EPERM']);

/** The first that fits. Texts are those of Moby 20.10 to 29. */
const RULES: readonly Rule[] = [
  {
    code: 'ENGINE_FORBIDDEN',
    fits: ({ code }) => FORBIDDEN.has(code ?? ''),
    why: 'this user may not use its socket. Add the user to the group that owns the socket (often "docker"), or point RDZEN_DOCKER_HOST at a docker-guard.',
  },
  {
    code: 'ENGINE_UNREACHABLE',
    fits: ({ code }) => ABSENT.has(code ?? ''),
    why: 'nothing answers at RDZEN_DOCKER_HOST. Start the engine, or set RDZEN_DOCKER_HOST to its socket.',
  },
  {
    code: 'ENGINE_TOO_OLD',
    fits: (_, text) => /client version \S+ is too (new|old)/i.test(text),
    why: 'it does not speak the version of the API that Rdzen needs. Update the engine to 20.10 or later.',
  },
  {
    code: 'ENGINE_DISK_FULL',
    fits: (_, text) => /no space left on device/i.test(text),
    why: 'its disk is full. Free some space where the engine keeps its data: docker system df.',
  },
  {
    code: 'CONTAINER_PORT_TAKEN',
    fits: (_, text) => /port is already allocated|address already in use|ports are not available/i.test(text),
    why: 'a port it publishes is taken by another program. End that program, or publish another port.',
  },
  {
    code: 'IMAGE_MISSING',
    fits: ({ statusCode }, text) =>
      statusCode === 404 && /no such image|manifest unknown|not found: manifest/i.test(text),
    why: 'its image is not there. Pull it: docker compose pull.',
  },
  {
    code: 'ENGINE_OBJECT_NOT_FOUND',
    fits: ({ statusCode }) => statusCode === 404,
    why: 'the engine knows no such thing. Look at docker ps -a, docker network ls, docker volume ls.',
  },
  {
    code: 'ENGINE_FAILED',
    fits: ({ statusCode }, text) =>
      statusCode === 403 && /active endpoints|already exists in network|pre-defined network/i.test(text),
    why: 'the network is in use that way. Look at docker network inspect.',
  },
  {
    code: 'ENGINE_REFUSED',
    fits: ({ statusCode }) => statusCode === 401 || statusCode === 403,
    why: 'the docker-guard does not allow it. Its log names the rule; docs/docker-guard.md lists what is allowed.',
  },
];

const OTHER = 'the engine could not do it. Its own log says more: journalctl -u docker.';

/** An error of the engine or of the way to it, with our code. */
export function dockerFailure(error: unknown, { verb, subject }: Asked): RdzenError {
  const failure: Failure = typeof error === 'object' && error !== null ? error : { message: String(error) };
  const text = failure.json?.message ?? failure.message ?? 'no reason given';
  const rule = RULES.find(({ fits }) => fits(failure, text));
  return new RdzenError(
    rule?.code ?? 'ENGINE_FAILED',
    `Docker cannot ${verb} ${subject}: ${rule?.why ?? OTHER} It said: ${text.trim()}`,
    { cause: error },
  );
}

/** The engine is there, and does not answer. */
export function dockerTimeout({ verb, subject }: Asked, ms: number): RdzenError {
  return new RdzenError(
    'ENGINE_TIMEOUT',
    `Docker did not ${verb} ${subject} within ${ms / 1000} s: the engine hangs or is overloaded. See to it (docker ps, journalctl -u docker), and restart it if it stays so.`,
  );
}

/** The engine is too old to be used at all. */
export function dockerTooOld(apiVersion: string, needed: string): RdzenError {
  return new RdzenError(
    'ENGINE_TOO_OLD',
    `Docker cannot be used: its API has version ${apiVersion}, and Rdzen needs ${needed} or later. Update the engine to 20.10 or later.`,
  );
}

export function isMissing(error: unknown): boolean {
  return error instanceof RdzenError && error.code === 'ENGINE_OBJECT_NOT_FOUND';
}

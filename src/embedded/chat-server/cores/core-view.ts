import { isObject } from '../is-object';

/** One core as the page shows it; what the gateway does not know is left out. */
export interface CoreView {
  id: number;
  kind?: string;
  role?: string;
  state?: string;
  reason?: string;
  /** What it is held in, by the gateway's names. */
  conditions?: string[];
  warning?: string;
  model?: string;
  pid?: number;
  in_flight?: number;
  tokens_per_second?: number;
}

export interface CoresView {
  active_core?: number;
  mode?: string;
  epoch?: number;
  cores: CoreView[];
  /** What the assistant still waits for. */
  preparing?: {
    step?: string;
    detail?: string;
    received_bytes?: number;
    total_bytes?: number;
    bytes_per_second?: number;
    seconds_left?: number;
  };
  /** Why the real model cannot be used here. */
  engine_problem?: { cause?: string; remedy?: string };
}

const CORE = {
  kind: 'string',
  role: 'string',
  state: 'string',
  reason: 'string',
  warning: 'string',
  model: 'string',
  pid: 'number',
  in_flight: 'number',
  tokens_per_second: 'number',
} as const;
const PREPARING = {
  step: 'string',
  detail: 'string',
  received_bytes: 'number',
  total_bytes: 'number',
  bytes_per_second: 'number',
  seconds_left: 'number',
} as const;
const PROBLEM = { cause: 'string', remedy: 'string' } as const;

/** From the gateway's /status only what the page shows, and only in the shape it expects. */
export function coresView(status: unknown): CoresView {
  const given = isObject(status) ? status : {};
  const cores = Array.isArray(given['cores']) ? given['cores'] : [];
  return {
    ...pick(given, { active_core: 'number', mode: 'string', epoch: 'number' }),
    cores: cores.flatMap((core: unknown) =>
      isObject(core) && typeof core['id'] === 'number'
        ? [{ id: core['id'], ...pick(core, CORE), ...conditions(core['conditions']) }]
        : [],
    ),
    ...(isObject(given['preparing']) && { preparing: pick(given['preparing'], PREPARING) }),
    ...(isObject(given['engine_problem']) && { engine_problem: pick(given['engine_problem'], PROBLEM) }),
  };
}

function conditions(given: unknown): Pick<CoreView, 'conditions'> {
  const kinds = Array.isArray(given) ? given.filter((kind) => typeof kind === 'string') : [];
  return kinds.length > 0 ? { conditions: kinds } : {};
}

function pick(from: Record<string, unknown>, fields: Record<string, 'string' | 'number'>): object {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name, type]) => typeof from[name] === type)
      .map(([name]) => [name, from[name]]),
  );
}

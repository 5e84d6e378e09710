import type { Scope } from '../access/scope';
import '../component-registry/installed/installed.events';
import type { EventBus, EventMap } from '../events/event-bus';
import '../sandbox/sandbox.events';
import '../tools/pool.events';
import '../tools/tools.events';
import { iso } from '../shared/iso-time';

/** What an event can be about; the first part of its name. */
export const EVENT_TOPICS = ['component', 'tool', 'trial'] as const;
export type EventTopic = (typeof EVENT_TOPICS)[number];

/** An event as it is told by the API. */
export interface ToldEvent {
  name: string;
  topic: EventTopic;
  /** `at` is ISO 8601. */
  data: Record<string, unknown>;
  /** Of the data, only for keys of this scope or a higher one. */
  only?: { scope: Scope; data: Record<string, unknown> };
}

type Told = Pick<ToldEvent, 'data' | 'only'>;
type Tellers = { [Name in keyof EventMap]?: (payload: EventMap[Name]) => Told };

/** Everything that leaves the process by the event stream: nothing is told that is not written here. */
const TELLERS = {
  'component.changed': ({ component, from, to, lockId, version, reason, at }) => ({
    data: { component, from, to, version, lock_id: lockId, reason, at: iso(at) },
  }),
  'component.started': ({ component, lockId, startedInMs, at }) => ({
    data: { component, lock_id: lockId, started_in_ms: startedInMs, at: iso(at) },
  }),
  'component.ended': ({ component, lockId, reason, failed, at }) => ({
    data: { component, lock_id: lockId, reason, failed, at: iso(at) },
  }),
  'component.unavailable': ({ component, lockId, reason, at }) => ({
    data: { component, lock_id: lockId, reason, at: iso(at) },
  }),
  'component.strained': ({ component, lockId, of, percent, at }) => ({
    data: { component, lock_id: lockId, of, percent, at: iso(at) },
  }),
  'component.egress-denied': ({ component, lockId, target, reason, at }) => ({
    data: { component, lock_id: lockId, target, reason, at: iso(at) },
  }),
  'component.full': ({ component, lockId, limitMiB, overSince, at }) => ({
    data: { component, lock_id: lockId, limit_mib: limitMiB, over_since: iso(overSince), at: iso(at) },
  }),
  'component.has-room': ({ component, lockId, limitMiB, at }) => ({
    data: { component, lock_id: lockId, limit_mib: limitMiB, at: iso(at) },
  }),
  'component.drifted': ({ component, lockId, reason, at }) => ({
    data: { component, lock_id: lockId, reason, at: iso(at) },
  }),
  'tool.called': ({ component, version, lockId, tool, roomId, outcome, ms, at }) => ({
    data: { component, version, lock_id: lockId, tool, outcome, ms: Math.round(ms), at: iso(at) },
    // Who talks where is not for everybody who may look.
    only: { scope: 'operate', data: { room_id: roomId } },
  }),
  'trial.begun': ({ id, component, version, at }) => ({ data: { id, component, version, at: iso(at) } }),
  'trial.ended': ({ id, component, version, verdict, at }) => ({
    data: { id, component, version, verdict, at: iso(at) },
  }),
} satisfies Tellers;

export const EVENT_NAMES = Object.keys(TELLERS);

/** @returns how to stop */
export function listenToAll(bus: EventBus, tell: (event: ToldEvent) => void): () => void {
  const listen = <Name extends keyof EventMap>(
    name: Name,
    told: (payload: EventMap[Name]) => Told,
  ): (() => void) =>
    bus.on(name, (payload) => tell({ name, topic: name.split('.')[0] as EventTopic, ...told(payload) }));
  const ends = (Object.keys(TELLERS) as (keyof typeof TELLERS)[]).map((name) =>
    listen(name, TELLERS[name] as (payload: EventMap[typeof name]) => Told),
  );
  return () => ends.forEach((end) => end());
}

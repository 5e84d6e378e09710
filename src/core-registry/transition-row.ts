import type { Queries } from '../storage/store';
import type { Transition } from './core.types';

/** A switch as the store keeps it. */
export interface SwitchRow {
  epoch: number;
  from_core: number;
  to_core: number;
  at: number;
  cause: string;
  evidence: string;
  by: string;
  detected_ms: number | null;
  switched_ms: number | null;
  waited_ms: number | null;
}

export function toTransition(row: SwitchRow): Transition {
  const { epoch, from_core: from, to_core: to, at, cause, evidence, by } = row;
  const { detected_ms: detected, switched_ms: switched, waited_ms: waited } = row;
  return {
    ...{ epoch, from, to, at, cause, evidence, by },
    ...(detected === null ? {} : { detectedMs: detected }),
    ...(switched === null ? {} : { switchedMs: switched }),
    ...(waited === null ? {} : { waitedMs: waited }),
  };
}

/** Within the transaction of the switch. */
export async function writeSwitch(tx: Queries, made: Transition): Promise<void> {
  const { epoch, from, to, at, cause, evidence, by, detectedMs, switchedMs } = made;
  await tx.run(
    `INSERT INTO transitions (epoch, from_core, to_core, at, cause, evidence, by, detected_ms, switched_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[epoch, from, to, at, cause, evidence, by, detectedMs ?? null, switchedMs ?? null],
  );
}

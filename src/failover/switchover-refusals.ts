import { RdzenError } from '../shared/rdzen-error';
import { secondsLeft, type Switchover } from './switchover';

export function operationNotFound(id: string): RdzenError {
  return new RdzenError(
    'OPERATION_NOT_FOUND',
    `There is no switchover ${id.slice(0, 40)}, or it is long over. GET /api/v1/failover names the one that is going on.`,
  );
}

/** @param now epoch ms */
export function operationRunning(operation: Switchover, now: number): RdzenError {
  const { from, to } = operation;
  return new RdzenError(
    'OPERATION_RUNNING',
    `A switchover from core ${from} to core ${to} is going on, for ${secondsLeft(operation, now)} s more at most. Wait for it, or take it back.`,
  );
}

export function operationOver({ id, state, outcome }: Switchover): RdzenError {
  return new RdzenError(
    'OPERATION_OVER',
    `Switchover ${id} is over: ${state}${outcome ? ` (${outcome})` : ''}. Look at /status and decide anew.`,
  );
}

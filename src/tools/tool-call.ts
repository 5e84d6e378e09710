import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { LockedTool } from '../component-registry/installed/component-lock';
import type { OfferedTool } from './offered-tool';

/**
 * - `planned`: the model wants it; nothing was done
 * - `asking`: people are asked whether it may be made
 * - `sent`: written down before it is sent; without an answer nobody knows what became of it
 * - `settled`: the model has its answer, or why it gets none
 */
export type CallState = 'planned' | 'asking' | 'sent' | 'settled';

/**
 * - `ok`, `tool-error`: the tool answered
 * - `failed`: it was not reached
 * - `unknown`: it was sent, and nobody knows what it did; never repeated
 * - `denied`: people said no, or nothing
 * - the others: it was not sent, since it was no call
 */
export type CallOutcome =
  | 'ok'
  | 'tool-error'
  | 'failed'
  | 'unknown'
  | 'denied'
  | 'unknown-tool'
  | 'invalid'
  | 'repeated'
  | 'over-limit';

/** One call that a model asked for, as it stands in the journal. */
export interface JournalCall {
  questionId: string;
  round: number;
  position: number;
  /** Of the core, where it gives one. */
  callId?: string;
  /** As the model said it. */
  name: string;
  /** Undefined where there is no such tool, or it is one of ours. */
  component?: string;
  tool?: string;
  lockId?: string;
  effect?: LockedTool['effect'];
  arguments: Record<string, unknown>;
  hash: string;
  state: CallState;
  outcome?: CallOutcome;
  /** What the tool said, cleaned but whole, or what we say in its place. */
  result?: string;
}

/** One answer of a core that wanted calls. */
export interface JournalRound {
  round: number;
  text: string;
  calls: JournalCall[];
}

export const canonical = (value: unknown): string => canonicalize(value) ?? 'null';

/** Of two calls that are the same, whatever the order of their arguments. */
export function callHash(name: string, args: Record<string, unknown>): string {
  return sha256(`${name}\n${canonical(args)}`);
}

/** Of the tool as it was approved: another lock is another tool. */
export function toolHash({ component, lock, locked }: OfferedTool): string {
  const { descriptionHash, schemaHash, effect, egress } = locked;
  return sha256(
    canonical([component, lock.imageId, locked.name, descriptionHash, schemaHash, effect, egress]),
  );
}

/** What an approval is good for: this call, of this person, in this room. */
export function bindingOf(
  tool: OfferedTool,
  args: Record<string, unknown>,
  userId: string,
  roomId: string,
): string {
  return sha256(canonical([toolHash(tool), canonical(args), userId, roomId]));
}

/** The model's handle on a result that was cut. */
export function handleOf({ round, position }: Pick<JournalCall, 'round' | 'position'>): string {
  return `r${round}.${position}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

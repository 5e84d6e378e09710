import type { DiskChange } from '../world/disk';
import type { Post, Row } from '../world/ledger';
import type { Watcher, World } from '../world/world';
import { ONE_END } from './i01-one-end';
import { ONE_ANSWER } from './i02-one-answer';
import { ROOM_ORDER } from './i03-room-order';
import { EPOCHS } from './i04-epochs';
import { NO_STALE_TEXT } from './i05-no-stale-text';
import { ANSWERED_IN_TIME } from './i06-answered-in-time';
import { HEARD_IN_TIME } from './i06-heard-in-time';
import { REPAIRED_IN_TIME } from './i06-repaired-in-time';
import { SWITCH_FOR_CAUSE } from './i07-switch-for-cause';
import { PAUSED } from './i08-paused';
import { NO_SECRETS } from './i10-no-secrets';
import { BOUNDED } from './i11-bounded';
import { FORESEEN_STATES } from './i12-foreseen-states';
import { COME_AND_GO } from './i13-come-and-go';
import type { Invariant, Verdict } from './invariant';

export const INVARIANTS: readonly Invariant[] = [
  ONE_END,
  ONE_ANSWER,
  ROOM_ORDER,
  EPOCHS,
  NO_STALE_TEXT,
  HEARD_IN_TIME,
  ANSWERED_IN_TIME,
  REPAIRED_IN_TIME,
  SWITCH_FOR_CAUSE,
  PAUSED,
  NO_SECRETS,
  BOUNDED,
  FORESEEN_STATES,
  COME_AND_GO,
];

export interface Violation {
  invariant: string;
  detail: string;
}

/** Looks at the world through every invariant and remembers the first that is broken. */
export class Judge implements Watcher {
  violation?: Violation;
  private world?: World;

  attend(world: World): void {
    this.world = world;
  }

  get content(): boolean {
    return this.violation === undefined;
  }

  committed(change: DiskChange, before: Row | undefined): void {
    this.look((invariant, world) => invariant.onCommit?.(world, change, before));
  }

  wrote(post: Post, fresh: boolean): void {
    this.look((invariant, world) => invariant.onPost?.(world, post, fresh));
  }

  line(line: string): void {
    this.look((invariant) => invariant.onLine?.(line));
  }

  second(): void {
    this.look((invariant, world) => invariant.onSecond?.(world));
  }

  rest(): void {
    this.look((invariant, world) => invariant.atRest?.(world));
  }

  condemn(invariant: string, detail: Verdict): void {
    if (detail === undefined || this.violation) return;
    this.violation = { invariant, detail };
    this.world?.trace(() => `VIOLATION of ${invariant}: ${detail}`);
  }

  private look(ask: (invariant: Invariant, world: World) => Verdict): void {
    const { world } = this;
    if (!world || this.violation) return;
    for (const invariant of INVARIANTS) this.condemn(invariant.name, ask(invariant, world));
  }
}

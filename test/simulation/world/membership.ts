import { CoreMembership } from '../../../src/failover/core-membership.service';
import type { Clock } from '../../../src/shared/clock';
import type { Gateway } from './gateway';
import type { FurtherPlan } from './plan.types';

/** What is wanted is looked at so often, and tried again after a refusal. */
const LOOK_MS = 400;
const AGAIN_MS = 2_000;

type Wish = 'join' | 'leave';

/** Of the world, what is needed to ask. */
export interface Asking {
  readonly clock: Clock;
  readonly gateway?: Gateway;
  trace(tell: () => string): void;
}

/**
 * Whoever installs and removes components, as the installer does it: what is wanted is remembered outside the process,
 * and asked for until it said that it is on disk (joining) or done (leaving); joining once more in each further life.
 */
export class MembershipWishes {
  /** By lock. */
  private readonly wanted = new Map<string, Wish>();
  private readonly granted = new Map<string, Wish>();
  /** In which life of the gateway a wish was put to it, by lock. */
  private readonly asked = new Map<string, number>();
  private readonly grantedIn = new Map<string, number>();
  private looking = false;

  constructor(private readonly world: Asking) {}

  /** Has further cores join, and leave, at the times of the plan. */
  play({ lock, joinAt, leaveAt, againAt }: FurtherPlan): void {
    const { clock } = this.world;
    clock.after(joinAt, () => this.want(lock, 'join'));
    if (leaveAt !== undefined) clock.after(leaveAt, () => this.want(lock, 'leave'));
    if (againAt !== undefined) clock.after(againAt, () => this.want(lock, 'join'));
  }

  /** It is to be gone. */
  isUnwanted(lock: string): boolean {
    return this.wanted.get(lock) === 'leave';
  }

  /** What was asked for and is not done; undefined where all of it is. */
  get open(): string | undefined {
    const [open] = [...this.wanted].find(([lock, wish]) => this.granted.get(lock) !== wish) ?? [];
    return open === undefined ? undefined : `core of ${open} is to ${this.wanted.get(open)}`;
  }

  private want(lock: string, wish: Wish): void {
    this.world.trace(() => `somebody wants the core of ${lock} to ${wish}`);
    this.wanted.set(lock, wish);
    if (this.looking) return;
    this.looking = true;
    this.look();
  }

  private look(): void {
    const life = this.world.gateway?.number;
    for (const [lock, wish] of this.wanted)
      if (this.granted.get(lock) !== wish || (wish === 'join' && this.grantedIn.get(lock) !== life))
        this.ask(lock, wish);
    this.world.clock.after(LOOK_MS, () => this.look());
  }

  private ask(lock: string, wish: Wish): void {
    const { gateway, clock } = this.world;
    if (!gateway?.running || gateway.life.frozen || this.asked.get(lock) === gateway.number) return;
    const membership = gateway.get(CoreMembership);
    const life = gateway.number;
    this.asked.set(lock, life);
    const over = (): void => {
      if (this.asked.get(lock) === life) this.asked.delete(lock);
    };
    const done = wish === 'join' ? membership.join(originOf(lock), OFFER) : membership.leave(lock, 'ola');
    done.then(
      () => {
        this.world.trace(() => `the core of ${lock}: ${wish} is granted`);
        this.granted.set(lock, wish);
        this.grantedIn.set(lock, life);
        over();
      },
      (error: unknown) => {
        this.world.trace(() => `the core of ${lock} cannot ${wish}: ${String(error)}`);
        clock.after(AGAIN_MS, over);
      },
    );
  }
}

const OFFER = {
  ...{ image: 'registry/ollama@sha256:1', memoryMiB: 4096, cpus: 2, pids: 512, modelPath: '/data' },
};

function originOf(lock: string): { component: string; lock: string } {
  return { component: 'io.example/third', lock };
}

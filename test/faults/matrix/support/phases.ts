import { eventually } from '../../../support/chat-person';
import type { CrashPoint } from './gateway-hooks';
import type { Scene } from './scene';

/** Called right after the blow: lets go on what stood still for it. Resolves when that is done. */
type Release = () => Promise<void> | void;

export interface Phase {
  name: string;
  /** Brings about the moment in which the fault strikes. */
  reach(scene: Scene): Promise<Release>;
}

/** Three probes without an answer, and the ladder's first step. */
const SEEN_SILENT_MS = 20_000;

const nothing: Release = () => undefined;

/** The gateway stands still at the point while the fault is put there. */
const standing =
  (point: CrashPoint): Phase['reach'] =>
  async (scene) => {
    const { hooks } = scene.life;
    const stands = hooks.standAt(point);
    await scene.ask();
    await stands;
    return () => hooks.release(point);
  };

/** The columns of the matrix. */
export const PHASES = {
  idle: { name: 'idle', reach: () => Promise.resolve(nothing) },
  received: { name: 'received, not journaled', reach: standing('event-received') },
  queued: { name: 'queued', reach: standing('question-accepted') },
  dispatched: { name: 'dispatched', reach: standing('attempt-begun') },
  streaming: {
    name: 'mid-stream',
    reach: async (scene) => {
      await scene.ask();
      await scene.growing();
      return nothing;
    },
  },
  generated: { name: 'generated', reach: standing('answer-committed') },
  posting: {
    name: 'post in flight',
    reach: async (scene) => {
      const held = scene.lane.chat.holdNextPost(scene.room);
      await scene.ask();
      await held;
      return nothing;
    },
  },
  posted: { name: 'posted, not marked', reach: standing('post-replied') },
  switching: {
    name: 'during switchover',
    reach: async (scene) => {
      const { hooks } = scene.life;
      await scene.ask();
      await scene.growing();
      const stands = hooks.standAt('core-promoted');
      // Where the fault takes the gateway along nobody answers; the history tells whether it switched.
      scene.life.switchTo(scene.standby.id).catch(() => undefined);
      await stands;
      return () => hooks.release('core-promoted');
    },
  },
  repairing: {
    name: 'during repair',
    reach: async (scene) => {
      const { life, standby } = scene;
      if (life.kind !== 'own') throw new Error('Only cores that the gateway runs are repaired by its ladder');
      // It spends the budget of repairs, and the back-off grows.
      life.worn = true;
      standby.signal('SIGSTOP');
      const goesOn = async (): Promise<boolean> =>
        (await life.repairs(standby.id)).some(({ outcome }) => outcome === undefined);
      await eventually(goesOn, Boolean, SEEN_SILENT_MS, 'the ladder has begun with the standby');
      await scene.ask();
      if (!(await goesOn())) throw new Error('The repair was over before the fault could strike');
      return nothing;
    },
  },
} satisfies Record<string, Phase>;

export type PhaseKey = keyof typeof PHASES;

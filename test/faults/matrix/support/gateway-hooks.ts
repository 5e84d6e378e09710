import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashPoints } from '../../../../src/shared/crash-points';
import { eventually } from '../../../support/chat-person';

const PROGRAM = join(__dirname, '../programs/gateway-hooks.cjs');

export type CrashPoint = (typeof CrashPoints.NAMES)[number];
/** What the gateway does to itself once it gets to it. */
export type Order = { jumpMs: number } | { blockMs: number };

/** The test's end of programs/gateway-hooks.cjs. */
export class GatewayHooks {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-hooks-'));

  /** Of the gateway. */
  get environment(): Record<string, string> {
    return {
      NODE_OPTIONS: `--require=${JSON.stringify(PROGRAM)}`,
      GATEWAY_HOOKS: this.folder,
    };
  }

  /** The gateway stands still, once, when it comes to the point. Resolves when it has; {@link release} lets it go on. */
  async standAt(point: CrashPoint): Promise<void> {
    writeFileSync(join(this.folder, point), '');
    await eventually(() => existsSync(this.reached(point)), Boolean, 15_000, `the gateway comes to ${point}`);
  }

  release(point: CrashPoint): void {
    rmSync(this.reached(point), { force: true });
  }

  /** Obeyed at a SIGUSR2, and by a gateway that stands at a point as soon as it is released. */
  give(order: Order): void {
    writeFileSync(join(this.folder, 'order'), JSON.stringify(order));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private reached(point: CrashPoint): string {
    return join(this.folder, `${point}.reached`);
  }
}

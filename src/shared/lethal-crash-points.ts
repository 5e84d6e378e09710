import { CrashPoints } from './crash-points';

/** For tests only: the process SIGKILLs itself the n-th time it comes to a named place. */
export class LethalCrashPoints extends CrashPoints {
  private left: number;
  private readonly at: string;

  /** @param where a name of {@link CrashPoints.NAMES}, or `name:n`. */
  constructor(where: string) {
    super();
    const [at = '', count = '1'] = where.split(':');
    if (!(CrashPoints.NAMES as readonly string[]).includes(at))
      throw new Error(`There is no crash point "${at}"`);
    this.at = at;
    this.left = Number(count);
  }

  override reach(name: (typeof CrashPoints.NAMES)[number]): void {
    if (name === this.at && --this.left === 0) process.kill(process.pid, 'SIGKILL');
  }
}

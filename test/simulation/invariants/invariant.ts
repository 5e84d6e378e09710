import type { DiskChange } from '../world/disk';
import type { Post, Row } from '../world/ledger';
import type { World } from '../world/world';

/** What went wrong, in words that name the thing; undefined where nothing did. */
export type Verdict = string | undefined;

/** One promise, and when it can be looked at. */
export interface Invariant {
  /** `I3 order in each room`. */
  name: string;
  /** A row was committed; `before` is the row before it moved. */
  onCommit?(world: World, change: DiskChange, before: Row | undefined): Verdict;
  /** A message of the assistant appeared (`fresh`) or was edited. */
  onPost?(world: World, post: Post, fresh: boolean): Verdict;
  /** Every virtual second, between two events. */
  onSecond?(world: World): Verdict;
  /** Once everything has come to rest. */
  atRest?(world: World): Verdict;
  /** A line of the log. */
  onLine?(line: string): Verdict;
}

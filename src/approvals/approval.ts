/** `stale`: what was shown is not what it would be about by now. */
export const APPROVAL_STATES = ['open', 'approved', 'rejected', 'expired', 'stale'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** A question to the administrators, bound to what they were shown. Times: epoch milliseconds. */
export interface Approval {
  /** Six capital letters and digits. */
  code: string;
  /** What it is about: `install`. */
  kind: string;
  /** Name of the component. */
  subject: string;
  /** SHA-256 in hex of what was shown. */
  shownHash: string;
  /** How many different persons have to agree. */
  needed: number;
  /** In the order in which they agreed: `chat:<user id>` or `api:<key id>`. */
  approvedBy: string[];
  /** What they went by then, in the same order; the id where that is not known. */
  approvers: string[];
  askedBy: string;
  /** What they went by then, where that is known. */
  askedByName?: string;
  askedAt: number;
  expiresAt: number;
  state: ApprovalState;
  endedAt?: number;
  endedBy?: string;
  endedByName?: string;
  reason?: string;
  /** What its kind needs to go on; JSON. */
  details: unknown;
}

/** How long it is open. */
export const APPROVAL_MS = 7 * 24 * 3_600_000;

/** Who counts as one person: all keys of the API do, since one person can make many of them. */
export function voiceOf(by: string): string {
  return by.startsWith('api:') ? 'api' : by;
}

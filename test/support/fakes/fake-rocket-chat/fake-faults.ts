/** What goes wrong, and how often: `Infinity` until it is put back, a number counts down. */
export interface FakeFaults {
  /** Accept the socket and never say a word on it. */
  silentSocket: boolean;
  /** Answer that many subscriptions with nosub. */
  nosub: number;
  /** Destroy that many REST connections before anything happened. */
  reset: number;
  /** Store that many posts, then cut the connection instead of answering. */
  loseReplyAfterStore: number;
  /** Store that many posts and never answer. */
  hangAfterStore: number;
  /** Answer that many REST calls with a proxy's page. */
  proxyPage: number;
  /** Answer that many calls with 429. */
  rateLimited: number;
  /** What a 429 says: milliseconds until the reset; undefined leaves header and number out. */
  rateLimitResetMs: number | undefined;
  restricted: boolean;
  /** Refuse every password login by asking for a second factor. */
  secondFactor: boolean;
  /** The login's result says nothing about an end of the token (personal tokens on micro-services). */
  noTokenExpires: boolean;
  /** Refuse `type`, `next` and `count` of chat.syncMessages, as servers before 7.0 do. */
  noPaging: boolean;
  publicRolesRefused: boolean;
  /** Shape of permission refusals. */
  style: 8 | 9;
}

export function noFaults(): FakeFaults {
  return {
    silentSocket: false,
    nosub: 0,
    reset: 0,
    loseReplyAfterStore: 0,
    hangAfterStore: 0,
    proxyPage: 0,
    rateLimited: 0,
    rateLimitResetMs: 20_000,
    restricted: false,
    secondFactor: false,
    noTokenExpires: false,
    noPaging: false,
    publicRolesRefused: false,
    style: 8,
  };
}

type Counted = { [K in keyof FakeFaults]: FakeFaults[K] extends number ? K : never }[keyof FakeFaults];

/** True, and one less to come, while the fault is due. */
export function due(faults: FakeFaults, name: Exclude<Counted, 'style' | 'rateLimitResetMs'>): boolean {
  if (faults[name] <= 0) return false;
  faults[name] -= 1;
  return true;
}

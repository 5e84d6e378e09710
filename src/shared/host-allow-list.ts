const TARGET =
  /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\*(?:\.[a-z0-9]([a-z0-9-]*[a-z0-9])?){2,}):(\d{1,5})$/;
const ANY = '*.';

/** Hosts and ports by their names; `*.example.org` stands for every name below example.org. An empty list allows nothing. */
export class HostAllowList {
  private readonly exact: ReadonlySet<string>;
  /** What follows the star, with its dot: `.example.org:443`. */
  private readonly endings: readonly string[];

  /** @throws Error that names what is no `host:port` */
  constructor(targets: readonly string[]) {
    const all = targets.map(normalTarget);
    this.exact = new Set(all.filter((target) => !target.startsWith(ANY)));
    this.endings = all.filter((target) => target.startsWith(ANY)).map((target) => target.slice(1));
  }

  has(host: string, port: number): boolean {
    return this.hasTarget(targetOf(host, port));
  }

  /** @param target as {@link targetOf} writes it */
  hasTarget(target: string): boolean {
    return this.exact.has(target) || this.endings.some((ending) => isBelow(target, ending));
  }
}

/** As it is compared: small letters, without the dot at the end that stands for the root of names. */
export function targetOf(host: string, port: number): string {
  return `${host.toLowerCase().replace(/\.$/, '')}:${port}`;
}

/** A name with at least one label of its own before the ending. */
function isBelow(target: string, ending: string): boolean {
  return target.endsWith(ending) && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(target.slice(0, -ending.length));
}

function normalTarget(text: string): string {
  const match = TARGET.exec(text.trim().toLowerCase());
  const [host = '', port = ''] = [match?.[1], match?.at(-1)];
  const number = Number(port);
  if (host === '' || number < 1 || number > 65_535)
    throw new Error(
      `"${text.slice(0, 100)}" is no target; allowed: a host and a port, such as api.example.org:443, or all names below one: *.example.org:443`,
    );
  return targetOf(host, number);
}

const TARGET = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?):(\d{1,5})$/;

/** Hosts and ports by their exact names. An empty list allows nothing. */
export class AllowList {
  private readonly targets: ReadonlySet<string>;

  /** @throws Error that names what is no `host:port` */
  constructor(targets: readonly string[]) {
    this.targets = new Set(targets.map(normalTarget));
  }

  has(host: string, port: number): boolean {
    return this.targets.has(targetOf(host, port));
  }
}

/** As it is compared: small letters, without the dot at the end that stands for the root of names. */
export function targetOf(host: string, port: number): string {
  return `${host.toLowerCase().replace(/\.$/, '')}:${port}`;
}

function normalTarget(text: string): string {
  const [, host = '', , port = ''] = TARGET.exec(text.trim().toLowerCase()) ?? [];
  const number = Number(port);
  if (host === '' || number < 1 || number > 65_535)
    throw new Error(
      `"${text.slice(0, 100)}" is no target; allowed: a host and a port, such as api.example.org:443`,
    );
  return targetOf(host, number);
}

/** What a registry wants to see before it answers. Source: RFC 9110, "WWW-Authenticate"; CNCF Distribution, "Token Authentication". */
export type Challenge =
  { scheme: 'basic' } | { scheme: 'bearer'; realm: string; service?: string; scope?: string };

const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g;

/** The first challenge that we can meet; undefined where there is none. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const found = /(?:^|,\s*)(bearer|basic)\b/i.exec(header ?? '');
  if (!found || header === undefined) return undefined;
  if (found[1]?.toLowerCase() === 'basic') return { scheme: 'basic' };
  const parameters = new Map(
    [...header.slice(found.index).matchAll(PARAMETER)].map(([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '',
    ]),
  );
  const [realm, service, scope] = ['realm', 'service', 'scope'].map((name) => parameters.get(name));
  if (realm === undefined) return undefined;
  return { scheme: 'bearer', realm, ...(service && { service }), ...(scope && { scope }) };
}

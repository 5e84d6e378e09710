import { type LockedPackage, lookUp } from './lock-file';

/**
 * What is inside, as CycloneDX 1.5 (JSON): of the lock file alone and without date or serial number, so that the same lock
 * gives the same bytes. Source: CycloneDX JSON reference; package URL specification, type npm.
 */
export function billOfMaterials(
  root: { name: string; version: string },
  packages: readonly LockedPackage[],
): string {
  const byPath = new Map(packages.map((each) => [each.path, each]));
  const references = new Map(packages.map((each) => [each.path, referenceOf(each)]));
  const main = byPath.get(`node_modules/${root.name}`);
  const components = packages.filter(({ path }) => path !== main?.path).map(component);
  const unique = new Map(components.map((each) => [each['bom-ref'], each]));
  const dependencies = new Map<string, Set<string>>();
  for (const { path, dependencies: names } of packages) {
    const from = references.get(path) as string;
    const known = dependencies.get(from) ?? new Set();
    for (const name of names) {
      const to = lookUp(byPath, path, name);
      if (to) known.add(references.get(to.path) as string);
    }
    dependencies.set(from, known);
  }
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { ...component(main ?? bare(root)), type: 'application' },
    },
    components: [...unique.values()],
    dependencies: [...dependencies].map(([ref, to]) => ({ ref, dependsOn: [...to].sort() })),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function component(locked: LockedPackage): { 'bom-ref': string; [other: string]: unknown } {
  const { name, version, integrity, license, optional } = locked;
  const reference = referenceOf(locked);
  return {
    'bom-ref': reference,
    type: 'library',
    name,
    version,
    scope: optional ? 'optional' : 'required',
    purl: reference,
    ...(license !== undefined && { licenses: [licenseOf(license)] }),
    ...(integrity !== undefined && { hashes: hashesOf(integrity) }),
  };
}

function referenceOf({ name, version }: { name: string; version: string }): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;
}

/** An expression where it has operators; else an id would have to be one of SPDX's list, which a name need not. */
function licenseOf(license: string): object {
  return /\s(AND|OR|WITH)\s/.test(license) ? { expression: license } : { license: { name: license } };
}

function hashesOf(integrity: string): object[] {
  const names: Record<string, string> = {
    sha512: 'SHA-512',
    sha384: 'SHA-384',
    sha256: 'SHA-256',
    sha1: 'SHA-1',
  };
  return integrity.split(/\s+/).flatMap((each) => {
    const [kind = '', sum = ''] = each.split(/-(.*)/s);
    const alg = names[kind];
    return alg === undefined ? [] : [{ alg, content: Buffer.from(sum, 'base64').toString('hex') }];
  });
}

function bare({ name, version }: { name: string; version: string }): LockedPackage {
  return { path: '', name, version, dependencies: [], optional: false, hasScript: false };
}

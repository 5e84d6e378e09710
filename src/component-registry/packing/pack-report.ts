import { formatReference, type ImageReference } from '../../oci/image-reference';
import type { Packed } from './pack-component';
import { serverJson } from './server-json';

/** Where the composition's own registry listens; a suggestion where nothing was pushed. */
const SUGGESTED_HOST = '127.0.0.1:5001';

/** What `component pack` says in the end: digest, size, licence, what to look at, and the beginning of a manifest. */
export function packReport(packed: Packed): string {
  const { facts, digest, pushed, withScripts } = packed;
  const to: ImageReference = pushed ?? {
    host: SUGGESTED_HOST,
    repository: facts.title.toLowerCase(),
    tag: facts.version.replaceAll('+', '_'),
  };
  const { host, repository } = to;
  const lines = [
    `${facts.name}@${facts.version}: ${packed.packages} packages, on ${packed.base.name}`,
    `digest:  ${digest}`,
    `size:    ${(packed.size / 1e6).toFixed(1)} MB compressed`,
    `licence: ${facts.license ?? 'the package names none: ask its author before you hand it on'}`,
    pushed
      ? `pushed:  ${formatReference({ host, repository, digest })} (tag ${pushed.tag})`
      : 'pushed:  nowhere; add --to REGISTRY/REPO',
  ];
  if (withScripts.length > 0)
    lines.push(
      `note:    not run were the install scripts of ${withScripts.join(', ')}; where it needs them, it will not start`,
    );
  if (!facts.serverNameGiven)
    lines.push(`note:    the package gives no name for its server; ${facts.serverName} is a guess`);
  const manifest = serverJson(facts, {
    ...{ to, digest, sbomDigest: packed.sbomDigest },
    ...(packed.state !== undefined && { state: packed.state }),
  });
  lines.push(
    '',
    'server.json, to be completed (tools, intents, examples, trial), then: component lint FILE',
    '',
  );
  return `${lines.join('\n')}\n${JSON.stringify(manifest, null, 2)}`;
}

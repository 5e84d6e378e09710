import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 in hex of a tool's description, as UTF-8. */
export function descriptionHash(description: string): string {
  return createHash('sha256').update(description, 'utf8').digest('hex');
}

/** SHA-256 in hex of a tool's input schema as canonical JSON (RFC 8785): the order of its names does not count. */
export function schemaHash(inputSchema: unknown): string {
  return createHash('sha256')
    .update(canonicalize(inputSchema) ?? '', 'utf8')
    .digest('hex');
}

import { type Node, type ParseError, findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';

/** Bytes; the largest manifest of the MCP registry has some 20,000. */
const MOST_BYTES = 256 * 1024;
const DEEPEST = 24;

/** What is wrong at which place of a manifest, and what to write there. */
export interface ManifestProblem {
  severity: 'error' | 'warning';
  /** JSON pointer; '' is the whole. */
  path: string;
  /** From 1. */
  line: number;
  wrong: string;
  write: string;
}

/** A manifest as people write it: knows on which line each value stands. */
export class ManifestText {
  private readonly root?: Node;
  /** That it is no JSON, or more of it than is looked at. */
  readonly problems: ManifestProblem[];

  constructor(private readonly text: string) {
    this.problems = [];
    if (Buffer.byteLength(text) > MOST_BYTES) {
      this.add('', `it has more than ${MOST_BYTES / 1024} KiB`, 'A manifest describes; put data elsewhere.');
      return;
    }
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (first)
      this.problems.push({
        severity: 'error',
        path: '',
        line: this.lineAt(first.offset),
        wrong: `it is no JSON (${printParseErrorCode(first.error)})`,
        write: 'Plain JSON: no comments, no trailing commas, every name in double quotes.',
      });
    else if (root) {
      this.root = root;
      this.look(root, '', 1);
    } else
      this.add('', 'it is empty', 'An object with at least name, description, version, packages and _meta.');
  }

  get value(): unknown {
    return JSON.parse(this.text) as unknown;
  }

  /** @param path JSON pointer; what is missing is looked for in what would hold it */
  lineOf(path: string): number {
    const parts = path.split('/').slice(1).map(unescaped);
    for (let length = parts.length; this.root && length >= 0; length--) {
      const node = findNodeAtLocation(this.root, parts.slice(0, length).map(indexed));
      if (node) return this.lineAt(node.offset);
    }
    return 1;
  }

  private look(node: Node, path: string, depth: number): void {
    if (depth > DEEPEST)
      return this.add(path, `it is nested more than ${DEEPEST} levels deep`, 'Write it flatter.');
    if (node.type === 'array')
      return (node.children ?? []).forEach((child, index) => this.look(child, `${path}/${index}`, depth + 1));
    if (node.type !== 'object') return;
    const seen = new Set<string>();
    for (const { children: [key, value] = [] } of node.children ?? []) {
      const name = String(key?.value);
      const below = `${path}/${escaped(name)}`;
      // Readers differ in which one they take, so a person could approve the other.
      if (seen.has(name)) this.add(below, `the name "${name}" stands there twice`, 'Keep one of them.');
      seen.add(name);
      if (value) this.look(value, below, depth + 1);
    }
  }

  private add(path: string, wrong: string, write: string): void {
    this.problems.push({ severity: 'error', path, line: this.lineOf(path), wrong, write });
  }

  private lineAt(offset: number): number {
    return this.text.slice(0, offset).split('\n').length;
  }
}

export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function indexed(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part;
}

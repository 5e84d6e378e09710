import { createHash } from 'node:crypto';

const LONGEST = 64;
const MARK_LENGTH = 6;

/** The name of a tool among all that are offered: which component it is of, and what it is called there. */
export interface ToolPlace {
  component: string;
  tool: string;
}

/**
 * Names for a model: `component__tool`, of ASCII letters, digits, `_` and `-`, at most 64 characters. The component is
 * named by the last part of its name. Where that says too little (a tool's name was changed or cut, or two components are
 * called alike) a mark of six hexadecimal digits made of the full names follows. A tool's own name does not depend on
 * which others are offered, save where they are called alike.
 *
 * @returns the way back: name -> tool
 */
export function nameTools<Tool extends ToolPlace>(tools: readonly Tool[]): Map<string, Tool> {
  const sorted = [...tools].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const plain = new Map<string, number>();
  for (const tool of sorted) plain.set(plainName(tool), (plain.get(plainName(tool)) ?? 0) + 1);
  return new Map(
    sorted.map((tool) => {
      const name = plainName(tool);
      const clear = plain.get(name) === 1 && name.length <= LONGEST && ascii(tool.tool) === tool.tool;
      return [clear ? name : marked(name, tool), tool];
    }),
  );
}

function plainName({ component, tool }: ToolPlace): string {
  return `${ascii(component.split('/').at(-1) ?? component)}__${ascii(tool)}`;
}

function marked(name: string, tool: ToolPlace): string {
  const mark = createHash('sha256').update(keyOf(tool)).digest('hex').slice(0, MARK_LENGTH);
  return `${name.slice(0, LONGEST - MARK_LENGTH - 1)}_${mark}`;
}

function keyOf({ component, tool }: ToolPlace): string {
  return `${component}\n${tool}`;
}

/** `__` stands between component and tool, and nowhere else. */
function ascii(text: string): string {
  const plain = text
    .normalize('NFD')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '');
  return plain || 'x';
}

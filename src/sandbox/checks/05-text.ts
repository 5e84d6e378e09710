import { visibleExcerpt } from '../../mcp/visible-excerpt';
import type { TrialScene } from '../trial-scene';
import { type Check, passed, review } from './check';

/** What has no business in the text of a tool: it is read by a model, which may obey it. */
const SUSPICIOUS: readonly [string, RegExp][] = [
  ['signs that nobody sees', /[\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u],
  ['an address of the web', /https?:\/\/\S+/i],
  ['an order to a model', /\b(ignore|disregard|forget)\b.{0,40}\b(previous|above|prior|all|other)\b/is],
  [
    'an order to a model',
    /<\/?(system|important|instructions?)>|\bsystem prompt\b|\bdo not (tell|mention|inform)\b/i,
  ],
  ['a path of secrets', /\.ssh\b|\.aws\b|id_rsa|\/etc\/(passwd|shadow)|\.env\b|\.npmrc\b/i],
  ['a block of base64', /[A-Za-z0-9+/]{80,}={0,2}/],
];

/** Texts of tools that give orders, hide signs, or speak of other tools. Never proof; a person should read them. */
export const text: Check = {
  number: 5,
  id: 'text',
  ask: ({ tools }) => {
    const findings = tools.flatMap((tool) => suspicions(tool, tools));
    const [first] = findings;
    if (first === undefined) return Promise.resolve(passed('nothing in the texts of its tools needs a look'));
    return Promise.resolve(review(findings.length > 1 ? `${first}, and more` : first, findings.slice(0, 20)));
  },
};

function suspicions(tool: TrialScene['tools'][number], all: TrialScene['tools']): string[] {
  const words = textsOf([tool.description, tool.inputSchema, tool.outputSchema, tool.annotations]).join('\n');
  const found = SUSPICIOUS.flatMap(([what, pattern]) => {
    const [match] = pattern.exec(words) ?? [];
    return match === undefined ? [] : [`${tool.name}: ${what} (${visibleExcerpt(match, 60)})`];
  });
  // A short name is a word of the language as well.
  const others = all.filter(
    ({ name }) => name !== tool.name && name.includes('_') && new RegExp(`\\b${name}\\b`).test(words),
  );
  return [...found, ...(others[0] ? [`${tool.name}: speaks of another tool (${others[0].name})`] : [])];
}

/** Every text in it, names of properties too; tool schemas are bounded in depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => (key === '$schema' ? [] : [key, ...textsOf(below)]));
}

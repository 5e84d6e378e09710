import type { CoreTool, CoreToolCall, Turn } from './brain';

const SMALL_WORDS = new Set(
  'a an and any are at be by can do for from given get has have how in into is it its me my no not of on or that the this to was what when which with you your co czy do ile jak jest kiedy która który które na nie od po się są ta te to w we z za że'.split(
    ' ',
  ),
);
/** Words of a name say more than words of a description. */
const NAME_WEIGHT = 3;
const LEAST_SCORE = 3;
const WRAPPING = /^<tool_result[^>]*>\n?|\n?<\/tool_result>$/g;

/**
 * What the scripted core has called: of the offered tools the one whose name and description share most words with the
 * question (a word of the name counts three times; below three points none; of two alike the one that needs fewer
 * arguments), once a question. Its required arguments are
 * taken from the question: a time zone after a city's name, numbers in their order, what stands in quotation marks, else
 * the question itself.
 */
export function scriptedCalls(turns: Turn[], tools: CoreTool[]): CoreToolCall[] {
  if (toolAnswers(turns).length > 0) return [];
  const question = turns.findLast(({ role }) => role === 'user')?.content ?? '';
  const asked = new Set(words(question));
  let best: { tool: CoreTool; score: number } | undefined;
  for (const tool of tools) {
    const inName = words(tool.name.split('__').at(-1) ?? '').filter((word) => asked.has(word)).length;
    const inText = new Set(words(tool.description).filter((word) => asked.has(word))).size;
    const score = inName * NAME_WEIGHT + inText;
    if (!tool.name.includes('__') || score < LEAST_SCORE) continue;
    const easier = best && score === best.score && needs(tool) < needs(best.tool);
    if (!best || score > best.score || easier) best = { tool, score };
  }
  return best ? [{ name: best.tool.name, arguments: argumentsFor(best.tool, question) }] : [];
}

/** How many arguments it cannot be called without. */
function needs({ parameters }: CoreTool): number {
  return Array.isArray(parameters.required) ? parameters.required.length : 0;
}

/** What tools answered to the last question, without what is wrapped around it. */
export function toolAnswers(turns: Turn[]): { tool: string; text: string }[] {
  const asked = turns.findLastIndex(({ role }) => role === 'user');
  return turns
    .slice(asked + 1)
    .filter(({ role }) => role === 'tool')
    .map(({ toolName = '?', content }) => ({ tool: toolName, text: content.replace(WRAPPING, '').trim() }));
}

function argumentsFor({ parameters }: CoreTool, question: string): Record<string, unknown> {
  const { properties = {}, required = [] } = parameters as {
    properties?: Record<string, { type?: unknown; enum?: unknown[] }>;
    required?: string[];
  };
  const numbers = [...question.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  const given: Record<string, unknown> = {};
  const zone = zoneIn(question);
  for (const [name, about] of Object.entries(properties)) {
    if (/zone/i.test(name) && zone) given[name] = zone;
    else if (!required.includes(name)) continue;
    else if (about.enum?.length)
      given[name] = about.enum.find((one) => question.includes(String(one))) ?? about.enum[0];
    else given[name] = valueFor(about.type, question, numbers);
  }
  return given;
}

function valueFor(type: unknown, question: string, numbers: number[]): unknown {
  const [one] = Array.isArray(type) ? (type as unknown[]) : [type];
  switch (one) {
    case 'number':
    case 'integer':
      return numbers.shift() ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return /["'„“](.+?)["'”]/.exec(question)?.[1] ?? question;
  }
}

/** `Tokyo` -> `Asia/Tokyo`. */
function zoneIn(question: string): string | undefined {
  const asked = plain(question).replace(/\btokio\b/, 'tokyo');
  return Intl.supportedValuesOf('timeZone').find((zone) => {
    const city = plain(zone.split('/').at(-1) ?? '').replaceAll('_', ' ');
    return new RegExp(`\\b${city.replace(/[^a-z ]/g, '.')}\\b`).test(asked);
  });
}

function words(text: string): string[] {
  return plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !SMALL_WORDS.has(word));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

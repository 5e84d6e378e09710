import { estimateTokens } from '../src/generation/deadlines';
import { CAPABILITY_TOOL } from '../src/tools/built-in-tools';
import { offeredTools } from '../src/tools/offered-tool';
import { MOST_TOOL_TOKENS, MOST_TOOLS, ToolShelf, toolTokens } from '../src/tools/tool-shelf';
import type { Figure, Measure } from './support/figure';
import { HELD_OUT } from './tool-choice/held-out';
import { PHRASINGS } from './tool-choice/phrasings';
import { town } from './tool-choice/town';

const SIZES = [5, 30, 100];
/** System prompt and question, as of an ordinary turn. */
const REST_TOKENS = 120;
const OWN_TOKENS = toolTokens(CAPABILITY_TOOL, estimateTokens);
const LIMITS = { most: MOST_TOOLS - 1, tokens: MOST_TOOL_TOKENS - OWN_TOKENS };

type Phrasings = readonly (readonly [question: string, tools: string])[];

/** Per cent of the phrasings whose right tool is among those offered. */
function recall(shelf: ToolShelf, phrasings: Phrasings): number {
  const found = phrasings.filter(([question, right]) => {
    const offered = shelf.choose(question, estimateTokens, LIMITS).map(({ name }) => {
      const tool = shelf.tools.get(name);
      return `${tool?.component.split('/').at(-1)} ${tool?.tool}`;
    });
    return right.split(', ').some((one) => offered.includes(one));
  });
  return (found.length / phrasings.length) * 100;
}

/** Prompt of a turn's first round, in tokens; the component that is needed is among those installed. */
function tokensPerTurn(count: number): number {
  const shelves = new Map<string, ToolShelf>();
  const all = PHRASINGS.map(([question, right]) => {
    const [needed = ''] = right.split(' ');
    const shelf = shelves.get(needed) ?? new ToolShelf(offeredTools(town(count, [needed])));
    shelves.set(needed, shelf);
    const tools = shelf.choose(question, estimateTokens, LIMITS);
    return tools.reduce((sum, tool) => sum + toolTokens(tool, estimateTokens), REST_TOKENS + OWN_TOKENS);
  });
  return all.reduce((sum, tokens) => sum + tokens, 0) / all.length;
}

export const toolChoice: Figure = {
  name: 'tool-choice',
  title: 'Which tools a question is offered, and what they cost',
  definition:
    'The eight shipped components (their names, phrases and tools; schemas of their kind), filled up with made-up components of six tools each. 60 phrasings, 30 English and 30 Polish, none of which is in a manifest; the glossary of the search was written with these at hand, so that 20 more, written afterwards, are counted apart. *Recall*: the right tool, or one of the right ones, is among the at most eight that are offered. *Tokens per turn*: the estimated prompt of the first round (system prompt, question, tools), mean of the 60, with the needed component among those installed. The model’s own choice among them is not measured here.',

  async measure({ say }) {
    const measures: Measure[] = [];
    for (const count of [8, 100]) {
      const shelf = new ToolShelf(offeredTools(town(count)));
      const percent = recall(shelf, PHRASINGS);
      measures.push(
        {
          name: `recall with ${count} components`,
          unit: '%',
          values: [percent],
          target: { of: 'worst', least: 90 },
        },
        { name: `recall with ${count} components, held out`, unit: '%', values: [recall(shelf, HELD_OUT)] },
      );
      say(`${count} components: ${percent.toFixed(1)} % recall`);
    }
    const tokens = SIZES.map(tokensPerTurn);
    for (const [at, count] of SIZES.entries())
      measures.push({
        name: `tokens per turn with ${count} components`,
        unit: 'tokens',
        values: [tokens[at] ?? 0],
      });
    const spread = (Math.max(...tokens) / Math.min(...tokens) - 1) * 100;
    measures.push({
      name: 'spread of tokens per turn',
      unit: '%',
      values: [spread],
      target: { of: 'worst', most: 10 },
    });
    const shelf = new ToolShelf(offeredTools(town(100)));
    const began = process.hrtime.bigint();
    for (const [question] of PHRASINGS) shelf.choose(question, estimateTokens, LIMITS);
    const ms = Number(process.hrtime.bigint() - began) / 1e6 / PHRASINGS.length;
    measures.push({ name: 'choosing among the tools of 100 components', unit: 'ms', values: [ms] });
    return Promise.resolve(measures);
  },
};

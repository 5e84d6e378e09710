import MiniSearch from 'minisearch';
import type { ToolDefinition } from '../ollama/ollama-api';
import { type OfferedTool, phrasesOf } from './offered-tool';
import { indexWord, searchWords, words } from './search-words';

/** What small models bear; more tools make them choose worse. */
export const MOST_TOOLS = 8;
export const MOST_TOOL_TOKENS = 1_200;
const WEIGHTS = { name: 4, title: 3, intents: 2, examples: 2, description: 1 };
/** Below this share of the best score a tool only takes room. */
const LEAST_SHARE = 0.15;
const SHORT_DESCRIPTION = 300;
/** What each further tool of a component is worth, so that one that knows all the words does not crowd out the others. */
const OF_THE_SAME = 0.85;

/** What a definition costs in the prompt, in tokens. */
export type TokenCount = (text: string) => number;

/**
 * The tools of a room, and which of them a question may need: BM25 over the words of their names, of what people say who
 * need their component, and of their descriptions, in English and Polish.
 */
export class ToolShelf {
  private readonly index = new MiniSearch<Record<keyof typeof WEIGHTS | 'id', string>>({
    fields: Object.keys(WEIGHTS),
    tokenize: words,
    processTerm: (word) => indexWord(word) ?? null,
    searchOptions: {
      boost: WEIGHTS,
      prefix: (term) => term.length > 4,
      fuzzy: (term) => (term.length > 5 ? 0.2 : 0),
      combineWith: 'OR',
    },
  });

  constructor(readonly tools: ReadonlyMap<string, OfferedTool>) {
    for (const { name, component, title, tool, lock, locked } of tools.values()) {
      const { intents, examples } = phrasesOf(lock);
      this.index.add({
        id: name,
        name: `${component.split('/').at(-1) ?? ''} ${tool}`,
        title,
        intents: intents.join(' '),
        examples: examples.join(' '),
        description: locked.description,
      });
    }
  }

  /** Best first; none where no word fits. */
  ranked(question: string): OfferedTool[] {
    const found = this.index.search(searchWords(question));
    const least = (found[0]?.score ?? 0) * LEAST_SHARE;
    const counts = new Map<string, number>();
    return found
      .filter(({ score }) => score >= least)
      .flatMap(({ id, score }) => {
        const tool = this.tools.get(String(id));
        if (!tool) return [];
        const before = counts.get(tool.component) ?? 0;
        counts.set(tool.component, before + 1);
        return [{ tool, score: score * OF_THE_SAME ** before }];
      })
      .sort((a, b) => b.score - a.score)
      .map(({ tool }) => tool);
  }

  /**
   * What is shown to the model, in order of names, so that the same choice is the same prompt. One that is too long is shown
   * with a shorter description.
   */
  choose(
    question: string,
    count: TokenCount,
    { most = MOST_TOOLS, tokens = MOST_TOOL_TOKENS }: { most?: number; tokens?: number } = {},
  ): ToolDefinition[] {
    const chosen: ToolDefinition[] = [];
    let left = tokens;
    for (const { definition } of this.ranked(question)) {
      if (chosen.length >= most) break;
      const fitting = [definition, shortened(definition), bare(definition)].find(
        (one) => toolTokens(one, count) <= Math.min(left, tokens / 2),
      );
      if (!fitting) continue;
      left -= toolTokens(fitting, count);
      chosen.push(fitting);
    }
    return chosen.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names nearest to one that is none. */
  nearest(name: string, most = 3): string[] {
    const asked = this.index.search(name.replaceAll('_', ' ')).map(({ id }) => String(id));
    return [...new Set([...asked, ...[...this.tools.keys()].sort()])].slice(0, most);
  }
}

export function toolTokens(definition: ToolDefinition, count: TokenCount): number {
  return count(JSON.stringify(definition));
}

function shortened(definition: ToolDefinition): ToolDefinition {
  const { description } = definition;
  if (description.length <= SHORT_DESCRIPTION) return definition;
  return { ...definition, description: `${description.slice(0, SHORT_DESCRIPTION).trimEnd()}…` };
}

/** Names and types of the arguments alone: what is left out is told by the check of the arguments. */
function bare(definition: ToolDefinition): ToolDefinition {
  const { properties = {}, ...rest } = definition.parameters as { properties?: Record<string, object> };
  const plain = Object.fromEntries(
    Object.entries(properties).map(([name, about]) => {
      const { type, enum: choices } = about as { type?: unknown; enum?: unknown };
      return [
        name,
        { ...(type === undefined ? {} : { type }), ...(choices === undefined ? {} : { enum: choices }) },
      ];
    }),
  );
  return { ...shortened(definition), parameters: { ...rest, properties: plain } };
}

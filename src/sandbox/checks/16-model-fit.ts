import { OllamaError } from '../../ollama/ollama-error';
import type { OfferedTool, WishedCall } from '../../ollama/tool-question';
import { SchemaTookTooLong } from '../../mcp/schema-judge';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import type { SandboxModel } from '../sandbox-model';
import type { TrialScene } from '../trial-scene';
import { type Check, notMeasured, passed, warned } from './check';

const MOST_SENTENCES = 10;
const ALL_WITHIN_MS = 30_000;
/** Loading the model is part of the first one. */
const ONE_WITHIN_MS = 20_000;
/** For the checks that come after, and for cleaning up. */
const KEPT_BACK_MS = 20_000;
const ENOUGH = 0.8;

/** Whether a model would call a tool of it, as that tool wants to be called, for what people say. */
export const modelFit: Check = {
  number: 16,
  id: 'model-fit',
  ask: async (scene) => {
    const { model: sandbox, clock, signal } = scene;
    const sentences = sentencesOf(scene.block.examples ?? {});
    if (sentences.length === 0) return notMeasured('its manifest has no example sentences');
    if (!sandbox) return notMeasured('no model is asked: there is no sandbox for one');
    const endsAt = clock.monotonic() + Math.min(ALL_WITHIN_MS, scene.leftMs - KEPT_BACK_MS);
    const found = await sandbox.find(signal);
    if ('reason' in found) return notMeasured(found.reason);
    const { model } = found;
    const tools = scene.tools.map(({ name, description = '', inputSchema }) => ({
      name,
      description,
      parameters: inputSchema,
    }));
    const wrong: string[] = [];
    let asked = 0;
    let problem: string | undefined;
    for (const sentence of sentences) {
      const left = endsAt - clock.monotonic();
      if (left <= 0) break;
      const answer = await choice(
        sandbox,
        { model, sentence, tools, withinMs: Math.min(left, ONE_WITHIN_MS) },
        signal,
      );
      if (answer instanceof OllamaError) {
        problem = answer.kind;
        break;
      }
      asked++;
      const why = await misfit(answer, scene);
      if (why !== undefined) wrong.push(`"${visibleExcerpt(sentence, 80)}": ${why}`);
    }
    if (asked === 0)
      return notMeasured(
        `${visibleExcerpt(model, 60)} gave no answer${problem ? ` (${problem})` : ' in the time that was left'}`,
      );
    const right = asked - wrong.length;
    scene.modelFit = { model: visibleExcerpt(model, 100), right, of: asked };
    const short = asked < sentences.length ? `; ${sentences.length - asked} more were not asked in time` : '';
    const detail = `${visibleExcerpt(model, 60)} chose well for ${right} of ${asked} sentences${short}`;
    return right >= asked * ENOUGH ? passed(detail) : warned(detail, wrong);
  },
};

/** From each language in turn, so that none is left out. */
function sentencesOf(examples: Readonly<Record<string, string[]>>): string[] {
  const lists = Object.values(examples);
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1)))
    .flat()
    .slice(0, MOST_SENTENCES);
}

async function choice(
  sandbox: SandboxModel,
  {
    model,
    sentence,
    tools,
    withinMs,
  }: { model: string; sentence: string; tools: OfferedTool[]; withinMs: number },
  signal: AbortSignal,
): Promise<WishedCall[] | OllamaError> {
  try {
    return await sandbox.choose(model, sentence, tools, { timeoutMs: withinMs, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OllamaError) return error;
    throw error;
  }
}

/** @returns why it is not what its tools want; undefined: it is */
async function misfit(
  wished: readonly WishedCall[],
  { tools, schemas }: TrialScene,
): Promise<string | undefined> {
  const [call] = wished;
  if (!call) return 'no tool was called';
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) return `there is no tool ${visibleExcerpt(call.name, 40)}`;
  try {
    const [first] = await schemas.check(tool.inputSchema, call.arguments);
    return first === undefined ? undefined : `${tool.name}: ${visibleExcerpt(first, 80)}`;
  } catch (error) {
    if (error instanceof SchemaTookTooLong) return `${tool.name}: ${error.message}`;
    throw error;
  }
}

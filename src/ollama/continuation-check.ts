import type { CallOptions, CoreMessage, ModelOptions, OllamaApi } from './ollama-api';

/** Whether a core goes on with a trailing, half-finished assistant message, and how that was found out. */
export interface ContinuationVerdict {
  continues: boolean;
  how: 'render' | 'probe' | 'template';
  /** For the log: what was seen. */
  evidence: string;
}

export interface ContinuationOptions extends CallOptions {
  /** The options of real traffic: others would load the model again. */
  modelOptions?: ModelOptions;
}

const QUESTION = 'Write two sentences about the sea.';
const PARTIAL = 'The sea is a wide and';
const PROBE_TOKENS = 24;
/** Where the first answer is cut. A second try, since rounding alone can lead a model off its own track. */
const CUTS = [1 / 2, 1 / 3];
/** Sameness over fewer letters than these could be chance. */
const MIN_PROOF = 8;

/**
 * Asks once per model and core. A core that can render its prompt shows it there; else the model has to show it: at
 * temperature 0 a first answer is cut in half, and whoever is given the first half and goes on with the second one
 * continues. Where the model says too little for that, only the template can tell, and doubt means no. Rejects with
 * OllamaError.
 */
export async function verifyContinuation(
  api: OllamaApi,
  url: string,
  model: string,
  options: ContinuationOptions = {},
): Promise<ContinuationVerdict> {
  const { modelOptions, ...callOptions } = options;
  const request = { model, options: modelOptions, messages: conversation(PARTIAL) };
  const prompt = await api.render(url, request, callOptions);
  if (prompt !== undefined) {
    return {
      continues: prompt.endsWith(PARTIAL),
      how: 'render',
      evidence: `the rendered prompt ends with ${JSON.stringify(prompt.slice(-60))}`,
    };
  }
  return (await probe(api, url, model, options)) ?? (await judgeTemplate(api, url, model, callOptions));
}

async function probe(
  api: OllamaApi,
  url: string,
  model: string,
  { modelOptions, ...callOptions }: ContinuationOptions,
): Promise<ContinuationVerdict | undefined> {
  const say = async (messages: CoreMessage[]): Promise<string> => {
    const sampling = { ...modelOptions, temperature: 0, num_predict: PROBE_TOKENS };
    let text = '';
    for await (const chunk of api.chat(url, { model, messages, options: sampling }, callOptions))
      text += chunk.text;
    return text;
  };
  const whole = await say(conversation());
  let verdict: ContinuationVerdict | undefined;
  for (const share of CUTS) {
    const cut = wordBorderNear(whole, Math.floor(whole.length * share));
    const [first, second] = [whole.slice(0, cut).trimEnd(), whole.slice(cut)];
    if (first === '' || letters(second).length < MIN_PROOF) continue;
    const continued = await say(conversation(first));
    verdict = {
      continues: goesOn(continued, second, whole),
      how: 'probe',
      evidence: `after ${JSON.stringify(first.slice(-40))} it said ${JSON.stringify(continued.slice(0, 40))}`,
    };
    if (verdict.continues) break;
  }
  return verdict;
}

/** Old templates are cut at .Response and so always stay open; those that loop over .Messages mostly close the turn. */
async function judgeTemplate(
  api: OllamaApi,
  url: string,
  model: string,
  options: CallOptions,
): Promise<ContinuationVerdict> {
  const { template } = await api.show(url, model, options);
  const continues = template.includes('.Response') && !template.includes('.Messages');
  return {
    continues,
    how: 'template',
    evidence: `the model said too little to tell, and its template ${continues ? 'stays open' : 'may close the turn'}`,
  };
}

function conversation(partial?: string): CoreMessage[] {
  const question: CoreMessage = { role: 'user', content: QUESTION };
  return partial === undefined ? [question] : [question, { role: 'assistant', content: partial }];
}

function wordBorderNear(text: string, middle: number): number {
  const before = text.lastIndexOf(' ', middle);
  return before > 0 ? before : Math.max(0, text.indexOf(' ', middle));
}

/** White space does not count, and a text that has more in common with the first answer's beginning starts anew. */
function goesOn(continued: string, second: string, whole: string): boolean {
  const common = commonBeginning(letters(continued), letters(second));
  return common >= MIN_PROOF && common > commonBeginning(letters(continued), letters(whole));
}

function commonBeginning(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

function letters(text: string): string {
  return text.replace(/\s+/g, '');
}

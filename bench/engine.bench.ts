import { RealOllama, type OllamaRig } from '../test/rigs/real-ollama';
import { stamp, until } from './support/clock';
import { CoreProcess } from './support/core-process';
import type { Figure, Measure } from './support/figure';
import { treeMegabytes } from './support/programs';
import { rig } from './support/rig';
import { timedAnswer } from './support/timed-answer';

/** Of like length, so that no answer begins with what was computed for another one. */
const QUESTIONS = [
  'Please tell me a long story about the sea.',
  'Please write me an essay about the moon.',
  'Please explain to me how bread is made.',
  'Please describe a walk in an old forest.',
];

interface Core {
  url: string;
  pid: number;
  model: string;
  end: () => Promise<void>;
}
interface Seen {
  start: number[];
  cold: number[];
  warm: number[];
  rate: number[];
  memory: number[];
}

export const engine: Figure = {
  name: 'engine',
  title: 'The built-in engine against real Ollama on the same model',
  definition:
    'Both serve the same GGUF file with one thread, context 2,048, temperature 0, over the same HTTP call, alternately, each in a process started for the run. *Start*: from the spawn until `/api/tags` lists the model. *Cold*: the first question after that, the load of the model included (the file is in the page cache). *Warm*: from the request to the first text of a question never asked before, median of three. Tokens per second between the first and the last text of 96 tokens. Memory: resident, the whole process tree, after these answers.',

  async measure({ runs, quick, say }) {
    const ollama = await rig<OllamaRig>('ollama');
    const own = await rig<{ engineDir: string; modelFile: string; model?: string }>('engine');
    const starts = { 'built-in engine': () => startEngine(own), Ollama: () => startOllama(ollama) };
    const seen = { 'built-in engine': nothing(), Ollama: nothing() };
    for (let run = 0; run < (quick ? 1 : runs); run++) {
      for (const name of ['built-in engine', 'Ollama'] as const) {
        const began = stamp();
        await measureOnce(await starts[name](), seen[name], began);
        const { rate, cold, warm, memory } = seen[name];
        say(
          `run ${run + 1}, ${name}: ${rate.at(-1)?.toFixed(1)} tokens/s, cold ${cold.at(-1)?.toFixed(0)} ms, warm ${warm.at(-1)?.toFixed(0)} ms, ${memory.at(-1)?.toFixed(0)} MB`,
        );
      }
    }
    const ratio = seen['built-in engine'].rate.map((rate, run) => rate / (seen.Ollama.rate[run] ?? NaN));
    return [
      ...Object.entries(seen).flatMap(([name, each]): Measure[] => [
        { name: `tokens per second, ${name}`, unit: '/s', values: each.rate },
        { name: `start until it lists the model, ${name}`, unit: 'ms', values: each.start },
        { name: `first token cold, ${name}`, unit: 'ms', values: each.cold },
        { name: `first token warm, ${name}`, unit: 'ms', values: each.warm },
        { name: `memory, ${name}`, unit: 'MB', values: each.memory },
      ]),
      { name: 'tokens per second, built-in engine to Ollama', unit: '×', values: ratio },
    ];
  },
};

function nothing(): Seen {
  return { start: [], cold: [], warm: [], rate: [], memory: [] };
}

async function measureOnce(core: Core, seen: Seen, began: number): Promise<void> {
  try {
    await until('it lists its model', () => listsModel(core), { withinMs: 60_000, everyMs: 10 });
    seen.start.push(stamp() - began);
    const warm: number[] = [];
    const rates: number[] = [];
    for (const [index, question] of QUESTIONS.entries()) {
      const { firstMs, tokensPerSecond } = await timedAnswer(core.url, core.model, question);
      if (index === 0) seen.cold.push(firstMs);
      else warm.push(firstMs);
      rates.push(tokensPerSecond);
    }
    seen.warm.push(warm.sort((a, b) => a - b)[1] ?? NaN);
    seen.rate.push(rates.reduce((sum, rate) => sum + rate, 0) / rates.length);
    seen.memory.push(await treeMegabytes(core.pid));
  } finally {
    await core.end();
  }
}

async function listsModel({ url, model }: Core): Promise<boolean> {
  const response = await fetch(`${url}/api/tags`);
  const { models } = (await response.json()) as { models: { name: string }[] };
  return models.some(({ name }) => name === model);
}

async function startOllama(made: OllamaRig): Promise<Core> {
  const ollama = await RealOllama.start(made);
  return { url: ollama.url, pid: ollama.pid, model: made.model, end: () => ollama.close() };
}

async function startEngine(made: { engineDir: string; modelFile: string; model?: string }): Promise<Core> {
  const model = made.model ?? 'smollm2:135m';
  const core = await CoreProcess.start({
    CORE_BRAIN: 'engine',
    CORE_ENGINE_DIR: made.engineDir,
    CORE_MODEL_FILE: made.modelFile,
    CORE_MODEL: model,
    CORE_THREADS: '1',
  });
  return { url: core.url, pid: core.pid, model, end: () => core.end() };
}

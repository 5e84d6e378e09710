import type { Mutant } from './mutant';

const RUNNER = 'src/generation/attempt-runner.ts';
const SERVICE = 'src/generation/generation.service.ts';
const JOURNAL = 'src/journal/question-journal.ts';

export const GENERATION_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'an answer is committed whatever became of its question',
    file: JOURNAL,
    find: `"state = 'generating' AND attempt = ?"`,
    replace: `"attempt = ?"`,
  },
  {
    name: 'an attempt begins whatever became of its question',
    file: JOURNAL,
    find: `"SELECT attempt FROM inbox WHERE id = ? AND state IN ('queued', 'retry-wait', 'generating')"`,
    replace: `"SELECT attempt FROM inbox WHERE id = ?"`,
  },
  {
    name: 'a stream that was cut off counts as complete',
    file: RUNNER,
    find: '      if (cause instanceof OllamaError)\n',
    replace:
      "      if (cause instanceof OllamaError && cause.kind === 'truncated')\n        return { kind: 'complete', text, tokens, reason: 'stop' };\n      if (cause instanceof OllamaError)\n",
  },
  {
    name: 'an answer is continued within a word',
    file: 'src/generation/partial-answer.ts',
    find: String.raw`partial.replace(/\s*\S*$/u, '')`,
    replace: 'partial',
  },
  {
    name: 'answers are continued where the model begins anew',
    file: SERVICE,
    find: 'progress.begin(core.continues === true && !job.tools?.length)',
    replace: 'progress.begin(true)',
  },
  {
    name: 'a stall is waited out for ever',
    file: RUNNER,
    find: "silence.expect('stall', stallDeadlineMs(gaps));",
    replace: 'silence.end();',
  },
  {
    name: 'the first token is waited for for ever',
    file: RUNNER,
    find: "silence.expect('first-token-timeout', firstTokenDeadlineMs(asked, prompt));",
    replace: 'void firstTokenDeadlineMs(asked, prompt);',
  },
  {
    name: 'a slot is never given back',
    file: 'src/generation/core-dispatcher.ts',
    find: '        free();\n',
    replace: '',
  },
  {
    name: 'one failure is enough to give a question up',
    file: SERVICE,
    find: 'const MAX_FRUITLESS = 3;',
    replace: 'const MAX_FRUITLESS = 1;',
  },
  {
    name: 'one death of a core is enough to give a question up',
    file: SERVICE,
    find: 'const MAX_DEATHS = 2;',
    replace: 'const MAX_DEATHS = 1;',
  },
  {
    name: 'a question that is held for a second core is never let go',
    file: 'src/generation/suspects.ts',
    find: 'await this.clock.sleep(progress.heldUntil - now, AbortSignal.any([signal, enough.signal]));',
    replace: 'await this.clock.sleep(2 ** 40, signal);',
  },
  {
    name: 'a continued answer loses what it was continued from',
    file: RUNNER,
    find: '    let { text, tokens } = resume;',
    replace: "    let { text, tokens } = { text: '', tokens: resume.tokens };",
  },
];

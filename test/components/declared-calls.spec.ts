import { blockOf, type TrialCall } from '../../src/component-registry/manifest/manifest';
import { compileToolSchema } from '../../src/mcp/tool-schema';
import type { JsonObject } from '../../src/mcp/frame-reader';
import { type ComponentProcess, textOf } from '../support/components/component-process';
import { TEST_COMPONENTS, type TestComponent } from '../support/components/manifests';
import { runningComponents } from '../support/components/running-components';

/** That a call is not answered is known after that; one that is may take longer on a busy machine. */
const UNANSWERED_MS = 1_500;
const ANSWERED_MS = 10_000;
const MOST_BYTES = 256 * 1024;
/** That a pattern takes for ever is found where it is checked, not where it is called. */
const NOT_IN_ITS_ANSWERS = ['schema-pattern'];
/** Above what its manifest allows, but not for long. */
const ENVIRONMENT: Record<string, Record<string, string>> = { 'slow-call': { COMPONENT_LIMIT: '2000' } };

const CHECK_OF_CALLS = 6;
/** Whose list of tools is in order. */
const listed = TEST_COMPONENTS.filter(({ expected: { check = 99 } }) => check > 4);
const named = (components: TestComponent[]): [string, TestComponent][] =>
  components
    .filter(({ behaviour }) => !NOT_IN_ITS_ANSWERS.includes(behaviour))
    .map((component) => [component.behaviour, component]);

describe('what the manifests of test components declare', () => {
  const start = runningComponents();
  const tried = async (one: TestComponent, withinMs: number): Promise<string[]> => {
    const component = start(one.behaviour, ENVIRONMENT[one.behaviour]);
    await component.connect();
    const { tools } = await component.listTools();
    const declared = blockOf(one.manifest(`sha256:${'a'.repeat(64)}`, 'localhost/tests/x:1'));
    const sorted = (list: { name?: unknown }[] = []) => list.map(({ name }) => String(name)).sort();
    expect(sorted(tools)).toEqual(sorted(declared.tools));
    return brokenCalls(component, tools, declared.trial?.calls ?? [], withinMs);
  };

  it.each(named(listed.filter(({ expected }) => expected.check !== CHECK_OF_CALLS)))(
    '%s has its tools, and keeps every declared call',
    async (_, component) => {
      expect(await tried(component, ANSWERED_MS)).toEqual([]);
    },
  );

  it.each(named(listed.filter(({ expected }) => expected.check === CHECK_OF_CALLS)))(
    '%s has its tools, and breaks a declared call',
    async (_, component) => {
      expect(await tried(component, UNANSWERED_MS)).not.toEqual([]);
    },
  );
});

/** In the manner of a trial, as far as an answer alone tells. */
async function brokenCalls(
  component: ComponentProcess,
  tools: JsonObject[],
  calls: TrialCall[],
  withinMs: number,
): Promise<string[]> {
  const broken: string[] = [];
  for (const { tool, arguments: given, expect: expected } of calls)
    try {
      const answer = await component.call(tool, given, withinMs);
      const schema = tools.find(({ name }) => name === tool)?.outputSchema;
      const why = problemOf(answer, expected, schema);
      if (why !== undefined) broken.push(`${tool}: ${why}`);
    } catch (error) {
      broken.push(`${tool}: ${String(error)}`);
      break;
    }
  return broken;
}

function problemOf(answer: JsonObject, expected: TrialCall['expect'], schema: unknown): string | undefined {
  if (expected.match === 'isError') return answer.isError === true ? undefined : 'it is no error';
  if (answer.isError === true) return textOf(answer);
  if (Buffer.byteLength(JSON.stringify(answer)) > MOST_BYTES) return 'too large';
  if (schema !== undefined) {
    const problems = compileToolSchema(schema)(answer.structuredContent);
    if (problems.length > 0) return problems.join('; ');
  }
  const texts = (answer.content as unknown[]).map((part) => (part as { text?: unknown } | null)?.text);
  return texts.some((text) => typeof text === 'string' && text.includes(String(expected.value)))
    ? undefined
    : `it does not contain ${String(expected.value)}`;
}

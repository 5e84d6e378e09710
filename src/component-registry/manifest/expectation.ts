import { isDeepStrictEqual } from 'node:util';
import { compileToolSchema, SchemaRefused } from '../../mcp/tool-schema';
import type { TrialCall } from './manifest';

/** Of the result of `tools/call`, what an expectation looks at. Source: MCP specification, server/tools. */
export interface CallResult {
  content?: readonly { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

const SHOWN = 120;

/**
 * Whether a tool answered as its manifest says.
 *
 * `equals` and `contains` with a text look at all texts of the answer, one a line; with anything else, `equals` and
 * `jsonSchema` look at the structured content, or at the text where that is JSON. `isError` wants the tool to say that it
 * failed, and every other expectation that it does not.
 *
 * @returns undefined where it did, else what came instead, in words
 */
export function unmet(expect: TrialCall['expect'], result: CallResult): string | undefined {
  const text = (result.content ?? []).flatMap((part) => part.text ?? []).join('\n');
  const said = JSON.stringify(text.slice(0, SHOWN));
  if (expect.match === 'isError') return result.isError ? undefined : `no error, but ${said}`;
  if (result.isError) return `an error: ${said}`;
  if (expect.match === 'contains')
    return text.includes(asText(expect.value)) ? undefined : `a text without it: ${said}`;
  if (expect.match === 'equals' && typeof expect.value === 'string')
    return text === expect.value ? undefined : `another text: ${said}`;
  const value = result.structuredContent ?? parsed(text);
  if (value === undefined) return `no JSON, but ${said}`;
  if (expect.match === 'equals')
    return isDeepStrictEqual(value, expect.value) ? undefined : `another value: ${said}`;
  try {
    const [first] = compileToolSchema(expect.value)(value);
    return first === undefined ? undefined : `a value that does not fit (${first}): ${said}`;
  } catch (error) {
    if (error instanceof SchemaRefused) return `its schema cannot be used: ${error.message}`;
    throw error;
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

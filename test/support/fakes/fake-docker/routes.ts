import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeEngine, Filters } from './fake-engine';
import { Refusal } from './refusal';

export interface Call {
  engine: FakeEngine;
  /** What stands in the route's parentheses. */
  which: string;
  query: URLSearchParams;
  body: Record<string, unknown> | null;
  response: ServerResponse;
}

/** @returns status and content, or undefined where it has answered by itself */
export type Answer = [status: number, content?: unknown] | undefined;

export type Route = [method: string, path: RegExp, handle: (call: Call) => Answer | Promise<Answer>];

export function filtersOf(query: URLSearchParams): Filters {
  return JSON.parse(query.get('filters') ?? '{}') as Filters;
}

export function isTrue(query: URLSearchParams, name: string): boolean {
  return ['1', 'true'].includes(query.get(name) ?? '');
}

export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  try {
    return text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
  } catch (error) {
    throw new Refusal(400, (error as Error).message);
  }
}

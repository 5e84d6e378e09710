import { parentPort } from 'node:worker_threads';
import { compileToolSchema, type SchemaCheck, SchemaRefused } from './tool-schema';

/** What {@link SchemaJudge} asks. `value`: JSON; absent, where only the schema is to be judged. */
export interface SchemaQuestion {
  id: number;
  schema: string;
  value?: string;
}

export interface SchemaVerdict {
  id: number;
  /** Why the schema is not used. */
  refused?: string;
  /** What of the value does not fit. */
  misfits?: string[];
  /** Neither: this is a fault of ours. */
  fault?: string;
}

const MOST_KEPT = 512;
const compiled = new Map<string, SchemaCheck>();

function checkFor(schema: string): SchemaCheck {
  const known = compiled.get(schema);
  if (known) return known;
  const check = compileToolSchema(JSON.parse(schema) as unknown);
  if (compiled.size < MOST_KEPT) compiled.set(schema, check);
  return check;
}

function verdictOn({ id, schema, value }: SchemaQuestion): SchemaVerdict {
  try {
    const check = checkFor(schema);
    return { id, misfits: value === undefined ? [] : check(JSON.parse(value) as unknown) };
  } catch (error) {
    if (error instanceof SchemaRefused) return { id, refused: error.message };
    return { id, fault: String(error) };
  }
}

parentPort?.on('message', (question: SchemaQuestion) => parentPort?.postMessage(verdictOn(question)));

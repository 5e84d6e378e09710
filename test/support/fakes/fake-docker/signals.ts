import { constants } from 'node:os';
import { Refusal } from './refusal';

/** A signal by its name, with or without SIG, or by its number. */
export function signalNamed(asked: string): { name: NodeJS.Signals; number: number } {
  const all = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const found = all.find(
    ([name, number]) => name === asked || name === `SIG${asked}` || String(number) === asked,
  );
  if (!found) throw new Refusal(400, `Invalid signal: ${asked}`);
  return { name: found[0], number: found[1] };
}
